package flows

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"
)

type (
	// StepID names a step within its flow, for ever: answers are stored by it.
	StepID string
	// FlowID names a flow.
	FlowID string
	// Code names one of the answers a step offers.
	Code string
	// ReportID is 32 hexadecimal digits of randomness, chosen when a report
	// begins. It never leaves the program.
	ReportID string
)

// File is one piece of evidence, already sealed in the vault. It says nothing
// about who sent it.
type File struct {
	Digest string `json:"d"`           // SHA-256 of the original, hexadecimal
	Type   string `json:"t"`           // media type found in the content
	Size   int64  `json:"n"`           // bytes of the original
	Clean  bool   `json:"c,omitempty"` // a copy without metadata stands beside the original
	By     Marks  `json:"b,omitzero"`  // the messages it came with; in drafts only
}

// Mark recognises one of the reporter's own messages when it is edited or
// deleted. The zero Mark is of none.
type Mark uint32

// Marks are the first two messages that brought a file.
type Marks [2]Mark

func (m Marks) has(x Mark) bool { return x != 0 && slices.Contains(m[:], x) }

// and adds a mark, if there is room.
func (m Marks) and(x Mark) Marks {
	if i := slices.Index(m[:], 0); i >= 0 && !m.has(x) {
		m[i] = x
	}
	return m
}

// without takes a mark away.
func (m Marks) without(x Mark) Marks {
	for i := range m {
		if m[i] == x {
			m[i] = 0
		}
	}
	return m
}

func mark(said string) Mark {
	if said == "" {
		return 0
	}
	return max(1, Mark(fingerprint(said)))
}

// Answer is what the reporter said to one step. Each kind uses its own fields.
type Answer struct {
	Text    string    `json:"t,omitempty"`
	Codes   []Code    `json:"c,omitempty"`
	Files   []File    `json:"f,omitempty"`
	Notes   []Note    `json:"n,omitempty"` // captions and links beside Files; Text of a finished report
	At      time.Time `json:"a,omitzero"`  // Consent and Date: when it was given
	Skipped bool      `json:"s,omitempty"` // the reporter chose not to answer
	Open    bool      `json:"o,omitempty"` // Multi and Files: more may come
	By      Mark      `json:"b,omitempty"` // the message that gave it; in drafts only
}

// Note is a caption, or a link, among the evidence of a draft.
type Note struct {
	Text string `json:"t"`
	By   Mark   `json:"b,omitempty"`
}

// words is everything the answer says in words.
func (a Answer) words() string {
	t := a.Text
	for _, n := range a.Notes {
		t += "\n" + n.Text
	}
	return strings.TrimPrefix(t, "\n")
}

// finished is the answer as it stands in a finished report: nothing tells of
// messages, and no more will come.
func (a Answer) finished() Answer {
	a.Text, a.Notes, a.Open, a.By = a.words(), nil, false, 0
	a.Files = slices.Clone(a.Files)
	for i := range a.Files {
		a.Files[i].By = Marks{}
	}
	return a
}

// Is reports whether the answer holds the code.
func (a Answer) Is(c Code) bool { return slices.Contains(a.Codes, c) }

// Empty reports whether the answer says nothing: skipped, or nothing given.
func (a Answer) Empty() bool {
	return a.Text == "" && len(a.Codes) == 0 && len(a.Files) == 0 && len(a.Notes) == 0
}

// Aside is a question that lies over the conversation and leaves it as it was.
type Aside string

// The asides.
const (
	AsideNone     Aside = ""
	AsideCancel   Aside = "cancel"
	AsideLanguage Aside = "language"
	AsideResume   Aside = "resume"
	AsideEdit     Aside = "edit"
	AsideReceipt  Aside = "receipt"  // nothing is asked: the notices are all
	AsideSent     Aside = "sent"     // the report was sent just now
	AsideTidy     Aside = "tidy"     // delete the messages of this chat?
	AsideData     Aside = "data"     // what is held, and what can be asked of it
	AsideCode     Aside = "code"     // which report?
	AsidePIN      Aside = "pin"      // is it yours?
	AsideCase     Aside = "case"     // what happened to it, and what else?
	AsideWithdraw Aside = "withdraw" // withdraw it?
	AsideInfo     Aside = "info"     // what would you like to know?
)

// ofCase reports whether it is about a report that was looked up.
func (a Aside) ofCase() bool { return a == AsideCase || a == AsideWithdraw }

// Session is a conversation in progress. The zero Session has not begun.
type Session struct {
	Lang    string            `json:"l,omitempty"`
	Flow    FlowID            `json:"f,omitempty"`
	Report  ReportID          `json:"r,omitempty"`
	Answers map[StepID]Answer `json:"a,omitempty"`
	At      StepID            `json:"p,omitempty"` // a step being asked again
	Aside   Aside             `json:"x,omitempty"`
	Page    int               `json:"g,omitempty"` // of a long list, from 0
	Sent    time.Time         `json:"s,omitzero"`  // when the report was sent
	Ended   string            `json:"e,omitempty"` // tag of the report that ended last
	Today   Tally             `json:"k,omitzero"`  // what was sent from here today
	Quiet   bool              `json:"q,omitempty"` // who sent the report wants to hear no more
	Access  *Access           `json:"c,omitempty"` // to a report that was looked up by its receipt
	Cleans  string            `json:"d,omitempty"` // see Input
	Early   bool              `json:"y,omitempty"` // evidence came before its question, so its warning was not read
	Mute    bool              `json:"u,omitempty"` // nothing is said about the last input
	Doomed  ReportID          `json:"z,omitempty"` // the report that the last input deleted: files and keys must go
	Notices []Phrase          `json:"n,omitempty"`
	Album   string            `json:"m,omitempty"` // the album the last file belonged to
	Seen    Fingerprints      `json:"i,omitempty"` // inputs already applied
}

// Tally counts what somebody sent on a day, so that nobody fills the house alone.
type Tally struct {
	Is      string `json:"d,omitempty"` // the day, as 2006-01-02 in western Indonesia
	Reports int    `json:"r,omitempty"`
	Files   int    `json:"f,omitempty"`
}

// on is the count for the day of a time: a new one when it is another day.
func (d Tally) on(at time.Time) Tally {
	if today := at.In(wib).Format(time.DateOnly); today != d.Is {
		return Tally{Is: today}
	}
	return d
}

// Fingerprints are hashes of input ids. As text they are base64, which is a
// third of what numbers take.
type Fingerprints []uint64

// MarshalText implements encoding.TextMarshaler.
func (f Fingerprints) MarshalText() ([]byte, error) {
	raw := make([]byte, 0, 8*len(f))
	for _, n := range f {
		raw = binary.BigEndian.AppendUint64(raw, n)
	}
	return base64.RawStdEncoding.AppendEncode(nil, raw), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *Fingerprints) UnmarshalText(text []byte) error {
	raw, err := base64.RawStdEncoding.AppendDecode(nil, text)
	if err != nil || len(raw)%8 != 0 {
		return errors.New("fingerprints are cut short")
	}
	*f = make(Fingerprints, 0, len(raw)/8)
	for ; len(raw) > 0; raw = raw[8:] {
		*f = append(*f, binary.BigEndian.Uint64(raw))
	}
	return nil
}

// remembered is how many inputs a session recognises when they come again.
// Platforms redeliver what was in flight; one reporter has a few messages in
// flight, an album has ten.
const remembered = 48

// HasSeen reports whether the input was applied before, however many came
// after it.
func (s Session) HasSeen(id string) bool {
	return id != "" && slices.Contains(s.Seen, fingerprint(id))
}

func (s *Session) see(id string) {
	if id == "" {
		return
	}
	keep := s.Seen
	if len(keep) >= remembered {
		keep = keep[len(keep)-remembered+1:]
	}
	s.Seen = append(slices.Clone(keep), fingerprint(id))
}

func fingerprint(id string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(id))
	return h.Sum64()
}

// Asking reports whether a report is in progress.
func (s Session) Asking() bool { return s.Flow != "" && s.Sent.IsZero() }

// holding reports whether something was sent before a flow was chosen.
func (s Session) holding() bool { return s.Flow == "" && len(s.Answers) > 0 }

// Draft reports whether the session has a report that was not sent.
func (s Session) Draft() bool { return s.Asking() || s.holding() }

// Files counts the evidence of the report in progress.
func (s Session) Files() int {
	n := 0
	for _, a := range s.Answers {
		n += len(a.Files)
	}
	return n
}

// set stores an answer in a copy of the map: sessions are values.
func (s *Session) set(id StepID, a Answer) {
	m := make(map[StepID]Answer, len(s.Answers)+1)
	for k, v := range s.Answers {
		m[k] = v
	}
	m[id] = a
	s.Answers = m
}

// unset forgets an answer, in a copy of the map.
func (s *Session) unset(id StepID) {
	s.Answers = maps.Clone(s.Answers)
	delete(s.Answers, id)
}

// clear forgets the report and keeps what belongs to the chat.
func (s *Session) clear() {
	*s = Session{Lang: s.Lang, Ended: s.tag(), Notices: s.Notices, Album: s.Album, Seen: s.Seen, Cleans: s.Cleans, Today: s.Today}
}

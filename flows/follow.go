package flows

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Access is what a conversation knows of a report that somebody looks up by its
// receipt, from whatever account: first the code, then, when the PIN was right,
// the report itself, for a while.
type Access struct {
	Ticket string    `json:"t,omitempty"`
	Report ReportID  `json:"r,omitempty"`
	Tag    string    `json:"g,omitempty"` // of the buttons
	Until  time.Time `json:"u,omitzero"`
	Over   bool      `json:"o,omitempty"` // it was withdrawn
}

// accessTime is how long a report stays open to a chat after the last that was
// done with it: the phone may come into other hands.
const accessTime = 30 * time.Minute

// longestWords is the longest message to supervisors, in characters.
const longestWords = 2000

// Claim is a receipt that somebody shows.
type Claim struct{ Ticket, PIN string }

// Receipt is what the store says of a claim. The zero Receipt is a wrong one,
// whether there is such a report or not.
type Receipt struct {
	Wait      time.Duration // nobody looked: too many were wrong before
	Report    ReportID      // "" when the claim is wrong
	Sent      time.Time
	Zone      *time.Location // of its place; nil is western Indonesia's
	Withdrawn bool
	Closed    bool
	Happened  []Happening
}

// Happening is something that happened to a report, as its reporter is told.
// What is part of a locale key.
type Happening struct {
	What string
	At   time.Time
	Text string
}

// Claim returns the receipt that an input shows, complete and well-formed: it
// must be looked up before Advance.
func (r Rules) Claim(s Session, in Input) (Claim, bool) {
	if s.HasSeen(in.ID) || in.Press != nil || in.File != nil || in.Deleted || in.Text == "" {
		return Claim{}, false
	}
	if s.Aside == AsidePIN && s.Access != nil {
		if pin, ok := ReadPIN(tidy(in.Text)); ok {
			return Claim{s.Access.Ticket, pin}, true
		}
	}
	rest, ok := r.checking(tidy(in.Text))
	if !ok || in.Edits != "" && s.Aside != AsideCode && s.Aside != AsidePIN {
		return Claim{}, false
	}
	ticket, pin := receiptIn(rest)
	return Claim{ticket, pin}, ticket != "" && pin != ""
}

// checking reports whether words ask for a report, and returns those after that.
func (r Rules) checking(text string) (rest string, ok bool) {
	word, rest, _ := strings.Cut(text, " ")
	word, _, _ = strings.Cut(word, "@")
	if r.Words.Command(word) != Check {
		return "", false
	}
	rest = strings.TrimSpace(rest)
	ticket, _ := receiptIn(rest)
	return rest, strings.HasPrefix(text, "/") || rest == "" || ticket != ""
}

// receiptIn finds a code, and a PIN after it, in words. Both are "" when there is
// none.
func receiptIn(words string) (ticket, pin string) {
	fields := strings.Fields(words)
	for n := len(fields); n > 0; n-- { // "AB12 CD34 EF5" is one code
		t, ok := ReadTicket(strings.Join(fields[:n], ""))
		if !ok {
			continue
		}
		rest := fields[n:]
		if len(rest) > 0 && strings.EqualFold(strings.Trim(rest[0], ":"), "pin") {
			rest = rest[1:]
		}
		pin, _ = ReadPIN(strings.Join(rest, ""))
		return t, pin
	}
	return "", ""
}

// open reports whether a report is open to this chat.
func (s Session) open() bool { return s.Access != nil && s.Access.Report != "" }

// leave closes a report that was looked up.
func (s *Session) leave() { s.Access = nil }

// check is what Check begins: it asks for what is missing of the receipt.
func (r Rules) check(s Session, in Input) (Session, []Effect) {
	ticket, _ := receiptIn(in.Payload)
	switch {
	case in.Receipt != nil:
		s.Access = &Access{Ticket: ticket}
		return r.shown(s, in)
	case ticket == "" && in.Payload != "":
		s.say(Say("error.code"))
		fallthrough
	case ticket == "":
		s.Access = &Access{}
		s.Aside = AsideCode
	default:
		s.Access = &Access{Ticket: ticket}
		s.Aside = AsidePIN
	}
	return s, nil
}

// code reads the answer to the question for the code.
func (r Rules) code(s Session, in Input) (Session, []Effect) {
	in.Payload = tidy(in.Text)
	if in.Payload == "" {
		in.Payload = "?" // a picture, say
	}
	return r.check(s, in)
}

// pin reads the answer to the question for the PIN.
func (r Rules) pin(s Session, in Input) (Session, []Effect) {
	if in.Receipt == nil {
		s.Aside = AsidePIN
		s.say(Say("error.pin"))
		return s, nil
	}
	return r.shown(s, in)
}

// shown opens the report that a receipt was shown for, or says why not. Nothing
// tells a wrong PIN from a code that does not exist.
func (r Rules) shown(s Session, in Input) (Session, []Effect) {
	got := *in.Receipt
	switch {
	case got.Wait > 0:
		s.leave()
		s.Aside = AsideReceipt
		s.say(Say("case.wait", "minutes", number(int((got.Wait+time.Minute-1)/time.Minute))))
		return s, nil
	case got.Report == "":
		s.Aside = AsidePIN
		s.say(Say("case.wrong"))
		return s, nil
	}
	s.Access = &Access{Ticket: got.Report.Ticket(), Report: got.Report, Tag: buttonTag(in.New), Until: in.At.Add(accessTime), Over: got.Withdrawn}
	s.Aside = AsideCase
	s.say(Say("case.head", "ticket", literal(s.Access.Ticket)))
	zone := got.Zone
	if zone == nil {
		zone = wib
	}
	history := Phrase{Key: "case.history", Items: []Phrase{Say("case.event.sent", "day", literal(Day(got.Sent, zone)))}}
	for _, h := range got.Happened {
		history.Items = append(history.Items, Say("case.event."+h.What, "day", literal(Day(h.At, zone)), "text", literal(h.Text)))
	}
	s.say(history)
	if got.Closed && !got.Withdrawn {
		s.say(Say("case.is_closed"))
	}
	return s, nil
}

// buttonTag is how buttons recognise what they belong to.
func buttonTag(id ReportID) string {
	if len(id) < 32 {
		return ""
	}
	return string(id[len(id)-6:])
}

// tell adds words to an open report.
func (r Rules) tell(s Session, in Input) (Session, []Effect) {
	text := tidy(in.Text)
	s.Aside = AsideCase
	switch n := utf8.RuneCountInString(text); {
	case text == "":
		s.say(Say("error.need_text"))
		return s, nil
	case n > longestWords:
		s.say(Say("error.too_long", "n", number(longestWords)))
		return s, nil
	}
	s.prolong(in)
	s.say(Say("case.told", "text", literal(clip(text, 200))))
	return s, []Effect{Write{s.Access.Report, eventID(in), text}}
}

// prolong keeps a report open for a while from now.
func (s *Session) prolong(in Input) {
	a := *s.Access
	a.Until = in.At.Add(accessTime)
	s.Access = &a
}

// eventID is the same when the same message is delivered again.
func eventID(in Input) string { return strconv.FormatUint(fingerprint(in.ID), 36) }

// give adds evidence to an open report.
func (r Rules) give(s Session, in Input) (Session, []Effect) {
	s.Aside = AsideCase
	s.prolong(in)
	s.kept(Say("evidence.added", "ticket", literal(s.Access.Ticket)), *in.File)
	file := *in.File
	file.By = Marks{}
	effects := []Effect{Attach{s.Access.Report, file}}
	if words := tidy(in.Text); words != "" && utf8.RuneCountInString(words) <= longestWords {
		effects = append(effects, Write{s.Access.Report, eventID(in), words})
	} else if words != "" {
		s.say(Say("error.too_long", "n", number(longestWords)))
	}
	return s, effects
}

// follow does what a button of an open report says.
func (r Rules) follow(s Session, in Input) (Session, []Effect) {
	if in.Press.Code == "close" && s.Access != nil && !s.open() { // from the question for code or PIN
		s.leave()
		return s, nil
	}
	if !s.open() || in.Press.Tag != s.Access.Tag {
		s.say(Say("error.expired"))
		return s, nil
	}
	id := s.Access.Report
	s.Aside = AsideCase
	switch in.Press.Code {
	case "withdraw":
		s.Aside = AsideWithdraw
	case "withdraw_yes":
		s.leave()
		s.Aside = AsideReceipt
		s.say(Say("case.withdrawn", "ticket", literal(id.Ticket())))
		return s, []Effect{Withdraw{id, eventID(in)}, ask(in, "withdraw")}
	case "hush":
		s.prolong(in)
		s.say(Say("case.hushed"))
		return s, []Effect{Hush{id}}
	case "close":
		s.leave()
		s.Aside = AsideNone
		s.say(Say("case.left"))
	}
	return s, nil
}

// data says what is held, and logs that somebody asked.
func (r Rules) data(s Session, in Input) (Session, []Effect) {
	s.Aside = AsideData
	asked := ask(in, "see")
	s.say(Say("data.held", "number", literal(asked.Number), "what", r.held(s)))
	return s, []Effect{asked}
}

// ask is a request with a number of its own, which is not like a report's code.
func ask(in Input, kind string) Ask { return Ask{"P-" + in.New.Ticket()[:9], kind} }

// held says what is held of whoever writes here.
func (r Rules) held(s Session) Phrase {
	var what Phrase
	switch {
	case s.Draft():
		what.Items = append(what.Items, Say("data.draft", "answers", number(len(s.Answers)), "files", number(s.Files())))
		f := r.Flow(s.Flow)
		for _, st := range f.Steps {
			if a, ok := s.Answers[st.ID]; ok && st.Role == RoleConsent {
				what.Items = append(what.Items, Say("data.consent", "day", literal(Day(a.At, f.zone(s.Answers)))))
			}
		}
	case !s.Sent.IsZero():
		what.Items = append(what.Items, Say("data.sent"))
	}
	what.Items = append(what.Items, Say("data.chat"))
	return what
}

// rights does what a button under the data says.
func (r Rules) rights(s Session, in Input) (Session, []Effect) {
	asked := ask(in, string(in.Press.Code))
	switch in.Press.Code {
	case "correct":
		if s.Asking() && r.Flow(s.Flow).consented(s) {
			s.Aside = AsideEdit
			return s, []Effect{asked}
		}
		s.say(Say("data.correct_sent"))
	case "withdraw":
		if s.Draft() {
			return r.delete(s, in, "data.withdrawn", asked)
		}
		s.say(Say("data.withdraw_sent"))
	case "delete":
		return r.delete(s, in, "data.deleted", asked)
	case "check":
		s.Access, s.Aside = &Access{}, AsideCode
	}
	return s, nil
}

// delete deletes the draft at once, or forgets in this chat that a report was
// sent from it.
func (r Rules) delete(s Session, in Input, key string, asked Ask) (Session, []Effect) {
	id, draft := s.Report, s.Draft()
	sent := !s.Sent.IsZero()
	notices := s.Notices
	s.clear()
	s.Notices = notices
	switch {
	case sent:
		key = "data.deleted_sent"
	case !draft:
		key = "data.nothing"
	}
	s.say(Say(key, "number", literal(asked.Number)))
	if s.Cleans = in.Cleans; s.Cleans != "" {
		s.Aside = AsideTidy
	}
	if !draft {
		return s, []Effect{asked}
	}
	s.Doomed = id
	return s, []Effect{Discard{id}, asked}
}

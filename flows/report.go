package flows

import (
	"encoding/hex"
	"time"
)

// Finished is a report as its reporter confirmed it. It holds the answers to
// the steps that applied, and nothing about the account it came from.
type Finished struct {
	ID      ReportID          `json:"id"`
	Flow    FlowID            `json:"flow"`
	Lang    string            `json:"lang"`
	Sent    time.Time         `json:"sent"`
	Answers map[StepID]Answer `json:"answers"`
}

// Files returns the evidence in the order of the steps.
func (r Finished) Files(f Flow) []File {
	var out []File
	for _, st := range f.Steps {
		out = append(out, r.Answers[st.ID].Files...)
	}
	return out
}

// ByRole returns the step with a role and its answer, if it was answered.
func (r Finished) ByRole(f Flow, role Role) (Step, Answer, bool) {
	for _, st := range f.Steps {
		if a, ok := r.Answers[st.ID]; ok && st.Role == role && !a.Empty() {
			return st, a, true
		}
	}
	return Step{}, Answer{}, false
}

// Effect is something the bot must do: before it saves the session for what
// must not be lost, after it for what is to be removed.
type Effect interface{ effect() }

type (
	// Submit opens a case for the finished report.
	Submit struct{ Report Finished }
	// Attach adds evidence to a report that was sent before.
	Attach struct {
		Report ReportID
		File   File
	}
	// Remove says that the reporter took evidence back.
	Remove struct {
		Report ReportID
		Files  []File
	}
	// Discard says that nobody needs this report's files any more.
	Discard struct{ Report ReportID }
	// Vanish says that the reporter wants messages to disappear by themselves.
	Vanish struct{}
)

func (Submit) effect()  {}
func (Attach) effect()  {}
func (Remove) effect()  {}
func (Discard) effect() {}
func (Vanish) effect()  {}

// ticketAlphabet is Crockford's base 32: no I, L, O, U.
const ticketAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Ticket is the code by which people speak of a report: 50 of its 128 random
// bits and a check character, as XXXX-XXXX-XXX. The report's identifier cannot
// be had from it.
func (id ReportID) Ticket() string {
	raw, err := hex.DecodeString(string(id))
	if err != nil || len(raw) < 7 {
		return ""
	}
	var bits uint64
	for _, b := range raw[:7] {
		bits = bits<<8 | uint64(b)
	}
	bits >>= 6
	out := make([]byte, 0, 13)
	check := 0
	for i := range 10 {
		v := int(bits >> (45 - 5*i) & 31)
		check = (check*3 + v) % 31 // 31 is prime: one wrong or two swapped characters show
		out = append(out, ticketAlphabet[v])
		if i == 3 || i == 7 {
			out = append(out, '-')
		}
	}
	return string(append(out, ticketAlphabet[check]))
}

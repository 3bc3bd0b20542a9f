package flows

import "slices"

// Share says what supervisors see of an answer.
type Share int

// The ways of sharing.
const (
	// Private answers never reach a group: who the reporter is.
	Private Share = iota
	// Mentioned answers are announced ("witnesses: yes") but not shown.
	Mentioned
	// Shown answers stand on the card.
	Shown
)

// When is a condition on an earlier answer: it holds when that answer has one
// of the codes. The zero When always holds. It is data, so that a flow can be
// checked and drawn.
type When struct {
	Step StepID
	Is   []Code
}

// Step is one question. Its words are in locales under "<flow>.<step>.ask";
// the short name for review and card is "….label"; the words of its codes are
// "….<code>", or "common.<code>" for the codes that mean the same everywhere.
type Step struct {
	ID    StepID
	Kind  Kind
	Skip  bool   // the reporter may leave it unanswered
	Extra bool   // a detail: asked only of who wants to add some, at the review
	When  When   // asked only when this holds
	Share Share  // what supervisors see of the answer
	Ends  []Code // codes that end the conversation; "….<code>.end" says so
	Note  bool   // "….note" is shown under the question
	Role  Role   // what the answer means to the card
}

// ends reports whether an answer ends the conversation.
func (st Step) ends(a Answer) bool { return slices.ContainsFunc(st.Ends, a.Is) }

// Role ties a step to a place on the supervisors' card, so that a card can be
// written without knowing each flow.
type Role string

// The roles a step can have.
const (
	RoleNone    Role = ""
	RoleConsent Role = "consent"
	RoleMode    Role = "mode"
	RoleRegion  Role = "region"
	RolePlace   Role = "place"
	RolePerson  Role = "person"
	RoleOffice  Role = "office"
	RoleStatus  Role = "status"
	RoleKind    Role = "kind"
	RoleWhen    Role = "when"
	RoleKnown   Role = "known"
	RoleStory   Role = "story"
	RoleFiles   Role = "files"
	RoleName    Role = "name"
	RoleAddress Role = "address"
	RolePhone   Role = "phone"
	RoleBodies  Role = "bodies"
	RoleFollow  Role = "follow"
	RoleVoter   Role = "voter"
	RoleNumber  Role = "number" // the civil servant's staff number
	RoleWitness Role = "witness"
)

// Flow is an ordered list of steps, the last of which is the review.
type Flow struct {
	ID    FlowID
	Steps []Step
	// Coarse reports hold days and no times, and are handed over later, so that
	// nobody is given away by when they wrote.
	Coarse bool
}

// Step returns the step with the id.
func (f Flow) Step(id StepID) (Step, bool) {
	for _, st := range f.Steps {
		if st.ID == id {
			return st, true
		}
	}
	return Step{}, false
}

// common codes mean the same in every step.
var common = map[Code]bool{
	"yes": true, "no": true, "unknown": true, "today": true, "yesterday": true,
	"done": true, "keep": true, "skip": true, "back": true, "cancel": true, "clear": true, "enough": true,
}

// Key returns the locale key of something about a step: "ask", "label", …
func (f Flow) Key(st StepID, what string) string {
	return string(f.ID) + "." + string(st) + "." + what
}

// CodeKey returns the locale key of one of a step's codes.
func (f Flow) CodeKey(st StepID, c Code) string {
	if common[c] {
		return "common." + string(c)
	}
	return f.Key(st, string(c))
}

// asked returns the steps that apply to these answers, in order. A step whose
// condition looks at a step that does not apply does not apply either. Details
// apply when they are given, or wanted.
func (f Flow) asked(answers map[StepID]Answer) []*Step {
	out := make([]*Step, 0, len(f.Steps))
	more := f.more(answers)
	for i := range f.Steps {
		st := &f.Steps[i]
		if _, given := answers[st.ID]; st.Extra && !more && !given {
			continue
		}
		if f.holds(st.When, out, answers) {
			out = append(out, st)
		}
	}
	return out
}

// review is the last step.
func (f Flow) review() StepID {
	if len(f.Steps) == 0 {
		return ""
	}
	return f.Steps[len(f.Steps)-1].ID
}

// more reports whether the reporter is adding details.
func (f Flow) more(answers map[StepID]Answer) bool { return answers[f.review()].Is(More) }

// left are the details that could still be given.
func (f Flow) left(answers map[StepID]Answer) int {
	var before []*Step
	n := 0
	for i := range f.Steps {
		st := &f.Steps[i]
		if !f.holds(st.When, before, answers) {
			continue
		}
		before = append(before, st)
		if a, given := answers[st.ID]; st.Extra && (!given || a.Skipped) {
			n++
		}
	}
	return n
}

// holds reports whether a condition holds, given the steps asked before.
func (f Flow) holds(w When, before []*Step, answers map[StepID]Answer) bool {
	if w.Step == "" {
		return true
	}
	for _, st := range before {
		if st.ID == w.Step {
			a, ok := f.valid(*st, answers)
			return ok && slices.ContainsFunc(w.Is, a.Is)
		}
	}
	return false
}

// valid returns the stored answer to a step if the step would still take it.
// A flow may have changed since: what no longer fits is asked again.
func (f Flow) valid(st Step, answers map[StepID]Answer) (Answer, bool) {
	a, ok := answers[st.ID]
	if !ok || !a.Skipped && !st.Kind.holds(a) || a.Skipped && !st.Skip {
		return Answer{}, false
	}
	return a, true
}

package flows

import "time"

// Finished is a report as its reporter confirmed it. It holds the answers to
// the steps that applied, and nothing about the account it came from.
type Finished struct {
	ID      ReportID          `json:"id"`
	Flow    FlowID            `json:"flow"`
	Lang    string            `json:"lang"`
	Sent    time.Time         `json:"sent"`
	Answers map[StepID]Answer `json:"answers"`
	// Again is whether the same account had sent another report that day, in western
	// Indonesia. It is false of reports of pressure, of which nobody is to know.
	Again bool `json:"again,omitempty"`
}

// Files returns the evidence in the order of the steps.
func (r Finished) Files(f Flow) []File {
	var out []File
	for _, st := range f.Steps {
		out = append(out, r.Answers[st.ID].Files...)
	}
	return out
}

// SentDay is the day on which a report was sent, in western Indonesia, as
// 2006-01-02.
func SentDay(r Finished) string { return r.Sent.In(wib).Format(time.DateOnly) }

// ByRole returns the step with a role and its answer, if it was answered.
func (r Finished) ByRole(f Flow, role Role) (Step, Answer, bool) {
	for _, st := range f.Steps {
		if a, ok := r.Answers[st.ID]; ok && st.Role == role && !a.Empty() {
			return st, a, true
		}
	}
	return Step{}, Answer{}, false
}

// Parted takes who the reporter is out of a report. The report given is not
// touched. identity is nil when the report does not say.
func (r Finished) Parted(f Flow) (rest Finished, identity map[StepID]Answer) {
	rest = r
	rest.Answers = map[StepID]Answer{}
	for _, st := range f.Steps {
		a, ok := r.Answers[st.ID]
		switch {
		case !ok:
		case st.Role == RoleName || st.Role == RoleAddress || st.Role == RolePhone:
			if identity == nil {
				identity = map[StepID]Answer{}
			}
			identity[st.ID] = a
		default:
			rest.Answers[st.ID] = a
		}
	}
	return rest, identity
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
	// Clean says that the reporter wants the messages of this chat deleted.
	Clean struct{}
	// Write adds words for the supervisors to a report that was sent before. ID
	// is the same when it is asked for again.
	Write struct {
		Report   ReportID
		ID, Text string
	}
	// Withdraw says that the reporter wants a report to go no further.
	Withdraw struct {
		Report ReportID
		ID     string
	}
	// Hush drops the way back to the reporter.
	Hush struct{ Report ReportID }
	// Ask logs what somebody asked of their data and got at once. Kind is "see",
	// "correct", "withdraw" or "delete".
	Ask struct{ Number, Kind string }
)

func (Submit) effect()   {}
func (Attach) effect()   {}
func (Remove) effect()   {}
func (Discard) effect()  {}
func (Vanish) effect()   {}
func (Clean) effect()    {}
func (Write) effect()    {}
func (Withdraw) effect() {}
func (Hush) effect()     {}
func (Ask) effect()      {}

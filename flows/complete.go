package flows

import (
	"time"

	"github.com/netralitas/netra/flows/election"
)

// Meter says how much there is of what a formal report needs (Perbawaslu 9/2024
// and 7/2022, as DOMAIN 1.5 of the project has them): the formal requirements are
// the reporter's name and address, the reported party, and that it comes in time;
// the material ones are the time, the place, what happened, and evidence. Of
// reports that name nobody only the material ones are counted: they are initial
// information by design.
type Meter struct {
	Formal, FormalOf     int
	Material, MaterialOf int
	Missing              []StepID  // the questions whose answers would add to it
	Until                time.Time // by when it must be registered; zero when no day is known
	Verdict              Verdict
}

// Verdict is what a report can become. It is never a refusal.
type Verdict string

// The verdicts, as ends of locale keys.
const (
	Registrable Verdict = "registrable" // it can be registered as a formal report
	Completable Verdict = "completable" // it can, when what is missing is added
	Tip         Verdict = "tip"         // initial information: it names no reporter
	NoVoter     Verdict = "no_voter"    // initial information: its reporter may not report
	TooLate     Verdict = "too_late"    // initial information: the time has probably passed
)

// Meter measures a report. Who has a name to give is known by the mode: the
// answers themselves may be sealed apart.
func (f Flow) Meter(rep Finished) Meter {
	var m Meter
	has := func(role Role) bool {
		for _, st := range f.Steps {
			if a, ok := rep.Answers[st.ID]; ok && st.Role == role && !a.Empty() && !a.Is("unknown") {
				return true
			}
		}
		return false
	}
	count := func(got, of *int, role Role, ok bool) {
		*of++
		if ok {
			*got++
		} else if st, there := f.byRole(role); there {
			m.Missing = append(m.Missing, st.ID)
		}
	}
	count(&m.Material, &m.MaterialOf, RoleWhen, has(RoleWhen))
	place := RolePlace
	if _, there := f.byRole(RolePlace); !there {
		place = RoleRegion
	}
	count(&m.Material, &m.MaterialOf, place, has(place))
	count(&m.Material, &m.MaterialOf, RoleStory, has(RoleStory))
	count(&m.Material, &m.MaterialOf, RoleFiles, has(RoleFiles))
	_, a, asked := rep.ByRole(f, RoleMode)
	if !asked {
		m.Verdict = Tip
		return m
	}
	named := a.Is("named")
	m.FormalOf = 2
	if named {
		m.Formal = 2
	}
	count(&m.Formal, &m.FormalOf, RolePerson, has(RolePerson))
	late := false
	if known, ok := f.known(rep); ok {
		m.Until = election.Deadline(known.day)
		late = known.late || !rep.Sent.IsZero() && rep.Sent.After(m.Until)
	}
	m.FormalOf++
	if !late {
		m.Formal++
	}
	_, voter, _ := rep.ByRole(f, RoleVoter)
	switch {
	case late:
		m.Verdict = TooLate
	case !named:
		m.Verdict = Tip
	case voter.Is("no"):
		m.Verdict = NoVoter
	case len(m.Missing) > 0:
		m.Verdict = Completable
	default:
		m.Verdict = Registrable
	}
	return m
}

// learned is the day on which the reporter learned of the event.
type learned struct {
	day  time.Time
	late bool // it was too long ago when they said so
}

// known is that day: what was said, else that of the event, which is the earlier
// and so the safe one. ok is false when there is none in the answers.
func (f Flow) known(rep Finished) (learned, bool) {
	for _, role := range []Role{RoleKnown, RoleWhen} {
		if _, a, ok := rep.ByRole(f, role); ok {
			if s, is := readStamp(a.Text); is {
				return learned{s.day, a.Is(Late)}, true
			}
		}
	}
	return learned{}, false
}

// Day is the day on which it happened, at midnight there. ok is false when the
// report does not say.
func (f Flow) Day(rep Finished) (day time.Time, ok bool) {
	if _, a, there := rep.ByRole(f, RoleWhen); there {
		s, is := readStamp(a.Text)
		return s.day, is
	}
	return day, false
}

// meter says the meter in words: for supervisors, and at the review.
func (f Flow) meter(m Meter) []Phrase {
	counts := Say("meter.material", "n", number(m.Material), "of", number(m.MaterialOf))
	if m.FormalOf > 0 {
		counts = Say("meter.both", "n", number(m.Formal), "of", number(m.FormalOf), "m", number(m.Material), "mof", number(m.MaterialOf))
	}
	lines := []Phrase{Say("meter.line", "counts", counts, "verdict", Say("meter."+string(m.Verdict)))}
	if !m.Until.IsZero() && (m.Verdict == Registrable || m.Verdict == Completable || m.Verdict == Tip) {
		lines = append(lines, Say("meter.until", "until", until(m.Until)))
	}
	return lines
}

// until is a deadline in words.
func until(t time.Time) Phrase { return when(stamp{day: t, time: clock(t.Hour() * 60)}.String()) }

// lacking lists what is missing, by the names of the questions.
func (f Flow) lacking(m Meter) Phrase {
	var list Phrase
	for _, id := range m.Missing {
		list.Items = append(list.Items, Say(f.Key(id, "label")))
	}
	return list
}

// legal says in which stage of an election it happened, and which rows of the
// catalogue that suggests.
func (r Rules) legal(f Flow, rep Finished) []Phrase {
	if _, ok := f.byRole(RoleOffice); !ok { // what is suggested is about what a civil servant did
		return nil
	}
	if len(r.Elections) == 0 {
		return []Phrase{Say("card.no_election")}
	}
	_, where, _ := rep.ByRole(f, RoleRegion)
	_, event, _ := rep.ByRole(f, RoleWhen)
	day, ok := readStamp(event.Text)
	if !ok {
		return nil
	}
	found, ok := r.Elections.On(where.Place(), day.day)
	if !ok {
		return []Phrase{Say("card.outside")}
	}
	stage := literal(found.Election.Name)
	if found.Stage.Name != "" {
		stage = Say("card.stage_of", "election", literal(found.Election.Name), "stage", literal(found.Stage.Name))
	}
	lines := []Phrase{Say("card.row", "label", Say("card.stage"), "value", stage)}
	_, kind, _ := rep.ByRole(f, RoleKind)
	var rows Phrase
	verify := false
	for _, c := range kind.Codes {
		for _, row := range election.Current.Suggest(string(c), found.When) {
			rows.Items = append(rows.Items, literal(row.ID))
			verify = verify || row.Verify
		}
	}
	switch {
	case len(rows.Items) == 0:
	case verify:
		lines = append(lines, Say("card.rows_verify", "rows", rows))
	default:
		lines = append(lines, Say("card.rows", "rows", rows))
	}
	return lines
}

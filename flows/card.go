package flows

import "github.com/netralitas/netra/flows/region"

// cardRows tie a role to its place on the supervisors' card and to what it is
// called there, in the order in which a supervisor needs them.
var cardRows = []struct {
	role Role
	key  string
}{
	{RoleKind, "card.kind"},
	{RolePerson, "card.person"},
	{RoleStatus, "card.status"},
	{RoleOffice, "card.office"},
	{RoleRegion, "card.region"},
	{RolePlace, "card.place"},
	{RoleWhen, "card.when"},
	{RoleKnown, "card.known"},
}

// Card is what supervisors read of a report, paragraph by paragraph: the answers
// that the reporter saw marked as shown, and no others. The review shows the
// reporter the same.
func (r Rules) Card(rep Finished) [][]Phrase {
	f := r.Flow(rep.Flow)
	var facts, story, rest []Phrase
	used := map[StepID]bool{}
	for _, row := range cardRows {
		if st, a, ok := shown(f, rep, row.role); ok {
			used[st.ID] = true
			key := row.key
			if f.Coarse { // "who" is a different question there
				key = ""
			}
			facts = append(facts, f.cardRow(st, a, key))
		}
	}
	if !rep.Sent.IsZero() {
		facts = append(facts, Say("card.row", "label", Say("card.sent"), "value", literal(Day(rep.Sent, f.zone(rep.Answers)))))
	}
	for _, st := range f.Steps {
		a, ok := rep.Answers[st.ID]
		if !ok || a.Empty() || a.Is("unknown") || used[st.ID] {
			continue
		}
		switch {
		case st.Role == RoleStory && st.Share == Shown:
			story = []Phrase{Say("card.story", "value", f.Value(st, a))}
		case st.Role == RoleMode || st.Role == RoleBodies || st.Role == RoleFiles:
		case st.Share == Shown:
			rest = append(rest, f.cardRow(st, a, ""))
		case st.Share == Mentioned:
			rest = append(rest, Say("card.mentioned", "label", Say(f.Key(st.ID, "label"))))
		}
	}
	if st, a, ok := rep.ByRole(f, RoleFiles); ok && a.words() != "" {
		rest = append(rest, Say("card.row", "label", Say(f.Key(st.ID, "note_label")), "value", literal(a.words())))
		if len(a.Files) > 0 {
			rest = append(rest, CountFiles(a.Files))
		}
	} else {
		rest = append(rest, CountFiles(rep.Files(f)))
	}
	rest = append(rest, r.Assess(rep)...)
	if _, a, ok := rep.ByRole(f, RoleMode); ok && a.Is("named") {
		rest = append(rest, Say("card.named"))
	}
	rest = append(rest, Say("card.alleged"))
	return [][]Phrase{{Say("card."+string(rep.Flow), "ticket", literal(rep.ID.Ticket()))}, facts, story, rest}
}

// Assess says what the law may make of a report, how complete it is and what it
// lacks.
func (r Rules) Assess(rep Finished) []Phrase {
	f := r.Flow(rep.Flow)
	meter := f.Meter(rep)
	lines := append(r.legal(f, rep), f.meter(meter)...)
	if len(meter.Missing) > 0 {
		lines = append(lines, Say("card.missing", "list", f.lacking(meter)))
	}
	return lines
}

// Summary is the card for those who may see what kind of report there is, and
// neither names nor words of the reporter: what was chosen from lists, the regency,
// how much evidence there is and how complete it is.
func (r Rules) Summary(rep Finished) [][]Phrase {
	f := r.Flow(rep.Flow)
	var facts []Phrase
	for _, role := range []Role{RoleKind, RoleStatus} {
		if st, a, ok := shown(f, rep, role); ok && len(a.Codes) > 0 {
			a.Text = ""
			facts = append(facts, f.cardRow(st, a, ""))
		}
	}
	if _, a, ok := rep.ByRole(f, RoleRegion); ok && a.Place() != "" {
		place := a.Place()
		if place.Level() == region.District {
			place = place.Parent()
		}
		facts = append(facts, Say("card.row", "label", Say("card.region"), "value", literal(place.Full())))
	}
	if !rep.Sent.IsZero() {
		facts = append(facts, Say("card.row", "label", Say("card.sent"), "value", literal(Day(rep.Sent, f.zone(rep.Answers)))))
	}
	rest := append([]Phrase{Say("card.files", "n", number(len(rep.Files(f))))}, f.meter(f.Meter(rep))...)
	rest = append(rest, Say("card.summary"), Say("card.alleged"))
	return [][]Phrase{{Say("card."+string(rep.Flow), "ticket", literal(rep.ID.Ticket()))}, facts, rest}
}

// cardRow is a line of the card: the role's name, or the step's own.
func (f Flow) cardRow(st Step, a Answer, key string) Phrase {
	if key == "" {
		key = f.Key(st.ID, "label")
	}
	return Say("card.row", "label", Say(key), "value", f.Value(st, a))
}

// shown is the answer to a role if supervisors may see it.
func shown(f Flow, rep Finished, role Role) (Step, Answer, bool) {
	for _, st := range f.Steps {
		a, ok := rep.Answers[st.ID]
		if ok && st.Role == role && st.Share == Shown && !a.Empty() && !a.Is("unknown") {
			return st, a, true
		}
	}
	return Step{}, Answer{}, false
}

// CountFiles says how much evidence is attached and what stays sealed.
func CountFiles(files []File) Phrase {
	clean := 0
	for _, f := range files {
		if f.Clean {
			clean++
		}
	}
	switch sealed := len(files) - clean; {
	case len(files) == 0:
		return Say("card.no_evidence")
	case sealed == 0:
		return Say("card.evidence", "n", number(clean))
	default:
		return Say("card.evidence_sealed", "n", number(len(files)), "shown", number(clean), "sealed", number(sealed))
	}
}

package flows

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/netralitas/netra/flows/election"
)

// Rules is everything Advance needs to know besides session and input.
type Rules struct {
	Flows       []Flow
	Words       Words
	Elections   election.Calendar // those that the operator takes reports for
	MostReports int               // of one reporter in a day; 0 is no limit
	MostFiles   int               // that one reporter sends in a day; 0 is no limit
}

// Steps of the menu and the asides, as a Press names them.
const (
	stepMenu     StepID = "menu"
	stepCancel   StepID = "cancel"
	stepLanguage StepID = "language"
	stepResume   StepID = "resume"
	stepEdit     StepID = "edit"
	stepPage     StepID = "page"
	stepCase     StepID = "case"
	stepData     StepID = "data"
	stepTidy     StepID = "tidy"
	stepInfo     StepID = "info"
)

// Flow returns the flow with the id; the zero Flow when there is none, which
// happens when a flow was removed under a report in progress.
func (r Rules) Flow(id FlowID) Flow {
	for _, f := range r.Flows {
		if f.ID == id {
			return f
		}
	}
	return Flow{}
}

// Advance applies one input and returns the next session and what must be done
// before it is saved. An input the session has seen changes nothing. The
// session given is not touched.
func (r Rules) Advance(s Session, in Input) (Session, []Effect) {
	if s.HasSeen(in.ID) {
		return s, nil
	}
	fresh := len(s.Seen) == 0 // nothing was shown yet, or it is forgotten
	s.see(in.ID)
	s.Today = s.Today.on(in.At)
	if in.File != nil {
		s.Today.Files++
	}
	if in.Press != nil && !s.Asking() && s.Ended != "" && in.Press.Tag == s.Ended {
		return s, nil // a second press of the button that ended the report: what was said then stands
	}
	if s.Lang == "" {
		s.Lang = r.language(in.Lang)
	}
	s.Mute, s.Doomed = false, ""
	if in.Album == "" || in.Album != s.Album {
		s.Notices = nil
	}
	s.Album = in.Album
	if s.Flow != "" && r.Flow(s.Flow).ID == "" { // the flow is gone
		s.clear()
		s.say(Say("error.expired"))
	}
	if in.Edits != "" && !in.Deleted && in.Problem == nil && (s.Aside == AsideCode || s.Aside == AsidePIN) {
		in.Edits = "" // mistyped and mended: it is typed again
	}
	if in.Edits != "" {
		return r.edited(s, in)
	}
	if fresh && in.Numbered && r.listed(in.Text) {
		s.say(Say("error.expired"))
		return s, nil
	}
	if in.File != nil {
		file := *in.File
		file.By = Marks{mark(in.Said)}
		in.File = &file
	}
	in = r.understand(s, in)
	s.Page = 0
	if s.open() && in.At.After(s.Access.Until) {
		s.leave()
		if s.Aside.ofCase() {
			s.Aside = AsideNone
			if in.Press == nil && in.Command == "" { // it was meant for the report that was open
				s.say(Say("case.left_alone"))
				return s, nil
			}
		}
	}

	switch {
	case in.Problem == nil && in.File != nil && in.File.Digest == "":
		s.say(Say("error.many_files"))
		return s, nil
	case in.Problem != nil:
		s.refuse(*in.Problem)
		return s, nil
	case in.Press != nil && in.Press.Step == stepPage:
		n, _ := strconv.Atoi(string(in.Press.Code))
		s.Page = max(0, n)
		return s, nil
	case in.Press != nil:
		return r.press(s, in)
	case in.Command != "" && in.Command != Done:
		return r.command(s, in)
	case in.File != nil && s.Aside.ofCase() && s.open():
		return r.give(s, in)
	case in.File != nil && !r.takesFiles(s):
		return r.keep(s, in)
	case s.Aside == AsideCode:
		return r.code(s, in)
	case s.Aside == AsidePIN && s.Access != nil:
		return r.pin(s, in)
	case s.Aside == AsideCase && s.open():
		return r.tell(s, in)
	case s.Aside == AsideWithdraw:
		s.say(Say("error.pick_one"))
		return s, nil
	}
	s.Aside = AsideNone
	switch {
	case s.Asking():
		return r.answer(s, in)
	case s.Sent.IsZero() && r.early(s, in):
		return r.begun(s, in), nil
	case !s.Sent.IsZero():
		s.say(Say("menu.sent_already"))
	default:
		s.say(Say("menu.nothing_open"))
	}
	return s, nil
}

func (r Rules) command(s Session, in Input) (Session, []Effect) {
	was := s.Aside
	s.Aside = AsideNone
	switch in.Command {
	case Start, Report:
		if s.Asking() {
			s.Aside = AsideResume
			return s, nil
		}
		if f := r.Flow(FlowID(in.Payload)); f.ID != "" {
			return r.begin(s, f, in)
		}
		if p := placeOf(dashed(in.Payload)); p != "" { // a poster
			s.hold(in, "region", Answer{Codes: []Code{placeCode(p)}})
			s.say(Say("menu.region", "value", literal(p.Full())))
		}
		if in.Command == Start {
			s.say(Say("menu.greeting"))
		}
	case Resume:
		if !s.Asking() {
			s.say(Say("menu.no_draft"))
		}
	case Cancel:
		// Saying it twice may mean "no, cancel that": only a plain yes deletes.
		switch {
		case s.Asking():
			s.Aside = AsideCancel
		case s.holding():
			return r.discard(s)
		default:
			s.say(Say("menu.no_draft"))
		}
	case Language:
		s.Aside = AsideLanguage
	case Help:
		s.say(Say("help.text"))
	case Info:
		s.Aside = AsideInfo
	case Danger:
		s.say(Say("help.emergency"))
	case MyData:
		return r.data(s, in)
	case Check:
		if in.Payload == "" && s.open() {
			s.Aside = AsideCase
			break
		}
		return r.check(s, in)
	case Delete:
		return r.delete(s, in, "data.deleted", ask(in, "delete"))
	case Tidy:
		if in.Cleans == "" {
			s.say(Say("tidy.cannot"))
			break
		}
		s.Aside = AsideTidy
	case Vanishing:
		if !in.Vanishes {
			s.say(Say("help.not_vanishing"))
			break
		}
		s.say(Say("help.vanishing"))
		return s, []Effect{Vanish{}}
	case Back:
		if was.ofCase() && s.open() {
			s.leave()
			s.say(Say("case.left"))
			return s, nil
		}
		return r.back(s, was), nil
	case Skip:
		if !s.Asking() {
			s.say(Say("menu.nothing_open"))
			break
		}
		return r.skip(s, in)
	}
	return s, nil
}

func (r Rules) press(s Session, in Input) (Session, []Effect) {
	p := *in.Press
	was := s.Aside
	s.Aside = AsideNone
	switch p.Step {
	case stepMenu:
		return r.menu(s, in)
	case stepLanguage:
		if slices.Contains(r.Words.Languages(), string(p.Code)) {
			s.Lang = string(p.Code)
		}
		return s, nil
	case stepCase:
		return r.follow(s, in)
	case stepData:
		return r.rights(s, in)
	case stepTidy:
		return r.tidied(s, in)
	case stepInfo:
		return r.told(s, p.Code), nil
	}
	switch {
	case !s.Asking():
		s.say(Say("error.expired"))
		return s, nil
	case p.Tag != s.tag():
		s.say(Say("error.stale"))
		return s, nil
	}
	f := r.Flow(s.Flow)
	switch p.Step {
	case stepCancel:
		if p.Code == "yes" && was == AsideCancel {
			return r.discard(s)
		}
		return s, nil
	case stepResume:
		if p.Code == "restart" {
			s.Aside = AsideCancel
		}
		return s, nil
	case stepEdit:
		if slices.ContainsFunc(r.reviewed(f, s), func(st *Step) bool { return st.ID == StepID(p.Code) }) {
			s.At = StepID(p.Code)
		}
		return s, nil
	}
	if st := f.current(s); st.ID != p.Step {
		// A second press of a button just answered is no mistake worth a word.
		if !s.Answers[p.Step].Is(p.Code) && !s.Answers[p.Step].Skipped && p.Code != "done" {
			s.say(Say("error.stale"))
		}
		return s, nil
	}
	switch p.Code {
	case "skip":
		return r.skip(s, in)
	case "back":
		return r.back(s, was), nil
	case "cancel":
		s.Aside = AsideCancel
		return s, nil
	case "keep":
		s.At = ""
		return s, nil
	case "clear":
		return r.clear(s)
	case "enough":
		s.unset(f.review())
		s.At = ""
		return s, nil
	case "done":
		in.Command, in.Press = Done, nil
	}
	return r.answer(s, in)
}

func (r Rules) menu(s Session, in Input) (Session, []Effect) {
	switch in.Press.Code {
	case "language":
		s.Aside = AsideLanguage
	case "help":
		s.Aside = AsideInfo
	case "check":
		in.Payload = ""
		return r.check(s, in)
	default:
		f := r.Flow(FlowID(in.Press.Code))
		switch {
		case f.ID == "":
			s.say(Say("error.expired"))
		case s.Asking() && s.Flow == f.ID:
			// already in it: the open question comes again
		case s.Asking():
			s.Aside = AsideResume
		default:
			return r.begin(s, f, in)
		}
	}
	return s, nil
}

// begin begins a report, with what came before its flow was chosen in it.
func (r Rules) begin(s Session, f Flow, in Input) (Session, []Effect) {
	if r.MostReports > 0 && s.Today.Reports >= r.MostReports {
		s.say(Say("error.many_reports", "n", number(r.MostReports)))
		return s, nil
	}
	id, early := s.Report, s.Answers
	if !s.holding() {
		id, early = in.New, nil
	}
	s.clear()
	s.Flow, s.Report = f.ID, id
	r.take(&s, f, early)
	return s, nil
}

func (r Rules) discard(s Session) (Session, []Effect) {
	id := s.Report
	s.clear()
	s.Doomed = id
	s.say(Say("menu.cancelled"))
	return s, []Effect{Discard{id}}
}

// answer reads the input for the current step.
func (r Rules) answer(s Session, in Input) (Session, []Effect) {
	f := r.Flow(s.Flow)
	st := f.current(s)
	takes := st.Kind.Accepts()
	if in.Command == Done && !takes.Several && !takes.Files {
		in.Text = "" // "done" is no answer here
	}
	if !takes.Text && in.Command == "" && in.Press == nil && r.tells(f, &s, in) {
		return s, nil
	}
	in.At = in.At.In(f.zone(s.Answers))
	had := f.had(st, s)
	if _, place := st.Kind.(Region); place && in.Press == nil && r.Words.Match([]string{"common.unknown"}, tidy(in.Text)) >= 0 {
		if st.narrowing(had) {
			return r.skip(s, in)
		}
		s.refuse(Refusal{Key: "error.region_unknown"})
		return s, nil
	}
	a, err := st.Kind.Read(in, had)
	if err == nil && st.Role == RoleKnown && f.before(a, s.Answers) {
		err = Refusal{Key: "error.known_before"}
	}
	if ref := (Refusal{}); errors.As(err, &ref) {
		s.refuse(ref)
		return s, nil
	}
	if _, review := st.Kind.(Review); review {
		switch {
		case a.Is(Change):
			s.Aside = AsideEdit
		case a.Is(More):
			s.set(st.ID, a)
		case a.Is(Blur):
			return r.blur(s, f), nil
		default:
			return r.submit(s, f, in)
		}
		return s, nil
	}
	if st.ends(a) {
		id := s.Report
		s.clear()
		s.Doomed = id
		s.say(Say(f.Key(st.ID, string(a.Codes[0])+".end")))
		return s, []Effect{Discard{id}}
	}
	r.store(&s, f, st, a, in)
	switch {
	case in.File == nil:
	case len(a.Files) == len(had.Files):
		s.say(Say("evidence.again"))
	case !in.File.Clean:
		s.say(Say("evidence.sealed"))
	}
	s.noted(in, a)
	if a.Open {
		return s, nil
	}
	s.At = ""
	if st.Role == RoleKnown && f.Meter(f.finished(s, time.Time{})).Verdict == TooLate {
		s.say(Say(f.Key(st.ID, "late")))
	}
	switch st.Kind.(type) {
	case Consent:
	case Region, Date:
		s.say(Say("question.understood", "label", Say(f.Key(st.ID, "label")), "value", f.Value(st, a)))
	default:
		if len(a.Codes) > 0 {
			s.say(Say("question.answered", "label", Say(f.Key(st.ID, "label")), "value", f.Value(st, a)))
		}
	}
	return s, nil
}

// store keeps an answer, with what must be known about a consent, and which
// message gave all of it. Files know that themselves, "done" gives nothing, and
// no one message gave what was ticked one by one.
func (r Rules) store(s *Session, f Flow, st Step, a Answer, in Input) {
	if _, consent := st.Kind.(Consent); consent {
		a.Text = s.Lang + ":" + r.Words.Version(s.Lang, f.Key(st.ID, "ask"))
	}
	switch {
	case a.Open:
		a.By = 0
	case in.Command != Done && !st.Kind.Accepts().Files:
		a.By = mark(in.Said)
	}
	s.set(st.ID, a)
	s.prune(f)
	switch st.Role {
	case RoleRegion:
		s.rezone(f)
	case RoleWhen: // a day of learning that comes before it now is asked for again
		if known, ok := f.byRole(RoleKnown); ok && f.before(s.Answers[known.ID], s.Answers) {
			s.unset(known.ID)
		}
	}
}

// prune forgets private answers that another answer rules out: who becomes
// anonymous has given no name.
func (s *Session) prune(f Flow) {
	for _, st := range f.Steps {
		if _, given := s.Answers[st.ID]; !given || st.Share != Private || st.When.Step == "" {
			continue
		}
		if a, ok := s.Answers[st.When.Step]; ok && !slices.ContainsFunc(st.When.Is, a.Is) {
			s.unset(st.ID)
		}
	}
}

// submit ends the report. What the reporter was shown is what is sent.
func (r Rules) submit(s Session, f Flow, in Input) (Session, []Effect) {
	rep := f.finished(s, in.At)
	rep.Again = !f.Coarse && s.Today.Reports > 0
	notices := s.Notices
	s = Session{Lang: s.Lang, Flow: s.Flow, Report: s.Report, Sent: in.At.UTC(), Ended: s.tag(), Notices: notices, Album: s.Album, Seen: s.Seen, Cleans: in.Cleans, Today: s.Today}
	s.Today.Reports++
	s.say(Say(string(f.ID)+".sent", "ticket", literal(rep.ID.Ticket()), "pin", literal(rep.ID.PIN())))
	if _, a, ok := rep.ByRole(f, RoleMode); ok && a.Is("named") {
		s.say(Say(string(f.ID)+".sent_named", "until", until(f.Meter(rep).Until)))
	}
	s.Aside = AsideSent
	return s, []Effect{Submit{rep}}
}

// finished is the report that the session would send.
func (f Flow) finished(s Session, at time.Time) Finished {
	rep := Finished{ID: s.Report, Flow: s.Flow, Lang: s.Lang, Sent: f.At(at), Answers: map[StepID]Answer{}}
	for _, st := range f.asked(s.Answers) {
		if a, ok := f.valid(*st, s.Answers); ok {
			a.At = f.At(a.At)
			rep.Answers[st.ID] = a.finished()
		}
	}
	return rep
}

// At is a time as reports of the flow hold it: of a coarse one only the day.
func (f Flow) At(t time.Time) time.Time {
	if !f.Coarse || t.IsZero() {
		return t.UTC()
	}
	y, m, d := t.In(wib).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, wib).UTC()
}

// tidied does what was answered to "delete the messages of this chat?".
func (r Rules) tidied(s Session, in Input) (Session, []Effect) {
	switch {
	case in.Press.Code == "ask":
		s.Aside = AsideTidy
	case in.Press.Code == "yes" && in.Cleans != "":
		notices := s.Notices
		if !s.Asking() { // whoever takes the phone now learns nothing
			s.clear()
			s.Notices = notices
		}
		s.leave()
		s.Aside = AsideReceipt
		s.say(Say("tidy.done." + in.Cleans))
		return s, []Effect{Clean{}}
	case s.Asking():
	default:
		s.Aside = AsideReceipt
		s.say(Say("tidy.kept"))
	}
	return s, nil
}

func (r Rules) skip(s Session, in Input) (Session, []Effect) {
	f := r.Flow(s.Flow)
	st := f.current(s)
	switch had, ok := s.Answers[st.ID]; {
	case st.narrowing(had):
		had.Open = false // "skip" after the regency means "no smaller"
		r.store(&s, f, st, had, in)
		s.At = ""
		s.say(Say("question.understood", "label", Say(f.Key(st.ID, "label")), "value", f.Value(st, had)))
	case !st.Skip:
		s.say(Say("error.required"))
	case ok && !had.Empty() && st.Kind.Accepts().Files:
		had.Open = false // "skip" after files were sent means "no more"
		s.set(st.ID, had)
		s.At = ""
	default:
		s.set(st.ID, Answer{Skipped: true, By: mark(in.Said)})
		s.At = ""
		if st.Note && st.Kind.Accepts().Files {
			s.say(Say(f.Key(st.ID, "skipped")))
		}
	}
	return s, nil
}

// back asks the step before the current one again. Its answer stays until
// another is given.
func (r Rules) back(s Session, was Aside) Session {
	if !s.Asking() {
		s.say(Say("menu.nothing_open"))
		return s
	}
	if was != AsideNone { // back from "cancel?" is back to the question
		return s
	}
	f := r.Flow(s.Flow)
	cur := f.current(s)
	var prev StepID
	for _, st := range f.asked(s.Answers) {
		if st.ID == cur.ID {
			break
		}
		prev = st.ID
	}
	if prev == "" {
		s.say(Say("question.first"))
		return s
	}
	if a, ok := s.Answers[cur.ID]; ok && a.Open {
		switch cur.Kind.(type) {
		case Region, Date: // back from "which one?" is back to the question
			s.unset(cur.ID)
			return s
		case Multi, Files:
			if !a.Empty() {
				a.Open = false
				s.set(cur.ID, a)
			}
		}
	}
	s.At = prev
	return s
}

// current is the step being asked: the one the reporter went back to, or the
// first that still lacks an answer. A session holds answers, not a position,
// so a flow may change under a report in progress.
func (f Flow) current(s Session) Step { return f.open(f.asked(s.Answers), s) }

// open is current, of the steps that are asked.
func (f Flow) open(steps []*Step, s Session) Step {
	for _, st := range steps {
		if st.ID == s.At {
			return *st
		}
	}
	for _, st := range steps {
		if a, ok := f.valid(*st, s.Answers); !ok || a.Open {
			return *st
		}
	}
	return f.Steps[len(f.Steps)-1]
}

// had is the answer so far: what was stored, or what a Multi has preset.
func (f Flow) had(st Step, s Session) Answer {
	a, ok := f.valid(st, s.Answers)
	if m, multi := st.Kind.(Multi); multi && !ok {
		return Answer{Codes: m.Preset, Open: true}
	}
	return a
}

// say adds a sentence about the input, unless it was said of this album already.
func (s *Session) say(p Phrase) {
	if !slices.ContainsFunc(s.Notices, func(n Phrase) bool { return n.Key == p.Key && p.Key != "question.answered" }) {
		s.Notices = append(slices.Clone(s.Notices), p)
	}
}

func (s *Session) refuse(r Refusal) { s.say(Phrase{Key: r.Key, Args: r.Args}) }

// tag tells the buttons of this report from those of an earlier one.
func (s Session) tag() string { return buttonTag(s.Report) }

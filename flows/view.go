package flows

import (
	"slices"
	"strconv"
	"time"
)

// Option is something the reporter may press, or answer by its number or words.
type Option struct {
	Step  StepID
	Code  Code
	Label Phrase
	On    bool // a Multi's code that is chosen
}

// View is what the reporter is shown in a session's state.
type View struct {
	Notices  []Phrase // sentences about the last input
	Body     []Phrase // the question, paragraph by paragraph
	Choices  []Option // answers, on every page
	From, To int      // Choices[From:To] are on the page that is shown
	Nav      []Option // skip, back, cancel
	Tag      string   // of the buttons; see Press
	Numbered bool     // the choices are counted in the body
	Accepts  Accepts  // what the open question takes
}

// longList is the longest list that is shown at once; others come in pages. The
// choices keep their numbers, so those on another page can be answered, too.
const longList = 12

// View says what the reporter is shown. It depends on nothing but the session.
func (r Rules) View(s Session) View {
	v := r.whole(s)
	v.To = len(v.Choices)
	if v.To <= longList {
		return v
	}
	pages := (v.To + longList - 1) / longList
	size := (v.To + pages - 1) / pages
	page := min(max(s.Page, 0), pages-1)
	v.From, v.To = page*size, min((page+1)*size, v.To)
	next := Option{Step: stepPage, Code: Code(strconv.Itoa((page + 1) % pages)), Label: Say("common.more")}
	v.Nav = append([]Option{next}, v.Nav...)
	return v
}

// whole is the view with long lists in one.
func (r Rules) whole(s Session) View {
	v := View{Notices: s.Notices, Tag: s.tag()}
	if s.Mute {
		return View{Tag: v.Tag}
	}
	switch s.Aside {
	case AsideLanguage:
		v.Tag = "" // it belongs to no report
		v.ask(Say("language.ask"))
		for _, l := range r.Words.Languages() {
			v.offer(stepLanguage, Code(l), "language."+l)
		}
		return v
	case AsideCancel:
		v.ask(Say("menu.cancel_confirm"))
		v.offer(stepCancel, "yes", "menu.cancel_yes")
		v.offer(stepCancel, "no", "menu.cancel_no")
		return v
	case AsideResume:
		v.ask(Say("menu.resume"))
		v.offer(stepResume, "resume", "menu.resume_yes")
		v.offer(stepResume, "restart", "menu.resume_restart")
		return v
	case AsideReceipt:
		return v
	case AsideSent:
		if v.Tag = ""; s.Cleans != "" {
			v.ask(Say("tidy.offer"))
			v.offer(stepTidy, "ask", "tidy.start")
		}
		return v
	case AsideTidy:
		v.Tag = ""
		v.ask(Say("tidy.ask"))
		if !s.Sent.IsZero() {
			v.ask(Say("tidy.receipt"))
		}
		v.offer(stepTidy, "yes", "tidy.yes")
		v.offer(stepTidy, "no", "tidy.no")
		return v
	case AsideData:
		v.Tag = ""
		v.ask(Say("help.data"))
		v.offer(stepData, "correct", "data.correct")
		v.offer(stepData, "withdraw", "data.withdraw")
		v.offer(stepData, "delete", "data.delete")
		v.offer(stepData, "check", "menu.check")
		return v
	case AsideInfo:
		r.info(&v)
		return v
	case AsideCode, AsidePIN:
		v.Tag, v.Accepts = "", Accepts{Text: true}
		v.ask(Say("case." + string(s.Aside)))
		v.Nav = append(v.Nav, Option{Step: stepCase, Code: "close", Label: Say("common.cancel")})
		return v
	case AsideCase, AsideWithdraw:
		if s.open() {
			r.access(&v, s)
			return v
		}
	case AsideEdit:
		if s.Asking() {
			r.edit(&v, s)
			return v
		}
	}
	switch {
	case s.Asking():
		r.question(&v, s)
	default:
		r.mainMenu(&v)
	}
	return v
}

func (r Rules) mainMenu(v *View) {
	v.Tag = ""
	v.ask(Say("menu.ask"))
	for _, f := range r.Flows {
		v.offer(stepMenu, Code(f.ID), "menu."+string(f.ID))
	}
	v.offer(stepMenu, "check", "menu.check")
	v.offer(stepMenu, "help", "menu.help")
	v.offer(stepMenu, "language", "menu.language")
}

// access is a report that was looked up.
func (r Rules) access(v *View, s Session) {
	v.Tag = s.Access.Tag
	if s.Aside == AsideWithdraw {
		v.ask(Say("case.withdraw_confirm"))
		v.offer(stepCase, "withdraw_yes", "case.withdraw_yes")
		v.offer(stepCase, "withdraw_no", "case.withdraw_no")
		return
	}
	v.Accepts = Accepts{Text: true, Files: true}
	if s.Access.Over {
		v.ask(Say("case.is_withdrawn"))
	} else {
		v.ask(Say("case.ask"))
	}
	for _, c := range []Code{"withdraw", "hush", "close"} { // without numbers: "2" may be the answer to a question
		if s.Access.Over && c != "close" {
			continue
		}
		v.Nav = append(v.Nav, Option{Step: stepCase, Code: c, Label: Say("case." + string(c))})
	}
}

func (r Rules) question(v *View, s Session) {
	f := r.Flow(s.Flow)
	steps := f.asked(s.Answers)
	st := f.open(steps, s)
	had, answered := f.valid(st, s.Answers)
	v.Accepts = st.Kind.Accepts()

	if _, review := st.Kind.(Review); review {
		r.review(v, s, f)
		return
	}
	at, of := f.progress(steps, st)
	key := "question.progress"
	if st.Extra {
		key = "question.detail"
	}
	v.Body = append(v.Body, Say(key, "n", number(at), "of", number(of)))
	if steps[0].ID == st.ID {
		if opening := string(f.ID) + ".opening"; r.Words.Version(s.Lang, opening) != "" {
			v.ask(Say(opening))
		}
	}
	if k, ok := st.Kind.(again); ok && had.Open {
		ask, choices := k.again(had)
		v.ask(ask)
		for _, o := range choices {
			o.Step = st.ID
			v.Choices = append(v.Choices, o)
		}
		if st.narrowing(had) {
			v.nav(st.ID, "skip")
		}
		v.nav(st.ID, "back")
		v.nav(st.ID, "cancel")
		return
	}
	if v.Accepts.Files && !had.Empty() { // the long question was read once
		v.ask(Say("evidence.more", "value", f.Value(st, had)))
		if st.Note && s.Early {
			v.ask(Say(f.Key(st.ID, "note")))
		}
	} else {
		v.ask(Say(f.Key(st.ID, "ask")))
		if st.Note {
			v.ask(Say(f.Key(st.ID, "note")))
		}
		if answered && !had.Empty() && !v.Accepts.Several {
			v.ask(Say("question.now", "value", f.Value(st, had)))
		}
	}
	so := f.had(st, s)
	for _, c := range v.Accepts.Codes {
		v.offer(st.ID, c, f.CodeKey(st.ID, c))
		v.Choices[len(v.Choices)-1].On = v.Accepts.Several && so.Is(c)
	}
	switch {
	case v.Accepts.Several && len(so.Codes) > 0, v.Accepts.Files && !had.Empty():
		v.nav(st.ID, "done")
	case s.At == st.ID && answered:
		v.nav(st.ID, "keep")
	}
	if v.Accepts.Files && !had.Empty() {
		v.nav(st.ID, "clear")
	}
	if st.Skip && had.Empty() {
		v.nav(st.ID, "skip")
	}
	if st.Extra && f.more(s.Answers) {
		v.nav(st.ID, "enough")
	}
	if steps[0].ID != st.ID {
		v.nav(st.ID, "back")
	}
	v.nav(st.ID, "cancel")
}

// progress counts a step among those of its sort: questions, or details.
func (f Flow) progress(steps []*Step, st Step) (at, of int) {
	for _, x := range steps {
		if _, review := x.Kind.(Review); review || x.Extra != st.Extra {
			continue
		}
		of++
		if x.ID == st.ID {
			at = of
		}
	}
	return at, of
}

// review shows what supervisors will read, exactly, and what they will not.
func (r Rules) review(v *View, s Session, f Flow) {
	id := f.review()
	v.ask(Say(f.Key(id, "ask")))
	rep := f.finished(s, time.Time{})
	for _, part := range r.Card(rep) {
		if len(part) > 0 {
			v.ask(Phrase{Key: "review.list", Items: part})
		}
	}
	if private := r.private(f, s); len(private.Items) > 0 {
		v.ask(private)
	}
	if m := f.Meter(rep); len(m.Missing) > 0 {
		v.ask(Say("review.lacking", "list", f.lacking(m)))
	}
	if risks := f.risks(s.Answers); len(risks) > 0 {
		v.ask(Say("review.risks", "list", Phrase{Items: risks}))
		v.offer(id, Blur, "review.blur")
	}
	v.offer(id, Send, f.CodeKey(id, Send))
	if f.left(s.Answers) > 0 {
		v.offer(id, More, "review.more")
	}
	v.offer(id, Change, f.CodeKey(id, Change))
	v.nav(id, "cancel")
}

// reviewed are the steps whose answers a reporter can change: all but consent.
func (r Rules) reviewed(f Flow, s Session) []*Step {
	return slices.DeleteFunc(f.asked(s.Answers), func(st *Step) bool {
		switch st.Kind.(type) {
		case Consent, Review:
			return true
		}
		_, ok := f.valid(*st, s.Answers)
		return !ok
	})
}

// private lists the answers that supervisors' groups do not see.
func (r Rules) private(f Flow, s Session) Phrase {
	list := Phrase{Key: "review.private"}
	for _, st := range r.reviewed(f, s) {
		if a, _ := f.valid(*st, s.Answers); st.Share != Shown && !a.Skipped {
			list.Items = append(list.Items, Say("review.line_private", "label", Say(f.Key(st.ID, "label")), "value", f.Value(*st, a)))
		}
	}
	return list
}

func (r Rules) edit(v *View, s Session) {
	f := r.Flow(s.Flow)
	v.ask(Say("review.which"))
	for _, st := range r.reviewed(f, s) {
		v.offer(stepEdit, Code(st.ID), f.Key(st.ID, "label"))
	}
	v.Nav = append(v.Nav, Option{Step: stepEdit, Code: "keep", Label: Say("common.back")})
	v.Numbered = true
}

// Value is an answer in words.
func (f Flow) Value(st Step, a Answer) Phrase {
	if a.Skipped || a.Empty() {
		return Say("common.not_given")
	}
	var p Phrase
	switch st.Kind.(type) {
	case Date:
		if a.Text != "" { // "yesterday" would be false tomorrow
			return when(a.Text)
		}
	case Region:
		if place := a.Place(); place != "" {
			return literal(place.Full())
		}
		return literal(a.Text)
	}
	for _, c := range a.Codes {
		p.Items = append(p.Items, Say(f.CodeKey(st.ID, c)))
	}
	if len(a.Files) > 0 {
		p.Items = append(p.Items, Say("evidence.count", "n", number(len(a.Files))))
	}
	if _, consent := st.Kind.(Consent); a.words() != "" && !consent {
		p.Items = append(p.Items, literal(a.words()))
	}
	return p
}

// ask, offer and nav are called many times in a row. Put in the place of each call,
// they would take the stack of a turn, of which there is one a reporter, from 16
// to 32 kilobytes.
//
//go:noinline
func (v *View) ask(p Phrase) { v.Body = append(v.Body, p) }

//go:noinline
func (v *View) offer(st StepID, c Code, key string) {
	v.Choices = append(v.Choices, Option{Step: st, Code: c, Label: Say(key)})
}

//go:noinline
func (v *View) nav(st StepID, c Code) {
	v.Nav = append(v.Nav, Option{Step: st, Code: c, Label: Say("common." + string(c))})
}

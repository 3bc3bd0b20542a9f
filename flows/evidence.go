package flows

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// takesFiles reports whether the open question is one for files.
func (r Rules) takesFiles(s Session) bool {
	return s.Asking() && r.Flow(s.Flow).current(s).Kind.Accepts().Files
}

// Keeps returns the report that a file sent now would be kept with: fresh when
// it begins one. ok is false when it would not be kept: a channel need not fetch
// what nobody keeps.
func (r Rules) Keeps(s Session, at time.Time, fresh ReportID) (id ReportID, ok bool) {
	switch {
	case r.MostFiles > 0 && s.Today.on(at).Files >= r.MostFiles:
		return "", false
	case s.Aside.ofCase() && s.open():
		return s.Access.Report, !at.After(s.Access.Until)
	case s.Flow == "" && !s.holding():
		return fresh, true
	case s.Flow == "":
		return s.Report, true
	}
	_, ok = r.Flow(s.Flow).files()
	return s.Report, ok
}

// files is the step that holds the evidence.
func (f Flow) files() (Step, bool) {
	for _, st := range f.Steps {
		if st.Kind.Accepts().Files {
			return st, true
		}
	}
	return Step{}, false
}

// consented reports whether every consent was given.
func (f Flow) consented(s Session) bool {
	for _, st := range f.Steps {
		if _, ok := st.Kind.(Consent); !ok {
			continue
		}
		if _, ok := f.valid(st, s.Answers); !ok {
			return false
		}
	}
	return true
}

// keep stores evidence that came before or after its question, and asks again.
func (r Rules) keep(s Session, in Input) (Session, []Effect) {
	if !s.Sent.IsZero() {
		s.kept(Say("evidence.added", "ticket", literal(s.Report.Ticket())), *in.File)
		if tidy(in.Text) != "" {
			s.say(Say("evidence.note_late"))
		}
		s.Aside = AsideReceipt
		late := *in.File
		late.By = Marks{}
		return s, []Effect{Attach{s.Report, late}}
	}
	f := r.drafted(s)
	st, ok := f.files()
	if !ok {
		s.refuse(Refusal{Key: "error.file_no_report"})
		return s, nil
	}
	had, answered := s.Answers[st.ID]
	a, err := st.Kind.Read(in, had)
	if ref := (Refusal{}); errors.As(err, &ref) {
		s.refuse(ref)
		return s, nil
	}
	a.Open = !answered || had.Open
	s.Early = s.Early || !answered
	s.hold(in, st.ID, a)
	voice := in.File.Type == voiceNote
	key := "evidence.kept"
	switch {
	case len(a.Files) == len(had.Files):
		key = "evidence.again"
	case strings.HasPrefix(in.File.Type, "audio/"):
		key = "evidence.kept_voice"
	}
	if key == "evidence.kept" && s.Flow == "" {
		key = "early.held"
	}
	if told, ok := f.byRole(RoleStory); ok && voice {
		if had, answered := s.Answers[told.ID]; !answered || had.Text == "" {
			s.set(told.ID, Answer{Codes: []Code{Voice}, Open: true})
			key = "early.voice"
		}
	}
	s.kept(Say(key, "n", number(len(a.Files))), *in.File)
	s.noted(in, a)
	return s, nil
}

// noted says so when the words with a file are not in the answer.
func (s *Session) noted(in Input, a Answer) {
	if in.File != nil && !strings.Contains(a.words(), tidy(in.Text)) {
		s.say(Say("evidence.note_long", "n", number(maxNote)))
	}
}

// kept says that a file is kept, once for an album, beside what was refused.
func (s *Session) kept(p Phrase, f File) {
	s.Notices = slices.DeleteFunc(slices.Clone(s.Notices), func(n Phrase) bool {
		return slices.Contains([]string{"evidence.kept", "early.held", "early.voice", "evidence.kept_voice", "evidence.again", "evidence.added"}, n.Key)
	})
	s.say(p)
	if !f.Clean {
		s.say(Say("evidence.sealed"))
	}
}

// clear takes all evidence back and asks for it again.
func (r Rules) clear(s Session) (Session, []Effect) {
	st := r.Flow(s.Flow).current(s)
	had := s.Answers[st.ID]
	if !st.Kind.Accepts().Files || had.Empty() {
		return s, nil
	}
	s.set(st.ID, Answer{Open: true})
	s.say(Say("evidence.cleared"))
	return s, []Effect{Remove{s.Report, had.Files}}
}

package flows

import (
	"errors"
	"slices"
)

// edited does what the reporter did to an earlier message to the answer that it
// gave: an edit answers that question again, a deletion takes the answer back.
// The question that is open stays open.
func (r Rules) edited(s Session, in Input) (Session, []Effect) {
	if s.Access != nil && s.Aside != AsideNone { // what was said to the supervisors stands
		if s.Mute = in.Deleted; !in.Deleted {
			s.say(Say("case.edited"))
		}
		return s, nil
	}
	if !s.Draft() {
		s.Aside = AsideReceipt // whoever tidies a chat up wants no new message in it
		if !in.Deleted && !s.Sent.IsZero() {
			s.say(Say("error.edited_sent"))
		}
		return s, nil
	}
	s.Aside = AsideNone
	if in.Problem != nil { // the channel cannot tell what it says now
		s.say(Say("error.edited"))
		return s, nil
	}
	f := r.drafted(s)
	by := mark(in.Edits)
	for i := range f.Steps {
		st := &f.Steps[i]
		a := s.Answers[st.ID] // also one that does not apply any more
		file := slices.IndexFunc(a.Files, func(x File) bool { return x.By.has(by) })
		note := slices.IndexFunc(a.Notes, func(n Note) bool { return n.By == by })
		switch {
		case in.Deleted && (file >= 0 || note >= 0):
			return s.takeBack(f, *st, file, note, by)
		case file >= 0 || note >= 0:
			return s.rewrite(f, *st, file, note, in), nil
		case in.Deleted && a.By == by:
			s.withdraw(f, *st)
			return s, nil
		case a.By == by && slices.Contains(f.asked(s.Answers), st):
			return r.reread(s, f, *st, in), nil
		}
	}
	s.say(Say("error.edited"))
	return s, nil
}

// stay keeps a question open that was when another answer went, so that words on
// their way answer what they were written for. It does not when consent went, or
// the question does not apply any more, nor at the review, which is no question.
func (s *Session) stay(f Flow, open, gone Step) {
	_, review := open.Kind.(Review)
	_, consent := gone.Kind.(Consent)
	applies := slices.ContainsFunc(f.asked(s.Answers), func(st *Step) bool { return st.ID == open.ID })
	if s.At = ""; applies && !consent && !review && open.ID != gone.ID {
		s.At = open.ID
	}
}

// withdraw forgets an answer: its question comes again.
func (s *Session) withdraw(f Flow, st Step) {
	open := f.current(*s)
	s.unset(st.ID)
	s.stay(f, open, st)
	s.say(Say("question.deleted", "label", Say(f.Key(st.ID, "label"))))
}

// takeBack removes a file, a note, or both from the evidence; -1 is none. A file
// that was sent twice stays while one of the two messages does.
func (s Session) takeBack(f Flow, st Step, file, note int, by Mark) (Session, []Effect) {
	open := f.current(s)
	a := s.Answers[st.ID]
	if note >= 0 {
		a.Notes = slices.Delete(slices.Clone(a.Notes), note, note+1)
	}
	var effects []Effect
	if file >= 0 {
		a.Files = slices.Clone(a.Files)
		x := &a.Files[file]
		if x.By = x.By.without(by); x.By != (Marks{}) {
			s.set(st.ID, a)
			s.say(Say("evidence.twice"))
			return s, nil
		}
		effects = []Effect{Remove{s.Report, []File{*x}}}
		a.Files = slices.Delete(a.Files, file, file+1)
	}
	if a.Empty() {
		a = Answer{Open: true}
	}
	s.set(st.ID, a)
	s.stay(f, open, st)
	s.say(Say("evidence.taken_back", "n", number(len(a.Files))))
	return s, effects
}

// rewrite changes a note, removes it, or gives one to a file. The file itself
// stays what it was, whatever took its place in the chat.
func (s Session) rewrite(f Flow, st Step, file, note int, in Input) Session {
	a := s.Answers[st.ID]
	switch words := tidy(in.Text); {
	case words == "" && note >= 0:
		a.Notes = slices.Delete(slices.Clone(a.Notes), note, note+1)
		if a.Empty() {
			a = Answer{Open: true}
		}
		s.set(st.ID, a)
		s.say(Say("question.changed", "label", Say(f.Key(st.ID, "label")), "value", f.Value(st, a)))
	case words == "", note >= 0 && a.Notes[note].Text == words: // nothing new
	default:
		if note < 0 {
			note = len(a.Notes)
		}
		changed, err := a.note(note, Note{words, mark(in.Edits)})
		if ref := (Refusal{}); errors.As(err, &ref) {
			s.refuse(ref)
			return s
		}
		a = changed
		s.set(st.ID, a)
		s.say(Say("question.changed", "label", Say(f.Key(st.ID, "label")), "value", f.Value(st, a)))
	}
	if file >= 0 {
		s.say(Say("evidence.file_stays"))
	}
	return s
}

// reread reads the changed words as the answer to their own question. What is
// no answer to it changes nothing. An answer that ends the conversation takes
// the old one back instead: only a plain yes deletes.
func (r Rules) reread(s Session, f Flow, st Step, in Input) Session {
	then := s
	then.At = st.ID
	in.Said, in.Edits = in.Edits, ""
	in = r.understand(then, in)
	takes := st.Kind.Accepts()
	other := in.Command != "" || in.Problem != nil ||
		in.Press != nil && (takes.Several || in.Press.Step != st.ID || !slices.Contains(takes.Codes, in.Press.Code))
	in.At = in.At.In(f.zone(s.Answers))
	a, err := st.Kind.Read(in, Answer{})
	if _, asks := st.Kind.(again); err == nil && asks && a.Open && !other {
		if a.Place() == "" && len(a.Codes) == 0 { // no place that we know: the old answer is the better one
			s.say(Say("error.edited"))
			return s
		}
		r.store(&s, f, st, a, in)
		s.At = st.ID
		return s
	}
	had := s.Answers[st.ID]
	switch ref := (Refusal{}); {
	case other:
		s.say(Say("error.edited"))
	case errors.As(err, &ref):
		s.refuse(ref)
		s.say(Say("error.edited"))
	case st.ends(a):
		s.withdraw(f, st)
	case !had.Skipped && slices.Equal(a.Codes, had.Codes) && (a.Text == had.Text || len(a.Codes) > 0):
		// nothing new: platforms tell of edits that nobody made
	default:
		r.store(&s, f, st, a, in)
		s.say(Say("question.changed", "label", Say(f.Key(st.ID, "label")), "value", f.Value(st, a)))
	}
	return s
}

package flows

import "slices"

// edited does what the reporter did to an earlier message to the answer that it
// gave: an edit answers that question again, a deletion takes the answer back.
// The question that is open stays open.
func (r Rules) edited(s Session, in Input) (Session, []Effect) {
	switch {
	case !s.Sent.IsZero():
		s.say(Say("error.edited_sent", "ticket", literal(s.Report.Ticket())))
		s.Aside = AsideReceipt
		return s, nil
	case !s.Asking():
		s.say(Say("menu.nothing_open"))
		return s, nil
	}
	s.Aside = AsideNone
	f := r.Flow(s.Flow)
	by := mark(in.Edits)
	for _, st := range f.asked(s.Answers) {
		a, ok := f.valid(*st, s.Answers)
		switch {
		case !ok:
		case st.Kind.Accepts().Files:
			file := slices.IndexFunc(a.Files, func(x File) bool { return x.By == by })
			note := slices.IndexFunc(a.Notes, func(n Note) bool { return n.By == by })
			switch {
			case in.Deleted && (file >= 0 || note >= 0):
				return s.takeBack(*st, file, note)
			case note >= 0 && tidy(in.Text) != "":
				return r.rewrite(s, f, *st, note, in), nil
			}
		case a.By == by && in.Deleted:
			s.unset(st.ID)
			s.say(Say("question.deleted", "label", Say(f.Key(st.ID, "label"))))
			return s, nil
		case a.By == by:
			return r.reread(s, f, *st, in)
		}
	}
	s.say(Say("error.edited"))
	return s, nil
}

// takeBack removes a file, a note, or both from the evidence; -1 is none.
func (s Session) takeBack(st Step, file, note int) (Session, []Effect) {
	a := s.Answers[st.ID]
	var effects []Effect
	if file >= 0 {
		effects = []Effect{Remove{s.Report, []File{a.Files[file]}}}
		a.Files = slices.Delete(slices.Clone(a.Files), file, file+1)
	}
	if note >= 0 {
		a.Notes = slices.Delete(slices.Clone(a.Notes), note, note+1)
	}
	if a.Empty() {
		a = Answer{Open: true}
	}
	s.set(st.ID, a)
	s.say(Say("evidence.taken_back", "n", number(len(a.Files))))
	return s, effects
}

// rewrite changes a note.
func (r Rules) rewrite(s Session, f Flow, st Step, i int, in Input) Session {
	a, err := s.Answers[st.ID].note(i, Note{tidy(in.Text), mark(in.Edits)})
	if err != nil {
		s.say(Say("error.edited"))
		return s
	}
	s.set(st.ID, a)
	s.say(Say("question.changed", "label", Say(f.Key(st.ID, "label")), "value", f.Value(st, a)))
	return s
}

// reread reads the changed words as the answer to their own question. What is
// no answer to it changes nothing.
func (r Rules) reread(s Session, f Flow, st Step, in Input) (Session, []Effect) {
	then := s
	then.At = st.ID
	in.Said, in.Edits = in.Edits, ""
	in = r.understand(then, in)
	takes := st.Kind.Accepts()
	other := in.Press != nil && (takes.Several || in.Press.Step != st.ID || !slices.Contains(takes.Codes, in.Press.Code))
	a, err := st.Kind.Read(in, Answer{})
	if err != nil || other || in.Command != "" || in.Problem != nil {
		s.say(Say("error.edited"))
		return s, nil
	}
	if st.ends(a) {
		return r.end(s, f, st, a)
	}
	r.store(&s, f, st, a, in)
	s.say(Say("question.changed", "label", Say(f.Key(st.ID, "label")), "value", f.Value(st, a)))
	return s, nil
}

package flows

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// Reporters begin as they like: with a photo, a link, a message passed on, a
// voice note or the whole story. What comes before a flow is chosen is held as
// answers to the first flow's steps of the same meaning, and becomes part of the
// report that is begun then. Nothing has to be sent again.

// drafted is the flow whose steps the answers of a draft belong to.
func (r Rules) drafted(s Session) Flow {
	if s.Flow == "" {
		return r.Flows[0]
	}
	return r.Flow(s.Flow)
}

// hold stores an answer, in a draft that begins with it if there is none.
func (s *Session) hold(in Input, st StepID, a Answer) {
	if s.Flow == "" && !s.holding() {
		s.Report = in.New
	}
	s.set(st, a)
}

// byRole is the step with a role.
func (f Flow) byRole(role Role) (Step, bool) {
	for _, st := range f.Steps {
		if st.Role == role {
			return st, true
		}
	}
	return Step{}, false
}

// early reports whether words that answer no question are worth keeping.
func (r Rules) early(s Session, in Input) bool {
	t := tidy(in.Text)
	return in.Passed && t != "" || link(t) || r.long(t) || utf8.RuneCountInString(t) >= leastMore && r.hasStory(s)
}

// hasStory reports whether a draft holds a story.
func (r Rules) hasStory(s Session) bool {
	st, ok := r.drafted(s).byRole(RoleStory)
	return ok && s.Answers[st.ID].Text != ""
}

// long reports whether a text is a story.
func (r Rules) long(t string) bool {
	for _, f := range r.Flows {
		if st, ok := f.byRole(RoleStory); ok {
			if k, ok := st.Kind.(Story); ok && utf8.RuneCountInString(t) >= k.Min {
				return true
			}
		}
	}
	return false
}

// begun keeps words that came before a flow was chosen, and asks for it.
func (r Rules) begun(s Session, in Input) Session {
	if !r.tells(r.Flows[0], &s, in) {
		s.say(Say("menu.nothing_open"))
	}
	return s
}

// tells keeps words as the story, or as evidence when they are a link or somebody
// else's. It reports whether it said something about them.
func (r Rules) tells(f Flow, s *Session, in Input) bool {
	t := tidy(in.Text)
	story, ok := f.byRole(RoleStory)
	if files, has := f.files(); has && t != "" && (in.Passed || bareLink(t)) {
		a, err := s.Answers[files.ID].note(len(s.Answers[files.ID].Notes), Note{t, mark(in.Said)})
		if ref := (Refusal{}); errors.As(err, &ref) {
			s.refuse(ref)
			return true
		}
		a.Open, a.Skipped = true, false
		s.hold(in, files.ID, a)
		if place, has := f.byRole(RolePlace); has && bareLink(t) {
			if _, given := s.Answers[place.ID]; !given {
				s.set(place.ID, Answer{Text: t, By: mark(in.Said)})
			}
		}
		if bareLink(t) {
			s.say(Say("early.link"))
		} else {
			s.say(Say("early.passed"))
		}
		return true
	}
	had := s.Answers[story.ID]
	if ok && had.Text != "" && (r.long(t) || s.Flow == "" && utf8.RuneCountInString(t) >= leastMore) {
		return s.more(story, t)
	}
	if !ok || had.Text != "" || !r.long(t) {
		return false
	}
	a, err := story.Kind.Read(in, Answer{})
	if ref := (Refusal{}); errors.As(err, &ref) {
		s.refuse(ref)
		return true
	}
	a.By = mark(in.Said)
	s.hold(in, story.ID, a)
	s.say(Say("early.story"))
	return true
}

// leastMore is how much of a text, in characters, that follows a story goes on
// with it: people write in several messages.
const leastMore = 15

// more adds words to a story that was told already.
func (s *Session) more(story Step, t string) bool {
	had := s.Answers[story.ID]
	k, ok := story.Kind.(Story)
	if !ok {
		return false
	}
	text := had.Text + "\n" + t
	if utf8.RuneCountInString(text) > k.Max {
		s.refuse(Refusal{"error.too_long", map[string]Phrase{"n": number(k.Max)}})
		return true
	}
	had.Text, had.By = text, 0 // no one message gave it
	s.set(story.ID, had)
	s.say(Say("early.more"))
	return true
}

// take puts what was held into the report that begins.
func (r Rules) take(s *Session, f Flow, early map[StepID]Answer) {
	for _, st := range r.Flows[0].Steps {
		a, ok := early[st.ID]
		if !ok {
			continue
		}
		into, ok := f.byRole(st.Role)
		if !ok || st.Role == RoleNone {
			continue
		}
		if k, ok := into.Kind.(Region); ok {
			a = k.choose(a.Place())
		}
		if into.Kind.holds(a) {
			s.set(into.ID, a)
		}
	}
	sent := len(early)
	if st, ok := r.Flows[0].byRole(RoleRegion); ok && !early[st.ID].Empty() {
		sent-- // a poster named the place
	}
	if sent > 0 {
		s.say(Say("early.taken"))
	}
}

// bareLink reports whether a text is a link and nothing else.
func bareLink(t string) bool { return link(t) && len(strings.Fields(t)) == 1 }

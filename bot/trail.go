package bot

import (
	"context"
	"strings"
)

// trail is what is known of the messages in a chat: which holds the buttons, and
// on channels that can delete messages, which those are. It is kept as the
// session's prompt.
type trail struct {
	holds  Ref
	theirs []string
	ours   []Ref
}

// longestTrail bounds the messages of each side that are remembered, newest
// first: more than a report takes.
const longestTrail = 250

func readTrail(prompt string) (t trail) {
	holds, rest, _ := strings.Cut(prompt, "|")
	theirs, ours, _ := strings.Cut(rest, "|")
	t.holds = Ref(holds)
	if theirs != "" {
		t.theirs = strings.Split(theirs, ",")
	}
	if ours != "" {
		for o := range strings.SplitSeq(ours, ",") {
			t.ours = append(t.ours, Ref(o))
		}
	}
	return t
}

func (t trail) String() string {
	if len(t.theirs)+len(t.ours) == 0 {
		return string(t.holds)
	}
	var b strings.Builder
	b.WriteString(string(t.holds))
	b.WriteByte('|')
	for i, x := range t.theirs {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(x)
	}
	b.WriteByte('|')
	for i, x := range t.ours {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(string(x))
	}
	return b.String()
}

// last are the newest of a list, as many as are remembered.
func last[T any](list []T) []T { return list[max(0, len(list)-longestTrail):] }

func cleans(ch Channel) string {
	if c, ok := ch.(Cleaner); ok {
		return c.Leaves()
	}
	return ""
}

// remember keeps what a turn left in the chat.
func (b *Bot) remember(ctx context.Context, t *turn, sent Sent) {
	was := t.trail.String()
	now := t.trail
	now.holds = sent.Holds
	if cleans(t.ch) != "" {
		if t.m.Said != "" {
			now.theirs = last(append(now.theirs, t.m.Said))
		}
		now.ours = last(append(now.ours, sent.New...))
	}
	if is := now.String(); is != was {
		if err := b.Sessions.SetPrompt(ctx, t.who, is); err != nil {
			// The old question's buttons stay; pressing them gets an answer.
			b.Log.Warn().Err(err).Msg("prompt not remembered")
		}
	}
}

// clean deletes the messages of a chat. What is said then is a new message, and
// the first of a new trail.
func (b *Bot) clean(ctx context.Context, t *turn) error {
	theirs, ours := t.trail.theirs, t.trail.ours
	if t.m.Said != "" {
		theirs = append(theirs, t.m.Said)
	}
	if t.m.Origin != "" {
		ours = append(ours, t.m.Origin)
	}
	if err := t.ch.(Cleaner).Clean(ctx, t.m, theirs, ours); err != nil {
		return err
	}
	t.trail, t.m.Said, t.m.Origin, t.m.Below = trail{}, "", "", true
	return nil
}

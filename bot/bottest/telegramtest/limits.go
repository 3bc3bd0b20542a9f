package telegramtest

import (
	"math"
	"strconv"
	"sync"
	"time"
)

// Limits are how many messages a bot may send in sliding windows. A zero count
// is no limit. Every item of an album counts; edits, answers and deletions do
// not. Windows are fields so that a test can shrink them, but retry_after is
// whole seconds, one at least, as on the wire.
type Limits struct {
	Overall        int // messages to all chats together
	OverallWindow  time.Duration
	PerChat        int // messages to one person
	PerChatWindow  time.Duration
	PerGroup       int // messages to one group or supergroup
	PerGroupWindow time.Duration
}

// TelegramLimits are the limits that Telegram documents: thirty messages a
// second overall, one a second to one person with a burst of three, and twenty
// a minute to one group.
func TelegramLimits() Limits {
	return Limits{
		Overall: 30, OverallWindow: time.Second,
		PerChat: 3, PerChatWindow: 3 * time.Second,
		PerGroup: 20, PerGroupWindow: time.Minute,
	}
}

// SetLimits sets the limits from now on. A new server has none.
func (s *Server) SetLimits(l Limits) { s.limits.Store(&l) }

// Provoked429 returns how many calls were refused because they exceeded the
// limits. Injected answers of the same kind do not count.
func (s *Server) Provoked429() int { return int(s.provoked.Load()) }

// window remembers when messages were sent.
type window struct {
	mu sync.Mutex
	at []time.Time // oldest first
}

// reserve makes room for n messages and returns zero, or how long to wait. More
// messages than fit at all are let through once the window is empty.
func (w *window) reserve(now time.Time, n, limit int, span time.Duration) time.Duration {
	if limit <= 0 {
		return 0
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	old := 0
	for old < len(w.at) && now.Sub(w.at[old]) >= span {
		old++
	}
	w.at = w.at[:copy(w.at, w.at[old:])]
	n = min(n, limit)
	if over := len(w.at) + n - limit; over > 0 {
		return span - now.Sub(w.at[over-1])
	}
	for range n {
		w.at = append(w.at, now)
	}
	return 0
}

// release takes back the last n reservations.
func (w *window) release(n, limit int) {
	if limit <= 0 {
		return
	}
	w.mu.Lock()
	w.at = w.at[:max(0, len(w.at)-min(n, limit))]
	w.mu.Unlock()
}

// limit counts n messages to the chat or refuses them all.
func (s *Server) limit(ch *chat, n int) *apiError {
	l := s.limits.Load()
	if l == nil {
		return nil
	}
	now := time.Now()
	count, span := l.PerChat, l.PerChatWindow
	if ch.kind != "private" {
		count, span = l.PerGroup, l.PerGroupWindow
	}
	wait := ch.sent.reserve(now, n, count, span)
	if wait == 0 {
		if wait = s.sent.reserve(now, n, l.Overall, l.OverallWindow); wait > 0 {
			ch.sent.release(n, count)
		}
	}
	if wait == 0 {
		return nil
	}
	s.provoked.Add(1)
	e := tooMany(int(math.Ceil(wait.Seconds())))
	e.kind = "provoked 429"
	return e
}

func tooMany(seconds int) *apiError {
	seconds = max(seconds, 1)
	e := condition("injected 429", 429, "Too Many Requests: retry after "+strconv.Itoa(seconds))
	e.retryAfter = seconds
	return e
}

package store

import "time"

// How guessing at a receipt is slowed down, for each code and for everybody who
// guesses: the first few wrong guesses cost nothing, then each doubles the wait,
// and a day without a guess forgives all.
const (
	freeGuesses = 5
	firstWait   = time.Minute
	longestWait = time.Hour
	forgiven    = 24 * time.Hour
)

// Wait is how long after the last of so many wrong guesses the next may come.
func Wait(wrong int) time.Duration {
	if wrong < freeGuesses {
		return 0
	}
	return min(firstWait<<min(wrong-freeGuesses, 20), longestWait)
}

// Remaining is how much of that wait is left, and how many wrong guesses still
// count.
func Remaining(wrong int, last, now time.Time) (wait time.Duration, counting int) {
	if now.Sub(last) >= forgiven {
		return 0, 0
	}
	return max(Wait(wrong)-now.Sub(last), 0), wrong
}

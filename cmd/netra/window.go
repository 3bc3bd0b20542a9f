package main

import (
	"errors"
	"math/rand/v2"
	"strings"
	"time"
)

// window is a time to wait, drawn anew each time between two.
type window struct{ from, to time.Duration }

// longestDelay keeps a report of pressure within the seven days in which it must
// be registered.
const longestDelay = 48 * time.Hour

func readWindow(v string) (w window, err error) {
	from, to, ok := strings.Cut(v, "-")
	if w.from, err = time.ParseDuration(from); err == nil && ok {
		w.to, err = time.ParseDuration(to)
	}
	if err != nil || !ok || w.from < 0 || w.to < w.from || w.to > longestDelay {
		return window{}, errors.New("is not two durations, the shorter first and at most 48h, like 30m-6h")
	}
	return w, nil
}

// draw is as long as chance has it.
func (w window) draw() time.Duration {
	return w.from + rand.N(w.to-w.from+1) //nolint:gosec // G404: nobody can predict the runtime's generator
}

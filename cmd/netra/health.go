package main

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// check is one thing that must work for reports to be taken.
type check struct {
	name string
	ask  func(context.Context) error
}

func checks(s *stores, lines []line) []check {
	all := []check{
		{"sessions", s.sessions.Ping},
		{"database", s.db.Cases().Ping},
		{"vault", s.vault.Ping},
	}
	for _, ln := range lines {
		all = append(all, check{ln.channel.Name(), ln.ping})
	}
	return all
}

// readiness answers 200 when everything works and 503 otherwise, and says as
// JSON what does: "ok" or "fail". Why it fails is in the log, not here. Answers
// are kept for two seconds, so that asking often costs little.
func readiness(checks []check) http.Handler {
	var mu sync.Mutex
	var asked time.Time
	var result map[string]string
	code := http.StatusOK
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if time.Since(asked) > 2*time.Second {
			result, code = map[string]string{}, http.StatusOK
			// The answer is for everybody who asks, not only for this client.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 3*time.Second)
			defer cancel()
			var each sync.WaitGroup
			var put sync.Mutex
			for _, c := range checks {
				each.Go(func() {
					err := c.ask(ctx)
					put.Lock()
					defer put.Unlock()
					if result[c.name] = "ok"; err != nil {
						result[c.name], code = "fail", http.StatusServiceUnavailable
					}
				})
			}
			each.Wait()
			asked = time.Now()
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		json.NewEncoder(w).Encode(result) //nolint:errcheck // the client left
	})
}

// stock are the metrics that are counted when they are asked for.
type stock struct{ s *stores }

var (
	sessionsDesc = prometheus.NewDesc("netra_sessions", "Conversations that are kept.", nil, nil)
	casesDesc    = prometheus.NewDesc("netra_cases", "Cases by state.", []string{"state"}, nil)
	dueDesc      = prometheus.NewDesc("netra_deliveries_unsettled", "Deliveries still to be made.", nil, nil)
	lagDesc      = prometheus.NewDesc("netra_delivery_lag_seconds", "Age of the oldest delivery still to be made, in seconds.", nil, nil)
	inboxDesc    = prometheus.NewDesc("netra_inbox_messages", "Messages received and not yet worked on.", nil, nil)
)

// Describe implements prometheus.Collector.
func (stock) Describe(c chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{sessionsDesc, casesDesc, dueDesc, lagDesc, inboxDesc} {
		c <- d
	}
}

// Collect implements prometheus.Collector. What cannot be counted is left out.
func (k stock) Collect(c chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if n, err := k.s.sessions.Count(ctx); err == nil {
		gauge(sessionsDesc, float64(n))
	}
	if st, err := k.s.db.Cases().Stats(ctx, time.Now()); err == nil {
		gauge(casesDesc, float64(st.Open), "open")
		gauge(casesDesc, float64(st.Settled), "settled")
		gauge(dueDesc, float64(st.Deliveries))
		gauge(lagDesc, st.Lag.Seconds())
		gauge(inboxDesc, float64(st.Inbox))
	}
}

package bot

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts what the bot does. No label identifies anybody. A nil Metrics
// counts nothing.
type Metrics struct {
	turns    *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	refusals *prometheus.CounterVec
	calls    *prometheus.CounterVec
	errors   *prometheus.CounterVec
	alarms   *prometheus.CounterVec
	removed  *prometheus.CounterVec
	up       *prometheus.GaugeVec
}

// NewMetrics registers the bot's metrics.
func NewMetrics(r prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "netra", Name: name, Help: help}, labels)
		r.MustRegister(c)
		return c
	}
	m := &Metrics{
		turns:    counter("turns_total", "Messages worked on, by channel and outcome.", "channel", "outcome"),
		refusals: counter("refusals_total", "Answers that could not be taken, by reason.", "reason"),
		calls:    counter("api_calls_total", "Calls to a platform, by channel and method.", "channel", "method"),
		errors:   counter("api_errors_total", "Failed calls to a platform, by channel and kind.", "channel", "kind"),
		alarms:   counter("alarms_total", "Things the operator must look at, by reason.", "reason"),
		removed:  counter("removed_total", "What was removed because its time had come, by kind.", "kind"),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "netra", Name: "turn_seconds", Help: "Time from taking a message up to its reply, in seconds.",
			Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60},
		}, []string{"channel"}),
	}
	m.up = prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "netra", Name: "channel_up", Help: "1 while a channel that keeps a connection has it."}, []string{"channel"})
	r.MustRegister(m.latency, m.up)
	return m
}

func (m *Metrics) turn(channel string, err error, took time.Duration) {
	if m == nil {
		return
	}
	outcome := "ok"
	if fail := (*Failure)(nil); errors.As(err, &fail) {
		outcome = string(fail.Kind)
	} else if err != nil {
		outcome = "error"
	}
	m.turns.WithLabelValues(channel, outcome).Inc()
	m.latency.WithLabelValues(channel).Observe(took.Seconds())
}

func (m *Metrics) refused(reason string) {
	if m != nil {
		m.refusals.WithLabelValues(reason).Inc()
	}
}

func (m *Metrics) alarm(reason string) {
	if m != nil {
		m.alarms.WithLabelValues(reason).Inc()
	}
}

// Alarm counts something the operator must look at.
func (m *Metrics) Alarm(reason string) { m.alarm(reason) }

// Removed counts what was removed because nobody needs it any more.
func (m *Metrics) Removed(what string, n int) {
	if m != nil {
		m.removed.WithLabelValues(what).Add(float64(n))
	}
}

// Up says whether a channel has its connection.
func (m *Metrics) Up(channel string, up bool) {
	if m == nil {
		return
	}
	value := 0.0
	if up {
		value = 1
	}
	m.up.WithLabelValues(channel).Set(value)
}

// Call counts a call to a platform and how it ended.
func (m *Metrics) Call(channel, method string, err error) {
	if m == nil {
		return
	}
	m.calls.WithLabelValues(channel, method).Inc()
	kind := RetryLater
	if fail := (*Failure)(nil); errors.As(err, &fail) {
		kind = fail.Kind
	}
	if err != nil {
		m.errors.WithLabelValues(channel, string(kind)).Inc()
	}
}

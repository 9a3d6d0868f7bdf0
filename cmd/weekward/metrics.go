package main

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"weekward/feeds"
	"weekward/mailer"
	"weekward/mailer/bounces"
	"weekward/subscribers"
)

// counters are what a server counts while it runs, for Prometheus. No label
// holds anything but a word of ours: no address, no source, no reply of a
// relay. A nil *counters counts nothing.
type counters struct {
	registry    *prometheus.Registry
	messages    *prometheus.CounterVec // by kind and outcome
	refusals    *prometheus.CounterVec // by class
	connections *prometheus.CounterVec // by result
	windows     prometheus.Counter
	claimed     prometheus.Counter
	seconds     prometheus.Histogram
	lastSent    prometheus.Gauge
	sources     *prometheus.CounterVec // by result
	items       prometheus.Counter
	people      *prometheus.CounterVec // by what they did
	bounces     *prometheus.CounterVec // by what followed
}

// newCounters makes the counters, each label's value at 0: a series that only
// appears with its first event looks as if it had never been there before.
func newCounters() *counters {
	c := &counters{registry: prometheus.NewRegistry()}
	vec := func(name, help string, label string, values ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "weekward_" + name, Help: help}, []string{label})
		for _, value := range values {
			v.WithLabelValues(value)
		}
		c.registry.MustRegister(v)
		return v
	}
	single := func(name, help string) prometheus.Counter {
		n := prometheus.NewCounter(prometheus.CounterOpts{Name: "weekward_" + name, Help: help})
		c.registry.MustRegister(n)
		return n
	}
	c.messages = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "weekward_messages_total", Help: "Attempts to send a message, by kind and outcome."}, []string{"kind", "outcome"})
	for _, kind := range []string{mailer.KindIssue, mailer.KindLetter} {
		for _, outcome := range []mailer.State{mailer.Sent, mailer.Queued, mailer.Deferred, mailer.Bounced, mailer.Uncertain} {
			c.messages.WithLabelValues(kind, string(outcome))
		}
	}
	c.refusals = vec("refusals_total", "Attempts that failed, by the class of the relay's reply; none: it did not answer.", "class", "4xx", "5xx", "none")
	c.connections = vec("relay_connections_total", "Tries to connect to the relay.", "result", "opened", "failed")
	c.windows = single("windows_total", "Windows of deliveries that were claimed.")
	c.claimed = single("claimed_total", "Deliveries in those windows.")
	c.seconds = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "weekward_message_seconds", Help: "How long the relay took for a message.", Buckets: []float64{.001, .005, .02, .1, .5, 2, 10, 60, 600},
	})
	c.lastSent = prometheus.NewGauge(prometheus.GaugeOpts{Name: "weekward_last_sent_timestamp_seconds", Help: "When this process last sent a message; 0: not yet."})
	c.sources = vec("sources_read_total", "Sources that were read, by result.", "result", "ok", "failed")
	c.items = single("items_new_total", "Items and posts that were not known before.")
	c.people = vec("people_total", "What people did on the public site.", "action", "asked", "confirmed", "left")
	c.bounces = vec("bounces_total", "What came back, by what followed.", "act", string(bounces.Suppress), string(bounces.Leave), string(bounces.Count), string(bounces.Ignore), string(bounces.Backscatter), string(bounces.Keep))
	c.registry.MustRegister(c.messages, c.seconds, c.lastSent, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return c
}

var _ mailer.Counter = (*counters)(nil)

// Opened counts a try to connect to the relay.
func (c *counters) Opened(err error) {
	result := "opened"
	if err != nil {
		result = "failed"
	}
	c.connections.WithLabelValues(result).Inc()
}

// Claimed counts a window.
func (c *counters) Claimed(deliveries int) {
	c.windows.Inc()
	c.claimed.Add(float64(deliveries))
}

// Tried counts an attempt.
func (c *counters) Tried(kind string, o mailer.Outcome, took time.Duration) {
	c.messages.WithLabelValues(kind, string(o.State)).Inc()
	c.seconds.Observe(took.Seconds())
	switch {
	case o.State == mailer.Sent:
		c.lastSent.Set(float64(o.At.Unix()))
	case o.Code == 0:
		c.refusals.WithLabelValues("none").Inc()
	case o.Code >= 500:
		c.refusals.WithLabelValues("5xx").Inc()
	default:
		c.refusals.WithLabelValues("4xx").Inc()
	}
}

// collected counts what a round of collecting read.
func (c *counters) collected(r feeds.Report) {
	if c == nil {
		return
	}
	for _, source := range r.Sources {
		result := "failed"
		if source.OK {
			result = "ok"
		}
		c.sources.WithLabelValues(result).Inc()
	}
	c.items.Add(float64(r.New))
}

// cameBack counts what was done about bounces.
func (c *counters) cameBack(acts map[bounces.Act]int) {
	if c == nil {
		return
	}
	for act, count := range acts {
		c.bounces.WithLabelValues(string(act)).Add(float64(count))
	}
}

// A countedList is the list behind the public forms, counted.
type countedList struct {
	*subscribers.Service
	people *prometheus.CounterVec
}

// SignUp counts those who ask.
func (l countedList) SignUp(ctx context.Context, r subscribers.Request) error {
	return l.count("asked", l.Service.SignUp(ctx, r))
}

// Confirm counts those who say yes.
func (l countedList) Confirm(ctx context.Context, token string, from netip.Addr) (subscribers.Subscriber, error) {
	sub, err := l.Service.Confirm(ctx, token, from)
	return sub, l.count("confirmed", err)
}

// Unsubscribe counts those who leave.
func (l countedList) Unsubscribe(ctx context.Context, token string) (subscribers.Subscriber, error) {
	sub, err := l.Service.Unsubscribe(ctx, token)
	return sub, l.count("left", err)
}

func (l countedList) count(action string, err error) error {
	if err == nil {
		l.people.WithLabelValues(action).Inc()
	}
	return err
}

// openMetrics listens for Prometheus; without an address it returns nil. An
// address without a host is loopback's: nothing is open to others unless it
// says so.
func openMetrics(addr string) (net.Listener, error) {
	if addr == "" {
		return nil, nil
	}
	host, port, err := net.SplitHostPort(addr)
	if err == nil && host == "" {
		addr = net.JoinHostPort("127.0.0.1", port)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, usage("choose another web.metrics_addr", "open the metrics: %w", err)
	}
	return l, nil
}

// metrics answers Prometheus, at one address only.
func (a *app) metrics() http.Handler {
	a.counters.registry.MustRegister(stored{a})
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.counters.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: 20 * time.Second}))
	return mux
}

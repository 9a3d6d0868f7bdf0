package main

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"weekward/mailer"
)

// stored are the figures that the database has, read when Prometheus asks. All
// processes that share it tell the same.
type stored struct{ *app }

// storedWithin is how long reading them may take.
const storedWithin = 15 * time.Second

// The descriptions of stored figures, by name.
const (
	issueNumber     = "weekward_issue_number"
	issueDeliveries = "weekward_issue_deliveries"
	issueSeconds    = "weekward_issue_seconds"
	queueDeliveries = "weekward_queue_deliveries"
	listSubscribers = "weekward_subscribers"
)

// Describe says nothing, so that the registry asks for the figures only when
// they are wanted.
func (stored) Describe(chan<- *prometheus.Desc) {}

// Collect reads the figures. What cannot be read makes the whole answer fail,
// so that nobody takes a gap for a zero.
func (s stored) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), storedWithin)
	defer cancel()
	if err := errors.Join(s.issue(ctx, out), s.queue(ctx, out), s.list(ctx, out)); err != nil {
		s.log.Error("reading figures failed", "err", err)
		out <- prometheus.NewInvalidMetric(prometheus.NewInvalidDesc(err), err)
	}
}

// gauge is one figure, with a label where it has one.
func gauge(out chan<- prometheus.Metric, name, help, label, word string, value float64) {
	var labels prometheus.Labels
	if label != "" {
		labels = prometheus.Labels{label: word}
	}
	out <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, nil, labels), prometheus.GaugeValue, value)
}

// issue tells how the newest issue stands.
func (s stored) issue(ctx context.Context, out chan<- prometheus.Metric) error {
	next, err := s.store.NextIssue(ctx)
	if err != nil || next == 1 {
		return err
	}
	r, err := s.store.Issue(ctx, next-1)
	if err != nil {
		return err
	}
	gauge(out, issueNumber, "Number of the newest issue.", "", "", float64(r.Number))
	if !r.State.Frozen() {
		return nil
	}
	f, err := s.store.Figures(ctx, r.Number)
	if err != nil {
		return err
	}
	for state, count := range map[mailer.State]int{
		mailer.Queued: f.Queued, mailer.Sent: f.Sent, mailer.Deferred: f.Deferred, mailer.Bounced: f.Bounced, mailer.Skipped: f.Skipped, mailer.Uncertain: f.Uncertain,
	} {
		gauge(out, issueDeliveries, "Deliveries of the newest issue, by state.", "state", string(state), float64(count))
	}
	until := s.clock.now()
	if !r.EndedAt.IsZero() {
		until = r.EndedAt
	}
	gauge(out, issueSeconds, "For how long the newest issue has been going out, or how long it took.", "", "", until.Sub(r.FrozenAt).Seconds())
	return nil
}

// queue tells what is open of all issues and letters.
func (s stored) queue(ctx context.Context, out chan<- prometheus.Metric) error {
	q, err := s.store.Queue(ctx, s.clock.now())
	if err != nil {
		return err
	}
	for state, count := range map[string]int{"due": q.Due, "waiting": q.Waiting, "under_way": q.UnderWay} {
		gauge(out, queueDeliveries, "Open deliveries of issues and letters.", "state", state, float64(count))
	}
	return nil
}

// list counts the subscribers.
func (s stored) list(ctx context.Context, out chan<- prometheus.Metric) error {
	counts, err := s.store.CountSubscribers(ctx)
	if err != nil {
		return err
	}
	for _, state := range allStates() {
		gauge(out, listSubscribers, "Subscribers, by state.", "state", string(state), float64(counts[state]))
	}
	return nil
}

package feeds

import (
	"cmp"
	"context"
	cryptorand "crypto/rand"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// lease is how long what a run took stays taken after its last sign of life,
	// and stillAlive how often it gives one. Where the store can tell a dead
	// process, nobody waits for the lease.
	lease      = time.Minute
	stillAlive = lease / 4
)

// A run is one call of Collect: some workers read, one saver keeps what they
// bring.
type run struct {
	*Collector
	id     string
	force  bool
	stored map[string]Visit // the last visits, as the store has them
	due    []Source         // claimed
	next   atomic.Int64     // of these, the one to read next
	basket                  // what was read and is not saved yet

	mu    sync.Mutex
	hosts map[string]time.Time // hosts that refused us, and until when they are left alone

	// The saver's, until all is read.
	report Report
	chats  map[string]bool // tags that posts were read for

	failed error // the store's failure, which ends the run
}

// newRun claims the sources that are due and that no other run reads.
func newRun(ctx context.Context, c *Collector, sources []Source, force bool) (*run, error) {
	r := &run{Collector: c, id: cryptorand.Text(), force: force, basket: newBasket(), chats: map[string]bool{}}
	taken, err := c.Store.ClaimSources(ctx, r.claim(), c.now(), func(stored map[string]Visit) []string {
		r.stored = stored
		r.due = r.dueOf(sources)
		ids := make([]string, len(r.due))
		for i, s := range r.due {
			ids[i] = s.ID
		}
		return ids
	})
	if err != nil {
		return nil, fmt.Errorf("claim sources: %w", err)
	}
	r.due = c.shuffle(only(r.due, taken))
	r.hosts = r.restingHosts(sources)
	r.report.Sources = make([]Result, 0, len(r.due))
	return r, nil
}

// claim is this run's hold on its sources from now on.
func (r *run) claim() Claim { return Claim{Run: r.id, Until: r.now().Add(lease)} }

// of is the visit as far as it still says something about the source: what
// was learnt of another address does not (F5).
func (v Visit) of(s Source) Visit {
	if v.URL == s.URL {
		return v
	}
	return Visit{Source: s.ID, URL: s.URL, Title: v.Title, First: v.First, Items: v.Items}
}

// last is the last visit of a source, as far as it still counts.
func (r *run) last(s Source) Visit {
	v := r.stored[s.ID].of(s)
	v.Source = s.ID
	return v
}

// dueOf keeps the sources whose time has come, each once.
func (r *run) dueOf(sources []Source) []Source {
	now, seen := r.now(), make(map[string]bool, len(sources))
	due := make([]Source, 0, len(sources))
	for _, s := range sources {
		if !seen[s.ID] && (r.force || !r.last(s).Next.After(now)) {
			due = append(due, s)
		}
		seen[s.ID] = true
	}
	return due
}

// only keeps of some sources those with these IDs.
func only(sources []Source, ids []string) []Source {
	if len(ids) == len(sources) {
		return sources
	}
	ours := make(map[string]bool, len(ids))
	for _, id := range ids {
		ours[id] = true
	}
	return slices.DeleteFunc(sources, func(s Source) bool { return !ours[s.ID] })
}

// An outcome is what a worker brings of one source.
type outcome struct {
	source  Source
	reading Reading
	note    string // why it was not asked at all; "" when it was
}

// readAll reads the claimed sources, a bounded number at once, waits for all of
// them and gives them back.
func (r *run) readAll(ctx context.Context) error {
	reading, stop := context.WithCancel(ctx)
	defer stop()
	var workers, saver sync.WaitGroup
	saver.Go(func() { r.saveAll(reading, stop) })
	for range min(r.parallel(), len(r.due)) {
		workers.Go(func() { r.work(reading) })
	}
	workers.Wait()
	r.end()
	saver.Wait()
	released := r.release(ctx)
	return cmp.Or(r.failed, ctx.Err(), released)
}

func (c *Collector) parallel() int { return cmp.Or(c.Parallel, 8) }

// work reads the next source that nobody has taken, until there is none or the
// run is stopped.
func (r *run) work(ctx context.Context) {
	for ctx.Err() == nil {
		i := int(r.next.Add(1)) - 1
		if i >= len(r.due) {
			return
		}
		if o, done := r.one(ctx, r.due[i]); done {
			r.bring(o)
		}
	}
}

// one reads one source, unless its host wants to be left alone. A source whose
// reading was interrupted is as if it had not been asked: it is not done.
func (r *run) one(ctx context.Context, s Source) (o *outcome, done bool) {
	last := r.last(s)
	if until, resting := r.resting(s, r.now()); resting && !r.force {
		return &outcome{source: s, reading: Reading{Visit: last, Unchanged: true},
			note: fmt.Sprintf("not read: its host refused another source and is left alone until %s", until.UTC().Format(time.RFC3339))}, true
	}
	reading, err := r.read(ctx, s, last)
	if ctx.Err() != nil {
		return nil, false
	}
	reading.Visit = r.visit(s, last, reading, err)
	reading.SameVisit = reading.Visit.sameAs(r.stored[s.ID])
	r.rest(s, reading.Visit)
	return &outcome{source: s, reading: reading}, true
}

// read asks the reader for the source, where it lives now. A panic in a reader
// is the failure of this source alone.
func (r *run) read(ctx context.Context, s Source, last Visit) (reading Reading, err error) {
	defer func() {
		if p := recover(); p != nil {
			reading, err = Reading{}, fmt.Errorf("read source %q: the reader broke: %v", s.ID, p)
		}
	}()
	reader, ok := r.Readers[s.Kind]
	if !ok {
		return Reading{}, fmt.Errorf("read source %q: nothing reads sources of kind %q", s.ID, s.Kind)
	}
	s.URL = last.AddressOf(s)
	reading, err = reader.Read(ctx, s, last)
	if err != nil {
		err = fmt.Errorf("read source %q: %w", s.ID, err)
	}
	r.Links.Follow(ctx, &reading)
	return reading, err
}

package feeds

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	// lease is how long a claim lasts: longer than any read may take.
	lease = 5 * time.Minute
	// claimedAhead is how many sources are claimed ahead. Of a process that dies,
	// so many wait until the lease is over.
	claimedAhead = 64
	// atOnce is how many readings share a commit at most, and gathering how
	// long the first of them waits for others. A source that did not change
	// costs less to ask than to remember that it was asked.
	atOnce    = 128
	gathering = 25 * time.Millisecond
	// enoughItems fill a commit by themselves: others may want to write.
	enoughItems = 300
	// saveTime is how long keeping what was read may take after a stop.
	saveTime = 10 * time.Second
)

// A run is one call of Collect: some workers read, one saver keeps what they
// bring.
type run struct {
	*Collector
	visits map[string]Visit
	due    []Source
	force  bool

	mu    sync.Mutex
	hosts map[string]time.Time // hosts that refused us, and until when they are left alone

	// The saver's, until all is read.
	report Report
	chats  map[string]bool // tags that posts were read for

	failed error // the store's failure, which ends the run
}

func newRun(c *Collector, sources []Source, visits map[string]Visit, force bool) *run {
	for _, s := range sources {
		visits[s.ID] = visits[s.ID].of(s)
	}
	r := &run{Collector: c, visits: visits, hosts: restingHosts(sources, visits, c.now()), force: force, chats: map[string]bool{}}
	r.due = c.shuffle(r.dueOf(sources))
	return r
}

// of is the visit as far as it still says something about the source: what
// was learnt of another address does not (F5).
func (v Visit) of(s Source) Visit {
	if v.URL == s.URL {
		return v
	}
	return Visit{Source: s.ID, URL: s.URL, Title: v.Title, First: v.First, Items: v.Items}
}

// dueOf keeps the sources whose time has come, each once.
func (r *run) dueOf(sources []Source) []Source {
	now, taken := r.now(), map[string]bool{}
	var due []Source
	for _, s := range sources {
		if !taken[s.ID] && (r.force || !r.visits[s.ID].Next.After(now)) {
			due = append(due, s)
			taken[s.ID] = true
		}
	}
	return due
}

// An outcome is what a worker brings of one source.
type outcome struct {
	source  Source
	reading Reading
	note    string // why it was not asked at all; "" when it was
	back    bool   // the run was stopped: the claim goes back, nothing else happened
}

// readAll reads the due sources, a bounded number at once, and waits for all
// of them.
func (r *run) readAll(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	queue, brought := make(chan Source, claimedAhead), make(chan outcome, atOnce)
	var workers, saver sync.WaitGroup
	saver.Go(func() { r.saveAll(ctx, brought, stop) })
	for range min(r.parallel(), len(r.due)) {
		workers.Go(func() {
			for s := range queue {
				brought <- r.one(ctx, s)
			}
		})
	}
	claimErr := r.handOut(ctx, queue)
	close(queue)
	workers.Wait()
	close(brought)
	saver.Wait()
	return cmp.Or(r.failed, claimErr, ctx.Err())
}

func (c *Collector) parallel() int { return cmp.Or(c.Parallel, 8) }

// handOut claims the due sources, some at a time, and gives them to the
// workers. What is claimed is handed out even after a stop: a worker gives it
// back.
func (r *run) handOut(ctx context.Context, queue chan<- Source) error {
	for todo := r.due; len(todo) > 0 && ctx.Err() == nil; {
		some := todo[:min(len(todo), claimedAhead)]
		todo = todo[len(some):]
		ours, err := r.claim(ctx, some)
		if err != nil && ctx.Err() == nil {
			return err
		}
		for _, s := range ours {
			queue <- s
		}
	}
	return nil
}

// claim takes the sources that no other process is reading.
func (r *run) claim(ctx context.Context, some []Source) (ours []Source, err error) {
	ids := make([]string, len(some))
	for i, s := range some {
		ids[i] = s.ID
	}
	got, err := r.Store.ClaimSources(ctx, ids, r.now(), lease)
	if err != nil {
		return nil, fmt.Errorf("claim sources: %w", err)
	}
	for _, s := range some {
		if slices.Contains(got, s.ID) {
			ours = append(ours, s)
		}
	}
	return ours, nil
}

// one reads one source.
func (r *run) one(ctx context.Context, s Source) outcome {
	last := r.visits[s.ID]
	last.Source = s.ID
	unread := Reading{Visit: last, Unchanged: true}
	if ctx.Err() != nil {
		return outcome{source: s, reading: unread, back: true}
	}
	if until, resting := r.resting(s, r.now()); resting && !r.force {
		return outcome{source: s, reading: unread,
			note: fmt.Sprintf("not read: its host refused another source and is left alone until %s", until.UTC().Format(time.RFC3339))}
	}
	reading, err := r.read(ctx, s, last)
	if ctx.Err() != nil {
		return outcome{source: s, reading: unread, back: true}
	}
	reading.Visit = r.visit(s, last, reading, err)
	r.rest(s, reading.Visit)
	return outcome{source: s, reading: reading}
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
	return reading, err
}

// saveAll keeps what the workers bring until there is no more. What has come
// in the meantime shares the next commit.
func (r *run) saveAll(ctx context.Context, brought <-chan outcome, stop func()) {
	for first := range brought {
		batch := gather(first, brought)
		if r.failed != nil {
			continue // only so that no worker waits for ever
		}
		if r.failed = r.save(ctx, batch); r.failed != nil {
			stop()
		}
	}
}

// gather waits a moment for what shares the commit with the first. Readings
// that carry items fill a commit by themselves.
func gather(first outcome, brought <-chan outcome) []outcome {
	batch, items := []outcome{first}, len(first.reading.Items)+len(first.reading.Posts)
	enough := time.NewTimer(gathering)
	defer enough.Stop()
	for len(batch) < atOnce && items < enoughItems {
		select {
		case o, more := <-brought:
			if !more {
				return batch
			}
			batch = append(batch, o)
			items += len(o.reading.Items) + len(o.reading.Posts)
		case <-enough.C:
			return batch
		}
	}
	return batch
}

// save keeps a batch and reports it. What was read is kept even when the run
// is being stopped.
func (r *run) save(ctx context.Context, batch []outcome) error {
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer done()
	now := r.now()
	readings := make([]Reading, len(batch))
	for i, o := range batch {
		readings[i] = o.reading
	}
	fresh, err := r.Store.SaveReadings(ctx, readings, now)
	if err != nil {
		return fmt.Errorf("save what %d sources gave: %w", len(batch), err)
	}
	for i, o := range batch {
		if !o.back {
			r.add(r.result(o, fresh[i], now), o.reading)
		}
	}
	return nil
}

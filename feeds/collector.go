package feeds

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// A Store remembers visits, items and posts.
type Store interface {
	// Visits returns the last visit of every source, by source ID.
	Visits(ctx context.Context) (map[string]Visit, error)
	// ClaimSource takes a source for the length of the lease. It returns false
	// when another process holds it.
	ClaimSource(ctx context.Context, source string, now time.Time, lease time.Duration) (bool, error)
	// SaveReading keeps a reading in one transaction, visit included, and
	// gives the claim back. fresh counts what was not known before.
	SaveReading(ctx context.Context, r Reading, now time.Time) (fresh int, err error)
}

// A Collector reads the sources that are due, several at once and each host
// politely. One bad source never stops the others. Readers and Store are
// required; the zero values of the rest are usable.
type Collector struct {
	Readers     map[Kind]Reader
	Store       Store
	Now         func() time.Time // time.Now when nil
	Random      func() float64   // in [0,1), for order and jitter; math/rand when nil
	Window      time.Duration    // on a first read, how old an item may be to count as new; 8 days when 0
	MinInterval time.Duration    // least time between two reads of a source; 60 min when 0
	Parallel    int              // sources read at once; 8 when 0
	Log         *slog.Logger     // discarded when nil
	// Progress, when set, is told of each source that is done, one at a time.
	Progress func(done, total int, r Result)
}

// A Report is what one run of the Collector did.
type Report struct {
	Sources []Result `json:"sources"` // the sources tried, by ID
	Items   int      `json:"items"`   // items and posts read
	New     int      `json:"new"`     // of these, not known before
	TookMS  int64    `json:"took_ms"`
}

// A Result is what came of one source.
type Result struct {
	ID       string    `json:"id"`
	Kind     Kind      `json:"kind"`
	URL      string    `json:"url"`
	OK       bool      `json:"ok"`
	Status   int       `json:"status"` // HTTP status; 0 when no answer came
	Error    string    `json:"error"`  // why it was not read; "" when it was
	Items    int       `json:"items"`  // items and posts it holds
	New      int       `json:"new"`    // of these, not known before
	Next     time.Time `json:"next"`   // not read again before this
	Warnings []string  `json:"warnings,omitempty"`
}

// lease is how long a claim lasts: longer than any read may take.
const lease = 3 * time.Minute

// Collect reads the sources that are due, or with force all of them. It fails
// only when the store does or ctx ends; what went wrong with a source is in
// the Report.
func (c *Collector) Collect(ctx context.Context, sources []Source, force bool) (Report, error) {
	began := time.Now()
	visits, err := c.Store.Visits(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("collect: read visits: %w", err)
	}
	run := &run{Collector: c, visits: visits, hosts: restingHosts(sources, visits, c.now()), force: force, chats: map[string]bool{}}
	run.due = c.shuffle(run.dueOf(sources))
	err = run.readAll(ctx)
	slices.SortFunc(run.report.Sources, func(a, b Result) int { return cmp.Compare(a.ID, b.ID) })
	run.report.TookMS = time.Since(began).Milliseconds()
	run.log()
	return run.report, err
}

// A run is one call of Collect.
type run struct {
	*Collector
	visits map[string]Visit
	due    []Source
	force  bool

	mu     sync.Mutex
	hosts  map[string]time.Time // hosts that refused us, and until when they are left alone
	report Report
	chats  map[string]bool // tags that posts were read for
	failed error           // the store's failure, which ends the run
}

// dueOf keeps the sources whose time has come.
func (r *run) dueOf(sources []Source) []Source {
	now := r.now()
	var due []Source
	for _, s := range sources {
		if r.force || !r.visits[s.ID].Next.After(now) {
			due = append(due, s)
		}
	}
	return due
}

// readAll reads the due sources, a bounded number at once, and waits for all
// of them.
func (r *run) readAll(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	queue := make(chan Source)
	var workers sync.WaitGroup
	for range min(cmp.Or(r.Parallel, 8), len(r.due)) {
		workers.Go(func() {
			for s := range queue {
				if err := r.one(ctx, s); err != nil {
					r.fail(err)
					stop()
				}
			}
		})
	}
feed:
	for _, s := range r.due {
		select {
		case queue <- s:
		case <-ctx.Done():
			break feed
		}
	}
	close(queue)
	workers.Wait()
	if r.failed != nil {
		return r.failed
	}
	return ctx.Err()
}

func (r *run) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil {
		r.failed = err
	}
}

// one claims, reads and saves one source. An error is the store's or the
// context's.
func (r *run) one(ctx context.Context, s Source) error {
	last, now := r.visits[s.ID], r.now()
	if until, resting := r.resting(s, now); resting && !r.force {
		r.add(Result{ID: s.ID, Kind: s.Kind, URL: s.URL, Status: last.Status, Next: until,
			Error: fmt.Sprintf("not read: its host refused another source and is left alone until %s", until.UTC().Format(time.RFC3339))}, Reading{})
		return nil
	}
	claimed, err := r.Store.ClaimSource(ctx, s.ID, now, lease)
	if err != nil {
		return fmt.Errorf("claim source %q: %w", s.ID, err)
	}
	if !claimed {
		return nil // another process is reading it
	}
	reading, readErr := r.read(ctx, s, last)
	if ctx.Err() != nil {
		return r.giveBack(ctx, last, s.ID)
	}
	reading.Visit = r.visit(s, last, reading, readErr)
	r.rest(s, reading.Visit)
	fresh, err := r.Store.SaveReading(ctx, reading, now)
	if err != nil {
		return fmt.Errorf("save reading of %q: %w", s.ID, err)
	}
	r.add(r.result(s, last, reading, fresh, now), reading)
	return nil
}

// giveBack ends the claim of a source whose reading was interrupted, and
// leaves its visit as it was.
func (r *run) giveBack(ctx context.Context, last Visit, id string) error {
	last.Source = id
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	if _, err := r.Store.SaveReading(ctx, Reading{Visit: last, Unchanged: true}, r.now()); err != nil {
		return fmt.Errorf("give back source %q: %w", id, err)
	}
	return nil
}

// read asks the reader for the source. A panic in a reader is the failure of
// this source alone.
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
	if last.URL != s.URL {
		// F5: validators belong to an address.
		last.ETag, last.LastModified = "", ""
	}
	reading, err = reader.Read(ctx, s, last)
	if err != nil {
		err = fmt.Errorf("read source %q: %w", s.ID, err)
	}
	return reading, err
}

// result puts a saved reading into words.
func (r *run) result(s Source, last Visit, reading Reading, fresh int, now time.Time) Result {
	v := reading.Visit
	if last.First.IsZero() {
		// What a source held before we knew it serves as related reading, but
		// is no news (S6).
		fresh = min(fresh, r.withinWindow(reading, now))
	}
	return Result{ID: s.ID, Kind: s.Kind, URL: s.URL, OK: v.Error == "", Status: v.Status, Error: v.Error,
		Items: v.Items, New: fresh, Next: v.Next, Warnings: reading.Warnings}
}

func (r *run) withinWindow(reading Reading, now time.Time) (n int) {
	from := now.Add(-cmp.Or(r.Window, 8*24*time.Hour))
	for _, it := range reading.Items {
		if !it.Published.Before(from) {
			n++
		}
	}
	for _, p := range reading.Posts {
		if !p.At.Before(from) {
			n++
		}
	}
	return n
}

// add puts a result into the report and tells Progress.
func (r *run) add(result Result, reading Reading) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if result.Error != "" {
		r.logger().Warn("source failed", "source", result.ID, "url", result.URL, "err", result.Error)
		result.Items = 0
	}
	r.report.Sources = append(r.report.Sources, result)
	r.report.Items += result.Items
	r.report.New += result.New
	for _, p := range reading.Posts {
		r.chats[p.Tag] = true
	}
	if r.Progress != nil {
		r.Progress(len(r.report.Sources), len(r.due), result)
	}
}

func (r *run) log() {
	failed := 0
	for _, s := range r.report.Sources {
		if !s.OK {
			failed++
		}
	}
	r.logger().Info("collected", "sources", len(r.report.Sources), "failed", failed,
		"items", r.report.Items, "new", r.report.New, "chats", len(r.chats))
}

func (c *Collector) now() time.Time {
	if c.Now == nil {
		return time.Now().UTC()
	}
	return c.Now().UTC()
}

func (c *Collector) random() float64 {
	if c.Random == nil {
		return rand.Float64()
	}
	return c.Random()
}

func (c *Collector) logger() *slog.Logger {
	if c.Log == nil {
		return slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return c.Log
}

// shuffle changes the order, so that not every run of every installation
// knocks at the same door first (F12).
func (c *Collector) shuffle(sources []Source) []Source {
	for i := len(sources) - 1; i > 0; i-- {
		j := int(c.random() * float64(i+1))
		sources[i], sources[j] = sources[j], sources[i]
	}
	return sources
}

package feeds

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"
)

// A Store remembers visits, items and posts, and who reads what.
type Store interface {
	Claims
	// SaveReadings keeps readings in one transaction, visits included. fresh
	// counts, for each reading, what was not known before.
	SaveReadings(ctx context.Context, readings []Reading, now time.Time) (fresh []int, err error)
}

// Claims keep two runs of the Collector, in one process or in several, from
// reading the same source.
type Claims interface {
	// ClaimSources takes sources for one run. It calls due, once, with the last
	// visit of every source by ID, and returns those of the sources due names
	// that no other run holds. Nothing another run saves comes in between.
	ClaimSources(ctx context.Context, claim Claim, now time.Time, due func(visits map[string]Visit) []string) ([]string, error)
	// ExtendClaim moves the end of a claim.
	ExtendClaim(ctx context.Context, claim Claim) error
	// ReleaseClaim gives back all that a run took.
	ReleaseClaim(ctx context.Context, run string) error
}

// A Claim is one run's hold on sources.
type Claim struct {
	Run   string    // no two runs share it; letters and digits
	Until time.Time // from then on the run counts as dead, and what it took is free
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
	Links       *ShortLinks      // follows short links in what is read; nobody when nil
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
	Bytes    int       `json:"bytes"`  // of the body, unpacked
	Next     time.Time `json:"next"`   // not read again before this
	Warnings []string  `json:"warnings,omitempty"`
}

// Collect reads the sources that are due, or with force all of them. It fails
// only when the store does or ctx ends; what went wrong with a source is in
// the Report.
func (c *Collector) Collect(ctx context.Context, sources []Source, force bool) (Report, error) {
	began := time.Now()
	run, err := newRun(ctx, c, sources, force)
	if err != nil {
		return Report{}, fmt.Errorf("collect: %w", err)
	}
	err = run.readAll(ctx)
	slices.SortFunc(run.report.Sources, func(a, b Result) int { return cmp.Compare(a.ID, b.ID) })
	run.report.TookMS = time.Since(began).Milliseconds()
	run.log()
	return run.report, err
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

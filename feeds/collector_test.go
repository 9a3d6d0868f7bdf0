package feeds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var tuesday = time.Date(2026, 3, 3, 6, 0, 0, 0, time.UTC)

// A memory is a Store for one test.
type memory struct {
	mu      sync.Mutex
	visits  map[string]Visit
	items   map[string]bool
	claimed map[string]string // the run that holds a source
	fail    error
}

func newMemory() *memory {
	return &memory{visits: map[string]Visit{}, items: map[string]bool{}, claimed: map[string]string{}}
}

func (m *memory) ClaimSources(_ context.Context, claim Claim, _ time.Time, due func(map[string]Visit) []string) (got []string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range due(maps.Clone(m.visits)) {
		if m.claimed[id] == "" {
			m.claimed[id] = claim.Run
			got = append(got, id)
		}
	}
	return got, m.fail
}

func (m *memory) ExtendClaim(context.Context, Claim) error { return m.fail }

func (m *memory) ReleaseClaim(_ context.Context, run string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.claimed, func(_, holder string) bool { return holder == run })
	return nil
}

func (m *memory) SaveReadings(_ context.Context, readings []Reading, _ time.Time) (fresh []int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range readings {
		m.visits[r.Visit.Source] = r.Visit
		n := 0
		for _, it := range r.Items {
			if !m.items[it.ID] {
				m.items[it.ID] = true
				n++
			}
		}
		fresh = append(fresh, n)
	}
	return fresh, nil
}

type readerFunc func(ctx context.Context, s Source, last Visit) (Reading, error)

func (f readerFunc) Read(ctx context.Context, s Source, last Visit) (Reading, error) {
	return f(ctx, s, last)
}

func newCollector(store Store, read readerFunc) *Collector {
	return &Collector{Readers: map[Kind]Reader{KindFeed: read}, Store: store, Now: func() time.Time { return tuesday },
		Random: func() float64 { return 0.5 }}
}

func source(id string) Source {
	return Source{ID: id, Kind: KindFeed, URL: "https://" + id + ".example.org/feed"}
}

func oneItem(_ context.Context, s Source, _ Visit) (Reading, error) {
	return Reading{Visit: Visit{Status: 200, ETag: `"1"`}, Items: []Item{{ID: s.ID + "-1", Published: tuesday.Add(-time.Hour)}}}, nil
}

func collect(t *testing.T, c *Collector, force bool, sources ...Source) Report {
	t.Helper()
	report, err := c.Collect(t.Context(), sources, force)
	if err != nil {
		t.Fatalf("Collect(%d sources) = %v", len(sources), err)
	}
	return report
}

// F27: one bad source never fails a run.
func TestDeadSourceDoesNotStopTheRest(t *testing.T) {
	c := newCollector(newMemory(), func(ctx context.Context, s Source, v Visit) (Reading, error) {
		switch s.ID {
		case "dead":
			return Reading{Visit: Visit{Status: 500}}, errors.New("the server answered 500")
		case "broken":
			panic("a feed that breaks the reader")
		}
		return oneItem(ctx, s, v)
	})
	nobody := source("nobody")
	nobody.Kind = "carrier-pigeon"
	report := collect(t, c, false, source("dead"), source("broken"), nobody, source("well"))
	var words []string
	for _, r := range report.Sources {
		words = append(words, fmt.Sprintf("%s:%t:%d", r.ID, r.OK, r.New))
	}
	if got, want := strings.Join(words, " "), "broken:false:0 dead:false:0 nobody:false:0 well:true:1"; got != want {
		t.Errorf("Collect: got %s, want %s", got, want)
	}
	for _, r := range report.Sources[:3] {
		if !strings.Contains(r.Error, `read source "`+r.ID+`"`) {
			t.Errorf("%s: error %q does not name the source", r.ID, r.Error)
		}
	}
	if report.Items != 1 || report.New != 1 {
		t.Errorf("items %d, new %d, want 1 and 1", report.Items, report.New)
	}
}

func TestOnlyDueSourcesAreRead(t *testing.T) {
	store := newMemory()
	store.visits["later"] = Visit{Source: "later", URL: source("later").URL, Next: tuesday.Add(time.Minute), First: tuesday}
	store.visits["now"] = Visit{Source: "now", URL: source("now").URL, Next: tuesday, First: tuesday}
	c := newCollector(store, oneItem)
	if got := collect(t, c, false, source("later"), source("now"), source("never")).Sources; len(got) != 2 {
		t.Errorf("Collect read %d sources, want the 2 that are due: %+v", len(got), got)
	}
	if got := collect(t, c, true, source("later")).Sources; len(got) != 1 {
		t.Errorf("Collect with force read %d sources, want 1", len(got))
	}
}

func TestSourceOfAnotherProcessIsLeftToIt(t *testing.T) {
	store := newMemory()
	store.claimed["ours"] = "another"
	if got := collect(t, newCollector(store, oneItem), true, source("ours")).Sources; len(got) != 0 {
		t.Errorf("Collect read %+v, which another process holds", got)
	}
}

// F8, F9, F10, F11, F15: when to come again.
func TestNextReadWaitsAsLongAsItShould(t *testing.T) {
	tests := []struct {
		name    string
		last    Visit
		reading Reading
		err     error
		want    time.Duration
	}{
		{"read, with validators", Visit{}, Reading{Visit: Visit{Status: 200, ETag: "x"}}, nil, time.Hour},
		{"read, without", Visit{}, Reading{Visit: Visit{Status: 200}}, nil, 24 * time.Hour},
		{"asks for more", Visit{}, Reading{Visit: Visit{Status: 200, ETag: "x"}, MaxAge: 6 * time.Hour}, nil, 6 * time.Hour},
		{"asks for less", Visit{}, Reading{Visit: Visit{Status: 200, ETag: "x"}, MaxAge: time.Minute}, nil, time.Hour},
		{"asks for a year", Visit{}, Reading{Visit: Visit{Status: 200, ETag: "x"}, MaxAge: 365 * 24 * time.Hour}, nil, 7 * 24 * time.Hour},
		{"first failure", Visit{}, Reading{}, errors.New("x"), 15 * time.Minute},
		{"fourth failure", Visit{Failures: 3}, Reading{}, errors.New("x"), 2 * time.Hour},
		{"hundredth failure", Visit{Failures: 99}, Reading{}, errors.New("x"), 24 * time.Hour},
		{"forbidden", Visit{}, Reading{Visit: Visit{Status: 403}}, errors.New("x"), 24 * time.Hour},
		{"retry after three hours", Visit{}, Reading{Visit: Visit{Status: 429}, NotBefore: tuesday.Add(3 * time.Hour)}, errors.New("x"), 3 * time.Hour},
		{"gone", Visit{}, Reading{Visit: Visit{Status: 410}}, errors.New("x"), forGood},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			store := newMemory()
			tt.last.URL = source("s").URL
			store.visits["s"] = tt.last
			c := newCollector(store, func(context.Context, Source, Visit) (Reading, error) { return tt.reading, tt.err })
			got := collect(t, c, true, source("s")).Sources[0].Next.Sub(tuesday)
			if got != tt.want {
				t.Errorf("next read in %s, want %s", got, tt.want)
			}
		})
	}
}

// F7, F11: an error page replaces nothing; a success resets.
func TestFailureKeepsValidatorsAndSuccessResets(t *testing.T) {
	store := newMemory()
	store.visits["s"] = Visit{Source: "s", URL: source("s").URL, ETag: `W/"1"`, LastModified: "then", Items: 7, First: tuesday, Failures: 2}
	c := newCollector(store, func(_ context.Context, _ Source, last Visit) (Reading, error) {
		if last.ETag != `W/"1"` {
			t.Errorf("the reader got ETag %q", last.ETag)
		}
		return Reading{Visit: Visit{Status: 502, ETag: "of the error page"}}, errors.New("x")
	})
	collect(t, c, true, source("s"))
	if v := store.visits["s"]; v.ETag != `W/"1"` || v.LastModified != "then" || v.Failures != 3 || v.Items != 7 || v.Error == "" {
		t.Errorf("after a failure: %+v, want the validators kept and 3 failures", v)
	}
	c.Readers[KindFeed] = readerFunc(func(context.Context, Source, Visit) (Reading, error) {
		return Reading{Visit: Visit{Status: 304, ETag: `W/"1"`}, Unchanged: true}, nil
	})
	report := collect(t, c, true, source("s"))
	if v := store.visits["s"]; v.Failures != 0 || v.Error != "" || v.Items != 7 || report.Items != 7 || report.New != 0 {
		t.Errorf("after a 304: %+v, report %+v, want no failures, 7 items, none new", v, report)
	}
}

// F5: validators belong to an address.
func TestChangedAddressDropsValidators(t *testing.T) {
	store := newMemory()
	store.visits["s"] = Visit{Source: "s", URL: "https://old.example.org/feed", ETag: "x"}
	c := newCollector(store, func(_ context.Context, _ Source, last Visit) (Reading, error) {
		if last.ETag != "" {
			t.Errorf("the reader got ETag %q of another address", last.ETag)
		}
		return Reading{}, errors.New("x")
	})
	collect(t, c, true, source("s"))
	if v := store.visits["s"]; v.ETag != "" || v.URL != source("s").URL {
		t.Errorf("visit %+v keeps the validators of another address", v)
	}
}

// F10: 429 and 503 stop the host, in this run and the next.
func TestRefusalStopsTheHost(t *testing.T) {
	store := newMemory()
	var reads atomic.Int32
	c := newCollector(store, func(context.Context, Source, Visit) (Reading, error) {
		reads.Add(1)
		return Reading{Visit: Visit{Status: http.StatusTooManyRequests}, NotBefore: tuesday.Add(time.Hour)}, errors.New("429")
	})
	c.Parallel = 1
	var sources []Source
	for i := range 4 {
		sources = append(sources, Source{ID: fmt.Sprint("s", i), Kind: KindFeed, URL: fmt.Sprintf("https://one.example.org/%d", i)})
	}
	for run := range 2 {
		report := collect(t, c, false, sources...)
		if reads.Load() != 1 {
			t.Fatalf("run %d: %d requests went to a host that refused the first", run, reads.Load())
		}
		for _, r := range report.Sources {
			if r.OK || r.Next.Before(tuesday.Add(time.Hour)) {
				t.Errorf("run %d: %+v, want it left alone for an hour", run, r)
			}
		}
	}
	sources[0].URL, sources[1].URL = "http://127.0.0.1:8099/a", "http://127.0.0.1:8099/b"
	reads.Store(0)
	collect(t, c, true, sources[:2]...)
	if reads.Load() != 2 {
		t.Errorf("%d requests went to a rehearsal's loopback address, want 2: there each source speaks for itself", reads.Load())
	}
}

// S6: the first read of a source is not a week of news.
func TestFirstReadCountsTheWindowOnly(t *testing.T) {
	items := []Item{{ID: "a", Published: tuesday.Add(-time.Hour)}, {ID: "b", Published: tuesday.AddDate(-3, 0, 0)}}
	c := newCollector(newMemory(), func(context.Context, Source, Visit) (Reading, error) {
		return Reading{Visit: Visit{Status: 200}, Items: items}, nil
	})
	if r := collect(t, c, true, source("s")); r.Items != 2 || r.New != 1 {
		t.Errorf("first read: items %d, new %d, want 2 and 1", r.Items, r.New)
	}
	items = append(items, Item{ID: "c", Published: tuesday.AddDate(-1, 0, 0)})
	if r := collect(t, c, true, source("s")); r.Items != 3 || r.New != 1 {
		t.Errorf("second read: items %d, new %d, want 3 and 1", r.Items, r.New)
	}
}

// F22: a stop is prompt.
func TestStoppingIsPromptAndGivesSourcesBack(t *testing.T) {
	store := newMemory()
	store.visits["s0"] = Visit{Source: "s0", URL: source("s0").URL, Failures: 1}
	ctx, stop := context.WithCancel(t.Context())
	reading := make(chan bool, 100)
	c := newCollector(store, func(ctx context.Context, s Source, _ Visit) (Reading, error) {
		reading <- true
		<-ctx.Done()
		return Reading{}, ctx.Err()
	})
	c.Parallel = 4
	var sources []Source
	for i := range 20 {
		sources = append(sources, source(fmt.Sprint("s", i)))
	}
	go func() { <-reading; stop() }()
	began := time.Now()
	_, err := c.Collect(ctx, sources, true)
	if !errors.Is(err, context.Canceled) || time.Since(began) > 2*time.Second {
		t.Errorf("Collect = %v after %s, want it canceled at once", err, time.Since(began))
	}
	if len(store.claimed) != 0 {
		t.Errorf("claims kept: %v", store.claimed)
	}
	if v := store.visits["s0"]; v.Failures != 1 {
		t.Errorf("an interrupted read counts as a failure: %+v", v)
	}
}

func TestStoreFailureEndsTheRun(t *testing.T) {
	store := newMemory()
	store.fail = errors.New("disk full")
	if _, err := newCollector(store, oneItem).Collect(t.Context(), []Source{source("s")}, true); !errors.Is(err, store.fail) {
		t.Errorf("Collect = %v, want %v", err, store.fail)
	}
}

// F12: a bounded pool.
func TestNoMoreThanParallelAtOnce(t *testing.T) {
	var at, most atomic.Int32
	c := newCollector(newMemory(), func(ctx context.Context, s Source, v Visit) (Reading, error) {
		n := at.Add(1)
		defer at.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(time.Millisecond)
		return oneItem(ctx, s, v)
	})
	c.Parallel = 3
	done := 0
	c.Progress = func(n, total int, _ Result) {
		if done++; n != done || total != 20 {
			t.Errorf("Progress(%d, %d), want (%d, 20)", n, total, done)
		}
	}
	var sources []Source
	for i := range 20 {
		sources = append(sources, source(fmt.Sprint("s", i)))
	}
	var log bytes.Buffer
	c.Log = slog.New(slog.NewTextHandler(&log, nil))
	collect(t, c, false, sources...)
	if most.Load() != 3 || done != 20 {
		t.Errorf("%d at once, %d reported, want 3 and 20", most.Load(), done)
	}
	if want := "msg=collected sources=20 failed=0 items=20 new=20 chats=0"; !strings.Contains(log.String(), want) {
		t.Errorf("log %q, want %q in it", log.String(), want)
	}
}

package feeds

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// A sourceLife is one source read again and again while time passes.
type sourceLife struct {
	t       *testing.T
	store   *memory
	now     time.Time
	address string  // as registered
	asked   string  // where the last read went
	reading Reading // what the next read gives
	err     error
}

func newSourceLife(t *testing.T) *sourceLife {
	return &sourceLife{t: t, store: newMemory(), now: tuesday, address: "https://s.example.org/feed"}
}

// read lets time pass, collects with the clock as it is and returns the visit.
func (l *sourceLife) read(after time.Duration, force bool) Visit {
	l.t.Helper()
	l.now, l.asked = l.now.Add(after), ""
	c := newCollector(l.store, func(_ context.Context, s Source, _ Visit) (Reading, error) {
		l.asked = s.URL
		return l.reading, l.err
	})
	c.Now = func() time.Time { return l.now }
	collect(l.t, c, force, Source{ID: "s", Kind: KindFeed, URL: l.address})
	return l.store.visits["s"]
}

func (l *sourceLife) fails(status int) {
	l.reading, l.err = Reading{Visit: Visit{Status: status}}, errors.New("it failed")
}

func (l *sourceLife) works() {
	l.reading, l.err = Reading{Visit: Visit{Status: 200, ETag: `"1"`}}, nil
}

const day = 24 * time.Hour

// F14: an address changes after three reads over three days that were led to
// one other, not before; the registered one stays known.
func TestLastingMoveChangesTheAddress(t *testing.T) {
	const old, new = "https://s.example.org/feed", "https://new.example.org/feed"
	l := newSourceLife(t)
	l.works()
	l.reading.Moved = new
	for i, after := range []time.Duration{0, day, day} {
		if v := l.read(after, true); v.Move.Now != "" || l.asked != old {
			t.Fatalf("read %d: asked %s, moved to %q, want it to stay at %s for three days", i+1, l.asked, v.Move.Now, old)
		}
	}
	if v := l.read(day, true); v.Move.Now != new || v.URL != old || v.ETag != `"1"` {
		t.Errorf("after three days: %+v, want it moved to %s, the validators and the old address kept", v, new)
	}
	l.reading.Moved = ""
	if l.read(day, true); l.asked != new {
		t.Errorf("asked %s, want %s", l.asked, new)
	}
	l.reading.Moved = "https://newer.example.org/feed"
	for range 4 {
		l.read(day, true)
	}
	if l.read(day, true); l.asked != "https://newer.example.org/feed" {
		t.Errorf("asked %s, want the address it moved to next", l.asked)
	}
	l.address = "https://other.example.org/feed"
	if v := l.read(0, false); l.asked != l.address || v.Move.Now != "" {
		t.Errorf("after the editor gave another address: asked %q, %+v, want that one at once", l.asked, v)
	}
}

// F14: three reads within a day, or a redirect that changes its mind or goes
// away, move nothing.
func TestPassingMoveChangesNothing(t *testing.T) {
	const to = "https://portal.example.org/"
	tests := []struct {
		name  string
		moved []string
		every time.Duration
	}{
		{"many reads on one day", []string{to, to, to, to, to, to}, time.Hour},
		{"two reads a week apart", []string{to, to}, 7 * day},
		{"another one each time", []string{to + "1", to + "2", to + "3", to + "4"}, 3 * day},
		{"interrupted", []string{to, to, "", to, to}, 2 * day},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newSourceLife(t)
			l.works()
			for _, l.reading.Moved = range tt.moved {
				if v := l.read(tt.every, true); v.Move.Now != "" {
					t.Fatalf("moved to %s: %+v", v.Move.Now, v)
				}
			}
		})
	}
}

// F14: a move that leads nowhere in the end is taken back.
func TestMoveThatLeadsNowhereIsTakenBack(t *testing.T) {
	l := newSourceLife(t)
	l.store.visits["s"] = Visit{Source: "s", URL: l.address, First: tuesday, ETag: `"1"`, Move: Move{Now: "https://new.example.org/feed"}}
	l.fails(410)
	if v := l.read(0, false); v.Move.Now != "" || v.ETag != "" || v.State() != StateFailing {
		t.Errorf("after 410 at the new address: %+v (%s), want the old address to be tried again", v, v.State())
	}
	if l.read(day, false); l.asked != l.address {
		t.Errorf("asked %q, want the registered address", l.asked)
	}
}

// F15: 410 ends it at once, with a notice; 404 when it was said ten times over
// two weeks. A reading by hand is still possible, and brings it back.
func TestGoneSourceIsLeftAloneAndKept(t *testing.T) {
	l := newSourceLife(t)
	l.fails(410)
	v := l.read(0, false)
	if v.State() != StateGone || !strings.Contains(v.Error, "give its new address") {
		t.Errorf("after 410: %s, %q, want it gone, with a notice", v.State(), v.Error)
	}
	if l.read(365*day, false); l.asked != "" {
		t.Error("a source that is gone was read a year later")
	}
	l.works()
	if v := l.read(0, true); v.State() != StateOK || v.Failures != 0 || !v.FailingSince.IsZero() {
		t.Errorf("after it came back: %+v, want it well", v)
	}
	l.fails(404)
	for i := range 9 {
		if v = l.read(2*day, true); v.State() != StateFailing {
			t.Fatalf("404 number %d: %s, want it failing only", i+1, v.State())
		}
	}
	if v = l.read(0, true); v.State() != StateGone || !strings.Contains(v.Error, "16 days") {
		t.Errorf("404 number 10 after 16 days: %s, %q, want it gone", v.State(), v.Error)
	}
	quick := newSourceLife(t)
	quick.fails(404)
	for range 12 {
		v = quick.read(day, true)
	}
	if v.State() != StateFailing {
		t.Errorf("12 times 404 in 12 days: %s, want two weeks of patience", v.State())
	}
}

// A source that fails for weeks is tried once a week, and never deleted.
func TestSourceThatFailsForWeeksIsMuted(t *testing.T) {
	l := newSourceLife(t)
	l.fails(500)
	var v Visit
	for range 19 {
		v = l.read(day, true)
	}
	if v.State() != StateFailing || v.Next.Sub(l.now) != day {
		t.Errorf("after 19 failures: %s, next in %s, want a daily try", v.State(), v.Next.Sub(l.now))
	}
	if v = l.read(day, true); v.State() != StateMuted || v.Next.Sub(l.now) != 7*day || !strings.Contains(v.Error, "once a week") {
		t.Errorf("after 20 failures over 19 days: %s, next in %s, %q, want a weekly try", v.State(), v.Next.Sub(l.now), v.Error)
	}
	if l.read(6*day, false); l.asked != "" {
		t.Error("a muted source was read within the week")
	}
	l.works()
	if v = l.read(day, false); v.State() != StateOK || v.Next.Sub(l.now) != time.Hour {
		t.Errorf("after it came back: %s, next in %s, want it well and read as usual", v.State(), v.Next.Sub(l.now))
	}
}

// F9: what a feed's document asks for holds while it does not change, too.
func TestPaceOfTheDocumentOutlivesNotModified(t *testing.T) {
	l := newSourceLife(t)
	l.works()
	l.reading.MaxAge = 6 * time.Hour
	l.read(0, false)
	l.reading = Reading{Visit: Visit{Status: 304, ETag: `"1"`}, Unchanged: true}
	if v := l.read(6*time.Hour, false); v.Next.Sub(l.now) != 6*time.Hour {
		t.Errorf("after a 304: next in %s, want the 6h that the document asked for", v.Next.Sub(l.now))
	}
	l.works()
	if v := l.read(6*time.Hour, false); v.Next.Sub(l.now) != time.Hour {
		t.Errorf("after a document that asks for nothing: next in %s, want 1h", v.Next.Sub(l.now))
	}
}

// F8: reading more often than allowed takes a --force; a restart does not do it.
func TestLeastTimeBetweenReadsOutlivesRestarts(t *testing.T) {
	l := newSourceLife(t)
	l.works()
	l.read(0, false)
	for _, after := range []time.Duration{0, time.Minute, 58 * time.Minute} { // a new Collector each time
		if l.read(after, false); l.asked != "" {
			t.Fatalf("read again at %s", l.now.Sub(tuesday))
		}
	}
	if l.read(0, true); l.asked == "" {
		t.Error("force did not read")
	}
}

// F10, F11: failures are 15 min × 2ⁿ apart, at most a day, give or take a
// tenth; a success resets.
func TestBackOffIsSpread(t *testing.T) {
	for failures, want := range map[int]time.Duration{1: 15 * time.Minute, 2: 30 * time.Minute, 5: 4 * time.Hour, 7: 16 * time.Hour, 8: day, 1000: day} {
		for _, random := range []float64{0, 0.5, 0.999999} {
			c := &Collector{Random: func() float64 { return random }}
			got := c.backOff(failures).Seconds() / want.Seconds()
			if at := 0.9 + 0.2*random; got < at-0.001 || got > at+0.001 {
				t.Errorf("backOff(%d) with random %v is %.3f of %s, want %.3f", failures, random, got, want, at)
			}
		}
	}
}

// F12: not every run begins at the same door.
func TestOrderOfReadingIsShuffled(t *testing.T) {
	orders := map[string]bool{}
	for range 20 {
		c := newCollector(newMemory(), nil)
		c.Random, c.Parallel = nil, 1
		var order strings.Builder
		c.Readers[KindFeed] = readerFunc(func(_ context.Context, s Source, _ Visit) (Reading, error) {
			order.WriteString(s.ID)
			return Reading{}, nil
		})
		collect(t, c, false, source("a"), source("b"), source("c"), source("d"), source("e"))
		orders[order.String()] = true
	}
	if len(orders) < 2 {
		t.Errorf("20 runs read in one order: %v", orders)
	}
}

// F21: a password in an address stays out of reports.
func TestReportHoldsNoPassword(t *testing.T) {
	s := source("s")
	s.URL = "https://ada:secret@s.example.org/feed"
	report := collect(t, newCollector(newMemory(), oneItem), false, s)
	if got, want := report.Sources[0].URL, "https://s.example.org/feed"; got != want {
		t.Errorf("reported URL %q, want %q", got, want)
	}
}

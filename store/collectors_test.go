package store_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"weekward/feeds"
	"weekward/store"
	"weekward/store/storetest"
)

// claim takes sources for a run, with a lease of a minute, and returns those it
// got.
func claim(t *testing.T, s *store.Store, run string, now time.Time, sources ...string) string {
	t.Helper()
	got, err := s.ClaimSources(t.Context(), feeds.Claim{Run: run, Until: now.Add(time.Minute)}, now,
		func(map[string]feeds.Visit) []string { return slices.Clone(sources) })
	if err != nil {
		t.Fatalf("ClaimSources(%s): %v", run, err)
	}
	return strings.Join(got, " ")
}

func TestSourceIsReadByOneRunAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		expect := func(why, got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("%s: ClaimSources() = %q, want %q", why, got, want)
			}
		}
		expect("free", claim(t, s, "one", monday, "a", "b"), "a b")
		expect("held by another", claim(t, s, "two", monday.Add(30*time.Second), "a", "c"), "c")
		expect("held by two others", claim(t, s, "three", monday.Add(30*time.Second), "a", "b", "c"), "")
		if err := s.ExtendClaim(t.Context(), feeds.Claim{Run: "one", Until: monday.Add(10 * time.Minute)}); err != nil {
			t.Fatal(err)
		}
		expect("extended, and a lease that is over", claim(t, s, "four", monday.Add(5*time.Minute), "a", "b", "c"), "c")
		if err := s.ReleaseClaim(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
		expect("released", claim(t, s, "five", monday.Add(5*time.Minute), "a", "b", "c"), "a b")
	})
}

// Two collectors that start at once share the sources between them, and what
// one has saved and released is known to the other before it decides.
func TestConcurrentRunsNeverReadASourceTwice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var sources []string
		for i := range 60 {
			sources = append(sources, fmt.Sprintf("source-%02d", i))
		}
		var mu sync.Mutex
		read := map[string]int{}
		var runs sync.WaitGroup
		for i := range 6 {
			runs.Go(func() {
				run := fmt.Sprint("run", i)
				got, err := s.ClaimSources(t.Context(), feeds.Claim{Run: run, Until: monday.Add(time.Minute)}, monday, func(visits map[string]feeds.Visit) []string {
					unread := slices.DeleteFunc(slices.Clone(sources), func(id string) bool { return !visits[id].First.IsZero() })
					return unread[:min(len(unread), 25)]
				})
				if err != nil {
					t.Errorf("ClaimSources(%s): %v", run, err)
					return
				}
				var readings []feeds.Reading
				mu.Lock()
				for _, id := range got {
					read[id]++
					readings = append(readings, feeds.Reading{Visit: feeds.Visit{Source: id, First: monday, Last: monday, Status: 200}})
				}
				mu.Unlock()
				if _, err := s.SaveReadings(t.Context(), readings, monday); err != nil {
					t.Errorf("SaveReadings(%s): %v", run, err)
				}
				if err := s.ReleaseClaim(t.Context(), run); err != nil {
					t.Errorf("ReleaseClaim(%s): %v", run, err)
				}
			})
		}
		runs.Wait()
		for id, times := range read {
			if times != 1 {
				t.Errorf("%s was read %d times, want once", id, times)
			}
		}
		if len(read) < 25 {
			t.Errorf("%d sources were read, want 25 at least", len(read))
		}
	})
}

// dyingCollector makes the test binary the process that
// TestDeadRunFreesItsSourcesAtOnce kills.
const dyingCollector = "WEEKWARD_DYING_COLLECTOR"

// A collector that was killed holds nothing: on SQLite the operating system
// has dropped its lock.
func TestDeadRunFreesItsSourcesAtOnce(t *testing.T) {
	if path := os.Getenv(dyingCollector); path != "" {
		s := storetest.OpenAt(t, path)
		fmt.Println("claimed", claim(t, s, "dying", monday, "a", "b"))
		time.Sleep(time.Minute) // until it is killed
		return
	}
	path := filepath.Join(t.TempDir(), "subscribers.db")
	s := storetest.OpenAt(t, path)
	child := exec.Command(os.Args[0], "-test.run=^TestDeadRunFreesItsSourcesAtOnce$")
	child.Env = append(os.Environ(), dyingCollector+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, len("claimed a b"))
	if _, err := io.ReadFull(out, said); err != nil || string(said) != "claimed a b" {
		t.Fatalf("the other process said %q, %v, want it to claim both", said, err)
	}
	if got := claim(t, s, "early", monday, "a", "b"); got != "" {
		t.Errorf("while the other lives: ClaimSources() = %q, want none", got)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait() //nolint:errcheck // it was killed
	if got := claim(t, s, "late", monday, "a", "b"); got != "a b" {
		t.Errorf("after it was killed: ClaimSources() = %q, want both at once", got)
	}
	if err := os.WriteFile(path+".collector-torn", nil, 0o600); err != nil { // as of one that was killed before it had claimed
		t.Fatal(err)
	}
	if got := claim(t, s, "last", monday, "a", "b"); got != "" {
		t.Errorf("while the second holds them: ClaimSources() = %q, want none", got)
	}
	for _, run := range []string{"early", "late", "last"} {
		if err := s.ReleaseClaim(t.Context(), run); err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := filepath.Glob(path + ".collector-*"); len(left) != 0 {
		t.Errorf("lock files left: %v", left)
	}
}

// What alone changed of a visit is kept like the rest.
func TestVisitsWhoseTimesAloneChangedAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var readings []feeds.Reading
		for i := range 700 {
			r := reading(nil)
			r.Visit.Source = fmt.Sprintf("source-%03d", i)
			readings = append(readings, r)
		}
		if _, err := s.SaveReadings(t.Context(), readings, monday); err != nil {
			t.Fatal(err)
		}
		for i := range readings {
			readings[i].Unchanged, readings[i].SameVisit = true, true
			readings[i].Visit.Last = monday.Add(time.Duration(i%2) * time.Second)
			readings[i].Visit.Next = monday.Add(time.Duration(i%3) * time.Hour)
		}
		if _, err := s.SaveReadings(t.Context(), readings[1:], monday); err != nil {
			t.Fatal(err)
		}
		visits, err := s.Visits(t.Context())
		if err != nil || len(visits) != len(readings) {
			t.Fatalf("Visits() = %d, %v, want %d", len(visits), err, len(readings))
		}
		for _, r := range readings[1:] {
			if got := visits[r.Visit.Source]; got != r.Visit {
				t.Errorf("visit of %s: %+v, want %+v", r.Visit.Source, got, r.Visit)
			}
		}
		if got := visits["source-000"]; !got.Next.Equal(monday.Add(time.Hour)) {
			t.Errorf("the source that was not asked is due at %s, want %s", got.Next, monday.Add(time.Hour))
		}
	})
}

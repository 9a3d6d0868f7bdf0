package mailer_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// walkWanted is the environment's word for the whole walk: "all".
const walkWanted = "WEEKWARD_TEST_WALK"

const (
	walkReaders     = 11
	walkConnections = 2
)

// leaseInTests is short, and longer than a busy machine lets a process wait.
const leaseInTests = time.Second

// A route is a send that is walked along: what is there before, what the relay
// does, and what puts it right again.
type route struct {
	name     string
	postgres bool
	outbox   bool
	before   string            // a point at which a sender has died before; "" for none
	refuse   bool              // the relay refuses the content, until it is mended
	hold     bool              // nobody approved the issue: the editor is told, and approves
	change   bool              // somebody else writes to the database after each message
	points   func(string) bool // the points this route is about; nil for all
}

// routes lead past every named point between them.
var routes = []route{
	{name: "issue"},
	{name: "burial", before: "answered:3:kill", points: among("bury", "buried", "last notes", "settled")},
	{name: "pause", refuse: true, points: among("paused")},
	{name: "held", hold: true, points: among("letter")},
	{name: "change", change: true, points: among("note", "noted", "cheap commit", "cheap committed")},
	{name: "outbox", outbox: true, points: among("outbox written", "outbox renamed")},
}

func (r route) covers(point string) bool { return r.points == nil || r.points(point) }

func among(names ...string) func(string) bool {
	return func(name string) bool { return slices.Contains(names, name) }
}

// A send that dies at any named point, or at any call of the database, or that
// is told there that something failed, is finished by the next one: nobody is
// missing, and only a death, or an answer that was lost, brings anybody a
// second copy (F01, F04). It takes the steps it has time for, in any order; the
// whole walk takes minutes.
func TestSendGoesOnAfterDyingOrFailingAnywhere(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program and starts it many times")
	}
	if os.Getenv(walkWanted) == "all" {
		for _, w := range newWalks(t, slices.Concat(routes, []route{{name: "postgres", postgres: true}})...) {
			t.Run(w.route.name, w.whole)
		}
		return
	}
	steps := sampleOfSteps(t)
	for began := time.Now(); time.Since(began) < 3*time.Second && len(steps) > 0; steps = steps[1:] {
		t.Run(steps[0].String(), func(t *testing.T) { steps[0].walk.stumble(t, steps[0]) })
	}
}

// A step is where a walk stumbles, and how.
type step struct {
	walk   *walk
	point  string
	turn   int    // which passing of the point
	action string // as in failpoint
}

func (s step) String() string {
	return fmt.Sprintf("%s %s %s %d", s.walk.route.name, s.action, strings.ReplaceAll(s.point, " ", "-"), s.turn)
}

// sampleOfSteps are steps at every point, in no order. Some are too far ahead
// to be reached, and are plain sends.
func sampleOfSteps(t *testing.T) (steps []step) {
	points := namedPoints(t)
	for range 10 {
		points = append(points, "database", "database committed")
	}
	for _, w := range newWalks(t, routes...) {
		for _, name := range points {
			if !w.route.covers(name) {
				continue
			}
			most := 3
			if name == "database" {
				most = 75
			}
			for _, action := range []string{"kill", "error"} {
				steps = append(steps, step{w, name, 1 + rand.IntN(most), action})
			}
		}
	}
	rand.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	return steps
}

// Whoever adds a point to the code sees it walked.
func TestEveryNamedPointIsOnTheWalk(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program and starts it")
	}
	walked := make(map[string]int)
	for _, w := range newWalks(t, routes...) {
		maps.Copy(walked, w.trace(t))
	}
	named := namedPoints(t)
	if len(named) < 25 {
		t.Errorf("points in the code: got %d, want 25 or more", len(named))
	}
	for _, name := range named {
		if walked[name] == 0 {
			t.Errorf("point %q is on no route: got %v", name, slices.Sorted(maps.Keys(walked)))
		}
	}
}

// namedPoints are the points in the code of the send.
func namedPoints(t *testing.T) (names []string) {
	t.Helper()
	marked := regexp.MustCompile(`failpoint\.(?:Pass|Err|After)\("([^"]+)"`)
	for _, dir := range []string{".", "../store"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range marked.FindAllSubmatch(text, -1) {
				names = append(names, string(m[1]))
			}
		}
	}
	return names
}

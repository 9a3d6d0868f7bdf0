package digest

import (
	"flag"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "renew testdata/gold/reached.tsv")

// The floors stand a little under what was reached when they were last set, so
// that a rounding does not fail the test and a lost pair does.
const (
	floorStories   = 0.91 // B-cubed F1 of the clusters
	floorNear      = 0.64 // nDCG@3 of the nearest items
	floorPrecision = 0.42 // of the items printed beside another, how many belong there
	floorFound     = 0.06 // of the places for items that belong there, how many are filled
	mostAgain      = 0    // one story twice in one place
)

func TestJudgedNewsIsEnough(t *testing.T) {
	g := newGoldSet(t)
	if len(g.list) < 60 || len(g.list) != len(g.byID) {
		t.Errorf("the gold set asks %d questions, %d of them different; want 60 or more", len(g.list), len(g.byID))
	}
}

func TestJudgedNewsFallsIntoItsStories(t *testing.T) {
	g := newGoldSet(t)
	groups := newPool(g.week, DefaultOptions()).groups
	f1 := g.bcubed(groups)
	t.Logf("B-cubed F1 = %.4f", f1)
	if f1 >= floorStories {
		return
	}
	t.Errorf("B-cubed F1 of %d items = %.4f, want %v or more", len(g.list), f1, floorStories)
	for _, line := range g.misgrouped(groups) {
		t.Log(line)
	}
}

func TestJudgedNewsFindsItsNeighbours(t *testing.T) {
	g := newGoldSet(t)
	now, then := g.answers(), reachedThen(t)
	sum := total(now)
	t.Logf("nDCG@3 = %.4f; beside others: %.4f of the items belong there, %.4f of the places are filled", sum.near, sum.precision, sum.found)
	if *update {
		renew(t, now)
	}
	for _, f := range []struct {
		name        string
		got, wanted float64
	}{{"nDCG@3", sum.near, floorNear}, {"share of the items beside others that belong there", sum.precision, floorPrecision}, {"share of the places filled", sum.found, floorFound}} {
		if f.got < f.wanted {
			t.Errorf("%s of %d questions = %.4f, want %v or more", f.name, len(now), f.got, f.wanted)
		}
	}
	if !t.Failed() {
		return
	}
	for _, a := range now {
		if old, known := then[a.ID]; known && a.worse(old) {
			t.Logf("worse: %s\n  was nDCG@3 %.3f, %d of %d right; now %.3f, %d of %d\n  nearest: %s\n  beside: %s",
				a.judged.describe(), old.Near, old.Right, old.Listed, a.Near, a.Right, a.Listed, g.names(a.judged, a.nearest), g.names(a.judged, a.beside))
		}
	}
}

// TestNoItemStandsBesideItsOwnStory counts what a reader would call "the same
// again"; a telling in another language is never printed beside one.
func TestNoItemStandsBesideItsOwnStory(t *testing.T) {
	g := newGoldSet(t)
	var again []string
	for _, a := range g.answers() {
		seen := map[string]string{a.Story: a.ID}
		for _, id := range a.beside {
			story := g.byID[id].Story
			if first := seen[story]; first != "" {
				again = append(again, "beside "+a.describe()+": "+first+" and "+id+" tell one story")
			}
			seen[story] = id
		}
	}
	if len(again) > mostAgain {
		t.Errorf("one story twice in one place, %d times, want %d or fewer:\n%s", len(again), mostAgain, strings.Join(again, "\n"))
	}
}

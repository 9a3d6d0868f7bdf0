package digest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"weekward/digest/related"
	"weekward/feeds"
)

// A judged is one piece of news of the gold set (testdata/gold/README.md).
type judged struct {
	ID, Story, Theme, Lang, Day, Title, Summary string
}

// item is the news as if each had come from an outlet of its own.
func (j judged) item(t *testing.T) feeds.Item {
	day, err := time.Parse(time.DateOnly, j.Day)
	if err != nil {
		t.Fatal(err)
	}
	day = day.Add(9 * time.Hour)
	return feeds.Item{ID: j.ID, Source: j.ID, Outlet: j.ID, URL: "https://" + j.ID + ".example.org/news", Title: j.Title, Summary: j.Summary,
		Lang: j.Lang, Weight: 1, Published: day, FirstSeen: day}
}

// gain is what b is worth to a reader of a.
func gain(a, b judged) float64 {
	switch {
	case a.Story == b.Story:
		return 2
	case a.Theme == b.Theme:
		return 1
	}
	return 0
}

// A goldSet is the judged news with the week an issue would be made of it.
type goldSet struct {
	list []judged
	byID map[string]judged
	week Week
}

func newGoldSet(t *testing.T) goldSet {
	t.Helper()
	f, err := os.Open("testdata/gold/items.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	g := goldSet{byID: map[string]judged{}}
	for lines := json.NewDecoder(f); lines.More(); {
		var j judged
		if err := lines.Decode(&j); err != nil {
			t.Fatal(err)
		}
		g.list = append(g.list, j)
		g.byID[j.ID] = j
		g.week.Items = append(g.week.Items, j.item(t))
	}
	last := slices.MaxFunc(g.week.Items, func(a, b feeds.Item) int { return a.Published.Compare(b.Published) }).Published
	g.week.Freeze, g.week.Slot, g.week.From = last.Add(time.Hour), last.Add(2*time.Hour), last.AddDate(0, 0, -21)
	return g
}

// An answer is what the ranker finds for one item, and how good that is.
type answer struct {
	judged
	Near          float64 // nDCG@3
	Right, Listed int     // of the items printed beside it
	possible      int     // how many could have been right
	nearest       []string
	beside        []string
}

// worse reports whether an answer lost something against an older one.
func (a answer) worse(old answer) bool {
	return a.Near < old.Near-1e-3 || a.Right < old.Right || a.Listed-a.Right > old.Listed-old.Right
}

func (g goldSet) answers() []answer {
	o := DefaultOptions()
	p, beside := newPool(g.week, o), Relater(g.week, o)
	var list []answer
	for i, j := range g.list {
		a := answer{judged: j, possible: g.possible(j)}
		for _, n := range p.index.Neighbours(p.document(g.week.Items[i]), related.Question{Limit: 3}) {
			a.nearest = append(a.nearest, n.ID)
		}
		a.Near = g.ndcg(j, a.nearest)
		for _, r := range beside(g.week.Items[i], 3) {
			a.beside = append(a.beside, r.ID)
			a.Listed++
			if gain(j, g.byID[r.ID]) == 1 {
				a.Right++
			}
		}
		list = append(list, a)
	}
	return list
}

// possible counts the places beside an item that a perfect ranker fills: one
// for each other story of its theme told in its language, at most three.
func (g goldSet) possible(j judged) int {
	stories := map[string]bool{}
	for _, other := range g.list {
		if gain(j, other) == 1 && other.Lang == j.Lang {
			stories[other.Story] = true
		}
	}
	return min(len(stories), 3)
}

// ndcg is the share of the best possible gain that the first three carry.
func (g goldSet) ndcg(j judged, nearest []string) float64 {
	var gains []float64
	for _, other := range g.list {
		if other.ID != j.ID {
			gains = append(gains, gain(j, other))
		}
	}
	slices.SortFunc(gains, func(a, b float64) int { return cmp.Compare(b, a) })
	var got, best float64
	for i := range 3 {
		weight := 1 / math.Log2(float64(i)+2)
		best += weight * gains[i]
		if i < len(nearest) {
			got += weight * gain(j, g.byID[nearest[i]])
		}
	}
	return got / best
}

// bcubed is the harmonic mean of, for each item, how much of its cluster is of
// its story and how much of its story is in its cluster.
func (g goldSet) bcubed(groups []related.Cluster) float64 {
	size := map[string]int{}
	for _, j := range g.list {
		size[j.Story]++
	}
	var precision, recall float64
	for _, c := range groups {
		inside := map[string]int{}
		for _, id := range c.IDs {
			inside[g.byID[id].Story]++
		}
		for story, k := range inside {
			precision += float64(k*k) / float64(len(c.IDs))
			recall += float64(k*k) / float64(size[story])
		}
	}
	return 2 * precision * recall / ((precision + recall) * float64(len(g.list)))
}

// misgrouped names the clusters that are not one whole story.
func (g goldSet) misgrouped(groups []related.Cluster) []string {
	at := map[string]int{}
	for n, c := range groups {
		for _, id := range c.IDs {
			at[id] = n
		}
	}
	var lines []string
	for i, a := range g.list {
		for _, b := range g.list[i+1:] {
			switch together := at[a.ID] == at[b.ID]; {
			case together && a.Story != b.Story:
				lines = append(lines, "one cluster, two stories: "+a.describe()+" and "+b.describe())
			case !together && a.Story == b.Story && a.Lang == b.Lang:
				lines = append(lines, "one story, two clusters: "+a.describe()+" and "+b.describe())
			}
		}
	}
	return lines
}

func (j judged) describe() string { return fmt.Sprintf("%s “%s”", j.ID, j.Title) }

// names lists answers with what each is worth.
func (g goldSet) names(j judged, ids []string) string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = fmt.Sprintf("%s (%g)", id, gain(j, g.byID[id]))
	}
	return strings.Join(list, ", ")
}

// sums are the figures of all answers together, 0 to 1 each.
type sums struct{ near, precision, found float64 }

func total(list []answer) sums {
	var s sums
	var right, listed, possible int
	for _, a := range list {
		s.near += a.Near / float64(len(list))
		right, listed, possible = right+a.Right, listed+a.Listed, possible+a.possible
	}
	s.precision, s.found = float64(right)/float64(max(1, listed)), float64(right)/float64(max(1, possible))
	return s
}

const reachedFile = "testdata/gold/reached.tsv"

// reachedThen reads the answers of the last renewal.
func reachedThen(t *testing.T) map[string]answer {
	t.Helper()
	b, err := os.ReadFile(reachedFile)
	if err != nil && !*update {
		t.Fatal(err)
	}
	list := map[string]answer{}
	for line := range strings.Lines(string(b)) {
		var a answer
		if _, err := fmt.Sscanf(line, "%s\t%g\t%d\t%d", &a.ID, &a.Near, &a.Right, &a.Listed); err == nil {
			list[a.ID] = a
		}
	}
	return list
}

func renew(t *testing.T, list []answer) {
	t.Helper()
	b := []byte("id\tndcg\tright\tlisted\n")
	for _, a := range list {
		b = fmt.Appendf(b, "%s\t%.4f\t%d\t%d\n", a.ID, a.Near, a.Right, a.Listed)
	}
	if err := os.WriteFile(reachedFile, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

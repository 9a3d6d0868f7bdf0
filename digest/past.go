package digest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"weekward/digest/related"
	"weekward/feeds"
)

const (
	// lookBack is how many issues a story must not come back in (RN-2).
	lookBack = 8
	// sameTitle is the likeness of titles from which on a story counts as the
	// one an earlier issue told.
	sameTitle = 0.75
	// repeated is what likeness to an earlier story costs at most.
	repeated = 0.6
)

// A memory is what the last issues carried.
type memory struct {
	issue  map[string]int // by item ID and by pageKey
	titles *related.Index
	told   map[string]int // issue, by the document's ID in titles
}

func newMemory(w Week) memory {
	m := memory{issue: map[string]int{}, told: map[string]int{}}
	var titles []related.Document
	for i, s := range slices.SortedFunc(slices.Values(w.Past), byIssue) {
		if w.Number > 0 && (s.Issue >= w.Number || s.Issue < w.Number-lookBack) {
			continue
		}
		m.note(s.ID, s.Issue)
		m.note(pageKey(s.URL), s.Issue)
		id := fmt.Sprintf("%04d", i)
		titles = append(titles, related.Document{ID: id, Title: s.Title})
		m.told[id] = s.Issue
	}
	m.titles = related.NewIndex(titles)
	return m
}

// byIssue puts the latest issue first.
func byIssue(a, b PastStory) int {
	return cmp.Or(
		cmp.Compare(b.Issue, a.Issue),
		strings.Compare(a.ID, b.ID),
		strings.Compare(a.URL, b.URL),
		strings.Compare(a.Title, b.Title),
	)
}

func (m memory) note(name string, issue int) {
	if name != "" {
		m.issue[name] = max(m.issue[name], issue)
	}
}

// carried tells which issue already had the item, by its identity or address.
func (m memory) carried(it feeds.Item, key string) (issue int, yes bool) {
	if n, yes := m.issue[it.ID]; yes {
		return n, true
	}
	n, yes := m.issue[key]
	return n, yes && key != ""
}

// nearest gives the likeness of the most alike story that was told, and its issue.
func (m memory) nearest(title, lang string) (like float64, issue int) {
	if len(m.told) == 0 {
		return 0, 0
	}
	near := m.titles.Neighbours(related.Document{Title: title, Lang: lang}, related.Question{Limit: 1})
	if len(near) == 0 {
		return 0, 0
	}
	return near[0].Like, m.told[near[0].ID]
}

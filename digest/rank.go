package digest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"weekward/digest/related"
	"weekward/feeds"
)

// A told is a story with what only the ranker knows about it.
type told struct {
	Story
	item   feeds.Item   // that tells it
	others []feeds.Item // of the same story, the best outlet first
	group  int          // its cluster
	order  int          // the place the editor gave it; 0 for none
	pinned bool
	like   float64 // likeness to the most alike story of the last issues
	toldIn int     // the issue that told that one
}

// Rank gives every story of the week, the strongest first, before caps and
// limits. Compose prints the first of them that the caps let through.
func Rank(w Week, o Options) []Story {
	p := newPool(w, o)
	list := p.rank()
	stories := make([]Story, len(list))
	for i := range list {
		s := p.newShelf()
		s.take(list[i].item, list[i].group)
		stories[i] = s.finish(list[i])
	}
	return stories
}

// byRank puts the strongest story first. The last rules have no meaning except
// that the same items always give the same issue.
func byRank(a, b told) int {
	return cmp.Or(
		cmp.Compare(b.Score, a.Score),
		b.Published.Compare(a.Published),
		strings.Compare(a.URL, b.URL),
		strings.Compare(a.ID, b.ID),
	)
}

// rank makes a story of each cluster that has news and scores it.
func (p *pool) rank() []told {
	var list []told
	for n := range p.groups {
		for _, t := range p.tell(n) {
			p.score(&t)
			if p.fresh(t) {
				list = append(list, t)
			}
		}
	}
	slices.SortFunc(list, byRank)
	return list
}

// tell makes the stories of a cluster: one for each item the editor pinned, or
// one told by the best outlet, or none.
func (p *pool) tell(group int) []told {
	ids := p.groups[group].IDs
	if !slices.ContainsFunc(ids, p.tells) {
		return nil // most clusters are background
	}
	var pinned, rest []feeds.Item
	for _, id := range ids {
		switch e := p.edits[id]; {
		case !e.Drop && (e.Pin || e.Order > 0):
			pinned = append(pinned, *p.byID[id])
		default:
			rest = append(rest, *p.byID[id])
		}
	}
	slices.SortFunc(rest, p.byTrust)
	if len(pinned) == 0 {
		return p.tellNews(group, rest)
	}
	slices.SortFunc(pinned, p.byPlace)
	stories := make([]told, len(pinned))
	for i, it := range pinned {
		stories[i] = told{item: it, group: group, pinned: true, order: p.edits[it.ID].Order}
	}
	stories[0].others = p.kept(rest)
	return stories
}

// tells reports whether an item may tell a story: as news or because the editor
// wants it.
func (p *pool) tells(id string) bool {
	e := p.edits[id]
	return e.Pin || e.Order > 0 || p.news(*p.byID[id])
}

// tellNews lets the best outlet of this week tell the story. When the editor
// dropped just that item the whole story goes: nobody wants to reject it once
// for each outlet.
func (p *pool) tellNews(group int, items []feeds.Item) []told {
	best := slices.IndexFunc(items, p.news)
	if best < 0 {
		return nil
	}
	teller := items[best]
	if p.edits[teller.ID].Drop {
		p.leaveOut(teller.Title, "dropped by the editor", 0)
		return nil
	}
	return []told{{item: teller, group: group, others: p.kept(slices.Delete(items, best, best+1))}}
}

// kept leaves out the items the editor dropped.
func (p *pool) kept(items []feeds.Item) []feeds.Item {
	return slices.DeleteFunc(items, func(it feeds.Item) bool { return p.edits[it.ID].Drop })
}

// byTrust puts the item first that should tell a story: not of those who gain
// by it, of the source with most weight, with something to print under its
// title, earliest (RN-4).
func (p *pool) byTrust(a, b feeds.Item) int {
	return cmp.Or(
		compareBool(p.evidence(a).interested(), p.evidence(b).interested()),
		cmp.Compare(b.Weight, a.Weight),
		cmp.Compare(min(len(b.Excerpt), 1), min(len(a.Excerpt), 1)),
		a.Published.Compare(b.Published),
		strings.Compare(a.URL, b.URL),
		strings.Compare(a.ID, b.ID),
	)
}

// compareBool puts false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// byPlace orders pinned items of one story: those with a place first.
func (p *pool) byPlace(a, b feeds.Item) int {
	place := func(it feeds.Item) int {
		if order := p.edits[it.ID].Order; order > 0 {
			return order
		}
		return math.MaxInt
	}
	return cmp.Or(cmp.Compare(place(a), place(b)), p.byTrust(a, b))
}

// fresh reports whether no earlier issue told the story. What the editor
// pinned is told again.
func (p *pool) fresh(t told) bool {
	if t.pinned {
		return true
	}
	for _, it := range append([]feeds.Item{t.item}, t.others...) {
		if issue, yes := p.past.carried(it, p.keys[it.ID]); yes {
			p.leaveOut(t.Title, fmt.Sprintf("already in No %d", issue), t.Score)
			return false
		}
	}
	if t.like >= sameTitle {
		p.leaveOut(t.Title, fmt.Sprintf("already in No %d", t.toldIn), t.Score)
		return false
	}
	return true
}

// finish fills in the other outlets that told a story, one line each.
func (s *shelf) finish(t told) Story {
	story := t.Story
	story.Also, story.Related = []Also{}, []Related{}
	named := map[string]bool{outlet(t.item): true}
	for _, it := range t.others {
		page := marks(it)[0]
		if named[outlet(it)] || s.shown[page] {
			story.Why.Passed = append(story.Why.Passed, it.Title)
			continue
		}
		named[outlet(it)], s.shown[page] = true, true
		story.Also = append(story.Also, Also{Title: s.title(it), URL: it.URL, Source: it.Outlet, Reason: s.reason(t, it)})
	}
	return story
}

// reason says why an item was folded into a story.
func (p *pool) reason(t told, it feeds.Item) string {
	m, _ := p.groups[t.group].Joined(t.item.ID, it.ID)
	if m.Reason == related.SameStory {
		return fmt.Sprintf("%s %.2f", m.Reason, m.Score)
	}
	return string(m.Reason)
}

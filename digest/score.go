package digest

import (
	"math"
	"time"

	"weekward/feeds"
)

const (
	// offTopic is the topic part of a story without any of the newsletter's
	// words: low, yet enough to fill the issue of a quiet week.
	offTopic = 0.05
	// unlike is the likeness to earlier stories that every text has by chance.
	unlike = 0.2
)

// score fills in the story and the parts of its score.
func (p *pool) score(t *told) {
	it := t.item
	shared := p.shares[p.keys[it.ID]]
	t.Story = Story{
		ID: it.ID, Section: it.Section, Topic: it.Topic,
		Title: p.title(it), URL: it.URL, Source: it.Outlet, Lang: it.Lang, Published: it.Published.UTC(),
		Excerpt: p.excerpt(it), Note: p.edits[it.ID].Note,
		Shared: shared.people, SharedIn: shared.tag,
	}
	fit, words := p.profile.fit(it)
	like, _ := p.past.nearest(it.Title, it.Lang)
	t.Why = Why{
		Topic:     rounded(offTopic + (1-offTopic)*fit),
		Words:     words,
		Coverage:  rounded(1 + math.Log(float64(p.outlets(*t)))),
		Freshness: rounded(freshness(p.week.Freeze.Sub(p.newest(*t)), p.options.HalfLife)),
		Source:    rounded(min(max(it.Weight, 0), 2)),
		Chat:      rounded(1 + math.Log10(float64(1+shared.people))),
		Novelty:   rounded(1 - repeated*max(0, like-unlike)/(1-unlike)),
	}
	if p.profile.empty() {
		t.Why.Topic = 1
	}
	w := t.Why
	t.Score = rounded(w.Topic * w.Coverage * w.Freshness * w.Source * w.Chat * w.Novelty)
}

// rounded keeps four decimals, so that noise in the last bits of a sum never
// makes another issue.
func rounded(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// freshness halves with every half-life.
func freshness(age, halfLife time.Duration) float64 {
	return math.Exp2(-max(0, age.Hours()) / halfLife.Hours())
}

// newest is when the story was last told.
func (p *pool) newest(t told) time.Time {
	at := t.item.Published
	for _, it := range t.others {
		if it.Published.After(at) {
			at = it.Published
		}
	}
	return at
}

// outlets counts who told the story independently: by name, and pages that
// several sources point at once.
func (p *pool) outlets(t told) int {
	names, pages := map[string]bool{}, map[string]bool{}
	n := 0
	for _, it := range append([]feeds.Item{t.item}, t.others...) {
		name, page := outlet(it), p.keys[it.ID]
		if !names[name] && (page == "" || !pages[page]) {
			n++
		}
		names[name], pages[page] = true, true
	}
	return n
}

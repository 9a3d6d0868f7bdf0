package digest

import (
	"cmp"
	"math"
	"time"

	"weekward/digest/health"
	"weekward/feeds"
)

const (
	// offTopic is the topic part of a story without any of the newsletter's
	// words: low, yet enough to fill the issue of a quiet week.
	offTopic = 0.02
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
		Shared: shared.people, SharedIn: shared.tag, Evidence: p.label(it),
	}
	about, m := p.about(*t), p.matters[it.ID]
	t.like, t.toldIn = p.past.nearest(it.Title, it.Lang)
	weights := p.options.Weights
	t.Why = Why{
		Topic:     rounded(offTopic + (1-offTopic)*about),
		Words:     topicNames(m.terms),
		Health:    rounded(health.Odds(m.logit)),
		Company:   rounded(health.Odds(m.logit) - health.Odds(m.logit-m.drawn)),
		Terms:     m.terms,
		Coverage:  rounded(p.coverage(*t)),
		Freshness: rounded(weighed(freshness(p.week.Freeze.Sub(p.newest(*t)), p.options.HalfLife), weights.Freshness)),
		Source:    rounded(weighed(min(max(it.Weight, 0), 2), weights.Source)),
		Chat:      rounded(weighed(1+math.Log10(float64(1+shared.people)), weights.Chat)),
		Novelty:   rounded(weighed(1-repeated*max(0, t.like-unlike)/(1-unlike), weights.Novelty)),
		Weights:   weights.uneven(),
	}
	if p.profile.empty() {
		t.Why.Topic = 1
	}
	w := t.Why
	t.Score = rounded(w.Topic * w.Coverage * w.Freshness * w.Source * w.Chat * w.Novelty)
}

// about is how well a story fits the newsletter, 0 to 1: the mean over all who
// tell it, since one headline may leave out what it is about.
func (p *pool) about(t told) float64 {
	sum := 0.0
	for _, it := range append([]feeds.Item{t.item}, t.others...) {
		m := p.matters[it.ID]
		sum += topical(m.logit, m.ours)
	}
	return sum / float64(1+len(t.others))
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

// What a story gains by being told widely, as powers: by other outlets, by more
// pages (an agency that sends it again and again thinks it matters), and by
// other news about the same. Sixteen times the outlets make three times the
// story. Fitted to weeks left out of the model's training.
const byOutlets, byPages, byEcho = 0.4, 0.4, 0.5

// coverage is 1 for a story that one outlet told once.
func (p *pool) coverage(t told) float64 {
	items := append([]feeds.Item{t.item}, t.others...)
	echo, pages := 0.0, map[string]bool{}
	for _, it := range items {
		echo += p.matters[it.ID].echo / float64(len(items))
		pages[cmp.Or(p.keys[it.ID], it.ID)] = true
	}
	told := math.Pow(float64(p.outlets(t)), byOutlets) * math.Pow(float64(len(pages)), byPages)
	return weighed(told, p.options.Weights.Coverage) * weighed(math.Pow(1+echo, byEcho), p.options.Weights.Echo)
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

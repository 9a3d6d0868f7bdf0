package digest

import (
	"cmp"
	"slices"
	"time"

	"weekward/digest/related"
)

const (
	// followUpLike is the likeness from which on news of a later issue is worth
	// naming beside an old story. An issue is read at leisure, its page years
	// later: it is more than what stands beside a lead in its own week.
	followUpLike = 0.15
	// followUpWords is how many words both must share, unless they are as like
	// as plain asks.
	followUpWords = 2
	// followUpsEach is how many a story has at most.
	followUpsEach = 3
	// followUpsMost is how many an issue's page has at most, the first stories'
	// before the last ones'.
	followUpsMost = 12
	// maxFollowUps bounds what is compared: the newest twenty years of an issue
	// a week with eight stories and twelve related items.
	maxFollowUps = 21_000
)

// A FollowUp is news of a later issue that belongs to a story of an old one.
type FollowUp struct {
	Issue     int // the number of the later issue
	Title     string
	URL       string
	Source    string
	Lang      string
	Published time.Time
	Why       []string // the shared words that weigh most
}

// A Followed is a story of an old issue with what came after it, the nearest
// first.
type Followed struct {
	Story     string // its title
	Lang      string
	FollowUps []FollowUp
}

// FollowUps finds what came after the stories of old issues (RN-7). It does not
// change once it is made and may be asked by several goroutines.
type FollowUps struct {
	news  map[string]FollowUp
	index *related.Index
}

// NewFollowUps reads the stories and related items of the issues that readers
// got.
func NewFollowUps(issues []Issue) *FollowUps {
	f := &FollowUps{news: map[string]FollowUp{}}
	var docs []related.Document
	add := func(id, excerpt string, n FollowUp) {
		if _, met := f.news[id]; met || n.URL == "" || len(docs) == maxFollowUps {
			return
		}
		f.news[id] = n
		docs = append(docs, followUpDocument(id, n.Title, excerpt, n.Lang, n.Published))
	}
	newest := slices.SortedFunc(slices.Values(issues), func(a, b Issue) int { return b.Number - a.Number })
	for _, i := range newest {
		for _, s := range i.Stories {
			add(s.ID, s.Excerpt, FollowUp{i.Number, s.Title, s.URL, s.Source, s.Lang, s.Published, nil})
		}
		for _, s := range i.Stories {
			for _, r := range s.Related {
				add(r.ID, r.Excerpt, FollowUp{i.Number, r.Title, r.URL, r.Source, r.Lang, r.Published, nil})
			}
		}
	}
	f.index = related.NewIndex(docs)
	return f
}

func followUpDocument(id, title, excerpt, lang string, day time.Time) related.Document {
	return related.Document{ID: id, Title: title, Body: excerpt, Lang: lang, Day: day.UTC().Truncate(time.Second)}
}

// Of gives the stories of an issue that later issues have more about. What is
// named came out after the issue and was carried by a later one; nothing is
// named twice.
func (f *FollowUps) Of(issue Issue) []Followed {
	list, named, total := []Followed{}, map[string]bool{}, 0
	for _, s := range issue.Stories {
		named[s.ID] = true
	}
	for _, s := range issue.Stories {
		found := f.of(issue, s, named)
		found = found[:min(len(found), followUpsMost-total)]
		if total += len(found); len(found) > 0 {
			list = append(list, Followed{s.Title, s.Lang, found})
		}
	}
	return list
}

func (f *FollowUps) of(issue Issue, s Story, named map[string]bool) []FollowUp {
	doc := followUpDocument(s.ID, s.Title, s.Excerpt, s.Lang, s.Published)
	var list []FollowUp
	for _, n := range f.index.Neighbours(doc, related.Question{Least: followUpLike, Limit: candidates, Skip: f.notAfter(issue, s.Lang)}) {
		after := f.news[n.ID]
		after.Why = f.index.Shared(doc, n.ID)
		if len(list) == followUpsEach || named[n.ID] || n.Like < plain && len(after.Why) < followUpWords {
			continue
		}
		named[n.ID] = true
		list = append(list, after)
	}
	return list
}

// notAfter says what is no follow-up of an issue: what it or an earlier one
// carried, what is older than it, what is in another language.
func (f *FollowUps) notAfter(issue Issue, lang string) func(id string) bool {
	return func(id string) bool {
		n := f.news[id]
		return n.Issue <= issue.Number || !n.Published.After(issue.Slot) || cmp.Or(n.Lang, lang) != cmp.Or(lang, n.Lang)
	}
}

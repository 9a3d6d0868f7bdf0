package digest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"weekward/digest/related"
	"weekward/feeds"
)

// Beginnings gives what the words of an item may begin with that answers a
// question, in lower case and without accents: what to ask a database for
// before SearchItems says which of its items answer best.
func Beginnings(question string) []string { return related.Beginnings(question) }

// SearchItems gives at most n of the items, those that answer a question of a
// few words best, the best first. Rarity and company of words are learned from
// all items given, so a few hundred that have nothing to do with it help.
func SearchItems(items []feeds.Item, question string, n int) []feeds.Item {
	docs, byID := make([]related.Document, len(items)), make(map[string]feeds.Item, len(items))
	for i, it := range items {
		docs[i] = related.Document{ID: it.ID, Title: it.Title, Body: cmp.Or(it.Summary, it.Excerpt), Lang: it.Lang, Day: it.Published}
		byID[it.ID] = it
	}
	var found []feeds.Item
	for _, f := range related.NewFinder(docs).Find(question, n) {
		found = append(found, byID[f.ID])
	}
	return found
}

// A Printed is one piece of news as an issue printed it.
type Printed struct {
	Issue     int       // its number
	Slot      time.Time // when the issue was due
	Title     string
	URL       string
	Source    string // the outlet's name
	Lang      string
	Published time.Time
	Excerpt   string
	Note      string // the editor's words; "" for related reading
}

// An Archive finds what past issues printed. It does not change once it is
// made, and may be asked by several goroutines.
type Archive struct {
	printed map[string]Printed
	finder  *related.Finder
}

// maxArchive bounds what an Archive holds, stories and their related reading:
// more than twenty years of weekly issues. What is older is not found.
const maxArchive = 20_000

// NewArchive reads issues. A page that several of them printed is found in the
// newest, and there as a story rather than as related reading.
func NewArchive(issues []Issue) *Archive {
	a := &Archive{printed: map[string]Printed{}}
	newest := slices.SortedFunc(slices.Values(issues), func(x, y Issue) int { return cmp.Compare(y.Number, x.Number) })
	seen := map[string]bool{}
	var docs []related.Document
	for _, issue := range newest {
		for i, p := range printedIn(issue) {
			key := pageKey(p.URL)
			if key != "" && seen[key] || len(docs) == maxArchive {
				continue
			}
			seen[key] = true
			id := strconv.Itoa(p.Issue) + "/" + strconv.Itoa(i)
			a.printed[id] = p
			docs = append(docs, related.Document{ID: id, Title: p.Title, Body: strings.TrimSpace(p.Excerpt + "\n" + p.Note), Lang: p.Lang, Day: p.Slot})
		}
	}
	a.finder = related.NewFinder(docs)
	return a
}

// printedIn lists the stories of an issue, then what was printed beside them.
func printedIn(issue Issue) []Printed {
	var stories, beside []Printed
	for _, s := range issue.Stories {
		stories = append(stories, Printed{issue.Number, issue.Slot, s.Title, s.URL, s.Source, s.Lang, s.Published, s.Excerpt, s.Note})
		for _, r := range s.Related {
			beside = append(beside, Printed{issue.Number, issue.Slot, r.Title, r.URL, r.Source, r.Lang, r.Published, r.Excerpt, ""})
		}
	}
	return slices.Concat(stories, beside)
}

// Find answers a question of a few words with at most n pieces of news, the
// best first; of equals, those of the newer issue. There are none when nothing
// holds any of the words, nor one spelled like it.
func (a *Archive) Find(question string, n int) []Printed {
	var found []Printed
	for _, f := range a.finder.Find(question, n) {
		found = append(found, a.printed[f.ID])
	}
	return found
}

package page

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

const (
	// EnrichMost is how many pages one call of Enrich reads.
	EnrichMost = 10
	// enoughSummary is the length, in characters, from which a feed's own words
	// are enough for an excerpt (EX-1).
	enoughSummary = 110
	// enrichFailures is how many pages of one host may fail before the others
	// are left for another time.
	enrichFailures = 2
)

// An Enricher completes items whose feed says too little from their pages.
// Robots may be shared with a Reader; Fetch is required.
type Enricher struct {
	Fetch  *fetch.Fetcher
	Robots *Robots          // one of its own when nil
	Now    func() time.Time // time.Now when nil
	Most   int              // pages read in one call; EnrichMost when 0
}

// Enrich completes items with a default Enricher.
func Enrich(ctx context.Context, f *fetch.Fetcher, items []feeds.Item) []feeds.Item {
	enriched, _ := (&Enricher{Fetch: f}).Enrich(ctx, items)
	return enriched
}

// NeedsPage tells whether a feed says so little of an item that its page is
// worth asking: neither a summary nor an excerpt of 110 characters.
func NeedsPage(it feeds.Item) bool {
	return it.URL != "" && max(utf8.RuneCountInString(it.Summary), utf8.RuneCountInString(it.Excerpt)) < enoughSummary
}

// Enrich reads the pages of the items that need it, at most so many, and
// returns a copy of all items in their order: with a summary, an excerpt, a
// language and an author where they had none, and the title where the address
// stood for it. asked are the IDs of the items whose pages were asked for,
// whether or not it helped: who remembers them asks each page only once. A
// page that cannot be read leaves its item as it is.
func (e *Enricher) Enrich(ctx context.Context, items []feeds.Item) (enriched []feeds.Item, asked []string) {
	enriched = append([]feeds.Item(nil), items...)
	robots := e.Robots
	if robots == nil {
		robots = &Robots{Fetch: e.Fetch, Now: e.Now}
	}
	failed := map[string]int{} // by host
	for i := range enriched {
		it := &enriched[i]
		host := hostOf(it.URL)
		if !NeedsPage(*it) || failed[host] >= enrichFailures {
			continue
		}
		if len(asked) >= cmp.Or(e.Most, EnrichMost) || ctx.Err() != nil {
			break
		}
		article, err := e.read(ctx, robots, it.URL)
		if ctx.Err() != nil {
			break // the page was not really asked
		}
		asked = append(asked, it.ID)
		if err != nil {
			failed[host]++
			continue
		}
		complete(it, article)
	}
	return enriched, asked
}

func (e *Enricher) read(ctx context.Context, robots *Robots, address string) (Article, error) {
	if err := robots.Allowed(ctx, address); err != nil {
		return Article{}, err
	}
	response, err := e.Fetch.Get(ctx, fetch.Request{URL: address, Accept: fetch.AcceptPage})
	if err != nil {
		return Article{}, err
	}
	now := time.Now
	if e.Now != nil {
		now = e.Now
	}
	return ReadArticle(response.Body, response.ContentType(), response.URL, now())
}

// complete gives an item what its page says and its feed did not. ID, address
// and date stay: they are how the item is known.
func complete(it *feeds.Item, a Article) {
	if a.Title != "" && letters(it.Title) == letters(titleFromAddress(it.URL)) {
		it.Title = a.Title
	}
	found, ok := feeds.Finding{Link: it.URL, Title: it.Title, Summary: a.Excerpt, Content: a.Text, Author: a.Byline, Lang: a.Lang}.Item(
		feeds.Source{ID: it.Source, Lang: it.Lang}, it.FirstSeen)
	if !ok {
		return
	}
	if utf8.RuneCountInString(found.Summary) > utf8.RuneCountInString(it.Summary) {
		it.Summary = found.Summary
	}
	if utf8.RuneCountInString(found.Excerpt) > utf8.RuneCountInString(it.Excerpt) {
		it.Excerpt = found.Excerpt
	}
	it.Author = cmp.Or(it.Author, found.Author)
	it.Lang = cmp.Or(it.Lang, found.Lang)
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

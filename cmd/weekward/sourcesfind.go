package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"weekward/feeds"
	"weekward/feeds/news"
	"weekward/feeds/page"
)

// A sourceFound is the source behind an address.
type sourceFound struct {
	source  feeds.Source
	reading *feeds.Reading // what it gave; nil when it was not read yet
	feeds   []foundFeed    // all that the page has; none when the address is a feed, or has none
	usual   bool           // the page names none: it was found in a usual place
}

// A foundFeed is a feed that a page has.
type foundFeed struct {
	page.Found
	trouble string // why it could not be read; "" when it could, or was not tried
}

// String is the feed in one line.
func (f foundFeed) String() string {
	line := f.URL
	if f.Title != "" {
		line = f.Title + "  " + line
	}
	if f.trouble != "" {
		line += "  (" + f.trouble + ")"
	}
	return line
}

// A foundJSON is a feed of a page for a script.
type foundJSON struct {
	URL   string `json:"url"`
	Title string `json:"title"`
	Error string `json:"error"` // why it could not be read; "" when it could, or was not tried
}

func (f sourceFound) json() []foundJSON {
	all := []foundJSON{}
	for _, one := range f.feeds {
		all = append(all, foundJSON{one.URL, one.Title, one.trouble})
	}
	return all
}

// find looks for the source behind an address: itself when it is a feed, else
// the first feed of the page that can be read, else the page when it lists
// news.
func (a *app) find(ctx context.Context, wanted feeds.Source) (sourceFound, error) {
	if wanted.Selectors.Item != "" {
		wanted.Kind = feeds.KindPage
		return a.found(ctx, wanted)
	}
	wanted.Kind = feeds.KindFeed
	found, err := a.found(ctx, wanted)
	other := (*news.NotAFeedError)(nil)
	if err == nil || !errors.As(err, &other) {
		return found, err
	}
	f := a.fetcher()
	defer f.Close()
	named, err := page.Discover(ctx, f, wanted.URL)
	switch {
	case err == nil:
		return a.firstReadable(ctx, wanted, named)
	case !errors.Is(err, page.ErrNoFeed):
		return sourceFound{}, err
	}
	candidates := []string{wanted.URL}
	for _, sitemap := range named { // what Discover names beside ErrNoFeed
		candidates = append(candidates, sitemap.URL)
	}
	return a.findList(ctx, wanted, candidates, other.Reason)
}

// found reads a source that is to be the one.
func (a *app) found(ctx context.Context, s feeds.Source) (sourceFound, error) {
	if s.ID == "" {
		s.ID = sourceID(s.URL)
	}
	r, err := a.readOnce(ctx, s)
	return sourceFound{source: s, reading: &r}, err
}

// mostTried is how many of the feeds that a page names are tried: one site is
// not asked for ever.
const mostTried = 8

// firstReadable is the first of a page's feeds that can be read.
func (a *app) firstReadable(ctx context.Context, wanted feeds.Source, named []page.Found) (sourceFound, error) {
	all := make([]foundFeed, len(named))
	for i, one := range named {
		all[i].Found = one
	}
	var first error
	for i := range all[:min(len(all), mostTried)] {
		s := wanted
		s.URL, s.Title = all[i].URL, firstOf(wanted.Title, all[i].Title)
		found, err := a.found(ctx, s)
		if err == nil {
			found.feeds, found.usual = all, named[i].Type == ""
			return found, nil
		}
		if ctx.Err() != nil {
			return sourceFound{}, err
		}
		all[i].trouble = feeds.Visit{Failures: 1, Status: found.reading.Visit.Status, Error: err.Error()}.Trouble(s).Reason
		if first == nil {
			first = err
		}
	}
	return sourceFound{}, &verdict{exitFailed, fmt.Errorf("%s names %s, and none that was tried can be read; the first: %w", wanted.Address(), plural(len(all), "feed", "feeds"), first),
		`give the feed's own address, or read the page itself: "weekward sources add URL --kind page"`}
}

// findList is the first of some pages that lists news without selectors. what
// says what the page seems to be, as it is no feed.
func (a *app) findList(ctx context.Context, wanted feeds.Source, candidates []string, what string) (sourceFound, error) {
	var first error
	for _, candidate := range candidates {
		s := wanted
		s.Kind, s.URL = feeds.KindPage, candidate
		found, err := a.found(ctx, s)
		if err == nil && len(found.reading.Items) > 0 {
			found.source.Title = firstOf(wanted.Title, found.reading.Visit.Title)
			return found, nil
		}
		if first == nil {
			first = err
		}
	}
	if errors.Is(first, page.ErrRobots) {
		return sourceFound{}, &verdict{exitFailed, fmt.Errorf("%s is no feed and names none, and its site asks programs to leave the page alone (robots.txt)", wanted.Address()),
			"ask the site whether it has a feed"}
	}
	return sourceFound{}, &verdict{exitFailed, fmt.Errorf("%s is no feed (%s), names none, and lists no news that we can see", wanted.Address(), what),
		`give selectors for the page itself: "weekward sources add URL --kind page --item article --item-title h2"`}
}

// readOnce reads a source without keeping anything. Its error knows the next
// step.
func (a *app) readOnce(ctx context.Context, s feeds.Source) (feeds.Reading, error) {
	chats, err := a.chats(ctx)
	if err != nil {
		return feeds.Reading{}, err
	}
	f := a.fetcher()
	defer f.Close()
	r, err := a.collector(f, nil, chats).Readers[s.Kind].Read(ctx, s, feeds.Visit{})
	if err != nil {
		if !errors.Is(err, page.ErrRobots) { // which names the address itself
			err = fmt.Errorf("read %s: %w", s.Address(), err)
		}
		return r, &verdict{exitFailed, err, nextStep(s, r.Visit.Status, err)}
	}
	return r, nil
}

// nextStep is what to do about a read that failed.
func nextStep(s feeds.Source, status int, err error) string {
	if step := chatStep(s, err); step != "" {
		return step
	}
	selector := (*page.SelectorError)(nil)
	switch {
	case errors.As(err, &selector):
		return fmt.Sprintf(`look at the page's HTML for another selector (--item… of "sources add", selectors.%s in weekward.toml)`, selector.Field)
	case errors.Is(err, page.ErrNoList):
		return `name the element that is repeated: --item of "sources add", selectors.item in weekward.toml`
	case s.Tag != "": // a chat's servers are asked for a hashtag, which no browser shows
	case status >= 500 || status == http.StatusTooManyRequests:
		return "try again later; open the address in a browser if that lasts"
	case status == http.StatusNotFound || status == http.StatusGone:
		return `open the address in a browser; "weekward sources add SITE" finds the feed of a site from its front page`
	case status >= 400:
		return "open the address in a browser; if it works there, ask the site to let weekward read it"
	case status != 0:
		return `open the address in a browser; "weekward sources add SITE" finds the feed of a site`
	}
	return typed(feeds.Visit{Failures: 1, Status: status, Error: err.Error()}.Trouble(s).Advice)
}

// typed writes quoted commands as they are typed in a terminal.
func typed(advice string) string { return strings.NewReplacer("“", `"`, "”", `"`).Replace(advice) }

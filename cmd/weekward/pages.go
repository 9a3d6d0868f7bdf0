package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"weekward/feeds"
	"weekward/feeds/fetch"
	"weekward/feeds/page"
)

// outside is what one process needs to go out to the web: one way, one memory
// of robots.txt, one count of short links. Close it when it is done.
type outside struct {
	*fetch.Fetcher
	robots *page.Robots
	links  *feeds.ShortLinks // nil when they are not followed
}

func (a *app) outside() *outside {
	f := a.fetcher()
	o := &outside{Fetcher: f, robots: &page.Robots{Fetch: f, Now: a.clock.now, Memory: a.store}}
	if a.config.Fetch.FollowShortLinks {
		o.links = &feeds.ShortLinks{Follower: f, Store: a.store, Now: a.clock.now}
	}
	return o
}

// collecting is the collector that goes out this way.
func (a *app) collecting(o *outside, chats []feeds.Chat) *feeds.Collector {
	c := a.collector(o.Fetcher, o.robots, chats)
	c.Links = o.links
	return c
}

// enricher asks pages for what feeds leave out; nil when the configuration
// says 0.
func (a *app) enricher(o *outside) *page.Enricher {
	if a.config.Fetch.Pages == 0 {
		return nil
	}
	return &page.Enricher{Fetch: o.Fetcher, Shelf: a.store, Robots: o.robots, Now: a.clock.now, Most: a.config.Fetch.Pages, Log: a.log}
}

// pagesSince is where the week of the coming issue begins. Pages wait between
// its freeze and its slot: what was approved must not change its words.
func (a *app) pagesSince() (since time.Time, wait bool) {
	now := a.clock.now()
	since, frozen := a.schedule.Window(a.schedule.Next(now), time.Duration(a.config.Schedule.Freeze))
	return since, !now.Before(frozen)
}

// readPages completes items of some sources, or of all, whose feeds say too
// little, with a progress bar.
func (e *environment) readPages(ctx context.Context, a *app, o *outside, sources []string) (page.PassReport, error) {
	enricher := a.enricher(o)
	since, wait := a.pagesSince()
	if enricher == nil || wait {
		return page.PassReport{}, nil
	}
	enricher.Sources = sources
	if !e.quiet {
		bar := e.progress(a.config.Fetch.Pages, "reading pages")
		defer bar.Finish()
		enricher.Progress = func(done, total int) {
			bar.ChangeMax(total)
			bar.Set(done)
		}
	}
	return enricher.Pass(ctx, since)
}

// printPages prints what the pages gave, when any were to be asked.
func printPages(w io.Writer, r page.PassReport) {
	if r.Asked+r.Left == 0 {
		return
	}
	facts := []string{plural(r.Helped, "page", "pages") + " read for more words"}
	for _, fact := range []struct {
		n    int
		what string
	}{{r.Refused, "refused by robots.txt"}, {r.Failed, "failed"}, {r.Asked - r.Helped - r.Refused - r.Failed, "said no more"}, {r.Left, "left for another time"}} {
		if fact.n > 0 {
			facts = append(facts, fmt.Sprintf("%s %s", thousands(fact.n), fact.what))
		}
	}
	fmt.Fprintln(w, strings.Join(facts, ", "))
}

// pagesEvery is how often serve asks pages: 20 of them every ten minutes are
// enough for a newsletter of some hundred sources.
const pagesEvery = 10 * time.Minute

// keepCompleting returns what asks pages when it is time to.
func (a *app) keepCompleting(o *outside) func(context.Context) {
	enricher, next := a.enricher(o), time.Time{}
	return func(ctx context.Context) {
		since, wait := a.pagesSince()
		now := a.clock.now()
		if enricher == nil || wait || now.Before(next) {
			return
		}
		next = now.Add(pagesEvery)
		if _, err := enricher.Pass(ctx, since); err != nil && ctx.Err() == nil {
			a.log.Error("asking pages failed", "err", err)
		}
	}
}

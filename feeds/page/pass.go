package page

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

const (
	// passMost is how many pages one pass asks for.
	passMost = 20
	// passChoice is among how many times as many items they are chosen.
	passChoice = 10
	// passTime is how long one pass may take.
	passTime = time.Minute
	// passHosts is how many hosts are asked at once; each of them has one
	// request at a time.
	passHosts = 4
	// hostFailures is how many pages of one host may fail before its others
	// are left for another time.
	hostFailures = 2
	// pageRest is how long a page, and a host that failed, is left alone after
	// a failure that may pass.
	pageRest = 6 * time.Hour
	// pageLease is how long a page counts as being asked: longer than a pass.
	pageLease = 5 * time.Minute
	// lateNews is how much older than the window an item may be that its feed
	// brought late. What a feed held long before we knew it is background, and
	// not worth a request.
	lateNews = 48 * time.Hour
	// saveTime is how long keeping what a page said may take after a stop.
	saveTime = 10 * time.Second
)

// A Shelf holds the items whose pages are asked, and remembers which were.
type Shelf interface {
	// PagesToAsk returns up to most items, the newest first: published since a
	// moment, or late and first seen since then, with an excerpt shorter than so
	// many characters, whose pages may be asked now.
	PagesToAsk(ctx context.Context, since, late, now time.Time, shorter, most int) ([]feeds.Item, error)
	// ClaimPage writes down that a page is about to be asked; false means that
	// it was already. If nothing more comes of it, it may be asked from again on.
	ClaimPage(ctx context.Context, item string, now, again time.Time) (bool, error)
	// SavePage keeps what a page said and completes its item. A page that gave
	// nothing may be asked from again on, or never when that is zero.
	SavePage(ctx context.Context, w feeds.Words, again time.Time) error
}

// An Enricher completes items whose feed says too little from their pages, each
// page once and for good. Fetch and Shelf are required; the zero values of the
// rest are usable. It remembers the hosts in trouble from one pass to the next,
// and makes one pass at a time.
type Enricher struct {
	Fetch    *fetch.Fetcher
	Shelf    Shelf
	Robots   *Robots               // may be shared with a Reader; one of its own when nil
	Now      func() time.Time      // time.Now when nil
	Sources  []string              // IDs of the sources whose items are completed; all when empty
	Most     int                   // pages asked in one pass; 20 when 0
	Time     time.Duration         // for one pass; a minute when 0
	Log      *slog.Logger          // discarded when nil
	Progress func(done, total int) // told of each page, one at a time; nobody when nil

	resting map[string]time.Time // hosts that failed, and until when they are left alone
}

// A PassReport is what came of one pass.
type PassReport struct {
	Asked   int   `json:"asked"`   // pages asked for, refused and failed ones included
	Helped  int   `json:"helped"`  // gave their items more words
	Refused int   `json:"refused"` // closed by robots.txt, and not requested
	Failed  int   `json:"failed"`  // not reached, gone, or no page of an article
	Left    int   `json:"left"`    // left for another pass: no time, or their host is in trouble
	TookMS  int64 `json:"took_ms"`
}

// Pass asks for the pages of items since a moment that say too little, and
// keeps each answer at once: what a stop interrupts is asked another time. It
// fails only when the shelf does or ctx ends.
func (e *Enricher) Pass(ctx context.Context, since time.Time) (PassReport, error) {
	began := time.Now()
	most := cmp.Or(e.Most, passMost)
	items, err := e.Shelf.PagesToAsk(ctx, since, since.Add(-lateNews), e.now(), feeds.EnoughWords, passChoice*most)
	if err != nil {
		return PassReport{}, fmt.Errorf("look for items that say too little: %w", err)
	}
	if len(e.Sources) > 0 {
		items = slices.DeleteFunc(items, func(it feeds.Item) bool { return !slices.Contains(e.Sources, it.Source) })
	}
	if e.Robots == nil {
		e.Robots = &Robots{Fetch: e.Fetch, Now: e.Now}
	}
	p := &pass{Enricher: e}
	hosts := p.byHost(items)
	p.total = inTurns(hosts, most)
	err = p.askAll(ctx, hosts)
	p.report.Left = len(items) - p.report.Asked - p.taken
	p.report.TookMS = time.Since(began).Milliseconds()
	if len(items) > 0 && e.Log != nil {
		e.Log.Info("pages asked", "asked", p.report.Asked, "helped", p.report.Helped, "refused", p.report.Refused, "failed", p.report.Failed, "left", p.report.Left)
	}
	return p.report, err
}

func (e *Enricher) now() time.Time {
	if e.Now == nil {
		return time.Now().UTC()
	}
	return e.Now().UTC()
}

// A pass is one call of Pass.
type pass struct {
	*Enricher
	total int // pages chosen

	mu     sync.Mutex
	report PassReport
	taken  int // another process had asked by then
	failed error
}

// askAll asks for the pages, some hosts at once, until all are asked, time is
// over or the shelf fails.
func (p *pass) askAll(ctx context.Context, chosen [][]feeds.Item) error {
	timed, stop := context.WithTimeout(ctx, cmp.Or(p.Time, passTime))
	defer stop()
	hosts := make(chan []feeds.Item)
	var workers sync.WaitGroup
	for range passHosts {
		workers.Go(func() {
			for some := range hosts {
				if err := p.askHost(timed, some); err != nil {
					p.mu.Lock()
					p.failed = cmp.Or(p.failed, err)
					p.mu.Unlock()
					stop()
				}
			}
		})
	}
	for _, some := range chosen {
		hosts <- some
	}
	close(hosts)
	workers.Wait()
	return cmp.Or(p.failed, ctx.Err())
}

// byHost groups items by the host of their pages, in the order of the newest of
// each, and leaves out hosts at rest.
func (p *pass) byHost(items []feeds.Item) (hosts [][]feeds.Item) {
	now, place := p.now(), map[string]int{}
	maps.DeleteFunc(p.resting, func(_ string, until time.Time) bool { return !now.Before(until) })
	for _, it := range items {
		host := hostOf(it.URL)
		if _, rests := p.resting[host]; rests {
			continue
		}
		at, ok := place[host]
		if !ok {
			at = len(hosts)
			place[host] = at
			hosts = append(hosts, nil)
		}
		hosts[at] = append(hosts[at], it)
	}
	return hosts
}

// inTurns leaves each host so many items that there are at most so many
// altogether: one of each host, then another of each, so that no busy host and
// no dead one takes the turns of the others.
func inTurns(hosts [][]feeds.Item, most int) (total int) {
	chosen := make([]int, len(hosts))
	for more := true; more && total < most; {
		more = false
		for i := range hosts {
			if chosen[i] < len(hosts[i]) && total < most {
				chosen[i]++
				total++
				more = true
			}
		}
	}
	for i := range hosts {
		hosts[i] = hosts[i][:chosen[i]]
	}
	return total
}

// askHost asks for the pages of one host, one after the other. Its error is the
// shelf's.
func (p *pass) askHost(ctx context.Context, items []feeds.Item) error {
	failures := 0
	for _, it := range items {
		if ctx.Err() != nil {
			return nil
		}
		err := p.ask(ctx, it)
		var broken *shelfError
		if errors.As(err, &broken) {
			if ctx.Err() != nil {
				return nil
			}
			return broken.cause
		}
		if err == nil || errors.Is(err, ErrRobots) && !passes(err) {
			continue
		}
		if failures++; failures >= hostFailures {
			p.rest(hostOf(it.URL))
			return nil
		}
	}
	return nil
}

// rest leaves a host alone for a while.
func (p *pass) rest(host string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.resting == nil {
		p.resting = map[string]time.Time{}
	}
	p.resting[host] = p.now().Add(pageRest)
}

// A shelfError is the shelf's failure, which ends the pass.
type shelfError struct{ cause error }

func (e *shelfError) Error() string { return e.cause.Error() }

// ask asks for one page and keeps what it said. The claim comes first: a page
// that brings the program down is not asked for ever.
func (p *pass) ask(ctx context.Context, it feeds.Item) error {
	now := p.now()
	claimed, err := p.Shelf.ClaimPage(ctx, it.ID, now, now.Add(pageLease))
	if err != nil {
		return &shelfError{err}
	}
	if !claimed {
		p.mu.Lock()
		p.taken++
		p.mu.Unlock()
		return nil
	}
	words, err := p.words(ctx, p.Robots, it)
	if ctx.Err() != nil {
		return nil // it was not really asked; the claim runs out
	}
	var again time.Time
	if err != nil && passes(err) {
		again = now.Add(pageRest)
	}
	saving, done := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer done()
	if err := p.Shelf.SavePage(saving, words, again); err != nil {
		return &shelfError{err}
	}
	p.add(it, words, err)
	return err
}

// add counts a page and tells Progress.
func (p *pass) add(it feeds.Item, words feeds.Words, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.report.Asked++
	switch {
	case errors.Is(err, ErrRobots) && !passes(err):
		p.report.Refused++
	case err != nil:
		p.report.Failed++
	case words.Complete(it) != it:
		p.report.Helped++
	}
	if err != nil && p.Log != nil {
		p.Log.Debug("page gave nothing", "source", it.Source, "url", it.URL, "err", err)
	}
	if p.Progress != nil {
		p.Progress(p.report.Asked, p.total)
	}
}

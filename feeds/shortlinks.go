package feeds

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// linkHops is how many short links may lead to one another (U4).
	linkHops = 5
	// linksAnHour is how many requests short links cost at most, in an hour and
	// altogether. What is beyond stays short until its feed is read again.
	linksAnHour = 200
	// linkTime is how long the links of one reading may take, so that a feed
	// full of them does not hold up the others.
	linkTime = 30 * time.Second
	// linkRetry is when a link that led nowhere is tried again. An item is news
	// for a week: a service that was down gets another chance within it, and a
	// dead link costs next to nothing.
	linkRetry = 3 * 24 * time.Hour
)

// A LinkFollower tells where an address leads, one step on, without going
// there.
type LinkFollower interface {
	Location(ctx context.Context, address string) (string, error)
}

// A ShortLink is what is remembered of one.
type ShortLink struct {
	Address string
	Target  string // "" when it led nowhere
	AskedAt time.Time
}

// A LinkStore remembers short links for good.
type LinkStore interface {
	// ShortLinks returns what is known of addresses, by address.
	ShortLinks(ctx context.Context, addresses []string) (map[string]ShortLink, error)
	// SaveShortLinks keeps what was found out about some.
	SaveShortLinks(ctx context.Context, links []ShortLink) error
}

// ShortLinks follows the short links in readings, each once and for good (U4).
// Follower and Store are required. It is safe for use by several goroutines at
// once, and a nil one follows none.
type ShortLinks struct {
	Follower LinkFollower
	Store    LinkStore
	Now      func() time.Time // time.Now when nil

	mu    sync.Mutex
	hour  time.Time // since when requests are counted
	asked int
}

// Follow puts the addresses that short links lead to in their place, in items
// and posts. IDs stay as they are: an item whose link could be followed only
// later is still the same. A link that cannot be followed stays.
func (l *ShortLinks) Follow(ctx context.Context, reading *Reading) {
	short := shortLinksOf(reading)
	if l == nil || len(short) == 0 {
		return
	}
	known, err := l.Store.ShortLinks(ctx, short)
	if err != nil {
		return // a store that is broken says so when the reading is saved
	}
	if found := l.findOut(ctx, short, known); len(found) > 0 {
		// Lost words are no harm: the links are followed again.
		_ = l.Store.SaveShortLinks(context.WithoutCancel(ctx), found)
		for _, link := range found {
			known[link.Address] = link
		}
	}
	reading.replaceLinks(known)
}

// shortLinksOf are the short links of a reading, each once, those of items
// first.
func shortLinksOf(reading *Reading) (short []string) {
	taken := map[string]bool{}
	add := func(address string) {
		if !taken[address] && IsShortLink(address) {
			taken[address] = true
			short = append(short, address)
		}
	}
	for _, it := range reading.Items {
		add(it.URL)
	}
	for _, p := range reading.Posts {
		for _, link := range p.Links {
			add(link)
		}
	}
	return short
}

func (r *Reading) replaceLinks(known map[string]ShortLink) {
	for i := range r.Items {
		if target := known[r.Items[i].URL].Target; target != "" {
			r.Items[i].URL = target
		}
	}
	for i := range r.Posts {
		for j, link := range r.Posts[i].Links {
			if target := known[link].Target; target != "" {
				r.Posts[i].Links[j] = target
			}
		}
	}
}

// findOut follows the links that nothing is known of, or whose failure is long
// ago, as long as there is time.
func (l *ShortLinks) findOut(ctx context.Context, short []string, known map[string]ShortLink) (found []ShortLink) {
	ctx, stop := context.WithTimeout(ctx, linkTime)
	defer stop()
	for _, address := range short {
		before, ok := known[address]
		if ok && (before.Target != "" || l.now().Before(before.AskedAt.Add(linkRetry))) {
			continue
		}
		target, err := l.target(ctx, address)
		if ctx.Err() != nil || errors.Is(err, errLinkBudget) {
			break // it was not really asked
		}
		found = append(found, ShortLink{Address: address, Target: target, AskedAt: l.now()})
	}
	return found
}

var errLinkBudget = errors.New("enough short links were followed in this hour")

// target is the first address behind a short link that is none itself. It is
// not asked for: whether it answers is not the link's business.
func (l *ShortLinks) target(ctx context.Context, address string) (string, error) {
	for range linkHops {
		if !l.mayAsk() {
			return "", errLinkBudget
		}
		location, err := l.Follower.Location(ctx, address)
		if err != nil {
			return "", err
		}
		next, ok := CanonicalURL(location)
		if !ok {
			return "", fmt.Errorf("%s leads to %q, which is no address", address, location)
		}
		if !IsShortLink(next) {
			return next, nil
		}
		address = next
	}
	return "", fmt.Errorf("%s leads on and on", address)
}

// mayAsk counts a request, unless there were enough of them.
func (l *ShortLinks) mayAsk() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := l.now(); now.Sub(l.hour) >= time.Hour || now.Before(l.hour) {
		l.hour, l.asked = now, 0
	}
	l.asked++
	return l.asked <= linksAnHour
}

func (l *ShortLinks) now() time.Time {
	if l.Now == nil {
		return time.Now().UTC()
	}
	return l.Now().UTC()
}

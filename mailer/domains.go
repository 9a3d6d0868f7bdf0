package mailer

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The waits of a domain that wants us slower. They are longer than the relay's
// own, because what waits goes back into the ledger and others go on.
const (
	firstHold   = time.Minute
	longestHold = 16 * time.Minute
)

// mostPutOff is how many recipients of a domain in a row may be put off, while
// the relay takes mail for others, before the domain is held back: greylisting
// and full mailboxes seldom come five in a row.
const mostPutOff = 5

// mostWatched bounds the domains that are remembered for less than a hold.
const mostWatched = 10_000

// domains holds back the domains that want us slower, and those with a limit
// of their own in the configuration. Nobody looks here before one is in
// trouble.
type domains struct {
	busy atomic.Bool // there is something to ask mayGo

	mu      sync.Mutex
	limited map[string]*limit
	trouble map[string]*trouble
	taken   uint64 // messages since a domain was first in trouble
}

// A trouble is how a domain that puts mail off stands.
type trouble struct {
	row    int           // recipients put off in a row
	at     uint64        // taken when the row began: what came since went elsewhere
	until  time.Time     // nobody is tried before; zero while it is only watched
	since  time.Time     // the first hold in a row
	step   time.Duration // the next hold
	praise int           // good answers since the last hold
	asked  bool          // one is under way to ask how things are
}

// A limit is a domain's rate. What exceeds it goes back into the ledger, spread
// over the time to come.
type limit struct {
	every time.Duration
	next  time.Time // the next free moment
	last  time.Time // the last moment that was given to one that went back
}

// newDomains applies the rates of the configuration, in messages a minute by
// domain in lower case.
func newDomains(perMinute map[string]int) *domains {
	d := &domains{limited: make(map[string]*limit), trouble: make(map[string]*trouble)}
	for domain, n := range perMinute {
		if n > 0 {
			d.limited[strings.ToLower(domain)] = &limit{every: time.Minute / time.Duration(n)}
		}
	}
	d.busy.Store(len(d.limited) > 0)
	return d
}

// domainOf is the domain of an address, in lower case.
func domainOf(address string) string {
	return strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
}

// mayGo reports whether a domain may be sent to now, and if not, when to try
// again and since when it has been held. Of a domain whose hold is over, one
// message goes to ask how things are, and the others wait for the answer.
func (d *domains) mayGo(domain string, now time.Time) (ok bool, due, since time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if t := d.trouble[domain]; t != nil && !t.until.IsZero() {
		if now.Before(t.until) {
			return false, t.until, t.since
		}
		t.until, t.asked = now.Add(firstHold), true
	}
	if l := d.limited[domain]; l != nil {
		ok, due = l.take(now)
		return ok, due, time.Time{}
	}
	return true, time.Time{}, time.Time{}
}

// take uses the next moment, or returns the one to come back at.
func (l *limit) take(now time.Time) (ok bool, due time.Time) {
	// A second's worth may go at once: what was spread comes back by whole
	// seconds, so that windows do not hold single messages.
	if l.next.Sub(now) < time.Second {
		if l.next.Before(now) {
			l.next = now
		}
		l.next = l.next.Add(l.every)
		return true, time.Time{}
	}
	if l.last.Before(l.next) {
		l.last = l.next
	}
	due = l.last
	l.last = due.Add(l.every)
	return false, due.Truncate(time.Second)
}

// putOff notes that a recipient of a domain was put off, and reports whether
// that holds the domain back.
func (d *domains) putOff(domain string, now time.Time) (held bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.trouble[domain]
	if t == nil {
		d.forgetWatched()
		t = &trouble{step: firstHold}
		d.trouble[domain] = t
		d.busy.Store(true)
	}
	if t.row++; t.row == 1 {
		t.at = d.taken
	}
	switch {
	case t.until.IsZero() && (t.row < mostPutOff || d.taken == t.at):
		return false
	case t.until.IsZero():
		t.since = now
	case !t.asked:
		return true // it was under way when the hold began
	}
	t.until, t.asked = now.Add(t.step), false
	t.step = min(2*t.step, longestHold)
	t.praise = 0
	return true
}

// forgetWatched keeps the number of domains within bounds.
func (d *domains) forgetWatched() {
	if len(d.trouble) < mostWatched {
		return
	}
	for domain, t := range d.trouble {
		if t.until.IsZero() {
			delete(d.trouble, domain)
		}
	}
}

// took notes that the relay took a message for a domain: it may go on. The
// next hold shrinks slowly, as a limit will soon be reached again.
func (d *domains) took(domain string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.taken++
	t := d.trouble[domain]
	if t == nil {
		return
	}
	t.row, t.asked, t.until, t.since = 0, false, time.Time{}, time.Time{}
	if t.praise++; t.praise%20 == 0 {
		t.step /= 2
	}
	if t.step <= firstHold {
		delete(d.trouble, domain)
		d.busy.Store(len(d.limited)+len(d.trouble) > 0)
	}
}

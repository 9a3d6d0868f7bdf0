package mailer

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// longestStep is the longest wait between two tries of a relay that does not
// answer or wants us slower.
const longestStep = time.Minute

// A pace holds back all connections at once: to the configured rate, to the
// rate that a relay was found to bear, and for a relay that is gone or wants
// us slower. While it holds back, one connection tries at a time, in doubling
// steps.
type pace struct {
	tickets *tickets         // of the configured rate; nil is no limit
	now     func() time.Time // that tickets are booked by
	first   time.Duration    // the first step

	mu      sync.Mutex
	round   int           // raised by each setback; a reply to an earlier round says nothing new
	step    time.Duration // the wait of the next setback
	until   time.Time     // nobody goes before it
	since   time.Time     // the first setback in a row; zero while all is well
	well    time.Time     // when the last trouble ended
	lasted  time.Duration // how long that had lasted
	freed   chan struct{} // closed when a trouble ends, for those who wait
	praise  int           // good answers since the last setback
	limits  int           // setbacks for a limit of the relay's, the first of them in this trouble or shortly before it
	learned learned
	slow    atomic.Bool // a rate has been learned
}

// quiet is how long nothing goes out, at least, before that is rest, and not
// what a relay allows.
const quiet = 5 * time.Second

// newPace allows what the tickets do, all when they are nil. The first wait for
// a relay in trouble is first.
func newPace(t *tickets, first time.Duration, now func() time.Time) *pace {
	return &pace{tickets: t, first: first, step: first, now: now, learned: learned{released: time.Now()}}
}

// leave waits for the moment of the next try. It returns the round, to be
// given back with the answer.
func (p *pace) leave(ctx context.Context) (round int, err error) {
	for {
		d, freed, round := p.next()
		if d <= 0 {
			return round, ctx.Err()
		}
		again, cancel := context.WithTimeout(ctx, d)
		select {
		case <-again.Done():
		case <-freed:
		}
		cancel()
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
	}
}

// next says how long to wait, unless freed is closed before. While holding
// back, whoever may go bars the others for another step.
func (p *pace) next() (d time.Duration, freed <-chan struct{}, round int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if d := p.until.Sub(now); d > 0 {
		return d, p.freed, 0
	}
	if !p.since.IsZero() {
		p.until = now.Add(p.step)
	}
	return 0, nil, p.round
}

// free reports whether nothing holds back: no rate, set or learned, and no setback to
// sit out.
func (p *pace) free() bool {
	if p.tickets != nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.since.IsZero() && !p.slow.Load()
}

// spend waits until the rates allow one more message.
func (p *pace) spend(ctx context.Context) error {
	wait := p.learnedWait()
	if p.tickets != nil {
		at, err := p.tickets.take(ctx)
		if err != nil {
			return err
		}
		wait = max(wait, at.Sub(p.now()))
	}
	if wait <= 0 {
		return ctx.Err()
	}
	return pause(ctx, wait)
}

// setback makes everybody wait, and reports for how long there have been
// nothing but setbacks. Limited says that the relay has spoken of a limit. An
// answer to what left before the last setback says nothing new.
func (p *pace) setback(round int, limited bool) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	switch {
	case round != p.round && p.since.IsZero():
		return 0
	case round != p.round:
		return now.Sub(p.since)
	case p.since.IsZero():
		p.since, p.freed = now, make(chan struct{})
		if now.Sub(p.well) > p.soon() {
			p.limits = 0
		}
	}
	if limited {
		p.limits++
	}
	p.round++
	p.until = now.Add(p.step)
	p.step = min(2*p.step, longestStep)
	p.praise = 0
	return now.Sub(p.since)
}

// soon is how soon a relay that has a limit speaks of it again: in the same
// trouble, before all has gone well for as long, or, where its rate is known,
// within a few messages. A single 421 may be of a relay that is restarted or has
// many guests for a moment.
func (p *pace) soon() time.Duration {
	return max(min(p.lasted, longestStep), leastTaken*p.learned.every)
}

// progress notes that the relay dealt with a message: everybody may go again,
// unless the answer is to what left before the setback. The step shrinks slowly:
// a relay with a limit will soon want us slower again.
func (p *pace) progress(round int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.goOn(round, now)
	p.learned.took(now, p.restsAfter())
	if p.praise++; p.praise%20 == 0 {
		p.step = max(p.step/2, p.first)
	}
}

// answered notes that the relay put a recipient off: it is there, and that says
// nothing about what it bears.
func (p *pace) answered(round int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.goOn(round, time.Now())
}

// goOn ends a trouble.
func (p *pace) goOn(round int, now time.Time) {
	if p.since.IsZero() || round != p.round {
		return
	}
	p.learned.release(now, p.limits > 1)
	p.slow.Store(p.learned.every > 0)
	p.well, p.lasted = now, now.Sub(p.since)
	p.since, p.until = time.Time{}, time.Time{}
	close(p.freed)
	// One that says 421 now and then, and takes mail in between, is not to
	// be waited for a minute each time.
	p.step = max(p.step/4, p.first)
}

// restsAfter is how long nothing goes out before that is rest: neither a
// trouble nor a rate of our own explains it.
func (p *pace) restsAfter() time.Duration {
	if !p.since.IsZero() {
		return math.MaxInt64
	}
	longest := max(quiet, 2*p.learned.every)
	if p.tickets != nil {
		longest = max(longest, 2*p.tickets.every)
	}
	return longest
}

// isLimited reports whether the relay is known to have a limit: then a few
// refusals in a row say as much as many did the first time.
func (p *pace) isLimited() bool { return p.slow.Load() }

// isAtLimit reports whether all wait because the relay spoke of a limit.
func (p *pace) isAtLimit() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.since.IsZero() && p.limits > 0
}

// learnedWait books a moment of the learned rate, where there is one.
func (p *pace) learnedWait() time.Duration {
	if !p.slow.Load() {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	wait := p.learned.wait(time.Now())
	p.slow.Store(p.learned.every > 0)
	return wait
}

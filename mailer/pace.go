package mailer

import (
	"context"
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
	praise  int           // good answers since the last setback
	limited bool          // the last setback was for a limit of the relay's
	learned learned
	slow    atomic.Bool // a rate has been learned
}

// newPace allows what the tickets do, all when they are nil. The first wait for
// a relay in trouble is first.
func newPace(t *tickets, first time.Duration, now func() time.Time) *pace {
	return &pace{tickets: t, first: first, step: first, now: now, learned: learned{released: time.Now()}}
}

// leave waits for the moment of the next try. It returns the round, to be
// given back with the answer.
func (p *pace) leave(ctx context.Context) (round int, err error) {
	for {
		d, round := p.next()
		if d <= 0 {
			return round, ctx.Err()
		}
		if err := pause(ctx, d); err != nil {
			return 0, err
		}
	}
}

// next says how long to wait. While holding back, whoever may go bars the
// others for another step.
func (p *pace) next() (time.Duration, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if d := p.until.Sub(now); d > 0 {
		return d, 0
	}
	if !p.since.IsZero() {
		p.until = now.Add(p.step)
	}
	return 0, p.round
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
// nothing but setbacks. Limited says that the relay has spoken of a limit.
func (p *pace) setback(round int, limited bool) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.since.IsZero() {
		p.since, p.limited = now, false
	}
	p.limited = p.limited || limited
	if round == p.round {
		p.round++
		p.until = now.Add(p.step)
		p.step = min(2*p.step, longestStep)
		p.praise = 0
	}
	return now.Sub(p.since)
}

// progress lets everybody go again, unless the answer is to what left before
// the setback. The step shrinks slowly: a relay with a limit will soon want us
// slower again.
func (p *pace) progress(round int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.since.IsZero() && round == p.round {
		p.learned.release(time.Now(), p.limited)
		p.slow.Store(p.learned.every > 0)
		p.since, p.until = time.Time{}, time.Time{}
		// One that says 421 now and then, and takes mail in between, is not to
		// be waited for a minute each time.
		p.step = max(p.step/4, p.first)
	}
	p.learned.taken++
	if p.praise++; p.praise%20 == 0 {
		p.step = max(p.step/2, p.first)
	}
}

// isLimited reports whether the relay is known to have a limit: then a few
// refusals in a row say as much as many did the first time.
func (p *pace) isLimited() bool { return p.slow.Load() }

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

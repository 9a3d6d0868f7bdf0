package mailer

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// longestStep is the longest wait between two tries of a relay that does not
// answer or wants us slower.
const longestStep = time.Minute

// A pace holds back all connections at once: to the configured rate, and for a
// relay that is gone or wants us slower. While it holds back, one connection
// tries at a time, in doubling steps.
type pace struct {
	limit *rate.Limiter // nil is no limit
	first time.Duration // the first step

	mu     sync.Mutex
	round  int           // raised by each setback; a reply to an earlier round says nothing new
	step   time.Duration // the wait of the next setback
	until  time.Time     // nobody goes before it
	since  time.Time     // the first setback in a row; zero while all is well
	praise int           // good answers since the last setback
}

// newPace allows perMinute messages a minute over all connections; 0 is no
// limit.
func newPace(perMinute int, first time.Duration) *pace {
	p := &pace{first: first, step: first}
	if perMinute > 0 {
		p.limit = rate.NewLimiter(rate.Limit(float64(perMinute)/60), 1)
	}
	return p
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

// free reports whether nothing holds back: there is no rate, and no setback to
// sit out.
func (p *pace) free() bool {
	if p.limit != nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.since.IsZero()
}

// spend waits until the rate allows one more message.
func (p *pace) spend(ctx context.Context) error {
	if p.limit == nil {
		return ctx.Err()
	}
	return p.limit.Wait(ctx)
}

// setback makes everybody wait, and reports for how long there have been
// nothing but setbacks.
func (p *pace) setback(round int) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.since.IsZero() {
		p.since = now
	}
	if round == p.round {
		p.round++
		p.until = now.Add(p.step)
		p.step = min(2*p.step, longestStep)
		p.praise = 0
	}
	return now.Sub(p.since)
}

// progress lets everybody go again. The step shrinks slowly: a relay with a
// limit will soon want us slower again.
func (p *pace) progress() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.since.IsZero() {
		p.since, p.until = time.Time{}, time.Time{}
	}
	if p.praise++; p.praise%20 == 0 {
		p.step = max(p.step/2, p.first)
	}
}

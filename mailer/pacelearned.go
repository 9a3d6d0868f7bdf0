package mailer

import "time"

// The rate that a relay bears is found out as networks do it: a bit less than
// what went through, then slowly more (the additive increase and multiplicative
// decrease of TCP, RFC 5681, in its plainest form).
const (
	caution     = 0.9              // of the rate that was measured
	firstGrowth = 0.25             // a minute; halved each time it proves too much
	leastGrowth = 0.03             // a minute
	leastTaken  = 5                // messages; fewer measure nothing
	noLimit     = time.Millisecond // between two messages: who bears that is not limited
)

// learned is the rate that a relay with a limit of its own was found to bear.
// The zero value has found none. It is measured from one release to another,
// a release being the first message that is taken after a setback: what passed
// and the waits that followed are together what the relay allows.
type learned struct {
	every    time.Duration // between two messages; 0 is no limit
	slot     time.Time     // the next moment
	released time.Time
	taken    int       // messages since then
	last     time.Time // when anything last happened
	growth   float64
	grown    time.Time // when every was last changed
}

// release draws the conclusion when a relay takes mail again. Limited says
// that it had spoken of a limit before.
func (l *learned) release(now time.Time, limited bool) {
	l.last = now // waiting for it was no rest
	if limited && l.taken < leastTaken {
		return // and goes on measuring
	}
	took, taken := now.Sub(l.released), l.taken
	l.released, l.taken = now, 0
	if !limited {
		return
	}
	every := time.Duration(float64(took) / float64(taken) / caution)
	if l.every == 0 {
		l.growth = firstGrowth
	} else {
		every = min(every, 2*l.every)
		l.growth = max(l.growth/2, leastGrowth)
	}
	l.every, l.grown = every, now
	l.slot = now.Add(l.every)
}

// took counts a message that the relay took. After a rest the measurement
// begins anew: time in which there was nothing to send says nothing about what
// the relay allows.
func (l *learned) took(now time.Time, restsAfter time.Duration) {
	if now.Sub(l.last) > restsAfter {
		l.released, l.taken = now, 0
	}
	l.taken++
	l.last = now
}

// wait books the next moment and returns how long it is until then.
func (l *learned) wait(now time.Time) time.Duration {
	if l.every == 0 {
		return 0
	}
	if minutes := now.Sub(l.grown).Minutes(); minutes > 0.1 {
		l.every, l.grown = time.Duration(float64(l.every)/(1+l.growth*minutes)), now
		if l.every < noLimit {
			l.every = 0
			return 0
		}
	}
	at := l.slot
	if at.Before(now) {
		at = now
	}
	l.slot = at.Add(l.every)
	return at.Sub(now)
}

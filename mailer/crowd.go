package mailer

import (
	"context"
	"sync/atomic"
	"time"
)

// A crowd is the connections of a run, as the relay sees them: it may take
// fewer at once than we are configured to open.
type crowd struct {
	connected atomic.Int32
	over      chan struct{} // closed when nothing is left to do
}

// isCrowded reports whether an error says that the relay wants no more
// connections, while it serves others of ours. That is no setback for these.
func (r *run) isCrowded(err error) bool {
	e := asDelivery(err)
	return e.Stage == StageConnect && e.Code != 0 && r.crowd.connected.Load() > 0
}

// standAside notes that the relay turned this line away.
func (l *line) standAside() {
	l.aside = min(max(2*l.aside, l.run.Step), longestStep)
	l.away = true
}

// giveBack queues a claim again when this line has no connection to hope for:
// another has one. It waits for none of them, since each may be waiting for the
// relay.
func (l *line) giveBack(c Claim) {
	if l.away {
		now := l.run.Now()
		l.run.notes.end(Outcome{Claim: c, State: Queued, At: now, DueAt: now}, false)
	}
}

// sitOut waits, as a line that was turned away. It reports false when the run
// is over.
func (l *line) sitOut(ctx context.Context) bool {
	if !l.away {
		return true
	}
	l.away = false
	timer := time.NewTimer(l.aside)
	defer timer.Stop()
	select {
	case <-ctx.Done(): // claims are still to be taken, and left
	case <-timer.C:
	case <-l.run.crowd.over:
		return false
	}
	return true
}

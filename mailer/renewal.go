package mailer

import (
	"sync"
	"sync/atomic"
	"time"
)

// A renewal is after how many messages a relay wants a new connection, as found
// out from those that it ended.
type renewal struct {
	mu    sync.Mutex
	last  int // messages that the last one had carried
	same  int // how many in a row had carried as many
	found atomic.Pointer[bound]
}

// A bound is how many messages a connection may carry, as it seems.
type bound struct {
	most  int
	until time.Time // then it is asked anew
}

// sureAfter is how many connections in a row must end after the same number of
// messages, before that is no chance: relays that close at random do so after
// few, and to renew connections for nothing costs more than those ends.
const sureAfter = 4

// boundHolds is for how long a relay is taken to mean it: it may have been in
// trouble, and a sender that serves goes on for weeks.
const boundHolds = time.Hour

// ended notes how much a connection had carried when the relay ended it.
func (n *renewal) ended(carried int, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if carried != n.last {
		n.last, n.same = carried, 0
	}
	if n.same++; carried > 0 && n.same >= sureAfter {
		n.found.Store(&bound{carried, now.Add(boundHolds)})
	}
}

// least returns the fewer of a number of messages and what is known.
func (n *renewal) least(configured int) int {
	b := n.found.Load()
	if b == nil || time.Now().After(b.until) {
		return configured
	}
	return min(b.most, configured)
}

// closed draws the conclusion from an answer that ended a connection. Relays take
// so many messages over one and then say 421: once that is seen often enough, we
// come before them. A 421 to a recipient may be about the domain.
func (l *line) closed(to string, e *DeliveryError, now time.Time) {
	if e.Code != 421 {
		return
	}
	if e.Stage == StageTo {
		l.run.domains.putOff(domainOf(to), now)
	}
	l.run.renewal.ended(l.carried, time.Now())
}

// perConnection is how many messages a connection carries.
func (r *run) perConnection() int { return r.renewal.least(r.PerConnection) }

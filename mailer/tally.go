package mailer

import (
	"errors"
	"fmt"
	"sync"
)

// A tally counts what the relay takes and refuses, over all connections.
type tally struct {
	mu       sync.Mutex
	accepted map[string]bool // issues' mailings of which it took something
	refusals map[string]int  // in a row, by mailing, and by mailing and reply
	paused   []error
	logins   int // refused in a row
	deferred int // recipients put off in a row
}

// took notes that the relay took a message of a mailing. A letter is the only
// one of its own, and needs no memory.
func (t *tally) took(m Mailing) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.accepted == nil {
		t.accepted = make(map[string]bool)
	}
	if m.Kind == KindIssue {
		t.accepted[m.ID] = true
	}
	clear(t.refusals)
	t.logins, t.deferred = 0, 0
}

// taken reports whether the relay took a message of a mailing.
func (t *tally) taken(mailing string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.accepted[mailing]
}

// refuse notes that the relay refuses what a mailing's messages share, and
// reports that this must end: it has said the same often enough, or so many
// things that it does not mean any of them. From there on it counts anew, for
// a mailing that is resumed too early.
func (t *tally) refuse(m Mailing, e *DeliveryError) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refusals == nil {
		t.refusals = make(map[string]int)
	}
	key := fmt.Sprintf("%s %s %d %s", m.ID, e.Stage, e.Code, e.Enhanced)
	t.refusals[key]++
	t.refusals[m.ID]++
	if t.refusals[key] < mostRefusals && t.refusals[m.ID] < 2*mostRefusals {
		return false
	}
	clear(t.refusals)
	t.paused = append(t.paused, &RefusedError{Issue: m.Issue, Err: e})
	return true
}

// refused returns a *RefusedError for each mailing that was paused.
func (t *tally) refused() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return errors.Join(t.paused...)
}

// putOff notes that the relay put a recipient off, and returns how many in a
// row.
func (t *tally) putOff() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.deferred++
	return t.deferred
}

// shut notes that the relay refused a connection for good, and returns how
// many in a row.
func (t *tally) shut() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.logins++
	return t.logins
}

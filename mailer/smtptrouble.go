package mailer

import (
	"context"
	"errors"
	"sync"
	"time"
)

// What a relay may do wrong in a conversation, beyond refusing.

// errUnasked is of a relay that speaks before it is its turn.
var errUnasked = errors.New("the relay answers what it was not asked")

// unasked returns an error when the relay has said more than it was asked. Its
// words would be taken for the answer to what comes next: a message would be
// held to have arrived before it was sent.
func (c *smtpConn) unasked() error {
	if c.client.Text.R.Buffered() > 0 {
		return errUnasked
	}
	return nil
}

// interrupted is for a message that could not be written to its end. A relay
// that has seen enough of one may say why before it hangs up, and its words are
// worth more than "broken pipe": they tell whether to try again.
func (c *smtpConn) interrupted(ctx context.Context, err error) *DeliveryError {
	c.broken = true
	c.expect(ctx, time.Second)
	if r, readErr := c.read(); readErr == nil && r.code >= 400 {
		return r.refusal(StageData)
	}
	return &DeliveryError{Stage: StageData, Err: err}
}

// stumbles are of a relay that offers PIPELINING and breaks when it is used.
type stumbles struct {
	mu    sync.Mutex
	count int // connections in a row that broke on their first envelope, or on the next one
	until time.Time
}

// After so many stumbles commands go one at a time, for so long: the cause may
// have been another.
const (
	mostStumbles = 3
	walking      = time.Hour
)

// allow reports whether commands may be pipelined.
func (s *stumbles) allow(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !now.Before(s.until)
}

// note counts a connection that broke on an envelope before it had proved itself, or not.
func (s *stumbles) note(broke bool, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !broke {
		s.count = 0
		return
	}
	if s.count++; s.count >= mostStumbles {
		s.count, s.until = 0, now.Add(walking)
	}
}

// stumble notes that an envelope was not answered as it should, unless it was
// us who hung up.
func (c *smtpConn) stumble(ctx context.Context, e *DeliveryError) {
	if c.pipelining && !c.proven && e.Code == 0 && ctx.Err() == nil {
		c.relay.stumbles.note(true, time.Now())
	}
}

// prove notes that the relay took a message over this connection, and answered
// the envelope that came along with it.
func (c *smtpConn) prove() {
	if c.pipelining && !c.proven {
		c.relay.stumbles.note(false, time.Now())
	}
	c.proven = true
}

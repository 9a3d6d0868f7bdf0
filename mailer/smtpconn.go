package mailer

import (
	"bytes"
	"context"
	"errors"
	"net"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"weekward/mailer/failpoint"
)

// smtpConn is one connection to a relay. go-mail has dialled, negotiated TLS
// and logged in; from there on the commands are spoken here, in as few writes
// as the relay allows (RFC 2920), because go-mail waits for each reply, looks
// at no context and calls every lost connection permanent.
//
// Content, its end and the next envelope go in one write. A message's content
// is never sent before the reply to the one before it, so that at most one
// message a connection is with the relay and unanswered.
type smtpConn struct {
	relay           *SMTP
	client          *smtp.Client
	raw             net.Conn
	pipelining      bool          // offered by the relay
	timeout, answer time.Duration // of a step, and of the wait after the last octet
	returns         returns       // what of a mail that cannot be delivered
	broken          bool
	proven          bool   // it took a message, and what went along with that
	ahead           *ahead // the envelope that was spoken along with the last message
	promised        ahead  // room for it
	said            string // to the last message
	out             []byte // of the last commands, kept for the next
	text            []byte // of the last reply, likewise

	watched context.Context // what ending cuts the connection
	unwatch func() bool
}

// An ahead is an envelope the relay has answered already.
type ahead struct {
	Envelope
	refusal *DeliveryError // nil: the relay waits for the content
}

// Send speaks MAIL, RCPT and DATA for one message, unless that was done along
// with the last one, and hands it over. When ctx ends the connection is cut.
func (c *smtpConn) Send(ctx context.Context, m Message, next *Envelope) (reply string, err error) {
	c.watch(ctx)
	if e := c.open(ctx, m.Envelope); e != nil {
		c.stumble(ctx, e)
		return "", c.check(e)
	}
	if !c.pipelining {
		next = nil
	}
	r, e := c.hand(ctx, m, next)
	if e != nil {
		return "", c.check(e)
	}
	if string(r.text) != c.said { // a relay says the same to most
		c.said = string(r.text)
	}
	reply, failed := c.said, r.refusal(StageEnd) // before the next reply takes their place
	c.check(failed)
	if next != nil && !c.broken {
		c.hearAhead(ctx, *next)
	}
	if failed != nil {
		return "", failed
	}
	if !c.broken {
		c.prove()
	}
	return reply, nil
}

// hearAhead reads the replies to the envelope that went along with a message.
func (c *smtpConn) hearAhead(ctx context.Context, next Envelope) {
	c.expect(ctx, c.timeout)
	refusal := c.hear(ctx)
	if c.check(refusal); !c.broken {
		c.promised = ahead{next, refusal}
		c.ahead = &c.promised
		return
	}
	if refusal != nil {
		c.stumble(ctx, refusal)
	}
}

// open has the relay wait for the content of a message.
func (c *smtpConn) open(ctx context.Context, e Envelope) *DeliveryError {
	if a := c.ahead; a != nil {
		c.ahead = nil
		if a.Envelope != e {
			return &DeliveryError{Stage: StageFrom, Err: errors.New("another message was announced on this connection")}
		}
		return a.refusal
	}
	c.expect(ctx, c.timeout)
	if err := c.unasked(); err != nil {
		return &DeliveryError{Stage: StageFrom, Err: err}
	}
	if !c.pipelining {
		return c.ask(ctx, e)
	}
	c.out = appendEnvelope(c.out[:0], e, c.returns)
	if err := failpoint.After("mail", c.write()); err != nil {
		return &DeliveryError{Stage: StageFrom, Err: err}
	}
	return c.hear(ctx)
}

// ask speaks an envelope one command at a time.
func (c *smtpConn) ask(ctx context.Context, e Envelope) *DeliveryError {
	for _, step := range []struct {
		stage   Stage
		command string
	}{{StageFrom, "MAIL FROM:<" + e.From + ">" + c.returns.mail + "\r\n"}, {StageTo, "RCPT TO:<" + e.To + ">" + c.returns.rcpt + "\r\n"}, {StageData, "DATA\r\n"}} {
		c.expect(ctx, c.timeout)
		c.out = append(c.out[:0], step.command...)
		err := c.write()
		if err != nil {
			return &DeliveryError{Stage: step.stage, Err: err}
		}
		r, err := c.read()
		if err != nil {
			return &DeliveryError{Stage: step.stage, Err: err}
		}
		if e := r.refusal(step.stage); e != nil {
			if !e.lostConnection() {
				c.reset()
			}
			return e
		}
	}
	return nil
}

// hear reads the replies to an envelope that went in one write. After a
// refusal it brings the conversation back to where the next envelope can
// follow.
func (c *smtpConn) hear(ctx context.Context) *DeliveryError {
	var refusal *DeliveryError
	taken, waiting := false, false // the recipient; for content
	for stage := StageFrom; stage <= StageData; stage++ {
		r, err := c.read()
		if err != nil {
			if refusal == nil {
				refusal = &DeliveryError{Stage: stage, Err: err}
			}
			c.broken = true
			return refusal
		}
		e := r.refusal(stage)
		if refusal == nil {
			refusal = e
		}
		if e != nil && e.lostConnection() {
			c.broken = true
			return refusal
		}
		taken = taken || stage == StageTo && e == nil
		waiting = stage == StageData && e == nil
	}
	if refusal == nil {
		return nil
	}
	if waiting {
		// RFC 2920, 3.1: the relay wants content although it refused the
		// envelope, so it gets none. Where it took a recipient that would be
		// an empty mail to somebody, and hanging up is the way out.
		if taken || !c.endNothing(ctx) {
			c.broken = true
			return refusal
		}
	}
	c.reset()
	return refusal
}

// endNothing ends content that has not begun.
func (c *smtpConn) endNothing(ctx context.Context) bool {
	c.expect(ctx, c.timeout)
	c.out = append(c.out[:0], ".\r\n"...)
	if c.write() != nil {
		return false
	}
	_, err := c.read()
	return err == nil
}

// hand writes the content, and the next envelope with it, and returns the
// reply to the content.
func (c *smtpConn) hand(ctx context.Context, m Message, next *Envelope) (reply, *DeliveryError) {
	out := m.Data
	if !m.NoDots || !bytes.HasSuffix(out, []byte("\r\n")) {
		c.out = appendStuffed(c.out[:0], m.Data)
		out = c.out
	}
	out = append(out, ".\r\n"...) // behind the message, where a plate leaves room
	whole := len(out)
	if next != nil {
		out = appendEnvelope(out, *next, c.returns)
	}
	c.expect(ctx, c.timeout)
	if err := c.unasked(); err != nil {
		return reply{}, &DeliveryError{Stage: StageData, Err: err}
	}
	if err := failpoint.Err("data"); err != nil {
		return reply{}, &DeliveryError{Stage: StageData, Err: err}
	}
	written, err := c.writeCounted(out)
	if err != nil && written < whole {
		return reply{}, c.interrupted(ctx, err)
	}
	c.broken = err != nil // but the relay has the message, and may say so
	failpoint.Pass("dot")
	c.expect(ctx, c.answer)
	r, err := c.read()
	if err = failpoint.After("answered", err); err != nil {
		return reply{}, &DeliveryError{Stage: StageEnd, Err: err}
	}
	return r, nil
}

// check notes what a failure means for the connection.
func (c *smtpConn) check(e *DeliveryError) *DeliveryError {
	if e != nil && e.lostConnection() {
		c.broken = true
	}
	return e
}

// watch cuts the connection when ctx ends.
func (c *smtpConn) watch(ctx context.Context) {
	if ctx == c.watched {
		return
	}
	if c.unwatch != nil {
		c.unwatch()
	}
	c.watched, c.unwatch = ctx, context.AfterFunc(ctx, func() { c.raw.SetDeadline(time.Unix(1, 0)) })
}

// expect sets a deadline, unless ctx has ended and cut the connection.
func (c *smtpConn) expect(ctx context.Context, within time.Duration) {
	c.raw.SetDeadline(time.Now().Add(within))
	if ctx.Err() != nil {
		c.raw.SetDeadline(time.Unix(1, 0))
	}
}

// write sends what is in out.
func (c *smtpConn) write() error {
	_, err := c.writeCounted(c.out)
	return err
}

// writeCounted sends some octets and returns how many of them went.
func (c *smtpConn) writeCounted(out []byte) (int, error) {
	w := c.client.Text.W
	n, err := w.Write(out)
	if err != nil {
		return n, err
	}
	err = w.Flush()
	return n - w.Buffered(), err
}

// reset ends a transaction that was refused, so that the connection can carry
// the next one.
func (c *smtpConn) reset() {
	c.out = append(c.out[:0], "RSET\r\n"...)
	if c.write() != nil {
		c.broken = true
		return
	}
	if r, err := c.read(); err != nil || r.code/100 != 2 {
		c.broken = true
	}
}

// Usable reports whether the connection can carry another message.
func (c *smtpConn) Usable() bool { return !c.broken }

// Close says goodbye, within a second, to a relay that still listens. One that
// waits for content is left without: it forgets the message it was promised.
func (c *smtpConn) Close() error {
	if c.unwatch != nil {
		c.unwatch()
	}
	if !c.broken && (c.ahead == nil || c.ahead.refusal != nil) {
		c.raw.SetDeadline(time.Now().Add(time.Second)) //nolint:errcheck // the next octet tells
		c.out = append(c.out[:0], "QUIT\r\n"...)
		if c.write() == nil {
			c.read() //nolint:errcheck // whatever it says, we go
		}
	}
	return c.raw.Close()
}

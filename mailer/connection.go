package mailer

import (
	"context"
	"errors"
	"time"
)

// mostLogins is how often a login, or our coming at all, may be refused before
// the run ends: a relay locks out who tries too often.
const mostLogins = 3

// idle is how long an unused connection is kept; relays drop them after
// minutes.
const idle = 5 * time.Second

// A line is one connection's share of the work: it opens, reuses and renews
// it.
type line struct {
	run     *run
	conn    Conn
	carried int // messages the relay took over conn
	round   int // of the pace
	room    []byte
	next    Claim // taken already, to be announced along with the one before it
	taken   bool  // there is a next
	ahead   Envelope
	told    bool // the relay knows of next
}

// work sends what it is handed. ctx says when to begin no more, last when to
// break off what is under way.
func (r *run) work(ctx, last context.Context) {
	l := &line{run: r}
	defer l.close()
	rest := time.NewTimer(idle)
	defer rest.Stop()
	for {
		if l.taken {
			l.taken = false
			l.deliver(ctx, last, l.next)
			continue
		}
		rest.Reset(idle)
		select {
		case c, open := <-r.claims:
			if !open {
				return
			}
			l.deliver(ctx, last, c)
		case <-rest.C:
			l.close()
		}
	}
}

// deliver brings one claim to an outcome, or leaves it claimed when ctx ends
// first: then it is queued again in the end.
func (l *line) deliver(ctx, last context.Context, c Claim) {
	r := l.run
	if ctx.Err() != nil || l.told && !r.pace.free() {
		l.close() // a promised message that must wait is not kept open
		if ctx.Err() != nil {
			return
		}
	}
	p, err := r.plate(ctx, c)
	if err != nil && ctx.Err() != nil {
		return
	}
	var m Message
	if err == nil {
		if m, err = p.print(l.room[:0], c, r.Keys); err == nil {
			l.room = m.Data
			if !l.ready(ctx) {
				return
			}
		}
	}
	if !r.begin(ctx, c) {
		l.forget()
		return
	}
	if err != nil {
		l.forget()
		err = &DeliveryError{Permanent: true, Stage: StageConnect, Err: err} // nothing that could be sent
		r.notes.end(judge(c, err, terms{now: r.Now(), others: true}).end(Bounced, recipient).Outcome)
		r.log.Error("a message cannot be made", "subscriber", c.To.ID, "err", err)
		return
	}
	next := l.lookAhead(ctx)
	reply, err := l.conn.Send(last, m, next)
	l.told = next != nil && l.conn.Usable()
	t := terms{now: r.Now(), step: r.Step, doubt: r.OnUncertain, others: r.tally.taken(c.Mailing), letter: p.mailing.Kind == KindLetter}
	v := judge(c, err, t)
	if err == nil {
		v.Reply = clip(oneLine(reply), longestReply)
	}
	r.notes.end(v.Outcome)
	l.settle(last, p.mailing, v, err)
}

// lookAhead takes the next claim, when there is one and nothing holds back,
// and returns its envelope, to be spoken along with the message before it.
// Content follows only when that one is noted as begun, so that nothing is
// promised but the few octets of an envelope.
func (l *line) lookAhead(ctx context.Context) *Envelope {
	r := l.run
	if ctx.Err() != nil || l.carried+1 >= r.PerConnection || !r.pace.free() {
		return nil
	}
	select {
	case l.next, l.taken = <-r.claims:
		if !l.taken {
			return nil
		}
	default:
		return nil
	}
	p, err := r.plate(ctx, l.next)
	if err != nil {
		return nil // which deliver will find, too
	}
	if l.ahead, _, err = p.envelope(l.next); err != nil {
		return nil
	}
	return &l.ahead
}

// forget hangs up when the relay waits for a message that is not to be sent.
func (l *line) forget() {
	if l.told {
		l.close()
	}
}

// begin notes that the message is about to be sent, and reports whether it
// may be.
func (r *run) begin(ctx context.Context, c Claim) bool {
	r.gate.RLock()
	defer r.gate.RUnlock()
	standing := Void
	err := r.bear(ctx, "note a delivery", func() (err error) {
		standing, err = r.notes.begin(c)
		return err
	})
	return err == nil && standing == Clear
}

// ready waits for the pace and opens a connection where there is none. It
// reports false when ctx ended.
func (l *line) ready(ctx context.Context) bool {
	r := l.run
	if l.conn != nil && (l.carried >= r.PerConnection || !l.conn.Usable()) {
		l.close()
	}
	for {
		round, err := r.pace.leave(ctx)
		if err != nil {
			return false
		}
		l.round = round
		if l.conn != nil || l.open(ctx) {
			return r.pace.spend(ctx) == nil
		}
	}
}

func (l *line) open(ctx context.Context) bool {
	r := l.run
	conn, err := r.Transport.Open(ctx)
	if err == nil {
		l.conn, l.carried = conn, 0
		return true
	}
	if ctx.Err() != nil {
		return false
	}
	var e *DeliveryError
	if errors.As(err, &e) && e.Permanent && r.tally.shut() >= mostLogins {
		r.stop(&RefusedError{Err: e})
		return false
	}
	r.log.Warn("the relay does not answer", "err", err)
	r.giveUp(r.pace.setback(l.round), err)
	return false
}

// settle draws the conclusions from a verdict beyond its own delivery.
func (l *line) settle(ctx context.Context, m Mailing, v verdict, err error) {
	r := l.run
	switch v.blame {
	case nobody:
		l.carried++
		r.tally.took(v.Mailing)
		r.pace.progress()
	case recipient:
		// Many put off in a row are not about their mailboxes: the relay
		// wants us slower.
		if v.State == Deferred && r.tally.putOff() >= mostRefusals {
			r.pace.setback(l.round)
		} else {
			r.pace.progress()
		}
	case ourselves:
		r.pace.progress()
		if r.tally.refuse(m, asDelivery(err)) {
			r.pauseMailing(ctx, m, asDelivery(err))
		}
	case relay:
		// A connection that carried something has come to its end, as all do;
		// one that carried nothing says that the relay is in trouble.
		if l.carried == 0 || l.conn.Usable() {
			r.giveUp(r.pace.setback(l.round), err)
		}
	}
	if v.State != Sent {
		r.log.Debug("not sent", "issue", m.Issue, "subscriber", v.To.ID, "attempt", v.Attempts, "state", v.State, "code", v.Code)
	}
	if !l.conn.Usable() {
		l.close()
	}
}

// pauseMailing stops an issue that the relay refuses as such.
func (r *run) pauseMailing(ctx context.Context, m Mailing, why *DeliveryError) {
	r.gate.Lock()
	err := r.bear(ctx, "pause a mailing", func() error { return r.Ledger.Pause(ctx, m.ID, why.Error()) })
	r.gate.Unlock()
	if err != nil {
		r.stop(err)
		return
	}
	// Its words may hold an address, so that they stay in the database.
	r.log.Error("the relay refuses the issue; it is paused", "issue", m.Issue, "stage", why.Stage.String(), "code", why.Code, "status", why.Enhanced)
}

func (l *line) close() {
	l.told = false
	if l.conn != nil {
		l.conn.Close() //nolint:errcheck // what it carried has been answered
		l.conn = nil
	}
}

package mailer

import (
	"context"
	"errors"
	"time"

	"weekward/mailer/failpoint"
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
	told    bool          // the relay knows of next
	away    bool          // the relay wants fewer connections
	aside   time.Duration // how long it stood aside for that, the last time
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
		if !l.sitOut(ctx) {
			return
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
	defer r.strays.dealtWith()
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
				l.giveBack(c)
				return
			}
		}
	}
	if err != nil && errors.As(err, new(*SetupError)) {
		r.stop(err) // it is wrong for every reader, and none is to blame
		return
	}
	failpoint.Pass("begin")
	if !r.begin(ctx, c) {
		l.forget()
		return
	}
	if err != nil {
		l.forget()
		err = &DeliveryError{Permanent: true, Stage: StageConnect, Err: err} // nothing that could be sent
		r.notes.end(judge(c, err, terms{now: r.Now(), others: true}).end(Bounced, recipient).Outcome, false)
		r.log.Error("a message cannot be made", "subscriber", c.To.ID, "err", err)
		return
	}
	failpoint.Pass("begun")
	next := l.lookAhead(ctx)
	began := time.Now()
	reply, err := l.conn.Send(last, m, next)
	took := time.Since(began)
	l.told = next != nil && l.conn.Usable()
	t := terms{now: r.Now(), step: r.Step, doubt: r.OnUncertain, others: r.tally.taken(c.Mailing), letter: p.mailing.Kind == KindLetter, fresh: l.carried == 0}
	v := judge(c, err, t)
	if err == nil {
		v.Reply = clip(oneLine(reply), longestReply)
	}
	failpoint.Pass("end")
	r.notes.end(v.Outcome, l.told)
	failpoint.Pass("ended")
	r.Counter.Tried(p.mailing.Kind, v.Outcome, took)
	l.settle(last, p.mailing, v, err)
}

// lookAhead takes the next claim, when there is one and nothing holds back,
// and returns its envelope, to be spoken along with the message before it.
// Content follows only when that one is noted as begun, so that nothing is
// promised but the few octets of an envelope.
func (l *line) lookAhead(ctx context.Context) *Envelope {
	r := l.run
	if ctx.Err() != nil || l.carried+1 >= r.perConnection() || !r.pace.free() {
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
	l.next.from = l.ahead.From
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
	standing, err := r.notes.begin(c)
	if err != nil {
		standing, err = r.beginAgain(ctx, c, err)
	}
	return err == nil && standing == Clear
}

// beginAgain is for what could not be noted at the first try.
func (r *run) beginAgain(ctx context.Context, c Claim, failed error) (Standing, error) {
	standing := Void
	err := r.bear(ctx, "note a delivery", func() (err error) {
		if err, failed = failed, nil; err == nil {
			standing, err = r.notes.begin(c)
		}
		return err
	})
	return standing, err
}

// ready waits for the pace and opens a connection where there is none. It
// reports false when ctx ended, or the relay wants no more connections.
func (l *line) ready(ctx context.Context) bool {
	r := l.run
	if l.conn != nil && (l.carried >= r.perConnection() || !l.conn.Usable()) {
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
		if l.away {
			return false
		}
	}
}

func (l *line) open(ctx context.Context) bool {
	r := l.run
	conn, err := r.Transport.Open(ctx)
	err = failpoint.After("opened", err)
	if ctx.Err() == nil {
		r.Counter.Opened(err)
	}
	if err == nil {
		l.conn, l.carried, l.aside = conn, 0, 0
		r.crowd.connected.Add(1)
		r.waits(ctx, nil)
		return true
	}
	if ctx.Err() != nil {
		return false
	}
	if r.isCrowded(err) {
		r.log.Debug("the relay wants fewer connections", "err", err)
		l.standAside()
		return false
	}
	var e *DeliveryError
	if errors.As(err, &e) && e.Permanent && r.tally.shut() >= mostLogins {
		r.stop(&RefusedError{Err: e})
		return false
	}
	r.waits(ctx, err)
	r.log.Warn("the relay does not answer", "err", err)
	r.giveUp(r.pace.setback(l.round, false), err) // a limit of connections says nothing about a rate
	return false
}

// settle draws the conclusions from a verdict beyond its own delivery.
func (l *line) settle(ctx context.Context, m Mailing, v verdict, err error) {
	r := l.run
	switch v.blame {
	case nobody:
		if l.carried++; !l.conn.Usable() {
			r.renewal.ended(l.carried, time.Now()) // it closed on the envelope that went along
		}
		r.tally.took(m)
		if r.domains.busy.Load() {
			r.domains.took(domainOf(v.To.Email))
		}
		r.pace.progress(l.round)
	case recipient:
		if v.State == Deferred {
			l.putOff(v.To.Email, asDelivery(err), v.At)
		} else {
			r.pace.progress(l.round)
		}
	case ourselves:
		r.pace.progress(l.round)
		if r.tally.refuse(m, asDelivery(err)) {
			r.pauseMailing(ctx, m, asDelivery(err))
		}
	case relay:
		l.closed(v.To.Email, asDelivery(err), v.At)
		// A connection that carried something has come to its end, as all do;
		// one that carried nothing says that the relay is in trouble.
		if l.carried == 0 || l.conn.Usable() {
			r.giveUp(r.pace.setback(l.round, asDelivery(err).isLimit()), err)
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
	err := r.bear(ctx, "pause a mailing", func() error { return failpoint.After("paused", r.Ledger.Pause(ctx, m.ID, why.Error())) })
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
		l.run.crowd.connected.Add(-1)
	}
}

package mailer

import (
	"context"
	"strings"
	"time"
)

// Why a delivery is in the ledger for later, untried. It is shown to the editor.
const (
	reasonDomain = "held back: this domain wants fewer mails"
	ReasonWarmup = "waits for its day of the warm-up"
)

// restrained reports whether anything but the pace may hold a message back.
// Nearly always nothing does, and then it costs nothing.
func (r *run) restrained() bool { return r.domains.busy.Load() || len(r.Warmup.Days) > 0 }

// mayGo reports whether a claim may be handed to a connection. One that may not
// is queued again for later, with what else the recorder has, so that a domain
// or a day that is full takes nobody else's place.
func (r *run) mayGo(ctx context.Context, c Claim) (bool, error) {
	now := r.Now()
	domain := domainOf(c.To.Email)
	if ok, due, since := r.domains.mayGo(domain, now); !ok {
		r.strays.dealtWith()
		state := Queued
		if r.Patience > 0 && !since.IsZero() && now.Sub(since) > r.Patience {
			state = Deferred // a send that somebody waits for ends without it
		}
		r.notes.end(Outcome{Claim: c, State: state, At: now, DueAt: due, Reply: reasonDomain}, false)
		return false, nil
	}
	if len(r.Warmup.Days) == 0 || c.Attempts > 0 || c.Doubts > 0 || !c.FailedAt.IsZero() {
		return true, nil
	}
	p, err := r.plate(ctx, c)
	if err != nil || p.mailing.Kind != KindIssue {
		return ctx.Err() == nil, ctx.Err() // letters go always; what cannot be made the connection finds
	}
	ok := false
	err = r.bear(ctx, "take from the day's mails", func() (err error) {
		ok, err = r.ration(ctx, now)
		return err
	})
	if err == nil && !ok {
		r.strays.dealtWith()
		r.notes.end(Outcome{Claim: c, State: Deferred, At: now, DueAt: r.Warmup.morning(now, 1).UTC(), Reply: ReasonWarmup}, false)
	}
	return ok, err
}

// putOff draws the conclusion from a recipient that was put off: one is a
// matter of a mailbox, several in a row of their domain, and many in a row
// over all domains of the relay, which wants us slower.
func (l *line) putOff(to string, e *DeliveryError, now time.Time) {
	r := l.run
	held := e.isAboutDomain() && r.domains.putOff(domainOf(to), now)
	n := r.tally.putOff()
	switch {
	case held:
	case n >= mostRefusals, n > r.Connections && r.pace.isLimited(), e.isLimit() && r.pace.isAtLimit():
		// Of a relay with a known limit, one refusal more than may be under way
		// says as much; while we wait for that limit, each says that it holds.
		r.pace.setback(l.round, e.isLimit())
		return
	}
	r.pace.answered(l.round)
}

// isAboutDomain reports whether a refusal for now may be about the recipient's
// whole domain. Greylisting is about each recipient, and wants to be tried; so
// are a mailbox that is full or moved (RFC 3463, X.1 and X.2).
func (e *DeliveryError) isAboutDomain() bool {
	return !e.Permanent && e.Code/100 == 4 && !e.isGreylisting() &&
		!strings.HasPrefix(e.Enhanced, "4.1.") && !strings.HasPrefix(e.Enhanced, "4.2.")
}

// isLimit reports whether the relay speaks of a limit of its own: it closes
// (421), or its status is one of policy or of a system that has enough (RFC
// 3463: X.7, X.3.2, X.4.5, X.5.3).
func (e *DeliveryError) isLimit() bool {
	if e.Permanent || e.isGreylisting() {
		return false
	}
	if e.Code == 421 || strings.HasPrefix(e.Enhanced, "4.7.") {
		return true
	}
	return e.Enhanced == "4.3.2" || e.Enhanced == "4.4.5" || e.Enhanced == "4.5.3"
}

func (e *DeliveryError) isGreylisting() bool {
	words := strings.ToLower(e.Reply)
	for _, word := range []string{"greylist", "graylist", "grey-list", "gray-list"} {
		if strings.Contains(words, word) {
			return true
		}
	}
	return false
}

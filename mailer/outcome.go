package mailer

import (
	"errors"
	"os"
	"strconv"
	"time"
)

// backOff is how long a refused delivery waits before the next try, counted
// from its first failure on; the last wait repeats.
var backOff = [...]time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// A delivery that is refused for now is refused for good after giveUp, and no
// fewer than leastTries: a clock that was set ahead, or a machine that was off,
// makes no day of trying.
const (
	giveUp     = 24 * time.Hour
	leastTries = len(backOff)
)

// mostBreaks is how often a broken connection may interrupt one delivery
// before it waits like a refused one: it may be the message that breaks it.
const mostBreaks = 3

// How often a message that was never answered is sent again, at most. A relay
// that fell silent has most likely taken it. One that hung up was mostly
// still reading: content goes out in one write, so that what ends in the midst
// of it looks from here like a lost answer.
const (
	mostSilences = 1
	mostHangUps  = 3
)

// longestReply is how much of a relay's words is kept, in characters.
const longestReply = 300

// mostRefusals is how often a relay may refuse what all mails share before the
// mailing is paused.
const mostRefusals = 10

// A Doubt says what to do with a message that the relay never answered.
type Doubt string

// The two ways out of a doubt.
const (
	Resend Doubt = "resend" // once more, with the same Message-ID: maybe twice, never missing
	Hold   Doubt = "hold"   // not again: never twice, maybe missing, and listed
)

// A verdict is what an attempt means for the delivery, and beyond it.
type verdict struct {
	Outcome
	blame blame
}

// blame is whom a failed attempt speaks against.
type blame int

const (
	nobody    blame = iota
	recipient       // this delivery only
	ourselves       // the sender, the content: all deliveries of the mailing
	relay           // the relay is gone or wants us slower
)

// terms are what an attempt is judged by.
type terms struct {
	now    time.Time
	step   time.Duration // the first wait after a broken connection
	doubt  Doubt
	others bool // the relay took other mails of the mailing: a refusal is this one's own
	letter bool // it is the only mail of its mailing
	fresh  bool // the connection had carried nothing before
}

// judge decides what an attempt means.
func judge(c Claim, err error, t terms) verdict {
	c.Attempts++
	v := verdict{Outcome: Outcome{Claim: c, State: Sent, At: t.now}}
	if err == nil {
		return v
	}
	e := asDelivery(err)
	v.Code, v.Reply = e.Code, e.Reply
	if e.Code == 0 {
		v.Reply = clip(oneLine(e.Error()), longestReply)
	}
	if v.FailedAt.IsZero() {
		v.FailedAt = t.now
	}
	switch {
	case e.unanswered():
		return v.doubt(t, e.timedOut())
	case e.recipientIsWrong(), e.Permanent && t.others && c.Attempts >= mostBreaks:
		return v.end(Bounced, recipient)
	case e.Permanent && t.letter:
		return v.later(recipient)
	case e.Permanent:
		return v.again(t.step, ourselves)
	case e.aboutTheRelay(t) && c.Attempts <= mostBreaks:
		v.Attempts--
		return v.again(t.step, relay)
	case (e.lostConnection() || e.Stage <= StageFrom) && c.Attempts%mostBreaks != 0:
		return v.again(t.step, relay)
	case e.lostConnection() || e.Stage <= StageFrom:
		return v.later(relay)
	}
	return v.later(recipient)
}

// aboutTheRelay reports whether a failure for now says nothing about its
// message: nothing has gone through yet, or a connection that had carried
// others came to its end. Else it counts, because one message may be what
// makes a relay hang up, each time; and when that was seen, it counts always.
func (e *DeliveryError) aboutTheRelay(t terms) bool {
	early := e.Stage <= StageFrom || e.Code == 421 && e.Stage < StageEnd
	return early && (!t.others || e.lostConnection() && !t.fresh)
}

// timedOut reports whether the relay was silent for too long.
func (e *DeliveryError) timedOut() bool { return errors.Is(e.Err, os.ErrDeadlineExceeded) }

// doubt is for a message that may have arrived.
func (v verdict) doubt(t terms, silent bool) verdict {
	v.Doubts++
	most := mostHangUps
	if silent {
		most = mostSilences
	}
	if t.doubt == Hold || v.Doubts > most {
		return v.end(Uncertain, relay)
	}
	return v.again(t.step, relay)
}

// again is for this run: the delivery stays queued.
func (v verdict) again(step time.Duration, b blame) verdict {
	v.State, v.blame = Queued, b
	v.DueAt = v.At.Add(time.Duration(max(v.Attempts, 1)) * step)
	return v
}

// later is for a coming run, until the day is over.
func (v verdict) later(b blame) verdict {
	wait := backOff[min(max(v.Attempts, 1), len(backOff))-1]
	if v.At.Add(wait).After(v.FailedAt.Add(giveUp)) && v.Attempts >= leastTries {
		return v.end(Bounced, b)
	}
	v.State, v.blame, v.DueAt = Deferred, b, v.At.Add(wait)
	return v
}

func (v verdict) end(s State, b blame) verdict {
	v.State, v.blame = s, b
	return v
}

// A RefusedError means that the relay refuses what all mails of a mailing
// share, or our login. Nobody is marked as bounced for it.
type RefusedError struct {
	Issue int // 0 when it is not about one issue
	Err   *DeliveryError
}

func (e *RefusedError) Error() string {
	if e.Issue == 0 {
		return "the relay refuses us: " + e.Err.Error()
	}
	return "issue " + strconv.Itoa(e.Issue) + " is paused: " + e.Err.Error()
}

func (e *RefusedError) Unwrap() error { return e.Err }

// Hint is the next step, for the person at the terminal.
func (e *RefusedError) Hint() string {
	if e.Issue == 0 {
		return `check [smtp], then run "weekward send" again`
	}
	if e.Err.Stage == StageFrom {
		return `if the relay sends for one address only, set envelope_tokens = false in [smtp] or leave envelope out; then "weekward resume ` + strconv.Itoa(e.Issue) + `" and "weekward send"`
	}
	return `mend the cause, then "weekward resume ` + strconv.Itoa(e.Issue) + `" and "weekward send"`
}

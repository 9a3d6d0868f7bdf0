package mailer

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

func TestWhatAnAttemptMeans(t *testing.T) {
	now := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	usual := terms{now: now, step: time.Second, doubt: Resend}
	others, letter, hold := usual, usual, usual
	others.others, letter.letter, hold.doubt = true, true, Hold
	fresh := others
	fresh.fresh = true
	reply := func(stage Stage, code int, enhanced string) error {
		return &DeliveryError{Permanent: code >= 500, Stage: stage, Code: code, Enhanced: enhanced, Reply: enhanced + " words"}
	}
	lost := func(stage Stage) error { return &DeliveryError{Stage: stage, Err: errors.New("EOF")} }
	silent := &DeliveryError{Stage: StageEnd, Err: fmt.Errorf("read: %w", os.ErrDeadlineExceeded)}
	for _, c := range []struct {
		why   string
		claim Claim
		err   error
		terms terms
		state State
		blame blame
		due   time.Duration
	}{
		{"taken", Claim{}, nil, usual, Sent, nobody, 0},
		{"no such user", Claim{}, reply(StageTo, 550, "5.1.1"), usual, Bounced, recipient, 0},
		{"no such user, in old words", Claim{}, reply(StageTo, 550, ""), usual, Bounced, recipient, 0},
		{"no such user, found out late", Claim{}, reply(StageEnd, 550, "5.1.1"), usual, Bounced, recipient, 0},
		{"policy at RCPT is about us", Claim{}, reply(StageTo, 554, "5.7.1"), usual, Queued, ourselves, time.Second},
		{"our sender address at RCPT is about us", Claim{}, reply(StageTo, 550, "5.1.8"), usual, Queued, ourselves, time.Second},
		{"content", Claim{}, reply(StageEnd, 554, ""), usual, Queued, ourselves, time.Second},
		{"content, the third time, nobody else had luck", Claim{Attempts: 2}, reply(StageEnd, 554, ""), usual, Queued, ourselves, 3 * time.Second},
		{"content, the third time, others had luck", Claim{Attempts: 2}, reply(StageEnd, 554, ""), others, Bounced, recipient, 0},
		{"a letter's content is asked about again later", Claim{}, reply(StageEnd, 554, ""), letter, Deferred, recipient, time.Minute},
		{"greylisted", Claim{}, reply(StageTo, 451, "4.7.1"), usual, Deferred, recipient, time.Minute},
		{"greylisted, second time", Claim{Attempts: 1, FailedAt: now}, reply(StageTo, 451, ""), usual, Deferred, recipient, 5 * time.Minute},
		{"greylisted, third time", Claim{Attempts: 2, FailedAt: now}, reply(StageTo, 451, ""), usual, Deferred, recipient, 15 * time.Minute},
		{"greylisted, ninth time", Claim{Attempts: 8, FailedAt: now}, reply(StageTo, 451, ""), usual, Deferred, recipient, time.Hour},
		{"greylisted for a day", Claim{Attempts: 8, FailedAt: now.Add(-23*time.Hour - time.Minute)}, reply(StageTo, 451, ""), usual, Bounced, recipient, 0},
		{"too fast for it", Claim{}, reply(StageFrom, 452, "4.3.2"), usual, Queued, relay, time.Second},
		{"closing", Claim{}, reply(StageTo, 421, "4.3.2"), usual, Queued, relay, time.Second},
		{"closing, after it took others over this connection", Claim{}, reply(StageFrom, 421, "4.7.0"), others, Queued, relay, time.Second},
		{"closing on this one, each time, when others had luck", Claim{Attempts: 2}, reply(StageTo, 421, "4.3.2"), fresh, Deferred, relay, 15 * time.Minute},
		{"hung up on MAIL, each time, when others had luck", Claim{Attempts: 2}, lost(StageFrom), fresh, Deferred, relay, 15 * time.Minute},
		{"hung up on MAIL once more, in a later run", Claim{Attempts: 5}, lost(StageFrom), usual, Deferred, relay, time.Hour},
		{"our sender, refused for one reader", Claim{Attempts: 2}, reply(StageFrom, 550, "5.7.1"), others, Bounced, recipient, 0},
		{"lost before the end", Claim{}, lost(StageData), usual, Queued, relay, time.Second},
		{"lost three times: it may be the message", Claim{Attempts: 2}, lost(StageData), usual, Deferred, relay, 15 * time.Minute},
		{"an error of another kind", Claim{}, errors.New("broken pipe"), usual, Queued, relay, time.Second},
		{"never answered", Claim{}, lost(StageEnd), usual, Queued, relay, time.Second},
		{"hung up, twice: it may have been in mid-message", Claim{Attempts: 1, Doubts: 1}, lost(StageEnd), usual, Queued, relay, 2 * time.Second},
		{"hung up, four times", Claim{Attempts: 3, Doubts: 3}, lost(StageEnd), usual, Uncertain, relay, 0},
		{"silent", Claim{}, silent, usual, Queued, relay, time.Second},
		{"silent, twice", Claim{Attempts: 1, Doubts: 1}, silent, usual, Uncertain, relay, 0},
		{"never answered, and doubles are unwelcome", Claim{}, lost(StageEnd), hold, Uncertain, relay, 0},
	} {
		v := judge(c.claim, c.err, c.terms)
		if v.State != c.state || v.blame != c.blame {
			t.Errorf("%s: judge = %s, blame %d, want %s, blame %d", c.why, v.State, v.blame, c.state, c.blame)
		}
		if c.due > 0 && !v.DueAt.Equal(now.Add(c.due)) {
			t.Errorf("%s: due %s, want after %s", c.why, v.DueAt.Sub(now), c.due)
		}
		if counted := v.Attempts - c.claim.Attempts; counted != 1 && !(counted == 0 && v.blame == relay) {
			t.Errorf("%s: attempts %d after %d, want one more, or as many when the relay did not look at it", c.why, v.Attempts, c.claim.Attempts)
		}
	}
}

// The editor reads why a copy is in doubt, and equal failures in equal words:
// the system's name the ports of the connection.
func TestLostConnectionIsToldInPlainWords(t *testing.T) {
	port := &net.OpError{Op: "read", Net: "tcp", Source: &net.TCPAddr{Port: 41234}, Addr: &net.TCPAddr{Port: 25}}
	with := func(err error) error {
		e := *port
		e.Err = err
		return &e
	}
	for _, c := range []struct {
		why, want string
		err       error
	}{
		{"closed", "end of data: the relay hung up", io.EOF},
		{"closed in a line", "end of data: the relay hung up", io.ErrUnexpectedEOF},
		{"reset", "end of data: the relay hung up", with(syscall.ECONNRESET)},
		{"closed while we write", "end of data: the relay hung up", with(syscall.EPIPE)},
		{"silent", "end of data: the relay did not answer in time", with(os.ErrDeadlineExceeded)},
		{"something else", "end of data: no route", errors.New("no route")},
	} {
		if got := (&DeliveryError{Stage: StageEnd, Err: c.err}).Error(); got != c.want {
			t.Errorf("%s: Error() = %q, want %q", c.why, got, c.want)
		}
	}
}

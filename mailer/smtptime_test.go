package mailer

import (
	"bufio"
	"net"
	"testing"
	"time"
)

// go-mail sets one deadline for all the messages of a call: a batch that takes
// longer loses its end. Each step here has its own.
func TestEachMessageHasItsOwnTime(t *testing.T) {
	const messages, step = 4, 60 * time.Millisecond
	conn := script(t, pipelining, func(r *bufio.Reader, say func(string)) {
		for range messages {
			hear(r, 3)
			say("250 ok\r\n250 ok\r\n354 go\r\n")
			content(r)
			time.Sleep(step) // the relay takes its time
			say("250 taken\r\n")
		}
		hear(r, 1)
	})
	c := conn.(*smtpConn)
	c.timeout, c.answer = 3*step, 3*step // less than all of them take
	for range messages {
		if _, err := conn.Send(t.Context(), letterTo("one@example.org"), nil); err != nil {
			t.Fatalf("Send: %v, want each message to have its own time", err)
		}
	}
}

// A lost connection is neither final nor a matter of the reader: go-mail's own
// errors would say that it is not temporary.
func TestLostConnectionIsNeverFinal(t *testing.T) {
	for why, e := range map[string]*DeliveryError{
		"before the greeting": classify(StageConnect, net.ErrClosed),
		"at MAIL":             classify(StageFrom, net.ErrClosed),
		"in the content":      classify(StageData, net.ErrClosed),
		"after the last dot":  classify(StageEnd, net.ErrClosed),
	} {
		v := judge(Claim{}, e, terms{now: time.Now(), step: time.Second, doubt: Resend})
		if e.Permanent || v.State != Queued {
			t.Errorf("%s: permanent %v, then %s, want it tried again", why, e.Permanent, v.State)
		}
	}
}

package mailer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weekward/mailer/chaos"
)

// bigLetter is more than the sockets between here and a relay hold.
func bigLetter() Message {
	m := letterTo("one@example.org")
	m.Data = append(m.Data, bytes.Repeat([]byte("No line of this letter is of any use to anybody.\r\n"), 400_000)...)
	return m
}

// A relay that has seen enough says why and hangs up; "broken pipe" would be
// tried again for a day.
func TestRefusalInMidMessageIsHeard(t *testing.T) {
	conn := script(t, pipelining, func(r *bufio.Reader, say func(string)) {
		hear(r, 3)
		say("250 ok\r\n250 ok\r\n354 go\r\n")
		hear(r, 20)
		say("552 5.3.4 too big\r\n")
	})
	next := letterTo("two@example.org").Envelope
	_, err := conn.Send(t.Context(), bigLetter(), &next)
	var e *DeliveryError
	if !errors.As(err, &e) || e.Stage != StageData || e.Code != 552 || !e.Permanent || conn.Usable() {
		t.Errorf("Send = %v, usable %v, want the 552 and the connection given up", err, conn.Usable())
	}
}

func TestEndedContextCutsAStalledMessage(t *testing.T) {
	release := make(chan struct{})
	conn := script(t, pipelining, func(r *bufio.Reader, say func(string)) {
		hear(r, 3)
		say("250 ok\r\n250 ok\r\n354 go\r\n")
		<-release
	})
	defer close(release)
	letter := bigLetter()
	ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := conn.Send(ctx, letter, nil)
	if e := asDelivery(err); err == nil || e.unanswered() || e.Stage != StageData || conn.Usable() {
		t.Errorf("Send = %v, want a message that was cut in its midst: the relay cannot have it", err)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("Send ended after %s, want soon after its context", took)
	}
}

// A relay that never comes to its point must not keep us busy. What it began to
// say to a message is no answer: the message is in doubt.
func TestReplyWithoutAnEndIsNone(t *testing.T) {
	for why, reply := range map[string]string{
		"ever more lines":           strings.Repeat("250-2.0.0 taken\r\n", mostReplyLines) + "250 2.0.0 taken\r\n",
		"a line without an end":     "250 " + strings.Repeat("w", 1<<20),
		"a code that is none":       "25x taken\r\n",
		"a code without its blank":  "2500 taken\r\n",
		"an answer to another word": "354 go on\r\n",
	} {
		conn := script(t, pipelining, func(r *bufio.Reader, say func(string)) {
			hear(r, 3)
			say("250 ok\r\n250 ok\r\n354 go\r\n")
			content(r)
			say(reply)
			io.Copy(io.Discard, r) //nolint:errcheck // until it hangs up
		})
		_, err := conn.Send(t.Context(), letterTo("one@example.org"), nil)
		if e := asDelivery(err); err == nil || !e.unanswered() || conn.Usable() {
			t.Errorf("%s: Send = %v, usable %v, want an unanswered message and the connection given up", why, err, conn.Usable())
		}
		conn.Close()
	}
}

// A relay that answers before it is asked would have messages taken for sent
// that it has never seen.
func TestAnswerThatComesTooEarlyIsNoAnswer(t *testing.T) {
	conn := script(t, pipelining, func(r *bufio.Reader, say func(string)) {
		hear(r, 3)
		say("250 ok\r\n250 ok\r\n354 go\r\n250 2.0.0 taken\r\n")
		io.Copy(io.Discard, r) //nolint:errcheck // until it hangs up
	})
	_, err := conn.Send(t.Context(), letterTo("one@example.org"), nil)
	if !errors.Is(err, errUnasked) || asDelivery(err).unanswered() || conn.Usable() {
		t.Errorf("Send = %v, usable %v, want %v before anything was sent", err, conn.Usable(), errUnasked)
	}
}

func TestRelayThatBreaksOnPipeliningGetsCommandsOneAtATime(t *testing.T) {
	for _, fault := range []chaos.Fault{chaos.PipeDrop, chaos.PipeShuffle} {
		s, err := chaos.Listen(chaos.Options{}, chaos.Rule{Fault: fault})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		relay := &SMTP{Host: "127.0.0.1", Address: s.Addr(), Timeout: 5 * time.Second, Answer: 5 * time.Second}
		send := func() error {
			conn, err := relay.Open(t.Context())
			if err != nil {
				return err
			}
			defer conn.Close()
			_, err = conn.Send(t.Context(), letterTo("one@example.org"), nil)
			return err
		}
		for range mostStumbles {
			if err := send(); err == nil {
				t.Errorf("%s: Send with PIPELINING was taken", fault)
			}
		}
		if err := send(); err != nil {
			t.Errorf("%s: Send after %d such connections: got %v, want it taken", fault, mostStumbles, err)
		}
	}
}

// Some relays throw away what comes along with the end of a message, the next
// envelope, and wait for it for ever.
func TestRelayThatForgetsWhatFollowsAMessageGetsCommandsOneAtATime(t *testing.T) {
	address, taken := forgetful(t)
	relay := &SMTP{Host: "127.0.0.1", Address: address, Timeout: 100 * time.Millisecond, Answer: 5 * time.Second}
	one, two := letterTo("one@example.org"), letterTo("two@example.org")
	for try := range mostStumbles + 1 {
		conn, err := relay.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Send(t.Context(), one, &two.Envelope); err != nil {
			t.Errorf("connection %d: Send = %v, want it taken", try+1, err)
		}
		if walks := try == mostStumbles; conn.Usable() != walks {
			t.Errorf("connection %d: usable %v, want %v", try+1, conn.Usable(), walks)
		}
	}
	if got := taken.Load(); got != mostStumbles+1 {
		t.Errorf("messages the relay took: got %d, want %d", got, mostStumbles+1)
	}
}

// forgetful starts a relay that forgets what was written along with a message,
// and counts the messages it took.
func forgetful(t *testing.T) (address string, taken *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	taken = new(atomic.Int32)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { defer conn.Close(); forget(conn, taken) })
		}
	})
	t.Cleanup(func() { listener.Close(); running.Wait() })
	return listener.Addr().String(), taken
}

func forget(conn net.Conn, taken *atomic.Int32) {
	r := bufio.NewReader(conn)
	fmt.Fprint(conn, "220 relay.example.org ESMTP\r\n")
	hear(r, 1)
	fmt.Fprint(conn, "250-relay.example.org\r\n250 PIPELINING\r\n")
	for {
		for _, answer := range []string{"250 ok\r\n", "250 ok\r\n", "354 go\r\n"} {
			if line, err := r.ReadString('\n'); err != nil || strings.HasPrefix(line, "QUIT") {
				return
			}
			fmt.Fprint(conn, answer)
		}
		content(r)
		r.Discard(r.Buffered()) //nolint:errcheck // this is what it forgets
		taken.Add(1)
		fmt.Fprint(conn, "250 taken\r\n")
	}
}

// What ends with its context says nothing about the relay.
func TestEndedContextIsNoStumble(t *testing.T) {
	release := make(chan struct{})
	conn := script(t, pipelining, func(r *bufio.Reader, _ func(string)) { <-release })
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := conn.Send(ctx, letterTo("one@example.org"), nil); err == nil {
		t.Fatal("Send in an ended context: got no error")
	}
	if got := conn.(*smtpConn).relay.stumbles.count; got != 0 {
		t.Errorf("stumbles: got %d, want none", got)
	}
}

func TestPipeliningIsTriedAgainAfterAnHour(t *testing.T) {
	var s stumbles
	now := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	for _, broke := range []bool{true, true, false, true, true} {
		s.note(broke, now)
	}
	if !s.allow(now) {
		t.Error("two in a row are no reason to stop")
	}
	s.note(true, now)
	if s.allow(now.Add(walking-time.Second)) || !s.allow(now.Add(walking)) {
		t.Errorf("after three in a row: allowed before %s %v and then %v, want false and true", walking, s.allow(now.Add(walking-time.Second)), s.allow(now.Add(walking)))
	}
}

// go-mail would read it as long as there is memory.
func TestGreetingWithoutAnEndIsCutShort(t *testing.T) {
	s, err := chaos.Listen(chaos.Options{}, chaos.Rule{Fault: chaos.GreetEndless})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, err = (&SMTP{Host: "127.0.0.1", Address: s.Addr()}).Open(t.Context())
	if err == nil || !strings.Contains(err.Error(), "octets before the first message") {
		t.Errorf("Open: got %v, want that the relay says too much", err)
	}
}

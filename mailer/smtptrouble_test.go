package mailer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
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

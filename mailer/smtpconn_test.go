package mailer

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// script is a relay that does exactly as a test says. It greets, and offers
// what is in offers.
func script(t *testing.T, offers string, play func(r *bufio.Reader, say func(string))) Conn {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		r := bufio.NewReader(conn)
		say := func(s string) { fmt.Fprint(conn, s) }
		say("220 relay.example.org ESMTP\r\n")
		hear(r, 1)
		say("250-relay.example.org\r\n" + offers + "250 HELP\r\n")
		play(r, say)
	}()
	t.Cleanup(func() { listener.Close(); <-done })
	conn, err := (&SMTP{Host: "127.0.0.1", Address: listener.Addr().String(), Timeout: 5 * time.Second, Answer: 5 * time.Second}).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

const pipelining = "250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"

// hear reads commands.
func hear(r *bufio.Reader, count int) (lines []string) {
	for range count {
		line, _ := r.ReadString('\n')
		lines = append(lines, strings.TrimRight(line, "\r\n"))
	}
	return lines
}

// content reads up to the end of a message.
func content(r *bufio.Reader) string {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil || line == ".\r\n" {
			return b.String()
		}
		b.WriteString(line)
	}
}

func letterTo(to string) Message {
	return Message{Envelope: Envelope{From: "digest@example.org", To: to}, Data: []byte("Subject: x\r\n\r\n.to " + to + "\r\n")}
}

// RFC 2920: the relay of this test says nothing to a message before it has
// heard the whole envelope of the next.
func TestNextEnvelopeGoesAlongWithTheMessage(t *testing.T) {
	var heard, bodies []string
	conn := script(t, pipelining, func(r *bufio.Reader, say func(string)) {
		heard = append(heard, hear(r, 3)...)
		say("250 ok\r\n250 ok\r\n354 go\r\n")
		bodies = append(bodies, content(r))
		heard = append(heard, hear(r, 3)...)
		say("250 2.0.0 taken as 1\r\n250 ok\r\n250 ok\r\n354 go\r\n")
		bodies = append(bodies, content(r))
		say("250-2.0.0 taken\r\n250 as 2\r\n")
		heard = append(heard, hear(r, 1)...)
		say("221 bye\r\n")
	})
	one, two := letterTo("one@example.org"), letterTo("two@example.org")
	for _, c := range []struct {
		message Message
		next    *Envelope
		want    string
	}{{one, &two.Envelope, "2.0.0 taken as 1"}, {two, nil, "2.0.0 taken as 2"}} {
		if got, err := conn.Send(t.Context(), c.message, c.next); err != nil || got != c.want {
			t.Errorf("Send to %s = %q, %v, want %q", c.message.To, got, err, c.want)
		}
	}
	conn.Close()
	want := "MAIL FROM:<digest@example.org> RCPT TO:<one@example.org> DATA MAIL FROM:<digest@example.org> RCPT TO:<two@example.org> DATA QUIT"
	if got := strings.Join(heard, " "); got != want {
		t.Errorf("commands: got %s, want %s: no NOOP, no RSET, no SMTPUTF8", got, want)
	}
	for i, to := range []string{"one", "two"} {
		if want := "Subject: x\r\n\r\n..to " + to + "@example.org\r\n"; bodies[i] != want {
			t.Errorf("content: got %q, want %q, its dot doubled", bodies[i], want)
		}
	}
}

func TestCommandsGoOneAtATimeWherePipeliningIsNotOffered(t *testing.T) {
	early := 0
	conn := script(t, "", func(r *bufio.Reader, say func(string)) {
		for range 2 {
			for _, answer := range []string{"250 ok\r\n", "250 ok\r\n", "354 go\r\n"} {
				hear(r, 1)
				time.Sleep(2 * time.Millisecond)
				early += r.Buffered()
				say(answer)
			}
			content(r)
			time.Sleep(2 * time.Millisecond)
			early += r.Buffered()
			say("250 taken\r\n")
		}
		hear(r, 1)
	})
	one, two := letterTo("one@example.org"), letterTo("two@example.org")
	for _, m := range []Message{one, two} {
		if _, err := conn.Send(t.Context(), m, &two.Envelope); err != nil {
			t.Fatal(err)
		}
	}
	if early > 0 {
		t.Errorf("octets that came before the relay had answered: got %d, want none", early)
	}
}

// A relay may refuse the recipient and ask for content all the same.
func TestRefusedEnvelopeGetsNoContentAndTheConnectionGoesOn(t *testing.T) {
	for name, refuse := range map[string]func(r *bufio.Reader, say func(string)){
		"and DATA": func(_ *bufio.Reader, say func(string)) { say("250 ok\r\n550 5.1.1 nobody\r\n503 no recipient\r\n") },
		"but content wanted": func(r *bufio.Reader, say func(string)) {
			say("250 ok\r\n550 5.1.1 nobody\r\n354 go\r\n")
			hear(r, 1)
			say("554 no recipient\r\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			var reset string
			conn := script(t, pipelining, func(r *bufio.Reader, say func(string)) {
				hear(r, 3)
				say("250 ok\r\n250 ok\r\n354 go\r\n")
				content(r)
				hear(r, 3)
				say("250 taken\r\n")
				refuse(r, say)
				reset = hear(r, 1)[0]
				say("250 ok\r\n")
				hear(r, 3)
				say("250 ok\r\n250 ok\r\n354 go\r\n")
				content(r)
				say("250 taken\r\n")
				hear(r, 1)
			})
			one, two, three := letterTo("one@example.org"), letterTo("two@example.org"), letterTo("three@example.org")
			if _, err := conn.Send(t.Context(), one, &two.Envelope); err != nil {
				t.Errorf("Send before the refused one: %v, want it taken", err)
			}
			var e *DeliveryError
			if _, err := conn.Send(t.Context(), two, nil); !errors.As(err, &e) || e.Stage != StageTo || e.Code != 550 || e.Enhanced != "5.1.1" {
				t.Errorf("Send of the refused one: got %v, want the 550 to RCPT", err)
			}
			if reset != "RSET" || !conn.Usable() {
				t.Errorf("after the refusal: heard %q, usable %v, want RSET and a usable connection", reset, conn.Usable())
			}
			if _, err := conn.Send(t.Context(), three, nil); err != nil {
				t.Errorf("Send after the refused one: %v, want it taken", err)
			}
		})
	}
}

// What ends between two messages is told by the stage: a lost answer is a
// doubt of the message that was handed over, never of the one announced.
func TestLostConnectionIsTheMatterOfTheMessageHandedOver(t *testing.T) {
	for _, c := range []struct {
		why     string
		answer  string
		refused bool
		stage   Stage
		code    int
	}{
		{"no answer", "", true, StageEnd, 0},
		{"421 for an answer", "421 4.3.2 closing\r\n", true, StageEnd, 421},
		{"no reply at all", "hello\r\n", true, StageEnd, 0},
		{"taken, and then closed", "250 taken\r\n", false, 0, 0},
		{"taken, and then 421", "250 taken\r\n421 4.3.2 closing\r\n", false, 0, 0},
		{"451 after the dot, and then closed", "451 4.3.0 later\r\n", true, StageEnd, 451},
	} {
		conn := script(t, pipelining, func(r *bufio.Reader, say func(string)) {
			hear(r, 3)
			say("250 ok\r\n250 ok\r\n354 go\r\n")
			content(r)
			hear(r, 3)
			say(c.answer)
		})
		one, two := letterTo("one@example.org"), letterTo("two@example.org")
		_, err := conn.Send(t.Context(), one, &two.Envelope)
		var e *DeliveryError
		if errors.As(err, &e) != c.refused || c.refused && (e.Stage != c.stage || e.Code != c.code) {
			t.Errorf("%s: Send = %v, want refused %v at %s with %d", c.why, err, c.refused, c.stage, c.code)
		}
		if conn.Usable() {
			t.Errorf("%s: the connection is usable, want it given up", c.why)
		}
	}
}

// go-mail looks at no context once it has dialled.
func TestEndedContextCutsASend(t *testing.T) {
	release := make(chan struct{})
	conn := script(t, pipelining, func(r *bufio.Reader, say func(string)) {
		hear(r, 3)
		say("250 ok\r\n250 ok\r\n354 go\r\n")
		content(r)
		<-release
	})
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := conn.Send(ctx, letterTo("one@example.org"), nil)
	if e := asDelivery(err); err == nil || !e.unanswered() || conn.Usable() {
		t.Errorf("Send = %v, usable %v, want an unanswered message and the connection given up", err, conn.Usable())
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("Send ended after %s, want soon after its context", took)
	}
}

// A message that was announced and is not sent must not become an empty mail.
func TestAnnouncedMessageThatIsNotSentLeavesNothing(t *testing.T) {
	after := make(chan string, 1)
	conn := script(t, pipelining, func(r *bufio.Reader, say func(string)) {
		hear(r, 3)
		say("250 ok\r\n250 ok\r\n354 go\r\n")
		content(r)
		hear(r, 3)
		say("250 taken\r\n250 ok\r\n250 ok\r\n354 go\r\n")
		rest, _ := r.ReadString('\n')
		after <- rest
	})
	one, two := letterTo("one@example.org"), letterTo("two@example.org")
	if _, err := conn.Send(t.Context(), one, &two.Envelope); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if got := <-after; got != "" {
		t.Errorf("the relay that waits for content heard %q, want that we hang up", got)
	}
}

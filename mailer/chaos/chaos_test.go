package chaos

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

// A client speaks to a relay line by line.
type client struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

func call(t *testing.T, s *Server) *client {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(10 * time.Second)) //nolint:errcheck // the next octet tells
	return &client{t, conn, bufio.NewReader(conn)}
}

// ask says something and returns the code of the answer, 0 for none.
func (c *client) ask(text string) (code int) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, text); err != nil {
		return 0
	}
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return 0
		}
		if _, err := fmt.Sscanf(line, "%3d", &code); err != nil {
			return -1
		}
		if !strings.HasPrefix(line[3:], "-") {
			return code
		}
	}
}

// mail sends a message and returns the codes of the answers.
func (c *client) mail(to string) (codes []int) {
	for _, line := range []string{"MAIL FROM:<d@example.org>\r\n", "RCPT TO:<" + to + ">\r\n", "DATA\r\n", "Message-ID: <1@example.org>\r\n\r\n..\r\n.\r\n"} {
		codes = append(codes, c.ask(line))
		if last := codes[len(codes)-1]; last == 0 || last >= 400 {
			break
		}
	}
	return codes
}

func listen(t *testing.T, o Options, rules ...Rule) *Server {
	t.Helper()
	s, err := Listen(o, rules...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestWellBehavedRelayTakesAMessage(t *testing.T) {
	s := listen(t, Options{NoPipelining: true})
	c := call(t, s)
	if got := []int{c.ask(""), c.ask("EHLO me\r\n")}; !slices.Equal(got, []int{220, 250}) {
		t.Fatalf("greeting and EHLO: got %v, want 220 and 250", got)
	}
	if got, want := c.mail("r@example.org"), []int{250, 250, 354, 250}; !slices.Equal(got, want) {
		t.Errorf("a message: got %v, want %v", got, want)
	}
	want := Entry{Conn: 1, To: "r@example.org", Try: 1, Code: 250, Taken: true, MessageID: "<1@example.org>", Sum: sha256.Sum256([]byte("Message-ID: <1@example.org>\r\n\r\n.\r\n"))}
	ledger := s.Ledger()
	if len(ledger) != 1 {
		t.Fatalf("ledger: got %d entries, want 1", len(ledger))
	}
	want.At = ledger[0].At
	if ledger[0] != want {
		t.Errorf("ledger: got %+v, want %+v", ledger[0], want)
	}
	if got := s.Tally([]string{"r@example.org", "x@example.org"}); got != (Tally{Taken: 1, Missing: 1}) {
		t.Errorf("Tally: got %s, want one taken and one missing", got)
	}
}

// Whoever meets a fault does so in each run, and in whatever order.
func TestFaultsAreTheSameForTheSameSeed(t *testing.T) {
	draw := func(seed uint64, order []int) (hit [100]bool) {
		s := listen(t, Options{Seed: seed}, Rule{Fault: Rcpt451, Rate: 0.3})
		for _, i := range order {
			hit[i] = s.drawn(Rcpt451, fmt.Sprint("r", i, "@example.org"), 1)
		}
		return hit
	}
	forth, back := make([]int, 100), make([]int, 100)
	for i := range forth {
		forth[i], back[99-i] = i, i
	}
	first, again, other := draw(1, forth), draw(1, back), draw(2, forth)
	if first != again || first == other {
		t.Errorf("same seed equal %v, other seed equal %v, want true and false", first == again, first == other)
	}
	hits := 0
	for _, h := range first {
		if h {
			hits++
		}
	}
	if hits < 15 || hits > 45 {
		t.Errorf("hits at a rate of 0.3: got %d of 100", hits)
	}
}

// A sender that dies while it waits for an answer can be held to the ledger.
func TestLedgerIsWrittenBeforeTheAnswer(t *testing.T) {
	s := listen(t, Options{NoPipelining: true}, Rule{Fault: EndDrop})
	c := call(t, s)
	c.ask("")
	c.ask("EHLO me\r\n")
	if got, want := c.mail("r@example.org"), []int{250, 250, 354, 0}; !slices.Equal(got, want) {
		t.Errorf("a message whose answer is lost: got %v, want %v", got, want)
	}
	if got := s.Tally(nil); got.Taken != 1 || got.Doubts != 1 {
		t.Errorf("Tally: got %s, want one taken, in doubt", got)
	}
}

func TestDownRefusesAndUpListensAtTheSameAddress(t *testing.T) {
	s := listen(t, Options{})
	call(t, s).ask("")
	s.Down()
	if conn, err := net.Dial("tcp", s.Addr()); err == nil {
		conn.Close()
		t.Error("Dial while down: got a connection")
	} else if e := new(net.OpError); !errors.As(err, &e) {
		t.Error(err)
	}
	if err := s.Up(); err != nil {
		t.Fatal(err)
	}
	if got := call(t, s).ask(""); got != 220 {
		t.Errorf("greeting after Up: got %d, want 220", got)
	}
}

func TestEachFaultHasItsName(t *testing.T) {
	seen := make(map[Fault]bool)
	for _, f := range Faults() {
		if got, err := ParseFault(string(f)); err != nil || got != f || seen[f] {
			t.Errorf("ParseFault(%q) = %q, %v, seen before %v", f, got, err, seen[f])
		}
		seen[f] = true
	}
	if _, err := ParseFault("none"); err == nil {
		t.Error("ParseFault(none): got no error")
	}
}

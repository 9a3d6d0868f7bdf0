package mailer_test

import (
	"crypto/sha256"
	"errors"
	"io"
	"log"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// errTaken means that a test took the message itself.
var errTaken = errors.New("taken")

// A relay is a real SMTP server that notes what it takes before it says so,
// and misbehaves as told.
type relay struct {
	Addr string

	mu       sync.Mutex
	from     func(from string) error
	rcpt     func(to string, try int) error
	data     func(conn net.Conn, to string, r io.Reader, try int) error // instead of taking the message
	tries    map[string]int                                             // RCPT commands by recipient
	handed   map[string]int                                             // DATA commands
	taken    map[string][][]byte                                        // messages by recipient
	senders  map[string][]string                                        // of the envelopes, by recipient
	accepted int                                                        // connections
	open     int
	mostOpen int
	onTaken  func(to string, total int)
	total    int
}

// startRelay starts a relay that takes everything.
func startRelay(t testing.TB) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{Addr: listener.Addr().String(), tries: map[string]int{}, handed: map[string]int{}, taken: map[string][][]byte{}, senders: map[string][]string{}}
	server := smtp.NewServer(smtp.BackendFunc(r.session))
	server.Domain = "relay.example.org"
	server.ErrorLog = log.New(io.Discard, "", 0)
	serve(t, server, listener)
	return r
}

// serve runs a server until the test ends. The listener is closed for itself: a
// server that is closed before it came to serve does not know of it.
func serve(t testing.TB, server *smtp.Server, listener net.Listener) {
	var running sync.WaitGroup
	running.Go(func() { server.Serve(listener) }) //nolint:errcheck // ends with Close
	t.Cleanup(func() {
		server.Close()
		listener.Close()
		running.Wait()
	})
}

// URL is the relay's address for ParseTransport.
func (r *relay) URL() string { return "smtp://" + r.Addr }

func (r *relay) session(c *smtp.Conn) (smtp.Session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.accepted++
	r.open++
	r.mostOpen = max(r.mostOpen, r.open)
	return &relaySession{relay: r, conn: c.Conn()}, nil
}

// watch calls f after each message the relay took, with how many that are.
func (r *relay) watch(f func(to string, total int)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.onTaken = f
}

// count returns how many messages each recipient got.
func (r *relay) count() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := make(map[string]int)
	for to, messages := range r.taken {
		n[to] = len(messages)
	}
	return n
}

// triesOf returns how often the relay was asked to take a mail to somebody. An
// envelope that was spoken ahead may be answered after a send has ended.
func (r *relay) triesOf(to string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tries[to]
}

// allTries is triesOf for everybody.
func (r *relay) allTries() (tries int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range r.tries {
		tries += k
	}
	return tries
}

// sendersOf returns the senders of the envelopes to somebody.
func (r *relay) sendersOf(to string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.senders[to])
}

// doubles returns how many messages came more than once.
func (r *relay) doubles() int {
	doubles := 0
	for _, n := range r.count() {
		doubles += n - 1
	}
	return doubles
}

// message returns the only message a recipient got.
func (r *relay) message(t testing.TB, to string) []byte {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if got := len(r.taken[to]); got != 1 {
		t.Fatalf("messages to %s: got %d, want 1", to, got)
	}
	return r.taken[to][0]
}

// sameBytes fails when a message that came twice was not the same.
func (r *relay) sameBytes(t testing.TB) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for to, messages := range r.taken {
		for _, m := range messages[1:] {
			if sha256.Sum256(m) != sha256.Sum256(messages[0]) {
				t.Errorf("message to %s: its second copy has other bytes:\n%s\n---\n%s", to, messages[0], m)
			}
		}
	}
}

type relaySession struct {
	relay *relay
	conn  net.Conn
	from  string
	to    string
	try   int
}

func (s *relaySession) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	s.relay.mu.Lock()
	f := s.relay.from
	s.relay.mu.Unlock()
	if f != nil {
		return f(from)
	}
	return nil
}

func (s *relaySession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.relay.mu.Lock()
	f := s.relay.rcpt
	s.relay.tries[to]++
	s.relay.senders[to] = append(s.relay.senders[to], s.from)
	s.to, s.try = to, s.relay.tries[to]
	s.relay.mu.Unlock()
	if f != nil {
		return f(to, s.try)
	}
	return nil
}

func (s *relaySession) Data(r io.Reader) error {
	s.relay.mu.Lock()
	f := s.relay.data
	// An envelope may be spoken ahead of time and withdrawn; content is not.
	s.relay.handed[s.to]++
	try := s.relay.handed[s.to]
	s.relay.mu.Unlock()
	if f != nil {
		err := f(s.conn, s.to, r, try)
		if errors.Is(err, errTaken) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return s.take(r)
}

func (s *relaySession) take(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.relay.mu.Lock()
	s.relay.taken[s.to] = append(s.relay.taken[s.to], slices.Clone(data))
	s.relay.total++
	total, tell := s.relay.total, s.relay.onTaken
	s.relay.mu.Unlock()
	if tell != nil {
		tell(s.to, total)
	}
	return nil
}

func (s *relaySession) Reset() {}
func (s *relaySession) Logout() error {
	s.relay.mu.Lock()
	s.relay.open--
	s.relay.mu.Unlock()
	return nil
}

// says is a reply of the relay.
func says(code int, enhanced smtp.EnhancedCode, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}

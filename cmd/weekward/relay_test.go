package main

import (
	"bytes"
	"io"
	"log"
	"maps"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// A relay is a receiving mail server that counts what it accepts. Unlike an
// outbox folder, it sees a message that comes twice.
type relay struct {
	addr  string
	delay time.Duration // before it answers a message
	turns error         // what it says to every recipient; nil takes them

	mu       sync.Mutex
	accepted map[string]int       // by recipient
	taken    map[string]time.Time // when the last one was, by recipient
	messages map[string][]byte    // the last one, by recipient
	senders  map[string]string    // of the envelopes, by recipient
	changed  []string             // recipients whose second copy differed from the first
}

// startRelay starts a relay on loopback for the time of the test.
func startRelay(t *testing.T, delay time.Duration) *relay {
	t.Helper()
	r := &relay{delay: delay, accepted: map[string]int{}, taken: map[string]time.Time{}, messages: map[string][]byte{}, senders: map[string]string{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = l.Addr().String()
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &relaySession{relay: r}, nil }))
	srv.Domain, srv.ErrorLog = "localhost", log.New(io.Discard, "", 0)
	done := make(chan struct{})
	go func() { srv.Serve(l); close(done) }()
	t.Cleanup(func() { srv.Close(); <-done })
	return r
}

// count is how many messages each recipient has been accepted for.
func (r *relay) count() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.accepted)
}

// total is how many messages were accepted.
func (r *relay) total() int {
	sum := 0
	for _, n := range r.count() {
		sum += n
	}
	return sum
}

type relaySession struct {
	relay *relay
	from  string
	to    string
}

func (s *relaySession) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *relaySession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return s.relay.turns
}

func (s *relaySession) Data(body io.Reader) error {
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	time.Sleep(s.relay.delay)
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	if first, again := s.relay.messages[s.to]; again && !bytes.Equal(first, data) {
		s.relay.changed = append(s.relay.changed, s.to)
	}
	s.relay.accepted[s.to]++
	s.relay.taken[s.to] = time.Now()
	s.relay.senders[s.to] = s.from
	s.relay.messages[s.to] = data
	return nil
}

func (s *relaySession) Reset()        { s.to = "" }
func (s *relaySession) Logout() error { return nil }

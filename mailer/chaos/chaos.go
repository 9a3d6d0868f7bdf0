// Package chaos is a relay that misbehaves as told, for tests: it speaks just
// enough SMTP by itself that it can refuse, stall, lie or hang up at any octet.
//
// Its moods are drawn from a hash of a seed, the recipient and the try, not
// from a running generator: two senders, or two runs of one, meet the same
// faults whatever their order and speed. What it took is in its ledger before
// it says so, so that a sender that is killed meanwhile can be held to it.
//
// It listens on loopback only and believes any login.
package chaos

import (
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"time"
)

// Options say how a Server is when no fault is drawn. The zero value takes
// everything.
type Options struct {
	Seed         uint64
	TLS          *tls.Config // offers STARTTLS with it; nil offers none
	Implicit     bool        // TLS from the first octet instead
	Login        bool        // offers AUTH PLAIN
	NoPipelining bool        // does not offer PIPELINING (RFC 2920)

	Minute        time.Duration // of PerMinute; one by the clock when 0
	PerMinute     int           // messages in a Minute, 451 to RCPT beyond; 0 is no limit
	PerConnection int           // messages over one connection, 421 to MAIL beyond; 0 is no limit
	Connections   int           // at once, 421 for a greeting beyond; 0 is no limit
	Size          int           // octets of a message, 552 beyond; 0 is no limit
	Late          time.Duration // of the answer where EndSlow is drawn; 50 ms when 0
}

// A Server is a running relay.
type Server struct {
	options Options
	addr    string
	wrong   *tls.Config // with the certificate of another host
	done    chan struct{}
	running sync.WaitGroup

	ordering sync.Mutex // one order at a time
	orders   chan func()
	carried  chan struct{} // out

	mu       sync.Mutex
	listener net.Listener // nil while down
	open     map[net.Conn]bool
	rules    []Rule
	accepted int // connections
	turned   int // away, over a limit
	ledger   []Entry
	clear    []string       // commands that should not have come without TLS
	tries    map[string]int // that came to something, by recipient
	minute   time.Time      // begin of the one under way
	passed   int            // messages in it
}

// Listen starts a relay at a free port of 127.0.0.1 that deals the faults of
// some rules. The caller closes it.
func Listen(o Options, rules ...Rule) (*Server, error) {
	wrong, err := certificateOf("another.example.org")
	if err != nil {
		return nil, fmt.Errorf("start the relay: %w", err)
	}
	s := &Server{
		options: o, addr: "127.0.0.1:0", wrong: &tls.Config{Certificates: []tls.Certificate{wrong}}, rules: rules,
		done: make(chan struct{}), orders: make(chan func()), carried: make(chan struct{}), open: make(map[net.Conn]bool), tries: make(map[string]int),
	}
	if err := s.up(); err != nil {
		return nil, err
	}
	s.running.Go(s.follow)
	return s, nil
}

// Addr is where it listens, as host:port.
func (s *Server) Addr() string { return s.addr }

// Change replaces the rules, also for the conversations under way.
func (s *Server) Change(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = rules
}

// Down refuses connections from now on and cuts those there are.
func (s *Server) Down() { s.order(s.down) }

// Up listens again, at the same address.
func (s *Server) Up() (err error) {
	s.order(func() { err = s.up() })
	return err
}

// Close ends it and waits for its conversations.
func (s *Server) Close() {
	s.Down()
	close(s.done)
	s.running.Wait()
}

// order has follow do something.
func (s *Server) order(f func()) {
	s.ordering.Lock()
	defer s.ordering.Unlock()
	s.orders <- f
	<-s.carried
}

// follow carries out orders in a goroutine that began with the server, so that
// whoever orders, a test with a clock of its own perhaps, does not own the
// goroutines that listen.
func (s *Server) follow() {
	for {
		select {
		case f := <-s.orders:
			f()
			s.carried <- struct{}{}
		case <-s.done:
			return
		}
	}
}

func (s *Server) up() error {
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		return fmt.Errorf("start the relay: %w", err)
	}
	s.mu.Lock()
	s.listener, s.addr = l, l.Addr().String()
	s.mu.Unlock()
	s.running.Go(func() { s.accept(l) })
	return nil
}

func (s *Server) down() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener != nil {
		s.listener.Close()
		s.listener = nil
	}
	for conn := range s.open {
		conn.Close()
	}
}

func (s *Server) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		number, open := s.enter(conn)
		s.running.Go(func() {
			defer s.leave(conn)
			newSession(s, conn, number).serve(open)
		})
	}
}

// enter counts a connection, and those that are open with it.
func (s *Server) enter(conn net.Conn) (number, open int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accepted++
	s.open[conn] = true
	return s.accepted, len(s.open)
}

func (s *Server) leave(conn net.Conn) {
	conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, conn)
}

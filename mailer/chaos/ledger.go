package chaos

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"time"
)

// An Entry is one try of one message that came to something: the relay took
// it, refused it, or broke off.
type Entry struct {
	Conn      int    // number of the connection, from 1
	To        string // recipient
	Try       int    // of this recipient, from 1
	Fault     Fault  // what was dealt; "" is none
	Code      int    // what it says; 0 is nothing
	Taken     bool   // the relay has the message
	MessageID string // with its angle brackets
	Sum       [sha256.Size]byte
	At        time.Time
}

// note writes an entry down before anything is said about it.
func (s *Server) note(e Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.At = time.Now()
	s.ledger = append(s.ledger, e)
	s.tries[e.To] = e.Try
}

// next is the number of the coming try of a recipient. An envelope that was
// announced and withdrawn is none.
func (s *Server) next(to string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tries[to] + 1
}

// Ledger returns what has happened, in its order.
func (s *Server) Ledger() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ledger)
}

// InTheClear returns the commands that came without TLS although it was
// offered or ought to have been, the harmless ones left out.
func (s *Server) InTheClear() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.clear)
}

// Accepted is how many connections there were.
func (s *Server) Accepted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accepted
}

// TurnedAway is how many connections were over the limit.
func (s *Server) TurnedAway() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.turned
}

func (s *Server) turnAway() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turned++
}

// A Tally is a ledger summed up.
type Tally struct {
	Taken   int // messages
	Refused int // tries that were refused or broken off
	Missing int // recipients of those expected who got none
	Doubles int // messages beyond a recipient's first
	Doubts  int // messages that were taken without an answer
	Changed int // doubles that were not the same bytes, or had another Message-ID
}

// Tally sums the ledger up against the recipients that were expected.
func (s *Server) Tally(expected []string) Tally {
	var t Tally
	first := make(map[string]Entry)
	for _, e := range s.Ledger() {
		if !e.Taken {
			t.Refused++
			continue
		}
		t.Taken++
		if e.Code == 0 {
			t.Doubts++
		}
		one, again := first[e.To]
		switch {
		case !again:
			first[e.To] = e
		case one.Sum != e.Sum || one.MessageID != e.MessageID:
			t.Changed++
			t.Doubles++
		default:
			t.Doubles++
		}
	}
	for _, to := range expected {
		if _, ok := first[to]; !ok {
			t.Missing++
		}
	}
	return t
}

// String prints the figures that matter.
func (t Tally) String() string {
	return fmt.Sprintf("%d taken, %d refused, %d missing, %d doubles of %d doubts, %d changed", t.Taken, t.Refused, t.Missing, t.Doubles, t.Doubts, t.Changed)
}

// room reports whether the minute under way has room for a message, and takes
// it.
func (s *Server) room() bool {
	if s.options.PerMinute == 0 {
		return true
	}
	length := s.options.Minute
	if length == 0 {
		length = time.Minute
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); now.Sub(s.minute) >= length {
		s.minute, s.passed = now, 0
	}
	if s.passed >= s.options.PerMinute {
		return false
	}
	s.passed++
	return true
}

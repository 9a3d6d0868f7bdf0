package chaos

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
)

// A Fault is one way to misbehave.
type Fault string

// Faults of a connection, drawn once for each.
const (
	GreetDrop    Fault = "greet-drop"    // hangs up without a word
	GreetHang    Fault = "greet-hang"    // says nothing, for ever
	Greet421     Fault = "greet-421"     // too busy, and hangs up
	Greet554     Fault = "greet-554"     // no service for us, ever
	GreetGarbage Fault = "greet-garbage" // greets in words that are no reply
	GreetEndless Fault = "greet-endless" // a greeting of ever more lines
	HelloRefused Fault = "hello-refused" // knows HELO, not EHLO
	HelloHang    Fault = "hello-hang"    // no answer to EHLO
	TLSGone      Fault = "tls-gone"      // does not offer STARTTLS
	TLSRefused   Fault = "tls-refused"   // offers it and says 454
	TLSHang      Fault = "tls-hang"      // says 220 to it and nothing more
	TLSBreak     Fault = "tls-break"     // answers the handshake with plain words
	TLSBad       Fault = "tls-bad"       // has the certificate of another host, signed by nobody
	TLSInject    Fault = "tls-inject"    // slips plain replies in before the handshake: somebody in between
	Auth535      Fault = "auth-535"      // refuses the password
	Auth454      Fault = "auth-454"      // cannot look the password up for now
	AuthHang     Fault = "auth-hang"     // no answer to AUTH
	QuitHang     Fault = "quit-hang"     // no answer to QUIT
)

// Faults of the manner of speaking, drawn once for each connection. They are
// all allowed by RFC 5321.
const (
	Multiline Fault = "multiline" // each reply has many lines
	Octets    Fault = "octets"    // each reply comes octet by octet
	Plain     Fault = "plain"     // no enhanced status codes
	Terse     Fault = "terse"     // no words at all once it has greeted
	OddCodes  Fault = "odd-codes" // codes nobody has heard of, with the right first digit
)

// Faults of an envelope, drawn for each try of a recipient.
const (
	Mail421     Fault = "mail-421"     // busy, and hangs up
	Mail451     Fault = "mail-451"     // later
	Mail550     Fault = "mail-550"     // refuses the sender, 5.7.1
	MailHang    Fault = "mail-hang"    // no answer to MAIL
	Rcpt421     Fault = "rcpt-421"     // busy, and hangs up
	Rcpt450     Fault = "rcpt-450"     // greylisting, 4.7.1
	Rcpt451     Fault = "rcpt-451"     // later
	Rcpt550     Fault = "rcpt-550"     // no such mailbox, 5.1.1
	RcptPolicy  Fault = "rcpt-policy"  // will not relay for us, 550 5.7.1
	RcptFull    Fault = "rcpt-full"    // a full mailbox, 552 5.2.2
	RcptDrop    Fault = "rcpt-drop"    // hangs up
	RcptHang    Fault = "rcpt-hang"    // no answer to RCPT
	Data451     Fault = "data-451"     // later, to DATA
	Data554     Fault = "data-554"     // no, to DATA
	DataHang    Fault = "data-hang"    // no answer to DATA
	PipeDrop    Fault = "pipe-drop"    // offers PIPELINING and hangs up on who uses it
	PipeShuffle Fault = "pipe-shuffle" // answers a pipelined envelope in the wrong order
)

// Faults of the content and its end, drawn for each try of a recipient.
const (
	ContentDrop  Fault = "content-drop"  // hangs up at some octet of the content
	ContentReset Fault = "content-reset" // resets the connection there
	ContentStall Fault = "content-stall" // reads no further from there on
	Content552   Fault = "content-552"   // says 552 there and hangs up
	Premature    Fault = "premature"     // says that it took the message when it has seen none of it, and hangs up
	End451       Fault = "end-451"       // later, to the whole message
	End452       Fault = "end-452"       // its disk is full
	End552       Fault = "end-552"       // too big, 5.3.4
	End554       Fault = "end-554"       // does not like the content, 5.7.1
	End421       Fault = "end-421"       // busy, took nothing, and hangs up
)

// Faults after the message was taken, drawn for each try of a recipient. The
// first three leave a sender in doubt.
const (
	EndDrop     Fault = "end-drop"      // hangs up before the answer
	EndHang     Fault = "end-hang"      // never answers
	EndGarbage  Fault = "end-garbage"   // answers in words that are no reply
	EndSlow     Fault = "end-slow"      // answers late
	EndThen421  Fault = "end-then-421"  // answers, and then says 421 and hangs up
	EndThenDrop Fault = "end-then-drop" // answers, and then hangs up
)

// Faults returns all there are, in the order of a conversation.
func Faults() []Fault {
	return []Fault{
		GreetDrop, GreetHang, Greet421, Greet554, GreetGarbage, GreetEndless, HelloRefused, HelloHang,
		TLSGone, TLSRefused, TLSHang, TLSBreak, TLSBad, TLSInject, Auth535, Auth454, AuthHang, QuitHang,
		Multiline, Octets, Plain, Terse, OddCodes,
		Mail421, Mail451, Mail550, MailHang, Rcpt421, Rcpt450, Rcpt451, Rcpt550, RcptPolicy, RcptFull, RcptDrop, RcptHang,
		Data451, Data554, DataHang, PipeDrop, PipeShuffle,
		ContentDrop, ContentReset, ContentStall, Content552, Premature, End451, End452, End552, End554, End421,
		EndDrop, EndHang, EndGarbage, EndSlow, EndThen421, EndThenDrop,
	}
}

// A Rule says whom a fault hits.
type Rule struct {
	Fault Fault
	Rate  float64 // the share it hits, of tries or of connections; all when 0
	Tries int     // only the first so many of a recipient, or connections; all when 0
	To    string  // only this recipient; everybody when ""
}

// drawn reports whether a fault hits the try of a recipient or, where there is
// none, a connection by its number.
func (s *Server) drawn(f Fault, to string, try int) bool {
	s.mu.Lock()
	rules := s.rules
	s.mu.Unlock()
	for _, r := range rules {
		if r.Fault == f && (r.To == "" || r.To == to) && (r.Tries == 0 || try <= r.Tries) && (r.Rate == 0 || s.chance(f, to, try) < r.Rate) {
			return true
		}
	}
	return false
}

// chance is a number from 0 up to 1 that is always the same.
func (s *Server) chance(f Fault, to string, try int) float64 {
	sum := sha256.Sum256([]byte(strconv.FormatUint(s.options.Seed, 10) + " " + string(f) + " " + strconv.Itoa(try) + " " + to))
	return float64(binary.BigEndian.Uint64(sum[:])) / math.MaxUint64
}

// ParseFault returns the fault of that name.
func ParseFault(name string) (Fault, error) {
	for _, f := range Faults() {
		if string(f) == name {
			return f, nil
		}
	}
	return "", fmt.Errorf("no fault %q", name)
}

package mailer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A Transport opens connections that carry messages.
type Transport interface {
	// Open returns a connection that is ready for messages, or a
	// *DeliveryError of stage Connect or Login.
	Open(ctx context.Context) (Conn, error)
}

// A Conn carries one message at a time.
type Conn interface {
	// Send hands one message over and returns the relay's words when it took
	// it. An error that is not a *DeliveryError is taken to be temporary, and
	// the connection to be lost.
	//
	// When next is not nil, its envelope may be spoken along with the message,
	// to save a round trip. The next message must then be that one, or the
	// connection must be closed.
	Send(ctx context.Context, m Message, next *Envelope) (reply string, err error)
	// Usable reports whether another message can go over it.
	Usable() bool
	// Close ends the connection politely where it can.
	Close() error
}

// A Message is what goes over a Conn: an envelope and the bytes, with CRLF at
// the end of each line.
type Message struct {
	ID string // Message-ID without angle brackets
	Envelope
	Data []byte // a Conn may write behind it, into its spare capacity
	// NoDots says that no line of Data begins with a dot, so that nobody needs
	// to look; false says nothing.
	NoDots bool
}

// An Envelope is from whom to whom a message goes, in plain ASCII addresses
// without angle brackets.
type Envelope struct {
	From string // where bounces go
	To   string // the one recipient
}

// A Stage says how far a message got.
type Stage int

// The stages of a conversation with a relay, in order.
const (
	StageConnect Stage = iota // dial, TLS, greeting
	StageLogin
	StageFrom // MAIL
	StageTo   // RCPT
	StageData // DATA, and the message
	StageEnd  // every octet is with the relay
)

func (s Stage) String() string {
	return [...]string{"connect", "login", "MAIL", "RCPT", "DATA", "end of data"}[s]
}

// A DeliveryError says why a message did not go out, or was not answered.
type DeliveryError struct {
	Permanent bool   // the relay will say the same next time
	Stage     Stage  // where it happened
	Code      int    // SMTP reply code; 0 when the relay gave none
	Enhanced  string // enhanced status code (RFC 3463), as in "5.1.1"; may be empty
	Reply     string // the relay's words, one line
	Err       error
}

func (e *DeliveryError) Error() string {
	switch {
	case e.Code != 0:
		return fmt.Sprintf("%s: relay says %d %s", e.Stage, e.Code, e.Reply)
	case e.timedOut():
		return e.Stage.String() + ": the relay did not answer in time"
	case e.hungUp():
		return e.Stage.String() + ": the relay hung up"
	}
	return fmt.Sprintf("%s: %v", e.Stage, e.Err)
}

// hungUp reports whether the relay closed the connection. The system's words
// for it name a port that is another each time, so that equal failures would
// look different to whoever reads them.
func (e *DeliveryError) hungUp() bool {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(e.Err, end) {
			return true
		}
	}
	return false
}

func (e *DeliveryError) Unwrap() error { return e.Err }

// asDelivery returns err as a *DeliveryError; one of another kind happened
// before the relay had it all.
func asDelivery(err error) *DeliveryError {
	var e *DeliveryError
	if errors.As(err, &e) {
		return e
	}
	return &DeliveryError{Stage: StageData, Err: err}
}

// recipientIsWrong reports whether the refusal is about the address, and not
// about us or about what we say. Relays tell policy from address by the
// enhanced code: 5.7.x is policy wherever it comes, 5.1.x is the address.
func (e *DeliveryError) recipientIsWrong() bool {
	if !e.Permanent || e.Code == 0 {
		return false
	}
	address := strings.HasPrefix(e.Enhanced, "5.1.") && e.Enhanced != "5.1.7" && e.Enhanced != "5.1.8" // those two are the sender's
	if e.Stage == StageTo {
		return address || !strings.HasPrefix(e.Enhanced, "5.7.") && e.Enhanced != "5.1.7" && e.Enhanced != "5.1.8"
	}
	return e.Stage == StageEnd && address
}

// unanswered reports whether the relay may have the message all the same.
func (e *DeliveryError) unanswered() bool { return e.Stage == StageEnd && e.Code == 0 }

// lostConnection reports whether the conversation broke, so that the
// connection is of no more use.
func (e *DeliveryError) lostConnection() bool { return e.Code == 0 || e.Code == 421 }

// TransportOptions are the settings of a transport beside its address.
type TransportOptions struct {
	Password func() (string, error) // for the user in the address, asked for at each login
	Auth     string                 // the way to log in, see CheckAuth
	Dir      string                 // that a relative outbox path is in
	Hello    string                 // the name in EHLO; "" is the machine's
	Timeout  time.Duration          // of each step; 5 minutes when 0
	Answer   time.Duration          // of the wait after the last octet; 10 minutes when 0 (RFC 5321, 4.5.3.2.6)
}

// ParseTransport reads the address of a transport:
//
//	smtps://user@host:465     TLS from the first octet
//	smtp://user@host:587      STARTTLS, which must be there unless host is this machine
//	smtp://localhost?tls=always  STARTTLS there, too, whatever the certificate
//	outbox:./outbox           a folder of .eml files
func ParseTransport(address string, o TransportOptions) (Transport, error) {
	if dir, ok := strings.CutPrefix(address, "outbox:"); ok {
		if dir == "" {
			return nil, &SetupError{"smtp.url", "names no folder", `write it as "outbox:./outbox"`}
		}
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(o.Dir, dir)
		}
		return &Outbox{Dir: dir}, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") || strings.Trim(u.Path, "/") != "" {
		return nil, &SetupError{"smtp.url", "is not the address of a relay", `write it as "smtps://user@relay.example.org:465" or "outbox:./outbox"`}
	}
	if u.RawQuery != "" && (u.RawQuery != "tls=always" || u.Scheme != "smtp") {
		return nil, &SetupError{"smtp.url", "says after its question mark what is not known", `"?tls=always" may follow smtp:// there`}
	}
	if _, set := u.User.Password(); set {
		return nil, &SetupError{"smtp.url", "holds a password", "put it into a file of mode 0600 and name that in smtp.password_file"}
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"smtp": "587", "smtps": "465"}[u.Scheme]
	}
	if u.User.Username() != "" && o.Password == nil {
		return nil, &SetupError{"smtp.password_file", "is needed for the user in smtp.url", "name a file of mode 0600 that holds the password"}
	}
	if err := CheckAuth(o.Auth); err != nil {
		return nil, &SetupError{"smtp.auth", err.Error(), "leave it out: the best that the relay offers is taken"}
	}
	hello := o.Hello
	if hello == "" {
		hello, _ = os.Hostname()
	}
	return &SMTP{
		Host: u.Hostname(), Address: net.JoinHostPort(u.Hostname(), port), ImplicitTLS: u.Scheme == "smtps", AlwaysTLS: u.RawQuery != "",
		User: u.User.Username(), Password: o.Password, Auth: o.Auth, Hello: hello, Timeout: o.Timeout, Answer: o.Answer,
	}, nil
}

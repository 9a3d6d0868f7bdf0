// Package sink receives mail on this machine and keeps each message as an
// .eml file. It stands in for a relay where none shall be reached: in the
// demonstration, in rehearsals and in tests.
//
// It speaks SMTP as a relay does, and listens on loopback only: it takes what
// anybody sends.
package sink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/mail"
	"net/netip"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"weekward/mailer"
)

// The bounds of what a sink takes.
const (
	largestMessage = 10 << 20 // octets
	idleTimeout    = 5 * time.Minute
)

// A Sink is a running receiver.
type Sink struct {
	outbox   *mailer.Outbox
	server   *smtp.Server
	listener net.Listener
	done     chan error
}

// Listen starts a sink at a loopback address, as in "127.0.0.1:0", that keeps
// its messages in dir. The caller closes it.
func Listen(addr, dir string) (*Sink, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("receive mail at %q: %w", addr, err)
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("receive mail at %q: not a loopback address", addr)
	}
	s := &Sink{outbox: &mailer.Outbox{Dir: dir}, done: make(chan error, 1)}
	if _, err := s.outbox.Open(context.Background()); err != nil {
		return nil, err
	}
	if s.listener, err = net.Listen("tcp", addr); err != nil {
		return nil, fmt.Errorf("receive mail: %w", err)
	}
	s.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{sink: s}, nil }))
	s.server.Domain = "localhost"
	s.server.MaxMessageBytes = largestMessage
	s.server.MaxRecipients = 1 // one mail, one reader
	s.server.ReadTimeout, s.server.WriteTimeout = idleTimeout, idleTimeout
	s.server.ErrorLog = log.New(io.Discard, "", 0) // a client that hangs up is no news
	go func() { s.done <- s.server.Serve(s.listener) }()
	return s, nil
}

// Addr is where it listens, as host:port.
func (s *Sink) Addr() string { return s.listener.Addr().String() }

// Close stops it. Messages under way are lost, and their senders know.
func (s *Sink) Close() error {
	err := s.server.Close()
	s.listener.Close() // a server that is closed before it came to serve does not know of it
	if serveErr := <-s.done; serveErr != nil && !errors.Is(serveErr, smtp.ErrServerClosed) {
		return serveErr
	}
	return err
}

// A session is one conversation.
type session struct {
	sink     *Sink
	from, to string
}

// Mail takes any sender.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

// Rcpt takes any recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return nil
}

// Data keeps the message before it says that it has it.
func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	id := ""
	if m, err := mail.ReadMessage(strings.NewReader(string(data))); err == nil {
		id = strings.Trim(m.Header.Get("Message-Id"), "<> ")
	}
	if id == "" {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "no Message-ID"}
	}
	_, err = s.sink.outbox.Send(context.Background(), mailer.Message{ID: id, Envelope: mailer.Envelope{From: s.from, To: s.to}, Data: data}, nil)
	return err
}

// Reset forgets the envelope.
func (s *session) Reset() { s.from, s.to = "", "" }

// Logout does nothing.
func (s *session) Logout() error { return nil }

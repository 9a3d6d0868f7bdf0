package mailer_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"weekward/mailer"
)

// secureRelay is a relay with TLS and a login. It counts what it hears
// without TLS.
type secureRelay struct {
	addr  string
	plain atomic.Int32 // MAIL commands in the clear
	taken atomic.Int32
}

func startSecureRelay(t *testing.T, config *tls.Config, implicit bool) *secureRelay {
	t.Helper()
	r := &secureRelay{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = listener.Addr().String()
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &secureSession{r, c}, nil }))
	server.ErrorLog = log.New(io.Discard, "", 0)
	if implicit {
		listener = tls.NewListener(listener, config)
	} else {
		server.TLSConfig = config
	}
	serve(t, server, listener)
	return r
}

type secureSession struct {
	relay *secureRelay
	conn  *smtp.Conn
}

func (s *secureSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *secureSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "ward" || password != "right" {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "wrong password"}
		}
		return nil
	}), nil
}

func (s *secureSession) Mail(string, *smtp.MailOptions) error {
	if _, secure := s.conn.TLSConnectionState(); !secure {
		s.relay.plain.Add(1)
	}
	return nil
}
func (s *secureSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (s *secureSession) Data(r io.Reader) error {
	s.relay.taken.Add(1)
	_, err := io.Copy(io.Discard, r)
	return err
}
func (s *secureSession) Reset()        {}
func (s *secureSession) Logout() error { return nil }

// certificate is for example.com and trusted by the returned pool.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return &tls.Config{Certificates: server.TLS.Certificates}, pool
}

func TestNothingGoesOutInTheClear(t *testing.T) {
	config, pool := certificate(t)
	const known = "example.com" // whom httptest's certificate names
	trusted := &tls.Config{ServerName: known, RootCAs: pool}
	for _, c := range []struct {
		why      string
		relay    *secureRelay
		implicit bool
		tls      *tls.Config
		password string
		stage    mailer.Stage // of the error
		sent     bool
	}{
		{"STARTTLS", startSecureRelay(t, config, false), false, trusted, "right", 0, true},
		{"TLS from the first octet", startSecureRelay(t, config, true), true, trusted, "right", 0, true},
		{"STARTTLS is gone", startSecureRelay(t, nil, false), false, trusted, "right", mailer.StageConnect, false},
		{"a certificate nobody knows", startSecureRelay(t, config, false), false, &tls.Config{ServerName: known}, "right", mailer.StageConnect, false},
		{"a certificate of another host", startSecureRelay(t, config, true), true, &tls.Config{ServerName: "relay.example.org", RootCAs: pool}, "right", mailer.StageConnect, false},
		{"wrong password", startSecureRelay(t, config, false), false, trusted, "wrong", mailer.StageLogin, false},
	} {
		transport := &mailer.SMTP{
			Host: known, Address: c.relay.addr, ImplicitTLS: c.implicit, User: "ward", Password: secret(c.password),
			Hello: "news.example.org", TLS: c.tls, Timeout: 5 * time.Second,
		}
		err := sendBy(transport)
		var e *mailer.DeliveryError
		switch {
		case c.sent && err != nil:
			t.Errorf("%s: got %v, want it sent", c.why, err)
		case !c.sent && (!errors.As(err, &e) || e.Stage != c.stage):
			t.Errorf("%s: got %v, want an error of stage %s", c.why, err, c.stage)
		case e != nil && e.Permanent != (c.stage == mailer.StageLogin):
			t.Errorf("%s: permanent %v, want only a refused login to be", c.why, e.Permanent)
		}
		if c.relay.plain.Load() > 0 || (c.relay.taken.Load() == 1) != c.sent {
			t.Errorf("%s: got %d in the clear and %d taken, want none in the clear and taken %v", c.why, c.relay.plain.Load(), c.relay.taken.Load(), c.sent)
		}
	}
}

// secret is a password that never changes.
func secret(password string) func() (string, error) {
	return func() (string, error) { return password, nil }
}

func sendBy(transport mailer.Transport) error {
	conn, err := transport.Open(context.Background())
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Send(context.Background(), mailer.Message{
		ID: "a@example.org", Envelope: mailer.Envelope{From: "digest@example.org", To: "r@example.org"}, Data: []byte("Subject: x\r\n\r\nx\r\n"),
	}, nil)
	return err
}

// A refused login is not tried until the account is locked, and nobody is
// marked for it.
func TestRefusedLoginEndsTheRun(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(10)
	config, pool := certificate(t)
	r := startSecureRelay(t, config, false)
	n.Press.Sender.Transport = &mailer.SMTP{Host: "example.com", Address: r.addr, User: "ward", Password: secret("wrong"), TLS: &tls.Config{ServerName: "example.com", RootCAs: pool}}
	report, err := n.Press.Run(ctx, mailer.PublishOptions{})
	if e := as[*mailer.RefusedError](t, err); e.Err.Code != 535 {
		t.Errorf("RefusedError: got %v, want the relay's 535", e)
	}
	wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssueSending, Planned: 10, Queued: 10})
}

func TestStoppedSendDoesNotWaitForASilentRelay(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(1)
	release := make(chan struct{})
	defer close(release)
	n.Relay.data = func(net.Conn, string, io.Reader, int) error { <-release; return errTaken }
	n.Press.Sender.Grace = 200 * time.Millisecond
	work, stop := context.WithTimeout(ctx, 200*time.Millisecond)
	defer stop()
	began := time.Now()
	if _, err := n.Press.Run(work, mailer.PublishOptions{}); err == nil {
		t.Error("Run with a relay that never answers: got no error, want the context's")
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("stopped after %s, want the grace of 0.2 s", took)
	}
}

// Plain text would do there, so that the certificate need not be known.
func TestRelayOnThisMachineHearsTLSWhenAsked(t *testing.T) {
	config, _ := certificate(t)
	for query, plain := range map[string]int32{"": 1, "?tls=always": 0} {
		relay := startSecureRelay(t, config, false)
		transport, err := mailer.ParseTransport("smtp://"+relay.addr+query, mailer.TransportOptions{Hello: "news.example.org"})
		if err != nil {
			t.Fatal(err)
		}
		conn, err := transport.Open(context.Background())
		if err != nil {
			t.Fatalf("Open with %q: %v", query, err)
		}
		m := mailer.Message{Envelope: mailer.Envelope{From: "a@example.org", To: "b@example.org"}, Data: []byte("Subject: s\r\n\r\nt\r\n")}
		if _, err := conn.Send(context.Background(), m, nil); err != nil {
			t.Errorf("Send with %q: %v", query, err)
		}
		if err := conn.Close(); err != nil {
			t.Errorf("Close with %q: %v", query, err)
		}
		if got := relay.plain.Load(); got != plain || relay.taken.Load() != 1 {
			t.Errorf("with %q: got %d messages, %d in the clear, want 1 and %d", query, relay.taken.Load(), got, plain)
		}
	}
}

func TestAddressOfATransport(t *testing.T) {
	for address, ok := range map[string]bool{
		"smtp://127.0.0.1:2525": true, "smtps://relay.example.org": true, "outbox:./outbox": true, "smtps://user@relay.example.org:465": false, // no password
		"": false, "outbox:": false, "http://relay.example.org": false, "smtp://": false, "smtps://user:secret@relay.example.org": false, "smtp://localhost?tls=always": true, "smtp://localhost?tls=never": false, "smtps://relay.example.org?tls=always": false, "smtp://relay.example.org/path": false,
	} {
		_, err := mailer.ParseTransport(address, mailer.TransportOptions{})
		if ok != (err == nil) {
			t.Errorf("ParseTransport(%q): got %v, want ok %v", address, err, ok)
		}
		if err != nil && as[*mailer.SetupError](t, err).Hint() == "" {
			t.Errorf("ParseTransport(%q): %v has no next step", address, err)
		}
	}
}

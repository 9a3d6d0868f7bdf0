package mailer

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// SMTP is a transport to a relay. There is no way round TLS but to a relay on
// this machine.
type SMTP struct {
	Host        string // as in the certificate
	Address     string // host:port
	ImplicitTLS bool   // TLS from the first octet, not STARTTLS
	User        string // "" means no login
	Password    string
	Hello       string        // the name in EHLO
	Timeout     time.Duration // of each step; 5 minutes when 0
	Answer      time.Duration // of the wait after the last octet; 10 minutes when 0
	TLS         *tls.Config   // nil is the usual; for relays with a certificate of their own
}

// defaultTimeout is the longest of the client's time-outs before the last
// octet in RFC 5321, 4.5.3.2.
const (
	defaultTimeout = 5 * time.Minute
	defaultAnswer  = 10 * time.Minute
	dialTimeout    = 30 * time.Second
)

// Open dials, negotiates TLS and logs in, by go-mail.
func (s *SMTP) Open(ctx context.Context) (Conn, error) {
	d := &dialled{tls: s.tlsConfig(), implicit: s.ImplicitTLS}
	login := &login{user: s.User, password: s.Password, host: s.Host}
	client, err := s.dial(ctx, d, login)
	if err != nil {
		d.close()
		return nil, classify(login.stage(), err)
	}
	pipelining, _ := client.Extension("PIPELINING")
	return &smtpConn{
		client: client, raw: d.conn, pipelining: pipelining,
		timeout: cmp.Or(s.Timeout, defaultTimeout), answer: cmp.Or(s.Answer, defaultAnswer),
	}, nil
}

func (s *SMTP) dial(ctx context.Context, d *dialled, login *login) (*smtp.Client, error) {
	policy := gomail.TLSMandatory
	if s.ImplicitTLS || isLoopback(s.Host) {
		policy = gomail.NoTLS // it is there already, or nobody else listens
	}
	options := []gomail.Option{
		gomail.WithTimeout(min(cmp.Or(s.Timeout, dialTimeout), dialTimeout)),
		gomail.WithHELO(cmp.Or(s.Hello, "localhost")),
		gomail.WithTLSConfig(s.tlsConfig()),
		gomail.WithTLSPolicy(policy),
		gomail.WithDialContextFunc(func(ctx context.Context, network, _ string) (net.Conn, error) {
			return d.dial(ctx, network, s.Address)
		}),
	}
	if s.User != "" {
		options = append(options, gomail.WithSMTPAuthCustom(login))
	}
	// A client of its own for each connection: a login keeps state.
	client, err := gomail.NewClient(s.Host, options...)
	if err != nil {
		return nil, err
	}
	return client.DialToSMTPClientWithContext(ctx)
}

func (s *SMTP) tlsConfig() *tls.Config {
	if s.TLS != nil {
		return s.TLS
	}
	return &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12}
}

// dialled keeps hold of the connection under go-mail's client: to set
// deadlines, to cut it when the context ends, and to close it when the
// greeting or the login fails, which go-mail does not.
type dialled struct {
	tls      *tls.Config
	implicit bool
	conn     net.Conn
}

func (d *dialled) dial(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	var err error
	if d.implicit {
		d.conn, err = (&tls.Dialer{NetDialer: &dialer, Config: d.tls}).DialContext(ctx, network, address)
	} else {
		d.conn, err = dialer.DialContext(ctx, network, address)
	}
	if err != nil {
		d.conn = nil
	}
	return d.conn, err
}

func (d *dialled) close() {
	if d.conn != nil {
		d.conn.Close()
	}
}

// login is the strongest of the ways to log in that the relay offers. The
// choice is made here because go-mail's own looks for TLS on connections it
// dialled itself.
type login struct {
	user, password, host string
	begun                bool
	smtp.Auth
}

// stage tells a refused login from a relay that does not answer.
func (l *login) stage() Stage {
	if l.begun {
		return StageLogin
	}
	return StageConnect
}

// Start picks the way and starts it.
func (l *login) Start(server *smtp.ServerInfo) (string, []byte, error) {
	l.begun = true
	offers := func(name string) bool {
		for _, offered := range server.Auth {
			if strings.EqualFold(offered, name) {
				return true
			}
		}
		return false
	}
	switch {
	case offers("SCRAM-SHA-256"):
		l.Auth = smtp.ScramSHA256Auth(l.user, l.password)
	case offers("PLAIN"):
		l.Auth = smtp.PlainAuth("", l.user, l.password, l.host, false)
	case offers("LOGIN"):
		l.Auth = smtp.LoginAuth(l.user, l.password, l.host, false)
	case offers("CRAM-MD5"):
		l.Auth = smtp.CRAMMD5Auth(l.user, l.password)
	default:
		return "", nil, errors.New("the relay offers no way to log in that we know")
	}
	return l.Auth.Start(server)
}

package mailer

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// SMTP is a transport to a relay. There is no way round TLS but to a relay on
// this machine.
type SMTP struct {
	Host        string                 // as in the certificate
	Address     string                 // host:port
	ImplicitTLS bool                   // TLS from the first octet, not STARTTLS
	AlwaysTLS   bool                   // STARTTLS to a relay on this machine, too, which may have made its certificate itself
	User        string                 // "" means no login
	Password    func() (string, error) // asked for at each login, because a token ages
	Auth        string                 // the one way to log in, as in "plain"; the best that is offered when ""
	Hello       string                 // the name in EHLO
	Timeout     time.Duration          // of each step; 5 minutes when 0
	Answer      time.Duration          // of the wait after the last octet; 10 minutes when 0
	TLS         *tls.Config            // nil is the usual; for relays with a certificate of their own

	stumbles stumbles
}

// defaultTimeout is the longest of the client's time-outs before the last
// octet in RFC 5321, 4.5.3.2.
const (
	defaultTimeout = 5 * time.Minute
	defaultAnswer  = 10 * time.Minute
	dialTimeout    = 30 * time.Second
)

// mostGreeting is how much a relay may say, in octets, before the first
// message: greeting, extensions, certificates and login.
const mostGreeting = 256 << 10

// Open dials, negotiates TLS and logs in, by go-mail. It ends when ctx does,
// at whatever point the relay falls silent.
func (s *SMTP) Open(ctx context.Context) (Conn, error) {
	d := &dialled{ctx: ctx, tls: s.tlsConfig(), implicit: s.ImplicitTLS}
	client, err := s.dial(ctx, d)
	if err != nil {
		return nil, d.giveUp(StageConnect, err)
	}
	if s.User != "" {
		d.raw.SetDeadline(time.Now().Add(s.patience())) //nolint:errcheck // the next octet tells
		if err := s.logIn(client); err != nil {
			return nil, d.giveUp(StageLogin, err)
		}
	}
	if !d.unwatch() {
		return nil, d.giveUp(StageConnect, ctx.Err())
	}
	d.left = unlimited
	pipelining, _ := client.Extension("PIPELINING")
	reports, _ := client.Extension("DSN")
	return &smtpConn{
		returns: returnsOver(reports),
		relay:   s, client: client, raw: d.raw, pipelining: pipelining && s.stumbles.allow(time.Now()),
		timeout: cmp.Or(s.Timeout, defaultTimeout), answer: cmp.Or(s.Answer, defaultAnswer),
	}, nil
}

// patience is how long each step takes at most until the first message.
func (s *SMTP) patience() time.Duration { return min(cmp.Or(s.Timeout, dialTimeout), dialTimeout) }

func (s *SMTP) dial(ctx context.Context, d *dialled) (*smtp.Client, error) {
	policy := gomail.TLSMandatory
	if s.ImplicitTLS || isLoopback(s.Host) && !s.AlwaysTLS {
		policy = gomail.NoTLS // it is there already, or nobody else listens
	}
	client, err := gomail.NewClient(s.Host,
		gomail.WithTimeout(s.patience()),
		gomail.WithHELO(cmp.Or(s.Hello, "localhost")),
		gomail.WithTLSConfig(s.tlsConfig()),
		gomail.WithTLSPolicy(policy),
		gomail.WithDialContextFunc(func(ctx context.Context, network, _ string) (net.Conn, error) {
			return d.dial(ctx, network, s.Address)
		}),
	)
	if err != nil {
		return nil, err
	}
	return client.DialToSMTPClientWithContext(ctx)
}

func (s *SMTP) tlsConfig() *tls.Config {
	if s.TLS != nil {
		return s.TLS
	}
	return &tls.Config{
		ServerName: s.Host, MinVersion: tls.VersionTLS12,
		DynamicRecordSizingDisabled: true, // small records first are for who waits for the first words of a page
		// Where plain text would do, nobody is in between.
		InsecureSkipVerify: s.AlwaysTLS && isLoopback(s.Host),
	}
}

// dialled keeps hold of the connection under go-mail's client: to set
// deadlines, to cut it when the context ends and to close it when the greeting
// or the login fails, which go-mail does not, and to bound what it reads, which
// go-mail does not either.
type dialled struct {
	ctx      context.Context
	tls      *tls.Config
	implicit bool
	raw      net.Conn    // nil before it is there
	unwatch  func() bool // reports false when ctx has cut the connection

	net.Conn     // raw, as go-mail reads it
	left     int // octets that may still be read
}

// unlimited is for a connection whose replies are bounded one by one.
const unlimited = -1

func (d *dialled) dial(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	d.raw, d.Conn, d.left = conn, conn, mostGreeting
	// ctx is go-mail's, and ends with the dialling.
	d.unwatch = context.AfterFunc(d.ctx, func() { conn.Close() })
	if !d.implicit {
		return d, nil
	}
	secure := tls.Client(d, d.tls)
	return secure, secure.HandshakeContext(ctx)
}

// Read reads no more than a relay may say before the first message.
func (d *dialled) Read(b []byte) (int, error) {
	if d.left == unlimited {
		return d.Conn.Read(b)
	}
	if d.left == 0 {
		return 0, fmt.Errorf("the relay says more than %d octets before the first message", mostGreeting)
	}
	n, err := d.Conn.Read(b[:min(len(b), d.left)])
	d.left -= n
	return n, err
}

// giveUp closes what there is and returns what went wrong.
func (d *dialled) giveUp(stage Stage, err error) *DeliveryError {
	if d.raw != nil {
		d.unwatch()
		d.raw.Close()
	}
	if ended := d.ctx.Err(); ended != nil && !errors.Is(err, ended) {
		err = fmt.Errorf("%w: %w", ended, err)
	}
	return classify(stage, err)
}

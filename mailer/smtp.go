package mailer

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/textproto"
	"regexp"
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
	return &smtpConn{
		client: client, raw: d.conn,
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

// smtpConn is one connection to a relay.
type smtpConn struct {
	client          *smtp.Client
	raw             net.Conn
	timeout, answer time.Duration
	broken          bool
}

// Send speaks MAIL, RCPT and DATA for one message. When ctx ends the
// connection is cut: go-mail's client does not look at contexts.
func (c *smtpConn) Send(ctx context.Context, m Message) error {
	stop := context.AfterFunc(ctx, func() { c.raw.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	stage, err := c.send(ctx, m)
	if err == nil {
		return nil
	}
	e := classify(stage, err)
	if e.lostConnection() {
		c.broken = true
		return e
	}
	if stage == StageFrom || stage == StageTo {
		c.reset()
	}
	return e
}

func (c *smtpConn) send(ctx context.Context, m Message) (Stage, error) {
	c.expect(ctx, c.timeout)
	if err := c.client.Mail("<" + m.From + ">"); err != nil {
		return StageFrom, err
	}
	if err := c.client.Rcpt("<" + m.To + ">"); err != nil {
		return StageTo, err
	}
	c.expect(ctx, c.timeout)
	w, err := c.client.Data()
	if err != nil {
		return StageData, err
	}
	if _, err := w.Write(m.Data); err != nil {
		return StageData, err
	}
	c.expect(ctx, c.answer)
	return StageEnd, w.Close()
}

// expect sets a deadline, unless ctx has ended and cut the connection.
func (c *smtpConn) expect(ctx context.Context, within time.Duration) {
	c.raw.SetDeadline(time.Now().Add(within))
	if ctx.Err() != nil {
		c.raw.SetDeadline(time.Unix(1, 0))
	}
}

// reset ends a transaction that was refused, so that the connection can carry
// the next one.
func (c *smtpConn) reset() {
	if err := c.client.Reset(); err != nil {
		c.broken = true
	}
}

// Usable reports whether the connection can carry another message.
func (c *smtpConn) Usable() bool { return !c.broken }

// Close says goodbye, within a second, to a relay that still listens.
func (c *smtpConn) Close() error {
	if !c.broken {
		c.raw.SetDeadline(time.Now().Add(time.Second))
		if err := c.client.Quit(); err == nil {
			return nil
		}
	}
	return c.raw.Close()
}

// enhancedCode is at the start of a reply's text (RFC 2034).
var enhancedCode = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}\b`)

// classify turns what go-mail returned at a stage into a *DeliveryError. Its
// own errors say IsTemp false for every lost connection, so they are not
// asked.
func classify(stage Stage, err error) *DeliveryError {
	e := &DeliveryError{Stage: stage, Err: err}
	var reply *textproto.Error
	if !errors.As(err, &reply) || reply.Code < 400 {
		return e // a reply out of step is as good as none
	}
	e.Code, e.Reply = reply.Code, clip(oneLine(reply.Msg), 300)
	e.Permanent = reply.Code >= 500
	e.Enhanced = enhancedCode.FindString(e.Reply)
	return e
}

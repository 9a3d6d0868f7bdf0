package mailer

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail/smtp"
)

// logins are the ways to log in that we know, best first. The first ones keep
// the password from the relay; those with PLUS also tie the login to this very
// TLS connection (RFC 5802, RFC 9266). XOAUTH2 carries a token instead of a
// password and is used only when it is asked for.
var logins = [...]string{
	"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5", "NTLM", xoauth2,
}

const xoauth2 = "XOAUTH2"

// CheckAuth returns an error when name is not the name of a way to log in, as
// in "scram-sha-256"; "" stands for the best that a relay offers.
func CheckAuth(name string) error {
	if name == "" || slices.Contains(logins[:], strings.ToUpper(name)) {
		return nil
	}
	return fmt.Errorf("%q is none of %s", name, strings.ToLower(strings.Join(logins[:], ", ")))
}

// logIn logs in the best way that the relay offers over this connection. The
// choice is made here because go-mail's own is one way for every relay, and
// takes an offer that was made before TLS for one made after it.
func (s *SMTP) logIn(client *smtp.Client) error {
	password, err := s.Password()
	if err != nil {
		return err
	}
	_, offers := client.Extension("AUTH")
	state, err := client.GetTLSConnectionState()
	if err != nil {
		state = nil // no TLS: dial has seen to it that the relay is on this machine
	}
	name, err := s.pick(strings.Fields(strings.ToUpper(offers)), state)
	if err != nil {
		return err
	}
	return client.Auth(careful{s.login(name, password, state)})
}

// pick returns the name of the way to log in.
func (s *SMTP) pick(offered []string, state *tls.ConnectionState) (string, error) {
	for _, name := range logins {
		switch {
		case !slices.Contains(offered, name):
		case s.Auth == "" && name == xoauth2, s.Auth != "" && !strings.EqualFold(s.Auth, name):
		case strings.HasSuffix(name, "-PLUS") && state == nil:
		default:
			return name, nil
		}
	}
	if s.Auth != "" {
		return "", fmt.Errorf("the relay does not offer to log in by %s, only by %q", s.Auth, offered)
	}
	return "", fmt.Errorf("the relay offers no way to log in that we know, only %q", offered)
}

func (s *SMTP) login(name, password string, state *tls.ConnectionState) smtp.Auth {
	switch name {
	case "SCRAM-SHA-256-PLUS":
		return smtp.ScramSHA256PlusAuth(s.User, password, state)
	case "SCRAM-SHA-256":
		return smtp.ScramSHA256Auth(s.User, password)
	case "SCRAM-SHA-1-PLUS":
		return smtp.ScramSHA1PlusAuth(s.User, password, state)
	case "SCRAM-SHA-1":
		return smtp.ScramSHA1Auth(s.User, password)
	case "CRAM-MD5":
		return smtp.CRAMMD5Auth(s.User, password)
	case "NTLM":
		domain, user, found := strings.Cut(s.User, `\`)
		if !found {
			domain, user = "", s.User
		}
		return smtp.NTLMAuth(user, password, domain)
	case xoauth2:
		return smtp.XOAuth2Auth(s.User, password)
	case "LOGIN":
		return smtp.LoginAuth(s.User, password, s.Host, false)
	}
	return smtp.PlainAuth("", s.User, password, s.Host, false)
}

// mostIterations is how often a relay may have a password hashed: a hundred
// times what servers ask for, and a second of work.
const mostIterations = 1_000_000

var errIterations = errors.New("the relay asks for more work than a login is worth")

// careful is a login that a relay cannot keep busy: go-mail hashes a password
// as often as it is told, and no context stops it.
type careful struct{ smtp.Auth }

// Next answers a challenge.
func (c careful) Next(challenge []byte, more bool) ([]byte, error) {
	if bytes.HasPrefix(challenge, []byte("r=")) { // the first of a SCRAM server, RFC 5802, 5.1
		for part := range bytes.SplitSeq(challenge, []byte(",")) {
			count, found := strings.CutPrefix(string(part), "i=")
			if n, err := strconv.Atoi(count); found && (err != nil || n < 1 || n > mostIterations) {
				return nil, fmt.Errorf("%w: %.20q rounds", errIterations, count)
			}
		}
	}
	return c.Auth.Next(challenge, more)
}

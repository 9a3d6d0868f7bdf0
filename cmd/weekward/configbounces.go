package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"weekward/mailer/bounces"
)

// BouncesConfig is where mails come back to, and how patient we are with an
// address that fails.
type BouncesConfig struct {
	IMAP         string   `toml:"imap"`          // imaps://user@host:993/INBOX
	Maildir      string   `toml:"maildir"`       // a folder with new, cur and tmp
	PasswordFile string   `toml:"password_file"` // of the IMAP account
	Done         string   `toml:"done"`          // folder for what was understood; "" marks it as read
	Every        Duration `toml:"every"`         // how often serve looks
	SoftIssues   int      `toml:"soft_issues"`   // so many issues in a row must fail
	SoftSpan     Duration `toml:"soft_span"`     // over so long, at least
}

func defaultBounces() BouncesConfig {
	return BouncesConfig{Done: "Processed", Every: Duration(10 * time.Minute), SoftIssues: 3, SoftSpan: Duration(14 * 24 * time.Hour)}
}

// check refuses what no mailbox can be made of.
func (c BouncesConfig) check() error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.IMAP != "" && c.Maildir != "" {
		refuse("bounces: imap and maildir are both set, one of them is read")
	}
	if c.IMAP != "" {
		if _, err := parseIMAP(c.IMAP); err != nil {
			refuse("bounces.imap: %w", err)
		}
	}
	if strings.ContainsAny(c.Done, "/\\\x00") || strings.HasPrefix(c.Done, ".") {
		refuse("bounces.done: %q is not the name of a folder", c.Done)
	}
	if time.Duration(c.Every) < time.Minute {
		refuse("bounces.every: %v is less than a minute", time.Duration(c.Every))
	}
	if c.SoftIssues < 1 || c.SoftIssues > 20 {
		refuse("bounces.soft_issues: %d is not between 1 and 20", c.SoftIssues)
	}
	return errors.Join(errs...)
}

// parseIMAP reads the address of a mailbox. There is no password in it.
func parseIMAP(address string) (*bounces.IMAP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "imap" && u.Scheme != "imaps" {
		return nil, errors.New(`it is not an address such as "imaps://user@host:993/INBOX"`)
	}
	if _, has := u.User.Password(); has {
		return nil, errors.New("a password stands in it: put it into bounces.password_file")
	}
	if u.User.Username() == "" {
		return nil, errors.New(`it names no user, as in "imaps://user@host:993/INBOX"`)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"imap": "143", "imaps": "993"}[u.Scheme]
	}
	return &bounces.IMAP{
		Host: u.Hostname(), Address: net.JoinHostPort(u.Hostname(), port), ImplicitTLS: u.Scheme == "imaps",
		User: u.User.Username(), Folder: strings.Trim(u.Path, "/"),
	}, nil
}

// mailbox is the configured one, or nil.
func (c BouncesConfig) mailbox() (bounces.Mailbox, error) {
	if c.Maildir != "" {
		return bounces.Maildir{Dir: c.Maildir, Done: c.Done}, nil
	}
	if c.IMAP == "" {
		return nil, nil
	}
	box, err := parseIMAP(c.IMAP)
	if err != nil {
		return nil, err
	}
	box.Done = c.Done
	box.Password, err = readPassword("bounces", c.PasswordFile)
	return box, err
}

func (c BouncesConfig) policy() bounces.Policy {
	return bounces.Policy{SoftIssues: c.SoftIssues, SoftWithin: time.Duration(c.SoftSpan)}
}

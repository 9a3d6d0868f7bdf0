// Package mailer sends. It takes an issue from its slot to the last delivery,
// paced and retried, exactly once on every orderly path; and letters to one
// person go the same way, before issues.
//
// A Press decides what is due and freezes it: from then on the bytes, the date
// and the audience stay as they are. A Sender delivers what is frozen: it
// claims windows of deliveries in durable commits, notes each message before
// it speaks to the relay, and each answer at once. A Transport carries the
// bytes: SMTP, or an Outbox folder.
//
// After a kill -9 nothing is missing and at most the messages in flight, one a
// connection, come twice, with the same Message-ID and the same bytes.
//
// What an issue says is left to digest, how it looks to templates, who is on
// the list to subscribers, and the SQL to whoever fulfils the interfaces here.
package mailer

import (
	"net/mail"
	"net/netip"
	"net/url"
	"strings"

	"weekward/templates"
)

// A SetupError says what the configuration lacks to mail people.
type SetupError struct {
	Key     string // of the configuration, as in "site.address"
	Problem string
	Next    string // what to do about it
}

func (e *SetupError) Error() string { return e.Key + " " + e.Problem }

// Hint is the next step, for the person at the terminal.
func (e *SetupError) Hint() string { return e.Next }

// CheckSite returns a *SetupError when the site lacks what every issue must
// carry: a sender, a postal address, and a public address that links can lead
// to.
func CheckSite(site templates.Site) error {
	if strings.TrimSpace(site.Postal) == "" {
		return &SetupError{"site.address", "is empty, and every issue must carry a postal address",
			`set address in [site], as in address = "1 Lane, Town"`}
	}
	for key, box := range map[string]string{"site.from": site.From, "site.reply_to": site.ReplyTo} {
		if key == "site.reply_to" && box == "" {
			continue
		}
		if _, err := parseMailbox(box); err != nil {
			return &SetupError{key, "is not a mailbox: " + err.Error(), `write it as "Name <name@example.org>"`}
		}
	}
	return checkBase(site.BaseURL)
}

// checkBase wants https, as RFC 8058 does, unless nobody but this machine can
// follow the links anyway.
func checkBase(base string) error {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil || !printable(base) {
		return &SetupError{"site.base_url", "is not the address of a site", `set base_url in [site], as in base_url = "https://news.example.org"`}
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return &SetupError{"site.base_url", "must begin with https://", "readers' links lead there; only a loopback address may do without"}
	}
	return nil
}

// parseMailbox reads one address with or without a name.
func parseMailbox(s string) (*mail.Address, error) {
	box, err := mail.ParseAddress(s)
	if err != nil {
		return nil, err
	}
	box.Name = oneLine(box.Name)
	return box, nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// printable reports whether s is visible ASCII without blanks, quotes or angle
// brackets: what may stand in an address inside a header.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '<' || r == '>' || r == '"' || r == '\\' })
}

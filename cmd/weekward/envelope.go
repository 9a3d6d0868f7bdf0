package main

import (
	"cmp"
	"context"
	"fmt"
	"net/mail"
	"strings"

	"weekward/mailer"
	"weekward/mailer/bounces"
	"weekward/mailer/dkim"
	"weekward/templates"
)

// checkEnvelope refuses an envelope's sender that no mail could leave with.
func (c SMTPConfig) checkEnvelope() error {
	if c.Envelope == "" {
		return nil
	}
	if err := mailer.CheckEnvelope(c.Envelope); err != nil {
		return fmt.Errorf("smtp.envelope: %w", err)
	}
	local, _, _ := strings.Cut(c.Envelope, "@")
	if c.EnvelopeTokens && len(local) > bounces.LongestBase {
		return fmt.Errorf("smtp.envelope: %q has %d letters, and a token fits behind %d at most: take a shorter name, or set envelope_tokens = false",
			local, len(local), bounces.LongestBase)
	}
	return nil
}

// returnPath makes the sender of the envelope of each mail. It is nil where all
// mails have the same: those of a From address, whose mailbox a person reads
// and whose provider may insist on it.
func (a *app) returnPath() (func(issue int, subscriber string) string, error) {
	c := a.config.SMTP
	if c.Envelope == "" || !c.EnvelopeTokens {
		return nil, nil
	}
	path, err := bounces.NewReturnPath(c.Envelope, a.keys)
	if err != nil {
		return nil, err
	}
	return func(issue int, subscriber string) string {
		return path.Address(bounces.Sent{Subscriber: subscriber, Issue: issue})
	}, nil
}

// returnsTo is the address that bounces come to.
func (c Config) returnsTo() string {
	return cmp.Or(c.SMTP.Envelope, addressOf(c.Site.From))
}

// mailbox is the address whose mails this program reads, or "". Only then are
// readers told that they may leave by mail.
func (c Config) mailbox() string {
	to := c.returnsTo()
	if c.Bounces.IMAP == "" && c.Bounces.Maildir == "" || mailer.CheckEnvelope(to) != nil {
		return ""
	}
	return to
}

// letterSite is who letters come from. An address of their own keeps what
// readers think of the issues apart from whether confirmations arrive.
func (a *app) letterSite() templates.Site {
	site := a.site
	site.From = cmp.Or(a.config.Site.Letters, site.From)
	return site
}

// addressOf is the address of a mailbox with or without a name, or "".
func addressOf(box string) string {
	a, err := mail.ParseAddress(box)
	if err != nil {
		return ""
	}
	return a.Address
}

// checkReturns says whether what comes back is read, can be told apart, and
// leaves under a domain that DMARC takes for ours.
func (a *app) checkReturns(context.Context) finding {
	c := a.config
	to := c.returnsTo()
	if to == "" {
		return finding{"bounces", "warn", "there is no address they could come to", "set from in [site]"}
	}
	if home, ours := domainOf(to), domainOf(addressOf(c.Site.From)); !dkim.Aligned(home, ours) {
		return finding{"bounces", "warn", fmt.Sprintf("mails come from %s and return to %s, so that SPF says nothing for them (DMARC)", ours, home),
			"set smtp.envelope to an address of " + ours + " or below it, or see that DKIM signs as " + ours}
	}
	if c.mailbox() == "" {
		return finding{"bounces", "warn", "they come to " + to + ", and nobody reads them but a person", "set imap or maildir in [bounces]"}
	}
	if c.SMTP.Envelope == "" || !c.SMTP.EnvelopeTokens {
		return finding{"bounces", "ok", "read at " + to + "; told by their Message-ID, where they bring it", ""}
	}
	return finding{"bounces", "ok", fmt.Sprintf("read at %s, and told by a token; a mail to %s must arrive there, too", to, strings.Replace(to, "@", "+test@", 1)), ""}
}

func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return strings.ToLower(domain)
}

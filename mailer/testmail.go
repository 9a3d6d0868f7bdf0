package mailer

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"weekward/digest"
	"weekward/subscribers"
	"weekward/templates"
)

// voidTokens fill the links of a test mail: nobody can leave or change
// anything by them.
type voidTokens struct{}

// Token returns the same for everybody.
func (voidTokens) Token(subscribers.Purpose, subscribers.Subscriber, time.Time) string { return "test" }

// TestMail sends an issue to one address, marked as a test. It is not stored
// and not counted, and its personal links lead nowhere. lang "" is the site's.
func (p *Press) TestMail(ctx context.Context, issue digest.Issue, to, lang string) error {
	if err := CheckSite(p.Site); err != nil {
		return err
	}
	box, err := subscribers.ParseAddress(to)
	if err != nil {
		return err
	}
	m := Mailing{
		ID: "test", Kind: KindIssue, Issue: issue.Number, Seed: rand.Text() + rand.Text(), Header: HeaderOf(p.Site), Date: p.Now(),
	}
	c, err := p.variant(issue, SlotLinks(p.Site.BaseURL, m.Seed, issue.Number), Audience{Lang: lang})
	if err != nil {
		return err
	}
	c.Subject = fmt.Sprintf("[TEST #%d] %s", issue.Number, c.Subject)
	return p.sendOne(ctx, m, c, box)
}

func (p *Press) sendOne(ctx context.Context, m Mailing, c templates.Content, to string) error {
	plate, err := newPlate(m, c, Header{}, p.Sender.Envelope)
	if err != nil {
		return err
	}
	if err := plate.sealWith(p.Sender.DKIM); err != nil {
		return err
	}
	message, err := plate.print(nil, Claim{To: subscribers.Subscriber{ID: strings.ToLower(rand.Text()), Email: to}}, voidTokens{})
	if err != nil {
		return err
	}
	conn, err := p.Sender.Transport.Open(ctx)
	if err != nil {
		return fmt.Errorf("send a test mail: %w", err)
	}
	if _, err := conn.Send(ctx, message, nil); err != nil {
		return errors.Join(fmt.Errorf("send a test mail: %w", err), conn.Close())
	}
	return conn.Close()
}

package mailer

import (
	"crypto/rand"
	"net/url"
	"strings"
	"time"

	"weekward/subscribers"
	"weekward/templates"
)

// DeadLinks are the links of a mail that is only looked at: the personal ones
// lead nowhere.
func DeadLinks(site templates.Site, number int) templates.Links {
	return SlotLinks(site.BaseURL, "", number)
}

// Specimen is the whole message of an issue as one address would get it, to
// be looked at: it carries no working link and is not stored.
func Specimen(site templates.Site, number int, c templates.Content, to string, date time.Time) (Message, error) {
	m := Mailing{ID: "specimen", Kind: KindIssue, Issue: number, Seed: rand.Text(), Header: HeaderOf(site), Date: date}
	p, err := newPlate(m, c, Header{}, "")
	if err != nil {
		return Message{}, err
	}
	return p.print(nil, Claim{To: subscribers.Subscriber{ID: "specimen", Email: to}}, voidTokens{})
}

// StaysHere reports whether the mails of a transport's address stay on this
// machine: in a local outbox, or with a relay on a loopback address.
func StaysHere(address string) bool {
	if strings.HasPrefix(address, "outbox:") {
		return true
	}
	u, err := url.Parse(address)
	return err == nil && isLoopback(u.Hostname())
}

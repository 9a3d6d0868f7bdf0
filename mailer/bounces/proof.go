package bounces

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"weekward/subscribers"
)

// A Mailing is a batch of mails as far as proof needs it: from its seed the
// Message-ID of each was made.
type Mailing struct {
	ID    string
	Seed  string
	Issue int // 0 for a letter
}

// People finds who is on the list and what they were sent.
type People interface {
	// Subscriber returns a subscriber by ID, or subscribers.ErrNotFound.
	Subscriber(ctx context.Context, id string) (subscribers.Subscriber, error)
	// SubscriberByKey returns the subscriber with that key form of an
	// address, or subscribers.ErrNotFound.
	SubscriberByKey(ctx context.Context, key string) (subscribers.Subscriber, error)
	// MailingOf returns the mailing of an issue; its ID is "" when there is
	// none.
	MailingOf(ctx context.Context, issue int) (Mailing, error)
	// LettersTo returns the letters to a subscriber, as far as they are kept.
	LettersTo(ctx context.Context, subscriber string) ([]Mailing, error)
	// EachRecipient calls f with the ID of each recipient of a mailing until
	// it returns false.
	EachRecipient(ctx context.Context, mailing string, f func(id string) bool) error
}

// A Proof says whom a finding is about, and how we know. Where Trust is
// ByNothing, a Subscriber is only named: the mail brings neither a token nor a
// Message-ID.
type Proof struct {
	Sent
	Trust Trust
}

// prove finds out whom a mail is about, in the order of trust: a token, then
// an address together with a Message-ID that only we could have made, then
// that Message-ID alone. An address alone proves nothing: anybody can write
// one.
func prove(ctx context.Context, people People, keys Hasher, r Report, f Finding) (Proof, error) {
	for _, to := range r.To {
		if s, ok := ReadAddress(to, keys); ok {
			return Proof{s, ByToken}, nil
		}
	}
	for _, named := range []struct {
		address string
		trust   Trust
	}{{f.Original, ByOriginalRecipient}, {f.Recipient, f.Trust}} {
		if named.address == "" {
			continue
		}
		sub, err := people.SubscriberByKey(ctx, subscribers.AddressKey(named.address))
		if errors.Is(err, subscribers.ErrNotFound) {
			continue
		}
		if err != nil {
			return Proof{}, fmt.Errorf("look for a bounced address: %w", err)
		}
		if len(r.Returned) == 0 {
			return Proof{Sent: Sent{Subscriber: sub.ID}}, nil // perhaps
		}
		s, found, err := sentTo(ctx, people, sub.ID, r.Returned)
		if err != nil || found {
			return Proof{s, named.trust}, err
		}
	}
	return byMessageID(ctx, people, r.Returned)
}

// sentTo tells whether one of the Message-IDs is that of a mail to the
// subscriber.
func sentTo(ctx context.Context, people People, subscriber string, ids []string) (Sent, bool, error) {
	for _, id := range ids {
		issue, mark, ok := readMessageID(id)
		if !ok {
			continue
		}
		mailings, err := mailingsOf(ctx, people, issue, subscriber)
		if err != nil {
			return Sent{}, false, err
		}
		for _, m := range mailings {
			if m.marks(subscriber, mark) {
				return Sent{subscriber, m.Issue}, true, nil
			}
		}
	}
	return Sent{}, false, nil
}

// mailingsOf are those that a Message-ID may be of.
func mailingsOf(ctx context.Context, people People, issue int, subscriber string) ([]Mailing, error) {
	if issue == 0 {
		letters, err := people.LettersTo(ctx, subscriber)
		if err != nil {
			return nil, fmt.Errorf("look for letters: %w", err)
		}
		return letters, nil
	}
	m, err := people.MailingOf(ctx, issue)
	if err != nil || m.ID == "" {
		return nil, err
	}
	return []Mailing{m}, nil
}

// byMessageID looks for the reader of an issue whose mail had that Message-ID:
// complaints often hide the address.
func byMessageID(ctx context.Context, people People, ids []string) (Proof, error) {
	for _, id := range ids {
		issue, mark, ok := readMessageID(id)
		if !ok || issue == 0 {
			continue
		}
		m, err := people.MailingOf(ctx, issue)
		if err != nil {
			return Proof{}, fmt.Errorf("look for an issue: %w", err)
		}
		if m.ID == "" {
			continue
		}
		var p Proof
		marker := subscribers.NewMarker(m.Seed, m.ID)
		err = people.EachRecipient(ctx, m.ID, func(recipient string) bool {
			if isMark(marker, recipient, mark) {
				p = Proof{Sent{recipient, issue}, ByMessageID}
			}
			return p.Trust == ByNothing
		})
		if err != nil || p.Trust != ByNothing {
			return p, err
		}
	}
	return Proof{}, nil
}

// highestIssue is the highest number that a database keeps. Anybody can write a
// higher one, and to look for that would be an error of ours.
const highestIssue = math.MaxInt32

// readMessageID reads a Message-ID of ours: "issue.118." or "letter.", 32
// digits that mailer made of the mailing's seed, "@" and our domain.
func readMessageID(id string) (issue int, mark string, ok bool) {
	local, _, _ := strings.Cut(id, "@")
	rest, letter := strings.CutPrefix(local, "letter.")
	if !letter {
		number, after, found := strings.Cut(strings.TrimPrefix(local, "issue."), ".")
		n, err := strconv.Atoi(number)
		if !found || err != nil || n < 1 || n > highestIssue || !strings.HasPrefix(local, "issue.") {
			return 0, "", false
		}
		issue, rest = n, after
	}
	return issue, rest, len(rest) == subscribers.MarkSize
}

// marks tells whether a mark is that of the mail to a recipient.
func (m Mailing) marks(recipient, mark string) bool {
	return isMark(subscribers.NewMarker(m.Seed, m.ID), recipient, mark)
}

func isMark(m *subscribers.Marker, recipient, mark string) bool {
	return hmac.Equal([]byte(mark), m.AppendMark(nil, recipient))
}

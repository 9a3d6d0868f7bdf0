package subscribers

import (
	"context"
	"fmt"
	"net/netip"
	"time"
)

// A Request is a filled-in sign-up form.
type Request struct {
	Address string     // as typed
	Lang    string     // of the form, BCP 47; "" means the site's
	Topics  []string   // preset by the form; empty means all
	Form    string     // address of the form
	From    netip.Addr // whose browser it was; only a keyed hash of its network is kept
	Wording Wording    // beside the button; the Service's own when empty
}

// SignUp asks the owner of an address whether they want the newsletter. It
// returns nil, and does the same work, whatever the state behind the address:
// a new, pending or former subscriber gets a confirmation letter, an active
// one the link to their preferences, a suppressed address and one that was
// mailed a moment ago nothing. A stranger learns nothing from answer or time.
//
// A malformed address is an *AddressError; ErrTooMany closes the form for a
// while, for everybody of that network or mail domain.
func (s *Service) SignUp(ctx context.Context, r Request) error {
	address, err := ParseAddress(r.Address)
	if err != nil {
		return err
	}
	if r.Lang, err = parseLang(r.Lang); err != nil {
		r.Lang = "" // a form in a language we do not know is no reason to turn someone away
	}
	r.Topics = cleanTopics(r.Topics)
	now := s.now()
	return s.question(ctx, address, r.From, now, func(k Known) (Change, error) {
		return s.ask(address, r, k, now)
	})
}

// question carries out what ask says about an address, within the limits.
func (s *Service) question(ctx context.Context, address string, from netip.Addr, now time.Time, ask func(Known) (Change, error)) error {
	a := s.attempt(address, from, now)
	return s.Store.SignUp(ctx, a, func(k Known, recent Recent) (Change, error) {
		if a.Limits.tooMany(recent) {
			return Change{}, ErrTooMany
		}
		c, err := ask(k)
		if err != nil {
			return Change{}, fmt.Errorf("sign up: %w", err)
		}
		if k.barred() || !a.Limits.mayMail(recent, now) {
			return Change{}, nil
		}
		return c, nil
	})
}

// attempt describes one use of the form in hashes.
func (s *Service) attempt(address string, from netip.Addr, now time.Time) Attempt {
	return Attempt{
		Lookup:  s.lookup(address),
		Address: s.addressHash(address),
		Network: s.Keys.Network(from),
		Domain:  s.Keys.Hash("domain", domainOf(address)),
		At:      now,
		Limits:  s.Limits.withDefaults(),
	}
}

// addressHash is what the limits of an address are counted by.
func (s *Service) addressHash(address string) string {
	return s.Keys.Hash("address", AddressKey(address))
}

// ask is the change a sign-up makes.
func (s *Service) ask(address string, r Request, k Known, now time.Time) (Change, error) {
	fresh := Subscriber{ID: newID(now), Email: address, Lang: r.Lang, Topics: r.Topics, Format: Both, CreatedAt: now}
	return s.askAs(fresh, LetterConfirm, r, k, now)
}

// askAs is a question to whoever is not active, and the way to their
// preferences to whoever is. An address that nobody knows becomes the fresh
// subscriber.
func (s *Service) askAs(fresh Subscriber, kind LetterKind, r Request, k Known, now time.Time) (Change, error) {
	if k.Subscriber.State == Active {
		return s.remind(k.Subscriber, r.Form, now)
	}
	sub := k.Subscriber
	if sub.ID == "" {
		sub = fresh
	}
	sub.State = Pending
	letter, err := s.letter(kind, sub, Link{
		Purpose: PurposeConfirm,
		Token:   s.Keys.Token(PurposeConfirm, sub, now.Add(ConfirmWithin)),
		Asked:   now,
		Form:    r.Form,
	})
	return Change{Subscriber: sub, Consent: s.consent(sub, r, now), Letter: letter}, err
}

// remind sends an active subscriber the link to their preferences (SU-3).
func (s *Service) remind(sub Subscriber, form string, now time.Time) (Change, error) {
	letter, err := s.letter(LetterPreferences, sub, Link{
		Purpose: PurposePreferences,
		Token:   s.Keys.Token(PurposePreferences, sub, time.Time{}),
		Asked:   now,
		Form:    form,
	})
	return Change{Letter: letter}, err
}

func (s *Service) consent(sub Subscriber, r Request, now time.Time) Consent {
	wording := r.Wording
	if wording == (Wording{}) {
		wording = s.Wording
	}
	return Consent{
		Subscriber:  sub.ID,
		Version:     wording.Version,
		Wording:     wording.Text,
		Form:        r.Form,
		From:        s.Keys.Network(r.From),
		RequestedAt: now,
	}
}

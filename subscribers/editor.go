package subscribers

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Filter chooses a page of the list, newest first.
type Filter struct {
	State  State      // "" means all
	After  Subscriber // the last one of the page before; zero starts at the top
	Limit  int        // most subscribers of the page; 100 when 0
	Search string     // part of an address or a name; "" means all
}

// A Record is all that is known of one address (GDPR, article 15).
type Record struct {
	Subscriber
	Consents    []Consent    `json:"consents"`
	Deliveries  []Delivery   `json:"deliveries"`
	Suppression *Suppression `json:"suppression,omitempty"`
}

// A Delivery is one mail to one person, as far as it concerns them.
type Delivery struct {
	Kind  string    `json:"kind"` // "issue" or "letter"
	Issue int       `json:"issue,omitempty"`
	State string    `json:"state"`
	At    time.Time `json:"at,omitzero"` // of the last change of its state
}

// Add asks the owner of an address for a confirmation, as a sign-up does, but
// without the limits of the form: the editor's word counts. It returns the
// subscriber with the state they are in now; an active one is left alone. A
// suppressed address is ErrSuppressed.
func (s *Service) Add(ctx context.Context, address string) (Subscriber, error) {
	address, err := ParseAddress(address)
	if err != nil {
		return Subscriber{}, err
	}
	now := s.now()
	var added Subscriber
	a := Attempt{Lookup: s.lookup(address), Address: s.addressHash(address), Domain: s.Keys.Hash("domain", domainOf(address)), At: now,
		Limits: Limits{Pause: -1, Daily: -1, Network: -1, Domain: -1, Total: -1}}
	err = s.Store.SignUp(ctx, a, func(k Known, _ Recent) (Change, error) {
		if k.barred() {
			return Change{}, ErrSuppressed
		}
		if added = k.Subscriber; added.State == Active {
			return Change{}, nil
		}
		c, err := s.ask(address, Request{Form: "editor"}, k, now)
		added = c.Subscriber
		return c, err
	})
	if err != nil {
		return Subscriber{}, fmt.Errorf("add a subscriber: %w", err)
	}
	return added, nil
}

// Remove unsubscribes an address, or returns ErrNotFound.
func (s *Service) Remove(ctx context.Context, address string) (Subscriber, error) {
	sub, err := s.find(ctx, address)
	if err != nil {
		return Subscriber{}, err
	}
	if sub, err = s.Store.Unsubscribe(ctx, sub.ID, s.now()); err != nil {
		return Subscriber{}, fmt.Errorf("remove a subscriber: %w", err)
	}
	return sub, nil
}

// Suppress keeps a subscriber from ever being mailed again, for a bounce, a
// complaint or their own word.
func (s *Service) Suppress(ctx context.Context, id string, why Reason) error {
	sub, err := s.Store.Subscriber(ctx, id)
	if err != nil {
		return fmt.Errorf("suppress subscriber %s: %w", id, err)
	}
	if err := s.Store.Suppress(ctx, id, s.suppression(sub.Email, why, s.now())); err != nil {
		return fmt.Errorf("suppress subscriber %s: %w", id, err)
	}
	return nil
}

// Lift takes an address off the suppression list, because its owner told the
// editor so. They have to sign up again.
func (s *Service) Lift(ctx context.Context, address string) error {
	address, err := ParseAddress(address)
	if err != nil {
		return err
	}
	l := s.lookup(address)
	if err := s.Store.Lift(ctx, l.Key, l.Hashes); err != nil {
		return fmt.Errorf("lift a suppression: %w", err)
	}
	return nil
}

// Show returns all that is known of an address: of one that was erased, that
// it is on the suppression list. ErrNotFound means nothing at all.
func (s *Service) Show(ctx context.Context, address string) (Record, error) {
	address, err := ParseAddress(address)
	if err != nil {
		return Record{}, err
	}
	var r Record
	sub, err := s.find(ctx, address)
	if err == nil {
		r, err = s.Store.Record(ctx, sub.ID)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Record{}, fmt.Errorf("show a subscriber: %w", err)
	}
	sup, supErr := s.Store.Suppression(ctx, s.lookup(address).Hashes)
	switch {
	case supErr == nil:
		r.Suppression = &sup
	case !errors.Is(supErr, ErrNotFound):
		return Record{}, fmt.Errorf("show a subscriber: %w", supErr)
	case err != nil:
		return Record{}, err
	}
	if r.ID == "" { // nothing is left but the hash
		r.Email, r.State = address, Suppressed
	}
	return r, nil
}

// List returns a page of the list.
func (s *Service) List(ctx context.Context, f Filter) ([]Subscriber, error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	page, err := s.Store.Subscribers(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("list subscribers: %w", err)
	}
	return page, nil
}

// Counts returns how many subscribers are in each state.
func (s *Service) Counts(ctx context.Context) (map[State]int, error) {
	n, err := s.Store.CountSubscribers(ctx)
	if err != nil {
		return nil, fmt.Errorf("count subscribers: %w", err)
	}
	return n, nil
}

// VoidLinks makes all links of a subscriber void, those in mails they have
// included: for someone whose mailbox was in foreign hands.
func (s *Service) VoidLinks(ctx context.Context, address string) error {
	sub, err := s.find(ctx, address)
	if err != nil {
		return err
	}
	if err := s.Store.RaiseEpoch(ctx, sub.ID); err != nil {
		return fmt.Errorf("void the links of subscriber %s: %w", sub.ID, err)
	}
	return nil
}

// find returns the subscriber with an address as a person typed it.
func (s *Service) find(ctx context.Context, address string) (Subscriber, error) {
	address, err := ParseAddress(address)
	if err != nil {
		return Subscriber{}, err
	}
	sub, err := s.Store.SubscriberByKey(ctx, AddressKey(address))
	if err != nil {
		return Subscriber{}, fmt.Errorf("find a subscriber: %w", err)
	}
	return sub, nil
}

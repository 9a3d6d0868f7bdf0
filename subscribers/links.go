package subscribers

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// Peek returns who a link was made for, and changes nothing: it is for the page
// that a GET shows. A link that would do nothing is ErrUnknownToken.
func (s *Service) Peek(ctx context.Context, p Purpose, token string) (Subscriber, error) {
	sub, err := s.holder(ctx, p, token)
	if err != nil {
		return Subscriber{}, err
	}
	if p == PurposeConfirm && sub.State != Pending && sub.State != Active {
		return Subscriber{}, ErrUnknownToken
	}
	return sub, nil
}

// Confirm makes a pending subscriber active and records the yes: its time and
// a keyed hash of the network it came from. A second time it changes nothing.
// The link of someone who has left since is ErrUnknownToken.
func (s *Service) Confirm(ctx context.Context, token string, from netip.Addr) (Subscriber, error) {
	sub, err := s.holder(ctx, PurposeConfirm, token)
	if err != nil || sub.State == Active {
		return sub, err
	}
	confirmed, err := s.Store.Confirm(ctx, Confirmation{
		ID:     sub.ID,
		Epoch:  sub.Epoch,
		At:     s.now(),
		From:   s.Keys.Network(from),
		Hashes: s.lookup(sub.Email).Hashes,
		Letter: s.afterConfirmation,
	})
	if errors.Is(err, ErrNotFound) {
		return Subscriber{}, ErrUnknownToken
	}
	if err != nil {
		return Subscriber{}, fmt.Errorf("confirm subscriber %s: %w", sub.ID, err)
	}
	return confirmed, nil
}

// afterConfirmation welcomes a new reader, or tells the old address of one who
// moved: if somebody else did that, it is the only place where they learn it.
func (s *Service) afterConfirmation(confirmed, left Subscriber) (Letter, error) {
	now := s.now()
	if left.ID != "" {
		return s.letter(LetterMoved, left, Link{Asked: now})
	}
	return s.letter(LetterWelcome, confirmed, Link{
		Purpose: PurposePreferences,
		Token:   s.Keys.Token(PurposePreferences, confirmed, time.Time{}),
		Leave:   s.Keys.Token(PurposeUnsubscribe, confirmed, time.Time{}),
		Asked:   now,
	})
}

// Unsubscribe ends the mails at once (RFC 8058). It may be repeated, and
// succeeds for someone who left or was erased long ago: what they want is so.
func (s *Service) Unsubscribe(ctx context.Context, token string) (Subscriber, error) {
	sub, err := s.holder(ctx, PurposeUnsubscribe, token)
	if err != nil || sub.State == Unsubscribed && !sub.LeftAt.IsZero() {
		return sub, err
	}
	left, err := s.Store.Unsubscribe(ctx, sub.ID, s.now())
	if errors.Is(err, ErrNotFound) { // erased, now or long ago
		return Subscriber{ID: sub.ID, State: Unsubscribed}, nil
	}
	if err != nil {
		return Subscriber{}, fmt.Errorf("unsubscribe subscriber %s: %w", sub.ID, err)
	}
	return left, nil
}

// SavePreferences stores what a subscriber chose. Preferences that cannot be
// stored are a *PreferenceError.
func (s *Service) SavePreferences(ctx context.Context, token string, p Preferences) (Subscriber, error) {
	sub, err := s.holder(ctx, PurposePreferences, token)
	if err != nil {
		return Subscriber{}, err
	}
	if p, err = p.check(); err != nil {
		return Subscriber{}, err
	}
	saved, err := s.Store.SavePreferences(ctx, sub.ID, p)
	if errors.Is(err, ErrNotFound) {
		return Subscriber{}, ErrUnknownToken
	}
	if err != nil {
		return Subscriber{}, fmt.Errorf("save preferences of subscriber %s: %w", sub.ID, err)
	}
	return saved, nil
}

// holder returns who a token was made for. A good unsubscribe token of someone
// who is gone from the list returns them as unsubscribed, since it never
// expires.
func (s *Service) holder(ctx context.Context, p Purpose, token string) (Subscriber, error) {
	id, epoch, err := s.Keys.Verify(p, token, s.now())
	if err != nil {
		return Subscriber{}, err
	}
	sub, err := s.Store.Subscriber(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound) && p == PurposeUnsubscribe:
		return Subscriber{ID: id, State: Unsubscribed}, nil
	case errors.Is(err, ErrNotFound):
		return Subscriber{}, ErrUnknownToken
	case err != nil:
		return Subscriber{}, fmt.Errorf("look up subscriber %s: %w", id, err)
	case sub.Epoch != epoch:
		return Subscriber{}, ErrUnknownToken
	}
	return sub, nil
}

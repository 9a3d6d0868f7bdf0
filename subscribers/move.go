package subscribers

import "context"

// Move asks a reader's new address whether they want the newsletter there. It
// is a sign-up with the choices the reader has made; an address that was on the
// list before keeps its own. When the new address says yes, the old one leaves.
// Until then nothing changes, so that a slip of the finger costs nobody the
// newsletter, and the links in the old mailbox never lead to the new one.
//
// The answer is the same whatever is known of the new address, as for SignUp,
// whose errors and limits are Move's, too. Of the request, Lang and Topics are
// not read. A token that does not open somebody's preferences is
// ErrUnknownToken.
func (s *Service) Move(ctx context.Context, token string, r Request) error {
	old, err := s.holder(ctx, PurposePreferences, token)
	if err != nil {
		return err
	}
	address, err := ParseAddress(r.Address)
	if err != nil {
		return err
	}
	now := s.now()
	return s.question(ctx, address, r.From, now, func(k Known) (Change, error) {
		fresh := Subscriber{
			ID: newID(now), Email: address, Name: old.Name, Lang: old.Lang, Zone: old.Zone, Topics: old.Topics, Format: old.Format,
			Attributes: old.Attributes, CreatedAt: now,
		}
		c, err := s.askAs(fresh, LetterAddress, r, k, now)
		if c.Subscriber.ID != "" && c.Subscriber.ID != old.ID {
			c.Replaces = old.ID
		}
		return c, err
	})
}

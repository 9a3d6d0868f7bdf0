package subscribers_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"weekward/mailer"
	"weekward/subscribers"
	"weekward/templates"
)

// move asks for a reader's mail at another address.
func (d *desk) move(t testing.TB, from subscribers.Subscriber, to string) error {
	t.Helper()
	return d.Move(t.Context(), d.Keys.Token(subscribers.PurposePreferences, from, time.Time{}), request(to))
}

func TestNobodyMovesBeforeTheNewAddressSaidYes(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		old := d.active(t, "old@example.org")
		token := d.Keys.Token(subscribers.PurposePreferences, old, time.Time{})
		old, err := d.SavePreferences(t.Context(), token, subscribers.Preferences{Lang: "de", Zone: "Europe/Rome", Topics: []string{"policy"}, Format: subscribers.Text})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.move(t, old, "new@example.org"); err != nil {
			t.Fatalf("Move() = %v, want no error", err)
		}
		if was, is := d.state(t, "old@example.org"), d.state(t, "new@example.org"); was != subscribers.Active || is != subscribers.Pending {
			t.Errorf("after Move(): old %s, new %s, want active and pending", was, is)
		}
		moved := d.confirm(t, d.last(t).Token)
		if was, is := d.state(t, "old@example.org"), moved.State; was != subscribers.Unsubscribed || is != subscribers.Active {
			t.Errorf("after Confirm(): old %s, new %s, want unsubscribed and active", was, is)
		}
		if moved.Lang != "de" || moved.Zone != "Europe/Rome" || !slices.Equal(moved.Topics, []string{"policy"}) || moved.Format != subscribers.Text {
			t.Errorf("Confirm() = %+v, want the choices of the old address", moved)
		}
		if got := d.kinds[len(d.kinds)-2:]; !slices.Equal(got, []subscribers.LetterKind{subscribers.LetterAddress, subscribers.LetterMoved}) {
			t.Errorf("letters %v, want a question to the new address and a word to the old one", got)
		}
		r, err := d.Show(t.Context(), "new@example.org")
		if err != nil || len(r.Consents) != 1 || r.Consents[0].ConfirmedAt.IsZero() {
			t.Errorf("Show(new) = %+v, %v, want one consent, confirmed", r.Consents, err)
		}
	})
}

func TestLinksInTheOldMailboxDoNothingToTheNewAddress(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		old := d.active(t, "old@example.org")
		leave := d.unsubscribeToken(old)
		if err := d.move(t, old, "new@example.org"); err != nil {
			t.Fatal(err)
		}
		d.confirm(t, d.last(t).Token)
		if _, err := d.Unsubscribe(t.Context(), leave); err != nil {
			t.Errorf("Unsubscribe(old link) = %v, want no error: the old address has left", err)
		}
		if got := d.state(t, "new@example.org"); got != subscribers.Active {
			t.Errorf("after the old link the new address is %s, want active", got)
		}
	})
}

func TestMoveToldNothingAboutTheOtherAddress(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.Limits.Network = -1
		old := d.active(t, "old@example.org")
		taken := d.active(t, "taken@example.org")
		barred := d.active(t, "barred@example.org")
		if err := d.Suppress(t.Context(), barred.ID, subscribers.ReasonComplained); err != nil {
			t.Fatal(err)
		}
		d.wait(time.Hour)
		for address, want := range map[string]subscribers.State{
			"taken@example.org": subscribers.Active, "barred@example.org": subscribers.Suppressed, "fresh@example.org": subscribers.Pending, "old@example.org": subscribers.Active,
		} {
			if err := d.move(t, old, address); err != nil {
				t.Errorf("Move(%s) = %v, want the same answer for all: no error", address, err)
			}
			if got := d.state(t, address); got != want {
				t.Errorf("after Move(%s) it is %s, want %s", address, got, want)
			}
		}
		if got := d.state(t, "old@example.org"); got != subscribers.Active || taken.ID == "" {
			t.Errorf("after four moves nobody confirmed the old address is %s, want active", got)
		}
		var wrong *subscribers.AddressError
		if err := d.move(t, old, "nowhere"); !errors.As(err, &wrong) {
			t.Errorf("Move(nowhere) = %v, want an AddressError", err)
		}
		if err := d.Move(t.Context(), d.unsubscribeToken(old), request("fresh@example.org")); !errors.Is(err, subscribers.ErrUnknownToken) {
			t.Errorf("Move(unsubscribe token) = %v, want ErrUnknownToken", err)
		}
	})
}

// A new address that has left again says yes to the newsletter later, and not to
// a move of long ago.
func TestMoveEndsWithTheQuestion(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		old := d.active(t, "old@example.org")
		if err := d.move(t, old, "new@example.org"); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Remove(t.Context(), "new@example.org"); err != nil {
			t.Fatal(err)
		}
		d.wait(time.Hour)
		d.active(t, "new@example.org")
		if was, is := d.state(t, "old@example.org"), d.state(t, "new@example.org"); was != subscribers.Active || is != subscribers.Active {
			t.Errorf("after a sign-up of its own: old %s, new %s, want both active", was, is)
		}
	})
}

func TestMoveBearsWhatHappensMeanwhile(t *testing.T) {
	for _, c := range []struct {
		why       string
		meanwhile func(t *testing.T, d *desk, old subscribers.Subscriber)
		want      subscribers.State // of the old address
	}{
		{"the reader left", func(t *testing.T, d *desk, old subscribers.Subscriber) {
			if _, err := d.Unsubscribe(t.Context(), d.unsubscribeToken(old)); err != nil {
				t.Fatal(err)
			}
		}, subscribers.Unsubscribed},
		{"the old mailbox is full for good", func(t *testing.T, d *desk, old subscribers.Subscriber) {
			if err := d.Suppress(t.Context(), old.ID, subscribers.ReasonBounced); err != nil {
				t.Fatal(err)
			}
		}, subscribers.Suppressed},
		{"the old address was erased", func(t *testing.T, d *desk, old subscribers.Subscriber) {
			if err := d.Forget(t.Context(), old.Email); err != nil {
				t.Fatal(err)
			}
		}, subscribers.Suppressed},
		{"another move was confirmed first", func(t *testing.T, d *desk, old subscribers.Subscriber) {
			if err := d.move(t, old, "other@example.org"); err != nil {
				t.Fatal(err)
			}
			d.confirm(t, d.last(t).Token)
		}, subscribers.Unsubscribed},
	} {
		t.Run(c.why, func(t *testing.T) {
			each(t, func(t *testing.T, d *desk) {
				old := d.active(t, "old@example.org")
				if err := d.move(t, old, "new@example.org"); err != nil {
					t.Fatal(err)
				}
				link := d.last(t)
				c.meanwhile(t, d, old)
				d.confirm(t, link.Token)
				if was, is := d.state(t, "old@example.org"), d.state(t, "new@example.org"); was != c.want || is != subscribers.Active {
					t.Errorf("after Confirm(): old %s, new %s, want %s and active", was, is, c.want)
				}
				if last := d.kinds[len(d.kinds)-1]; last != subscribers.LetterWelcome {
					t.Errorf("last letter %s, want a welcome: nobody left the old address by this", last)
				}
			})
		})
	}
}

func TestNewAddressThatIsBarredMeanwhileCannotConfirm(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		old := d.active(t, "old@example.org")
		if err := d.move(t, old, "new@example.org"); err != nil {
			t.Fatal(err)
		}
		link := d.last(t)
		r, err := d.Show(t.Context(), "new@example.org")
		if err == nil {
			err = d.Suppress(t.Context(), r.ID, subscribers.ReasonComplained)
		}
		if err != nil {
			t.Fatal(err)
		}
		if sub, err := d.Confirm(t.Context(), link.Token, home); err == nil && sub.State == subscribers.Active {
			t.Errorf("Confirm() of a suppressed address = %+v, want that it stays away", sub)
		}
		if was, is := d.state(t, "old@example.org"), d.state(t, "new@example.org"); was != subscribers.Active || is != subscribers.Suppressed {
			t.Errorf("old %s, new %s, want active and suppressed", was, is)
		}
	})
}

// An issue that is under way when a reader moves comes to the new address, and
// to that one only.
func TestWhoMovesInMidSendGetsTheIssue(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		old := d.active(t, "old@example.org")
		if err := d.move(t, old, "new@example.org"); err != nil {
			t.Fatal(err)
		}
		link := d.last(t)
		freeze(t, d.store, d.clock)
		moved := d.confirm(t, link.Token)
		var recipients []string
		err := d.store.EachDelivery(t.Context(), 1, nil, func(l mailer.Delivery) error {
			recipients = append(recipients, l.Recipient)
			return nil
		})
		if err != nil || !slices.Equal(recipients, []string{moved.ID}) {
			t.Errorf("deliveries to %v, %v, want only to the new address %s", recipients, err, moved.ID)
		}
	})
}

// A sender that has the old address in its window does not know of the move yet,
// and an issue that is frozen in the same moment neither.
func TestWhoMovesWhenTheirTurnHasComeGetsTheIssueToo(t *testing.T) {
	for _, c := range []struct {
		why   string
		begun bool // else it was claimed and given back
	}{{"claimed and about to be sent", true}, {"given back by a sender that stopped", false}} {
		t.Run(c.why, func(t *testing.T) {
			each(t, func(t *testing.T, d *desk) {
				ctx := t.Context()
				old := d.active(t, "old@example.org")
				if err := d.move(t, old, "new@example.org"); err != nil {
					t.Fatal(err)
				}
				link := d.last(t)
				freeze(t, d.store, d.clock)
				claim := func(sender string) (ids []string, claims []mailer.Claim) {
					t.Helper()
					all, err := d.store.Claim(ctx, sender, 9, d.clock)
					if err != nil {
						t.Fatal(err)
					}
					for _, claimed := range all {
						if claimed.Mailing == "mailing" {
							ids, claims = append(ids, claimed.To.ID), append(claims, claimed)
						}
					}
					return ids, claims
				}
				_, claims := claim("a")
				moved := d.confirm(t, link.Token)
				if c.begun {
					if got, err := d.store.Note(ctx, "a", nil, claims, d.clock); err != nil || len(got) != 1 || got[0] != mailer.Gone {
						t.Fatalf("Note() = %v, %v, want that the old address is gone", got, err)
					}
				} else {
					if err := d.store.Release(ctx, "a"); err != nil {
						t.Fatal(err)
					}
					if ids, _ := claim("a"); len(ids) != 0 {
						t.Errorf("claims after Release() are to %v, want none to the old address", ids)
					}
				}
				if ids, _ := claim("a"); !slices.Equal(ids, []string{moved.ID}) {
					t.Errorf("claims after the move are to %v, want only the new address %s", ids, moved.ID)
				}
				f, err := d.store.Figures(ctx, 1)
				if err != nil || f.Planned != 1 || f.Skipped != 0 {
					t.Errorf("Figures(1) = %+v, %v, want one planned and none skipped", f, err)
				}
			})
		})
	}
}

func TestWelcomeFollowsAConfirmationOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.signUp(t, "ann@example.org")
		token := d.last(t).Token
		for range 3 {
			d.confirm(t, token)
		}
		welcomes := 0
		for _, kind := range d.kinds {
			if kind == subscribers.LetterWelcome {
				welcomes++
			}
		}
		if welcomes != 1 {
			t.Fatalf("%d welcomes after three presses of one button, want 1", welcomes)
		}
		link := d.last(t)
		sub, err := d.Peek(t.Context(), subscribers.PurposePreferences, link.Token)
		if err != nil || sub.Email != "ann@example.org" {
			t.Errorf("the welcome's preferences link = %v, %v, want ann's", sub.Email, err)
		}
		if left, err := d.Unsubscribe(t.Context(), link.Leave); err != nil || left.State != subscribers.Unsubscribed {
			t.Errorf("the welcome's way out = %s, %v, want unsubscribed", left.State, err)
		}
	})
}

// freeze starts a send to whoever is active.
func freeze(t testing.TB, s interface {
	FreezeIssue(ctx context.Context, f mailer.Frozen) (bool, error)
}, now time.Time) {
	t.Helper()
	f := mailer.Frozen{
		Record:  mailer.Record{Number: 1, Slot: now, State: mailer.IssueSending, Content: []byte("{}"), FrozenAt: now},
		From:    []mailer.IssueState{mailer.IssueDraft},
		Mailing: mailer.Mailing{ID: "mailing", Kind: mailer.KindIssue, Issue: 1, Needs: subscribers.Active, Seed: "seed", Date: now},
		Variant: func(mailer.Audience) (templates.Content, error) {
			return templates.Content{Subject: "Word", Text: "Word"}, nil
		},
	}
	if done, err := s.FreezeIssue(t.Context(), f); err != nil || !done {
		t.Fatalf("FreezeIssue() = %v, %v, want true", done, err)
	}
}

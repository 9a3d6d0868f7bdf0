package subscribers_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"weekward/store"
	"weekward/store/storetest"
	"weekward/subscribers"
)

const secret = "a secret of the tests, long enough for them"

// A desk is a service with a clock that the test turns, and a memory of the
// letters it rendered.
type desk struct {
	*subscribers.Service
	store *store.Store

	mu    sync.Mutex
	clock time.Time
	links []subscribers.Link
	kinds []subscribers.LetterKind
}

func newDesk(t testing.TB, s *store.Store) *desk {
	t.Helper()
	keys, err := subscribers.ParseKeys(secret)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{store: s, clock: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
	d.Service = &subscribers.Service{
		Store: s, Keys: keys, Letter: d.letter,
		Now:     func() time.Time { d.mu.Lock(); defer d.mu.Unlock(); return d.clock },
		Wording: subscribers.Wording{Version: "2026-1", Text: "One email every Tuesday. Leave with one click."},
	}
	return d
}

func (d *desk) letter(kind subscribers.LetterKind, s subscribers.Subscriber, link subscribers.Link) (subscribers.Letter, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.links, d.kinds = append(d.links, link), append(d.kinds, kind)
	return subscribers.Letter{Subject: "Please confirm", Text: "To " + s.Email + ": /" + string(link.Purpose) + "/" + link.Token}, nil
}

func (d *desk) wait(by time.Duration) { d.mu.Lock(); defer d.mu.Unlock(); d.clock = d.clock.Add(by) }

// last is the link of the letter rendered last.
func (d *desk) last(t testing.TB) subscribers.Link {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.links) == 0 {
		t.Fatal("no letter was rendered")
	}
	return d.links[len(d.links)-1]
}

// queued counts the letters to subscribers that are due.
func (d *desk) queued(t testing.TB) (n int) {
	t.Helper()
	all, err := d.List(context.Background(), subscribers.Filter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, sub := range all {
		r, err := d.store.Record(context.Background(), sub.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range r.Deliveries {
			if l.Kind == "letter" && l.State == "queued" {
				n++
			}
		}
	}
	return n
}

var home = netip.MustParseAddr("192.0.2.7")

func (d *desk) signUp(t testing.TB, address string) {
	t.Helper()
	if err := d.SignUp(t.Context(), request(address)); err != nil {
		t.Fatalf("SignUp(%s) = %v, want no error", address, err)
	}
}

func request(address string) subscribers.Request {
	return subscribers.Request{Address: address, Lang: "en", Form: "https://news.example.org/", From: home}
}

func (d *desk) confirm(t testing.TB, token string) subscribers.Subscriber {
	t.Helper()
	sub, err := d.Confirm(t.Context(), token, home)
	if err != nil {
		t.Fatalf("Confirm() = %v, want no error", err)
	}
	return sub
}

// active signs an address up and confirms it.
func (d *desk) active(t testing.TB, address string) subscribers.Subscriber {
	t.Helper()
	d.signUp(t, address)
	return d.confirm(t, d.last(t).Token)
}

func (d *desk) state(t testing.TB, address string) subscribers.State {
	t.Helper()
	r, err := d.Show(t.Context(), address)
	if errors.Is(err, subscribers.ErrNotFound) {
		return "unknown"
	}
	if err != nil {
		t.Fatal(err)
	}
	return r.State
}

func (d *desk) unsubscribeToken(s subscribers.Subscriber) string {
	return d.Keys.Token(subscribers.PurposeUnsubscribe, s, time.Time{})
}

func each(t *testing.T, f func(t *testing.T, d *desk)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { f(t, newDesk(t, s)) })
}

func TestNobodyIsActiveBeforeTheySaidYes(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		asked := d.clock
		d.signUp(t, " Ann@Example.ORG ")
		if got := d.state(t, "ann@example.org"); got != subscribers.Pending || d.queued(t) != 1 {
			t.Errorf("after SignUp() state %s and %d letters, want pending and 1", got, d.queued(t))
		}
		link := d.last(t)
		if link.Purpose != subscribers.PurposeConfirm || !link.Asked.Equal(asked) || link.Form != "https://news.example.org/" {
			t.Errorf("link of the letter = %+v, want one to confirm with time and form", link)
		}
		d.wait(time.Hour)
		sub := d.confirm(t, link.Token)
		if sub.State != subscribers.Active || sub.Email != "Ann@example.org" || !sub.ConfirmedAt.Equal(asked.Add(time.Hour)) {
			t.Errorf("Confirm() = %+v, want active Ann@example.org since an hour after the sign-up", sub)
		}
		r, err := d.Show(t.Context(), "ann@example.org")
		if err != nil || len(r.Consents) != 1 || len(r.Deliveries) != 2 {
			t.Fatalf("Show() = %+v, %v, want one consent, the question and the welcome", r, err)
		}
		network := d.Keys.Network(home)
		want := subscribers.Consent{
			Subscriber: sub.ID, Version: "2026-1", Wording: d.Wording.Text, Form: link.Form, From: network,
			RequestedAt: asked, ConfirmedAt: asked.Add(time.Hour), ConfirmedFrom: network,
		}
		if r.Consents[0] != want {
			t.Errorf("consent = %+v, want %+v", r.Consents[0], want)
		}
	})
}

func TestEveryAddressGetsTheSameAnswer(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		active := d.active(t, "active@example.org")
		left := d.active(t, "left@example.org")
		if _, err := d.Unsubscribe(t.Context(), d.unsubscribeToken(left)); err != nil {
			t.Fatal(err)
		}
		suppressed := d.active(t, "suppressed@example.org")
		if err := d.Suppress(t.Context(), suppressed.ID, subscribers.ReasonBounced); err != nil {
			t.Fatal(err)
		}
		d.active(t, "forgotten@example.org")
		if err := d.Forget(t.Context(), "forgotten@example.org"); err != nil {
			t.Fatal(err)
		}
		d.signUp(t, "pending@example.org")
		d.wait(2 * time.Hour)
		before := d.queued(t)
		for _, c := range []struct {
			address string
			state   subscribers.State
			letters int
			kind    subscribers.LetterKind
		}{
			{"new@example.org", subscribers.Pending, 1, subscribers.LetterConfirm},
			{"pending@example.org", subscribers.Pending, 1, subscribers.LetterConfirm},
			{"active@example.org", subscribers.Active, 1, subscribers.LetterPreferences},
			{"left@example.org", subscribers.Pending, 1, subscribers.LetterConfirm},
			{"suppressed@example.org", subscribers.Suppressed, 0, subscribers.LetterConfirm},
			{"forgotten@example.org", subscribers.Suppressed, 0, subscribers.LetterConfirm},
		} {
			rendered := len(d.links)
			d.signUp(t, c.address) // fails the test when it says anything
			if got := d.queued(t) - before; got != c.letters || d.state(t, c.address) != c.state {
				t.Errorf("SignUp(%s): %d letters, state %s, want %d, %s", c.address, got, d.state(t, c.address), c.letters, c.state)
			}
			if len(d.links) != rendered+1 || d.kinds[rendered] != c.kind {
				t.Errorf("SignUp(%s) rendered %v, want one %s letter, mailed or not", c.address, d.kinds[rendered:], c.kind)
			}
			before = d.queued(t)
		}
		// The link in the letter to the active one opens their preferences.
		if sub, err := d.Peek(t.Context(), subscribers.PurposePreferences, d.links[len(d.links)-4].Token); err != nil || sub.ID != active.ID {
			t.Errorf("Peek(preferences) = %v, %v, want the active subscriber", sub.ID, err)
		}
	})
}

func TestOneAddressGetsOneLetterHoweverOftenItIsTyped(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.Limits.Network = -1
		for range 20 {
			d.signUp(t, "ann@example.org")
		}
		if got := d.queued(t); got != 1 {
			t.Errorf("20 sign-ups at once: %d letters, want 1", got)
		}
		for i := range 12 {
			d.wait(10 * time.Minute)
			d.signUp(t, "ann@example.org")
			if got, want := d.queued(t), min(i+2, 3); got != want {
				t.Errorf("after %d minutes: %d letters, want %d", 10*(i+1), got, want)
			}
		}
		d.wait(24 * time.Hour)
		d.signUp(t, "ann@example.org")
		if got := d.queued(t); got != 4 {
			t.Errorf("a day later: %d letters, want 4", got)
		}
	})
}

func TestSignUpsAtTheSameMomentMakeOneSubscriber(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := d.SignUp(t.Context(), request("ann@example.org")); err != nil {
					t.Errorf("SignUp() = %v, want no error", err)
				}
			})
		}
		wg.Wait()
		all, err := d.List(t.Context(), subscribers.Filter{})
		if err != nil || len(all) != 1 || d.queued(t) != 1 {
			t.Errorf("8 sign-ups at the same moment: %d subscribers, %d letters, %v, want 1 and 1", len(all), d.queued(t), err)
		}
	})
}

func TestFormClosesForWhoUsesItAsAWeapon(t *testing.T) {
	for _, c := range []struct {
		why    string
		limits subscribers.Limits
		typed  func(i int) subscribers.Request
		other  subscribers.Request // of somebody else, to whom the form is open
	}{
		{"one network", subscribers.Limits{Network: 4}, func(i int) subscribers.Request {
			r := request(fmt.Sprintf("a%d@d%d.example.org", i, i))
			r.From = netip.AddrFrom4([4]byte{192, 0, 2, byte(i)})
			return r
		}, subscribers.Request{Address: "new@example.org", From: netip.MustParseAddr("198.51.100.1")}},
		{"one mail domain", subscribers.Limits{Domain: 4}, func(i int) subscribers.Request {
			r := request(fmt.Sprintf("a%d@victim.example.org", i))
			r.From = netip.AddrFrom4([4]byte{192, 0, byte(i), 1})
			return r
		}, subscribers.Request{Address: "new@example.org"}},
		{"all together", subscribers.Limits{Total: 4}, func(i int) subscribers.Request {
			r := request(fmt.Sprintf("a%d@d%d.example.org", i, i))
			r.From = netip.AddrFrom4([4]byte{192, 0, byte(i), 1})
			return r
		}, subscribers.Request{}},
	} {
		t.Run(c.why, func(t *testing.T) {
			each(t, func(t *testing.T, d *desk) {
				d.Limits = c.limits
				for i := range 4 {
					if err := d.SignUp(t.Context(), c.typed(i)); err != nil {
						t.Fatalf("sign-up %d = %v, want no error", i, err)
					}
				}
				for range 2 { // refusals are not counted: they do not keep it closed
					if err := d.SignUp(t.Context(), c.typed(9)); !errors.Is(err, subscribers.ErrTooMany) {
						t.Errorf("sign-up 5 = %v, want ErrTooMany", err)
					}
				}
				if c.other.Address != "" {
					if err := d.SignUp(t.Context(), c.other); err != nil {
						t.Errorf("sign-up of somebody else = %v, want no error", err)
					}
				}
				d.wait(time.Hour)
				if err := d.SignUp(t.Context(), c.typed(9)); err != nil {
					t.Errorf("sign-up an hour later = %v, want no error", err)
				}
			})
		})
	}
}

func TestMalformedAddressIsSaidSo(t *testing.T) {
	d := newDesk(t, storetest.Open(t))
	err := d.SignUp(t.Context(), request("ann@localhost"))
	if fault := (*subscribers.AddressError)(nil); !errors.As(err, &fault) || d.queued(t) != 0 {
		t.Errorf("SignUp(ann@localhost) = %v and %d letters, want an AddressError and none", err, d.queued(t))
	}
}

func TestFailedLetterLeavesNothingBehind(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		broken := errors.New("broken template")
		d.Service.Letter = func(subscribers.LetterKind, subscribers.Subscriber, subscribers.Link) (subscribers.Letter, error) {
			return subscribers.Letter{}, broken
		}
		if err := d.SignUp(t.Context(), request("ann@example.org")); !errors.Is(err, broken) {
			t.Errorf("SignUp() = %v, want the letter's error", err)
		}
		if got := d.state(t, "ann@example.org"); got != "unknown" {
			t.Errorf("state = %s, want unknown", got)
		}
	})
}

func TestConfirmingTwiceChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.signUp(t, "ann@example.org")
		token := d.last(t).Token
		first := d.confirm(t, token)
		d.wait(time.Hour)
		if again := d.confirm(t, token); !again.ConfirmedAt.Equal(first.ConfirmedAt) {
			t.Errorf("second Confirm() at %v, want the first time, %v", again.ConfirmedAt, first.ConfirmedAt)
		}
		if r, err := d.Show(t.Context(), "ann@example.org"); err != nil || len(r.Consents) != 1 {
			t.Errorf("%d consents, %v, want 1", len(r.Consents), err)
		}
	})
}

func TestLinksThatDoNothing(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.signUp(t, "late@example.org")
		late := d.last(t).Token
		d.wait(subscribers.ConfirmWithin)
		d.signUp(t, "left@example.org")
		left := d.last(t).Token
		sub := d.confirm(t, left)
		if _, err := d.Unsubscribe(t.Context(), d.unsubscribeToken(sub)); err != nil {
			t.Fatal(err)
		}
		gone := subscribers.Subscriber{ID: "nobody"}
		for _, c := range []struct{ why, token string }{
			{"too old", late},
			{"of someone who has left since", left},
			{"of nobody", d.Keys.Token(subscribers.PurposeConfirm, gone, time.Time{})},
			{"for another purpose", d.unsubscribeToken(sub)},
			{"nonsense", "nonsense"},
			{"empty", ""},
		} {
			if _, err := d.Confirm(t.Context(), c.token, home); !errors.Is(err, subscribers.ErrUnknownToken) {
				t.Errorf("%s: Confirm() = %v, want ErrUnknownToken", c.why, err)
			}
			if _, err := d.Peek(t.Context(), subscribers.PurposeConfirm, c.token); !errors.Is(err, subscribers.ErrUnknownToken) {
				t.Errorf("%s: Peek() = %v, want ErrUnknownToken", c.why, err)
			}
		}
		if got := d.state(t, "left@example.org"); got != subscribers.Unsubscribed {
			t.Errorf("state of who left = %s, want unsubscribed", got)
		}
	})
}

func TestPeekingChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.signUp(t, "ann@example.org")
		for range 3 {
			if sub, err := d.Peek(t.Context(), subscribers.PurposeConfirm, d.last(t).Token); err != nil || sub.State != subscribers.Pending {
				t.Errorf("Peek(confirm) = %s, %v, want pending", sub.State, err)
			}
		}
		sub := d.confirm(t, d.last(t).Token)
		if _, err := d.Peek(t.Context(), subscribers.PurposeUnsubscribe, d.unsubscribeToken(sub)); err != nil || d.state(t, "ann@example.org") != subscribers.Active {
			t.Errorf("Peek(unsubscribe) = %v, state %s, want active", err, d.state(t, "ann@example.org"))
		}
	})
}

func TestLeavingWorksInEveryStateAndTwice(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.signUp(t, "pending@example.org")
		pending, _ := d.Show(t.Context(), "pending@example.org")
		active := d.active(t, "active@example.org")
		bounced := d.active(t, "bounced@example.org")
		if err := d.Suppress(t.Context(), bounced.ID, subscribers.ReasonBounced); err != nil {
			t.Fatal(err)
		}
		erased := d.active(t, "erased@example.org")
		if err := d.Forget(t.Context(), "erased@example.org"); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			sub  subscribers.Subscriber
			want subscribers.State
		}{
			{pending.Subscriber, subscribers.Unsubscribed},
			{active, subscribers.Unsubscribed},
			{bounced, subscribers.Suppressed},
			{erased, subscribers.Unsubscribed},
		} {
			token := d.unsubscribeToken(c.sub)
			var left time.Time
			for try := range 2 {
				sub, err := d.Unsubscribe(t.Context(), token)
				if err != nil || sub.State != c.want || sub.ID != c.sub.ID {
					t.Errorf("Unsubscribe(%s) = %s, %v, want %s", c.sub.Email, sub.State, err, c.want)
				}
				if try == 1 && !sub.LeftAt.Equal(left) {
					t.Errorf("second Unsubscribe(%s) moved the time from %v to %v", c.sub.Email, left, sub.LeftAt)
				}
				left = sub.LeftAt
				d.wait(40 * time.Hour)
			}
		}
		r, err := d.Show(t.Context(), "active@example.org")
		if err != nil || len(r.Consents) != 1 || !r.Consents[0].WithdrawnAt.Equal(r.LeftAt) {
			t.Errorf("consents = %+v, %v, want one, withdrawn at %v", r.Consents, err, r.LeftAt)
		}
	})
}

func TestWhoLeftMayComeBack(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		sub := d.active(t, "ann@example.org")
		if _, err := d.Remove(t.Context(), "ANN@example.org"); err != nil {
			t.Fatalf("Remove: %v", err)
		}
		d.wait(24 * time.Hour)
		d.signUp(t, "ann@example.org")
		back := d.confirm(t, d.last(t).Token)
		if back.ID != sub.ID || back.State != subscribers.Active || !back.LeftAt.IsZero() {
			t.Errorf("back as %+v, want the same subscriber, active", back)
		}
		if r, err := d.Show(t.Context(), "ann@example.org"); err != nil || len(r.Consents) != 2 {
			t.Errorf("%d consents, %v, want both", len(r.Consents), err)
		}
	})
}

func TestPreferencesAreKept(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		sub := d.active(t, "ann@example.org")
		token := d.Keys.Token(subscribers.PurposePreferences, sub, time.Time{})
		want := subscribers.Preferences{Lang: "de-AT", Zone: "Europe/Vienna", Topics: []string{"devices", "policy"}, Format: subscribers.Text}
		saved, err := d.SavePreferences(t.Context(), token, subscribers.Preferences{
			Lang: "de-at", Zone: "Europe/Vienna", Topics: []string{"policy", " devices ", "policy", ""}, Format: "text"})
		if err != nil || saved.Lang != want.Lang || saved.Zone != want.Zone || strings.Join(saved.Topics, " ") != "devices policy" || saved.Format != want.Format {
			t.Errorf("SavePreferences() = %+v, %v, want %+v", saved, err, want)
		}
		for field, p := range map[string]subscribers.Preferences{
			"language": {Lang: "no such language"}, "zone": {Zone: "Europe/Nowhere"}, "format": {Format: "pdf"},
		} {
			var fault *subscribers.PreferenceError
			if _, err := d.SavePreferences(t.Context(), token, p); !errors.As(err, &fault) || fault.Field != field {
				t.Errorf("SavePreferences(%+v) = %v, want a PreferenceError for %s", p, err, field)
			}
		}
		if again, err := d.Peek(t.Context(), subscribers.PurposePreferences, token); err != nil || again.Lang != "de-AT" {
			t.Errorf("Peek() = %+v, %v, want what was saved", again, err)
		}
	})
}

func TestRaisedEpochVoidsEveryLink(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		sub := d.active(t, "ann@example.org")
		old := d.unsubscribeToken(sub)
		if err := d.VoidLinks(t.Context(), "ann@example.org"); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Unsubscribe(t.Context(), old); !errors.Is(err, subscribers.ErrUnknownToken) || d.state(t, "ann@example.org") != subscribers.Active {
			t.Errorf("Unsubscribe(old link) = %v, want ErrUnknownToken", err)
		}
		r, _ := d.Show(t.Context(), "ann@example.org")
		if _, err := d.Unsubscribe(t.Context(), d.unsubscribeToken(r.Subscriber)); err != nil {
			t.Errorf("Unsubscribe(new link) = %v, want no error", err)
		}
	})
}

func TestEditorAddsByAskingToo(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		sub, err := d.Add(t.Context(), "ann@example.org")
		if err != nil || sub.State != subscribers.Pending || d.queued(t) != 1 {
			t.Errorf("Add() = %s, %v and %d letters, want pending and 1", sub.State, err, d.queued(t))
		}
		d.confirm(t, d.last(t).Token)
		if sub, err = d.Add(t.Context(), "ann@example.org"); err != nil || sub.State != subscribers.Active || d.queued(t) != 2 {
			t.Errorf("Add(active) = %s, %v and %d letters, want active and none but question and welcome", sub.State, err, d.queued(t))
		}
		if err := d.Suppress(t.Context(), sub.ID, subscribers.ReasonComplained); err != nil {
			t.Fatal(err)
		}
		if _, err = d.Add(t.Context(), "ann@example.org"); !errors.Is(err, subscribers.ErrSuppressed) {
			t.Errorf("Add(suppressed) = %v, want ErrSuppressed", err)
		}
		if err := d.Lift(t.Context(), "ann@example.org"); err != nil {
			t.Fatal(err)
		}
		if sub, err = d.Add(t.Context(), "ann@example.org"); err != nil || sub.State != subscribers.Pending {
			t.Errorf("Add(lifted) = %s, %v, want pending", sub.State, err)
		}
		if _, err := d.Remove(t.Context(), "nobody@example.org"); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("Remove(nobody) = %v, want ErrNotFound", err)
		}
	})
}

func TestListIsReadPageByPage(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.Limits = subscribers.Limits{Network: -1, Domain: -1, Total: -1}
		for i := range 25 {
			d.signUp(t, fmt.Sprintf("reader%02d@example.org", i))
			if i%5 == 4 { // several in one moment
				d.wait(time.Second)
			}
		}
		d.confirm(t, d.last(t).Token)
		seen := map[string]bool{}
		var after subscribers.Subscriber
		for {
			page, err := d.List(t.Context(), subscribers.Filter{State: subscribers.Pending, After: after, Limit: 7})
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, sub := range page {
				seen[sub.Email] = true
			}
			after = page[len(page)-1]
		}
		if len(seen) != 24 || seen["reader24@example.org"] {
			t.Errorf("%d pending subscribers in the pages, want the 24 who have not confirmed", len(seen))
		}
		found, err := d.List(t.Context(), subscribers.Filter{Search: "READER1"})
		if err != nil || len(found) != 10 {
			t.Errorf("List(search reader1) = %d, %v, want 10", len(found), err)
		}
		counts, err := d.Counts(t.Context())
		if err != nil || counts[subscribers.Pending] != 24 || counts[subscribers.Active] != 1 {
			t.Errorf("Counts() = %v, %v, want 24 pending and 1 active", counts, err)
		}
	})
}

// BenchmarkSignUp compares the states behind an address: what a stranger could
// measure.
func BenchmarkSignUp(b *testing.B) {
	d := newDesk(b, storetest.Open(b))
	d.Limits = subscribers.Limits{Pause: -1, Daily: -1, Network: -1, Domain: -1, Total: -1}
	d.active(b, "active@example.org")
	bounced := d.active(b, "suppressed@example.org")
	if err := d.Suppress(context.Background(), bounced.ID, subscribers.ReasonBounced); err != nil {
		b.Fatal(err)
	}
	n := 0
	for _, c := range []struct {
		name    string
		address func() string
	}{
		{"new", func() string { n++; return fmt.Sprintf("new%d@example.org", n) }},
		{"active", func() string { return "active@example.org" }},
		{"suppressed", func() string { return "suppressed@example.org" }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				d.signUp(b, c.address())
			}
		})
	}
}

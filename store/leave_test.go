package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"weekward/mailer/bounces"
	"weekward/subscribers"
)

// asks is a mail that asks to leave, as a mail program writes it.
func asks(from, subject, text string) []byte {
	return []byte("From: " + from + "\r\nTo: bounces@mail.example.org\r\nMessage-ID: <" + subject[max(0, len(subject)-20):] + ".1@example.org>\r\nSubject: " + subject + "\r\n\r\n" + text)
}

// RFC 2369: whoever holds the mail leaves by it, from whatever address they
// write; who only writes from an address, which anybody can, does not.
func TestWhoAsksToLeaveByMailIsKnownByTheirTokenOnly(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		for _, id := range []string{"ann", "ben", "cal", "dan", "eve"} {
			p.subscribe(id)
		}
		token := func(id string) string {
			return p.keys.Token(subscribers.PurposeUnsubscribe, subscribers.Subscriber{ID: id}, time.Time{})
		}
		forged := strings.Repeat("A", len(token("eve")))
		for _, c := range []struct {
			why, who string
			mail     []byte
			act      bounces.Act
			trust    string
			stays    bool // in the mailbox
		}{
			{"a token in the subject", "ann", asks("ann@example.org", "unsubscribe "+token("ann"), ""), bounces.Leave, "token", false},
			{"once more", "ann", asks("ann@example.org", "unsubscribe "+token("ann"), ""), bounces.Ignore, "token", false},
			{"a token, written from elsewhere, with a mark by a gateway", "ben", asks("somebody@example.com", "[EXT] Unsubscribe "+token("ben"), "A mail program wrote this to unsubscribe."), bounces.Leave, "token", false},
			{"a token, folded and encoded", "cal", asks("x@example.com", "=?utf-8?Q?unsubscribe_"+token("cal")[:20]+"?=\r\n =?utf-8?Q?"+token("cal")[20:]+"?=", ""), bounces.Leave, "token", false},
			{"a token, and a word to the editor", "dan", asks("dan@example.org", "unsubscribe "+token("dan"), "And please tell me where you have my address from."), bounces.Leave, "token", true},
			{"an address alone", "", asks("eve@example.org", "unsubscribe", ""), bounces.Keep, "nothing", true},
			{"a token nobody made", "", asks("eve@example.org", "unsubscribe "+forged, ""), bounces.Keep, "nothing", true},
			{"a token of another purpose", "", asks("eve@example.org", "unsubscribe "+p.keys.Token(subscribers.PurposePreferences, subscribers.Subscriber{ID: "eve"}, time.Time{}), ""), bounces.Keep, "nothing", true},
		} {
			lines, understood, err := p.clerk.Handle(p.Context(), "mail", c.mail)
			if err != nil {
				p.Fatalf("%s: %v", c.why, err)
			}
			if got := lines[0]; got.Act != c.act || got.Trust != c.trust || c.who != "" && got.Subscriber != c.who || understood == c.stays {
				p.Errorf("%s: Handle = %+v, understood %v, want %s of %q by %s, and that it stays: %v", c.why, got, understood, c.act, c.who, c.trust, c.stays)
			}
			if last := lines[len(lines)-1]; c.stays && last.Act != bounces.Keep {
				p.Errorf("%s: Handle = %+v, want what stays to be listed", c.why, lines)
			}
		}
		for _, id := range []string{"ann", "ben", "cal", "dan"} {
			p.wantState(id, subscribers.Unsubscribed)
		}
		p.wantState("eve", subscribers.Active)
	})
}

// A mail with a word to the editor stays in the mailbox, and is met again at
// each visit. Its writer may have come back meanwhile.
func TestWhoComesBackIsNotSentAwayAgainByAnOldMail(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		p.subscribe("ann")
		token := p.keys.Token(subscribers.PurposeUnsubscribe, subscribers.Subscriber{ID: "ann"}, time.Time{})
		mail := asks("ann@example.org", "unsubscribe "+token, "And please tell me where you have my address from.")
		if got := p.handle(mail); got[0].Act != bounces.Leave {
			t.Fatalf("Handle = %+v, want that ann leaves", got)
		}
		p.subscribe("ann")
		p.wantState("ann", subscribers.Active)
		if got := p.handle(mail); got[0].Act != bounces.Ignore || got[len(got)-1].Act != bounces.Keep {
			t.Errorf("Handle again = %+v, want it to do nothing new, and the mail kept", got)
		}
		p.wantState("ann", subscribers.Active)
		second := asks("ann@example.org", "unsubscribe "+token+" ", "And please tell me where you have my address from.")
		if got := p.handle([]byte(strings.Replace(string(second), ".1@", ".2@", 1))); got[0].Act != bounces.Leave {
			t.Errorf("Handle of another mail = %+v, want that ann leaves", got)
		}
		p.wantState("ann", subscribers.Unsubscribed)
	})
}

func TestDryRunLetsNobodyLeave(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		p.subscribe("ann")
		p.clerk.DryRun = true
		mail := asks("ann@example.org", "unsubscribe "+p.keys.Token(subscribers.PurposeUnsubscribe, subscribers.Subscriber{ID: "ann"}, time.Time{}), "")
		if got := p.handle(mail); got[0].Act != bounces.Leave {
			p.Errorf("Handle in a dry run = %+v, want what would be done", got[0])
		}
		p.wantState("ann", subscribers.Active)
	})
}

// A mail is not filed as done when its token could not be looked up.
func TestMailToLeaveWaitsForADatabaseThatIsAway(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		p.clerk.Peek = func(context.Context, subscribers.Purpose, string) (subscribers.Subscriber, error) {
			return subscribers.Subscriber{}, errors.New("away")
		}
		_, understood, err := p.clerk.Handle(p.Context(), "mail", asks("a@example.org", "unsubscribe "+strings.Repeat("x", 51), ""))
		if err == nil || understood {
			p.Errorf("Handle = %v, %v, want an error and the mail left", understood, err)
		}
	})
}

package mailer

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"weekward/templates"
)

// RFC 2369 and RFC 8058: one way over the web, for a click; and one by mail,
// only where a program reads it.
func TestWaysToLeaveAreOneLinkAndOneMail(t *testing.T) {
	for _, c := range []struct{ why, mailbox, want, complaints string }{
		{"nobody reads a mailbox", "", "<https://news.example.org/unsubscribe/token-unsubscribe-s1-2>", ""},
		{"a mailbox below the domain of From", "back@mail.example.org", "<https://news.example.org/unsubscribe/token-unsubscribe-s1-2>, <mailto:back@mail.example.org?subject=unsubscribe%20token-unsubscribe-s1-2>", "back@mail.example.org; report=arf"},
		// RFC 9477: complaints go where the signature of From vouches for.
		{"a mailbox elsewhere", "back@example.com", "<https://news.example.org/unsubscribe/token-unsubscribe-s1-2>, <mailto:back@example.com?subject=unsubscribe%20token-unsubscribe-s1-2>", ""},
	} {
		m := issueMailing()
		m.Header.Mailbox = c.mailbox
		h := read(t, build(t, m, templates.Content{Subject: "s", Text: "t", HTML: "<p>t"}, "reader@example.org").Data).Header
		if got := h["List-Unsubscribe"]; len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: List-Unsubscribe: got %q, want %q", c.why, got, c.want)
		}
		if got := h.Get("Cfbl-Address"); got != c.complaints {
			t.Errorf("%s: CFBL-Address: got %q, want %q", c.why, got, c.complaints)
		}
	}
}

// Whatever may stand in a mailbox's name comes out of the mailto as it was, and
// starts no field of its own.
func TestMailToLeaveReachesItsMailbox(t *testing.T) {
	for _, mailbox := range []string{"bounces@example.org", "me+news@example.org", "a&b=c?d#e@example.org", "50%/x@example.org", "o'neil!@example.org"} {
		u, err := url.Parse(leaveByMail(mailbox, "token"))
		if err != nil {
			t.Errorf("leaveByMail(%q): %v", mailbox, err)
			continue
		}
		to, err := url.PathUnescape(u.Opaque)
		if err != nil || to != mailbox || u.Scheme != "mailto" || len(u.Query()) != 1 || u.Query().Get("subject") != "unsubscribe token" {
			t.Errorf("leaveByMail(%q) = %s: got a mail to %q about %q, want it to the mailbox about \"unsubscribe token\"", mailbox, u, to, u.Query())
		}
	}
	for _, mailbox := range []string{"x@example.org>,<http://example.com/", "a@example.org\r\nBcc: b@example.org", "größe@example.org", "News <b@example.org>", "nobody"} {
		m := issueMailing()
		m.Header.Mailbox = mailbox
		if _, err := newPlate(m, templates.Content{Subject: "s", Text: "t"}, Header{}, ""); err == nil {
			t.Errorf("newPlate with mailbox %q: got no error, want it refused", mailbox)
		}
	}
}

// A list is told by its List-Id, whatever its issues are called: a reader's
// filter must not lose the next one.
func TestListKeepsItsIdentity(t *testing.T) {
	id := func(change func(*Mailing)) string {
		m := issueMailing()
		change(&m)
		field := read(t, build(t, m, templates.Content{Subject: "s", Text: "t"}, "reader@example.org").Data).Header.Get("List-Id")
		_, id, _ := strings.Cut(field, "<")
		return strings.TrimSuffix(id, ">")
	}
	first := id(func(*Mailing) {})
	for why, change := range map[string]func(*Mailing){
		"another issue":  func(m *Mailing) { m.ID, m.Issue, m.Seed, m.Date = "m2", 32, "another", m.Date.AddDate(0, 0, 7) },
		"another name":   func(m *Mailing) { m.Header.Name = "Größe <x@example.com>" },
		"another sender": func(m *Mailing) { m.Header.From = "else@example.com" },
	} {
		if got := id(change); got != first {
			t.Errorf("%s: List-Id: got %q, want %q", why, got, first)
		}
	}
	if got := id(func(m *Mailing) { m.Header.BaseURL = "https://other.example.org" }); got == first {
		t.Errorf("another list: List-Id: got %q again, want another", got)
	}
}

// Complaints are summed up by issue and by stream, under one sender.
func TestFeedbackTellsStreamsApartAndNamesNobody(t *testing.T) {
	letter := Mailing{ID: "l1", Kind: KindLetter, Seed: "s", Date: time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)}
	c := templates.Content{Subject: "s", Text: "t"}
	var sender []string
	for want, m := range map[string]Mailing{"issue31:issue:weekward": issueMailing(), "letter:letter:weekward": letter} {
		one, two := build(t, m, c, "ann@example.org"), build(t, m, c, "ben@example.org")
		got := read(t, one.Data).Header.Get("Feedback-ID")
		if again := read(t, two.Data).Header.Get("Feedback-ID"); again != got {
			t.Errorf("Feedback-ID of two readers: got %q and %q, want the same", got, again)
		}
		at := strings.LastIndexByte(got, ':')
		if got[:at] != want || len(got[at+1:]) < 5 || len(got[at+1:]) > 15 {
			t.Errorf("Feedback-ID: got %q, want %s and a sender of 5 to 15 signs", got, want)
		}
		sender = append(sender, got[at+1:])
	}
	if sender[0] != sender[1] {
		t.Errorf("sender in Feedback-ID: got %q, want the same for every stream", sender)
	}
}

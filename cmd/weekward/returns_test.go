package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"weekward/mailer/bounces"
)

// withMailbox lets a newsletter read what comes back to bounces@mail.example.org
// from a folder.
func withMailbox(maildir string) func(*Config) {
	return func(c *Config) {
		c.SMTP.Envelope = "bounces@mail.example.org"
		c.Bounces.Maildir = maildir
	}
}

// newMaildir is an empty mailbox.
func newMaildir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, sub := range []string{"new", "cur", "tmp"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// arrives puts a mail into a mailbox.
func arrives(t *testing.T, maildir, text string) {
	t.Helper()
	name := fmt.Sprintf("%d.test", time.Now().UnixNano())
	if err := os.WriteFile(filepath.Join(maildir, "new", name), []byte(strings.ReplaceAll(text, "\n", "\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}

// returned reads the mailbox and says what came of each mail.
func (n *newsletter) returned(t *testing.T) []bounces.Line {
	t.Helper()
	var out, errOut bytes.Buffer
	if code := run(t.Context(), []string{"bounces", "read", "--json", "--config", n.config()}, strings.NewReader(""), &out, &errOut); code != exitDone {
		t.Fatalf("weekward bounces read: exit %d\n%s", code, errOut.String())
	}
	var lines []bounces.Line
	for d := json.NewDecoder(&out); d.More(); {
		var l bounces.Line
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}

// states are those of the readers of n.subscribe.
func (n *newsletter) states(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for i := range 3 {
		address := fmt.Sprintf("reader%04d@example.org", i)
		var record struct{ State string }
		n.weekward(t, &record, "subscribers", "show", address)
		found[address] = record.State
	}
	return found
}

// sent mails the issue of the week to three readers.
func sent(t *testing.T, change func(*Config)) (*newsletter, *relay) {
	t.Helper()
	n, r := weekBefore(t, change)
	n.approve(t, testSlot)
	n.at(t, time.Minute)
	n.wants(t, exitDone, "", "send")
	if r.total() != 3 {
		t.Fatalf("mails: got %d, want 3", r.total())
	}
	return n, r
}

// A server may return nothing of a mail, neither its head nor whom it was for:
// the address it returns to tells.
func TestBounceIsToldByItsTokenAlone(t *testing.T) {
	maildir := newMaildir(t)
	n, r := sent(t, withMailbox(maildir))
	arrives(t, maildir, "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.com\nTo: "+r.senders["reader0001@example.org"]+
		"\nSubject: Undeliverable mail\nMessage-ID: <1@mx.example.com>\n\nYour message could not be delivered.\n550 5.1.1 no such user\n")
	lines := n.returned(t)
	if len(lines) != 1 || lines[0].Trust != "token" || lines[0].Issue != 1 || lines[0].Act != bounces.Suppress {
		t.Errorf("bounces read = %+v, want a reader of issue 1 suppressed by the token", lines)
	}
	want := map[string]string{"reader0000@example.org": "active", "reader0001@example.org": "suppressed", "reader0002@example.org": "active"}
	if got := n.states(t); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("readers: got %v, want %v", got, want)
	}
	for to, from := range r.senders {
		if strings.Contains(from, "reader") || !strings.HasPrefix(from, "bounces+1-") || !strings.HasSuffix(from, "@mail.example.org") {
			t.Errorf("MAIL FROM for %s: got %q, want bounces+1-…@mail.example.org, and nothing of the address", to, from)
		}
	}
}

// Gmail, Microsoft 365 and their like send for the address of the account only.
func TestEnvelopeHasNoTokensWhereTheyAreTurnedOff(t *testing.T) {
	for _, c := range []struct {
		why    string
		change func(*Config)
		want   string
	}{
		{"no address for bounces", func(*Config) {}, "weekly@example.org"},
		{"its mailbox takes no tokens", func(c *Config) { c.SMTP.Envelope, c.SMTP.EnvelopeTokens = "bounces@example.org", false }, "bounces@example.org"},
	} {
		_, r := sent(t, c.change)
		for to, from := range r.senders {
			if from != c.want {
				t.Errorf("%s: MAIL FROM for %s: got %q, want %q", c.why, to, from, c.want)
			}
		}
	}
}

// The mail that List-Unsubscribe asks for takes off the reader it was made for,
// from whatever address it is written; and none is asked for where nobody reads.
func TestReaderLeavesByTheMailTheirIssueAsksFor(t *testing.T) {
	maildir := newMaildir(t)
	n, r := sent(t, withMailbox(maildir))
	link, letter := waysToLeave(t, r.messages["reader0002@example.org"])
	to, query, _ := strings.Cut(strings.TrimPrefix(letter, "mailto:"), "?")
	values, err := url.ParseQuery(query)
	if err != nil || to != "bounces@mail.example.org" || !strings.HasPrefix(link, "https://weekly.example.org/unsubscribe/") {
		t.Fatalf("List-Unsubscribe: got %q and %q, want our site and our mailbox", link, letter)
	}
	arrives(t, maildir, "From: somebody@else.example.com\nTo: "+to+"\nSubject: "+values.Get("subject")+"\nMessage-ID: <2@else.example.com>\n\n")
	if lines := n.returned(t); len(lines) != 1 || lines[0].Act != bounces.Leave || lines[0].Trust != "token" {
		t.Errorf("bounces read = %+v, want a reader who left by their token", lines)
	}
	want := map[string]string{"reader0000@example.org": "active", "reader0001@example.org": "active", "reader0002@example.org": "unsubscribed"}
	if got := n.states(t); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("readers: got %v, want %v", got, want)
	}
	if left, _ := filepath.Glob(filepath.Join(maildir, "new", "*")); len(left) != 0 {
		t.Errorf("mailbox: got %v left, want it filed", left)
	}

	_, r = sent(t, func(c *Config) { c.SMTP.Envelope = "bounces@mail.example.org" })
	if _, letter := waysToLeave(t, r.messages["reader0000@example.org"]); letter != "" {
		t.Errorf("List-Unsubscribe where no mailbox is read: got %q, want the link only", letter)
	}
}

// waysToLeave are the link and the mailto of a mail.
func waysToLeave(t *testing.T, data []byte) (link, letter string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	link, letter, _ = strings.Cut(m.Header.Get("List-Unsubscribe"), ", ")
	return strings.Trim(link, "<>"), strings.Trim(letter, "<>")
}

// A letter that asks may come from an address of its own, so that what becomes
// of the issues does not keep confirmations from arriving.
func TestLettersComeFromTheirOwnAddress(t *testing.T) {
	n, r := weekBefore(t, func(c *Config) { c.Site.Letters = "Test Weekly <hello@example.org>" })
	n.wants(t, exitDone, "", "subscribers", "add", "new@example.org")
	n.approve(t, testSlot)
	n.at(t, time.Minute)
	n.wants(t, exitDone, "", "send")
	for to, want := range map[string]string{"new@example.org": "hello@example.org", "reader0000@example.org": "weekly@example.org"} {
		m, err := mail.ReadMessage(bytes.NewReader(r.messages[to]))
		if err != nil {
			t.Fatalf("mail to %s: %v", to, err)
		}
		if got := m.Header.Get("From"); !strings.Contains(got, "<"+want+">") {
			t.Errorf("From of the mail to %s: got %q, want %s", to, got, want)
		}
	}
}

// A real server that takes a mail and cannot deliver it returns it to the
// address of the envelope, and its report names the reader by the token.
func TestRealServerReturnsAMailToItsReadersAddress(t *testing.T) {
	elsewhere := startRelay(t, 0)
	elsewhere.turns = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	p := startPostfix(t, "smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination",
		"default_transport = smtp:["+strings.Replace(elsewhere.addr, ":", "]:", 1), "virtual_mailbox_domains = mail.example.org")
	n, _ := weekBefore(t, withMailbox(p.maildir))
	t.Setenv("WEEKWARD_SMTP_URL", "smtp://"+p.addr)
	n.approve(t, testSlot)
	n.at(t, time.Minute)
	n.wants(t, exitDone, "", "send")
	p.waitFor(t, 3)
	p.stripReturned(t)
	for _, l := range n.returned(t) {
		if l.Trust != "token" || l.Act != bounces.Suppress || l.Status != "5.1.1" {
			t.Errorf("bounces read = %+v, want a reader suppressed by the token", l)
		}
	}
	for address, got := range n.states(t) {
		if got != "suppressed" {
			t.Errorf("%s is %s, want suppressed: the server knows nobody", address, got)
		}
	}
}

// waitFor waits until so many mails have come.
func (p postfix) waitFor(t *testing.T, want int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		names, _ := filepath.Glob(filepath.Join(p.maildir, "new", "*"))
		if len(names) >= want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("mails in %s: got %d, want %d", p.maildir, len(names), want)
		}
	}
}

// stripReturned takes what came back, and whom it was for, out of each report,
// as some servers leave it out.
func (p postfix) stripReturned(t *testing.T) {
	t.Helper()
	names, _ := filepath.Glob(filepath.Join(p.maildir, "new", "*"))
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		at := bytes.Index(data, []byte("Content-Type: text/rfc822-headers")) // RFC 3461: as we asked
		if at < 0 {
			t.Fatalf("%s returns no head, or more than that:\n%s", name, data)
		}
		data = bytes.ReplaceAll(data[:at], []byte("@example.org"), []byte("@hidden.example.com"))
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

package main

import (
	"strings"
	"testing"
)

// What comes back is worth nothing when nobody reads it, and mails whose
// envelope is of another organisation are SPF's for nobody (RFC 7489, 3.1.2).
func TestDoctorSaysWhereBouncesGo(t *testing.T) {
	for _, c := range []struct {
		why, envelope string
		tokens, read  bool
		level, words  string
	}{
		{"nobody reads", "bounces@mail.example.org", true, false, "warn", "set imap or maildir"},
		{"below the domain of From", "bounces@mail.example.org", true, true, "ok", "bounces+test@mail.example.org must arrive there"},
		{"another organisation", "bounces@example.com", true, true, "warn", "SPF says nothing"},
		{"another owner under one public suffix", "bounces@other.github.io", true, true, "warn", "SPF says nothing"},
		{"without tokens", "bounces@example.org", false, true, "ok", "told by their Message-ID"},
		{"to the From address", "", true, true, "ok", "read at weekly@example.org"},
	} {
		a := &app{config: defaultConfig()}
		a.config.Site.From = "Test Weekly <weekly@example.org>"
		a.config.SMTP.Envelope, a.config.SMTP.EnvelopeTokens = c.envelope, c.tokens
		if c.read {
			a.config.Bounces.Maildir = "/var/mail/bounces"
		}
		got := a.checkReturns(t.Context())
		if got.Level != c.level || !strings.Contains(got.Found+" "+got.Next, c.words) {
			t.Errorf("%s: checkReturns = %+v, want %s with %q", c.why, got, c.level, c.words)
		}
	}
}

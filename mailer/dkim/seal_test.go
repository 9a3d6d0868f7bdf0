package dkim_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weekward/mailer/dkim"
	"weekward/mailer/dkim/dkimtest"
)

var date = time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)

// signed is a message with its signatures.
func signed(t rapid.TB, seal *dkim.Seal, message []byte) []byte {
	t.Helper()
	data := append(bytes.Clone(seal.Blank()), message...)
	if err := seal.Sign(data); err != nil {
		t.Fatalf("Sign: %v\n%q", err, data)
	}
	return data
}

// head is that of an issue.
func head(to, token string) string {
	return "Date: Tue, 03 Mar 2026 07:00:00 +0000\r\nMIME-Version: 1.0\r\nMessage-ID: <" + to + ">\r\nSubject: =?UTF-8?q?Gr=C3=B6=C3=9Fe?=\r\n  and   more\r\n" +
		"From: \"Ward Weekly\" <digest@example.org>\r\nTo: <" + to + ">\r\nReply-To: <editor@example.org>\r\nList-Id: <weekward.example.org>\r\n" +
		"List-Unsubscribe: <https://news.example.org/unsubscribe/" + token + ">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" +
		"Content-Type: multipart/alternative;\r\n boundary=abc\r\nAuto-Submitted: auto-generated\r\nPrecedence: bulk\r\n\r\n"
}

// lines draws text with all that relaxed canonicalisation changes.
func lines(label string) func(*rapid.T) string {
	word := rapid.OneOf(rapid.StringMatching(`[!-~]{0,20}`), rapid.SampledFrom([]string{" ", "  ", "\t", " \t ", ".", "=", "=\r\n", "\r\n", "\r\n\r\n", " \r\n", "\t\r\n", "ü"}))
	return func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(word, 0, 30).Draw(t, label), "") }
}

// Messages that begin alike are signed so that a receiver accepts each, and
// notices each octet that somebody changes.
func TestSealedMessagesVerifyAndChangedOnesDoNot(t *testing.T) {
	s := dkimtest.Signer(t, "example.org", "rsa", "ed25519")
	rapid.Check(t, func(rt *rapid.T) {
		start := lines("start")(rt)
		alike := rapid.IntRange(0, len(start)).Draw(rt, "alike")
		field := rapid.SampledFrom([]string{"", "X-Note: a\t b \r\n", "Sender: <s@example.org>\r\n", "Feedback-ID:31:weekward\r\n"}).Draw(rt, "field")
		message := func(i int) []byte {
			return []byte(field + head(fmt.Sprintf("reader%d@example.org", i), strings.Repeat("t", 20*i)) + start + lines("body")(rt))
		}
		seal, err := s.NewSeal(message(1), alike, date)
		if err != nil {
			rt.Fatal(err)
		}
		data := signed(rt, seal, message(2))
		if err := s.Prove(data); err != nil {
			rt.Fatalf("a sealed message: %v\n%q", err, data)
		}
		for line := range bytes.Lines(seal.Blank()) {
			if len(line) > 78+2 {
				rt.Fatalf("a line of the signature has %d octets:\n%s", len(line)-2, seal.Blank())
			}
		}
		at := rapid.IntRange(len(seal.Blank()), len(data)-1).Draw(rt, "at")
		if strings.ContainsRune(" \t\r\n", rune(data[at])) {
			return
		}
		changed := bytes.Clone(data)
		changed[at] = 'A' + (changed[at]+1)%10
		if strings.EqualFold(string(changed[at]), string(data[at])) {
			changed[at] = '0'
		}
		if err := s.Prove(changed); err == nil {
			rt.Fatalf("octet %d changed from %q to %q: verifies, want an error\n%q", at, data[at], changed[at], data)
		}
	})
}

// A field that somebody adds, be it one that our mails never have, spoils the
// signature.
func TestNobodyCanAddAField(t *testing.T) {
	s := dkimtest.Signer(t, "example.org", "ed25519")
	message := []byte(head("reader@example.org", "token") + "body\r\n")
	seal, err := s.NewSeal(message, 0, date)
	if err != nil {
		t.Fatal(err)
	}
	data := signed(t, seal, message)
	for _, name := range []string{"From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "Sender", "MIME-Version", "Content-Type",
		"Content-Transfer-Encoding", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted", "Precedence", "Feedback-ID", "CFBL-Address"} {
		for where, added := range map[string][]byte{
			"above": append([]byte(name+": x@example.net\r\n"), data...),
			"below": bytes.Replace(data, []byte("\r\n\r\n"), []byte("\r\n"+name+": x@example.net\r\n\r\n"), 1),
		} {
			if err := s.Prove(added); err == nil {
				t.Errorf("a field %s added %s: the signature verifies, want an error", name, where)
			}
		}
	}
	if err := s.Prove(append([]byte("Received: from here by there\r\n"), data...)); err != nil {
		t.Errorf("a relay's trace above: %v, want it to verify", err)
	}
}

// A message without a signature for each key is not proven.
func TestProofWantsEverySignature(t *testing.T) {
	s := dkimtest.Signer(t, "example.org", "rsa", "ed25519")
	message := []byte(head("reader@example.org", "token") + "body\r\n")
	seal, err := s.NewSeal(message, 0, date)
	if err != nil {
		t.Fatal(err)
	}
	data := signed(t, seal, message)
	second := bytes.LastIndex(data, []byte("DKIM-Signature:"))
	for why, m := range map[string][]byte{"none": message, "one of two": data[second:]} {
		if err := s.Prove(m); err == nil {
			t.Errorf("signatures: %s: Prove gave no error, want one", why)
		}
	}
	if err := dkimtest.Signer(t, "example.org", "rsa", "ed25519").Prove(data); err == nil {
		t.Error("Prove by other keys gave no error, want one")
	}
}

// Relays may fold lines and squeeze blanks without harm.
func TestWhatRelaysDoToBlanksDoesNoHarm(t *testing.T) {
	s := dkimtest.Signer(t, "example.org", "ed25519")
	message := []byte(head("reader@example.org", "token") + "one  two \r\nthree\r\n\r\n\r\n")
	seal, err := s.NewSeal(message, 5, date)
	if err != nil {
		t.Fatal(err)
	}
	data := string(signed(t, seal, message))
	relayed := strings.NewReplacer("one  two \r\n", "one two\r\n", "three\r\n\r\n\r\n", "three\r\n", "Subject: ", "SUBJECT:\t ", "\"Ward Weekly\" <", "\"Ward Weekly\"\r\n <").Replace(data)
	if relayed == data {
		t.Fatal("nothing was changed")
	}
	if err := s.Prove([]byte(relayed)); err != nil {
		t.Errorf("after a relay's changes: %v, want it to verify\n%s", err, relayed)
	}
}

// What other programs think of the same messages, one of each corner.
func TestSignaturesStandBeforeDkimpy(t *testing.T) {
	s := dkimtest.Signer(t, "example.org", "rsa", "ed25519")
	var mails [][]byte
	for _, body := range []string{"", "\r\n", " \t\r\n\r\n", "text", "text\r\n", "text \t\r\n\r\n\r\n", "a  b\tc\r\n\r\n \r\nd\r\n", strings.Repeat("word ", 15) + "=\r\n.\r\n", "x\r\n\t\r\n", "\r\n\r\nlate\r\n"} {
		message := []byte(head("reader@example.org", "token") + body)
		seal, err := s.NewSeal(message, len(body)/2, date)
		if err != nil {
			t.Fatal(err)
		}
		mails = append(mails, signed(t, seal, message))
	}
	good := len(mails)
	for _, change := range []func([]byte) []byte{
		func(m []byte) []byte { return append(bytes.Clone(m), 'x') },
		func(m []byte) []byte { return bytes.Replace(m, []byte("One-Click"), []byte("One-Clack"), 1) },
		func(m []byte) []byte { return append([]byte("From: <a@example.net>\r\n"), m...) },
	} {
		mails = append(mails, change(mails[3]))
	}
	for i, found := range dkimtest.Verify(t, s.Records(), mails...) {
		if len(found) != 2 || (found[0] == true) != (i < good) || (found[1] == true) != (i < good) {
			t.Errorf("dkimpy about mail %d: got %v, want two signatures that verify: %v\n%q", i, found, i < good, mails[i])
		}
	}
}

func TestRetryIsSignedAlike(t *testing.T) {
	k, e := dkimtest.Key(t, "rsa"), dkimtest.Key(t, "ed25519")
	message := []byte(head("reader@example.org", "token") + "one\r\ntwo\r\n")
	var tries [][]byte
	for range 3 {
		s, err := dkim.New("example.org", k, e)
		if err != nil {
			t.Fatal(err)
		}
		seal, err := s.NewSeal(message, len(tries), date)
		if err != nil {
			t.Fatal(err)
		}
		tries = append(tries, signed(t, seal, message), signed(t, seal, message))
	}
	for i := range tries {
		if !bytes.Equal(tries[i], tries[0]) {
			t.Errorf("try %d: got\n%s\nwant the octets of the first\n%s", i, tries[i], tries[0])
		}
	}
	if !bytes.Contains(tries[0], []byte(" t=1772521200;")) {
		t.Errorf("signature: got\n%s\nwant t=1772521200, the mailing's date", tries[0])
	}
}

// Several connections share a seal.
func TestConnectionsShareASeal(t *testing.T) {
	s := dkimtest.Signer(t, "example.org", "rsa", "ed25519")
	message := func(i int) []byte {
		return []byte(head(fmt.Sprintf("reader%d@example.org", i), "token") + "alike\r\n" + strings.Repeat("x  y\r\n", i))
	}
	seal, err := s.NewSeal(message(0), len("alike\r\n"), date)
	if err != nil {
		t.Fatal(err)
	}
	var connections sync.WaitGroup
	for c := range 4 {
		connections.Go(func() {
			for i := range 10 {
				data := append(bytes.Clone(seal.Blank()), message(10*c+i)...)
				if err := seal.Sign(data); err != nil {
					t.Error(err)
				} else if err := s.Prove(data); err != nil {
					t.Errorf("message %d of connection %d: %v", i, c, err)
				}
			}
		})
	}
	connections.Wait()
}

func TestWhatCannotBeSignedIsRefused(t *testing.T) {
	s := dkimtest.Signer(t, "example.org", "ed25519")
	good := head("reader@example.org", "token") + "body\r\n"
	for _, c := range []struct{ why, message string }{
		{"no From", strings.Replace(good, "From:", "Form:", 1)},
		{"a field twice", "Subject: x\r\n" + good},
		{"the same in other letters", "SUBJECT: x\r\n" + good},
		{"a bare line feed", good + "a\nb"},
		{"a bare carriage return", good + "a\rb"},
		{"no body", "From: <a@example.org>\r\n"},
		{"a line that is no field", "nonsense\r\n" + good},
		{"a name with a blank", "From : <a@example.org>\r\n" + good},
	} {
		if _, err := s.NewSeal([]byte(c.message), 0, date); err == nil {
			t.Errorf("%s: NewSeal(%q) gave no error, want one", c.why, c.message)
		}
	}
	seal, err := s.NewSeal([]byte(good), 0, date)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ why, message string }{
		{"another field", strings.Replace(good, "Precedence:", "Urgency:", 1)},
		{"a field more", "X: y\r\n" + good},
		{"a field less", strings.Replace(good, "Precedence: bulk\r\n", "", 1)},
		{"no body", "From: <a@example.org>\r\n"},
	} {
		if err := seal.Sign(append(bytes.Clone(seal.Blank()), c.message...)); err == nil {
			t.Errorf("%s: Sign gave no error, want one", c.why)
		}
	}
	if err := seal.Sign(nil); err == nil {
		t.Error("Sign(nil) gave no error, want one")
	}
}

// BenchmarkSign signs a message of 36 KB, a quarter of it alike in all.
func BenchmarkSign(b *testing.B) {
	for _, kind := range []string{"ed25519", "rsa"} {
		b.Run(kind, func(b *testing.B) {
			s := dkimtest.Signer(b, "example.org", kind)
			body := strings.Repeat(strings.Repeat("word ", 14)+"=\r\n", 500)
			message := []byte(head("reader@example.org", "token") + body)
			seal, err := s.NewSeal(message, len(body)/4, date)
			if err != nil {
				b.Fatal(err)
			}
			data := append(bytes.Clone(seal.Blank()), message...)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if err := seal.Sign(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package mailer

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"weekward/mailer/dkim"
	"weekward/mailer/dkim/dkimtest"
	"weekward/subscribers"
	"weekward/templates"
)

// sealed is the plate of a mailing whose mails are signed.
func sealed(t rapid.TB, s *dkim.Signer, m Mailing, c templates.Content) *plate {
	t.Helper()
	p, err := newPlate(m, c, HeaderOf(templates.Site{From: "Desk <desk@example.org>"}), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.sealWith(s); err != nil {
		t.Fatalf("sealWith: %v", err)
	}
	return p
}

// Whatever stands in a mail, and whoever gets it, its signatures are good by
// code that is not ours, and a retry has the same octets.
func TestEveryMailIsSigned(t *testing.T) {
	s := dkimtest.Signer(t, "example.org", "rsa", "ed25519")
	word := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z=. ]{0,90}`), rapid.SampledFrom([]string{"ä€😀", "  ", " \n", "\t", ".", "\n.\n", "\n\n", strings.Repeat("x", 200)}))
	token := rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9_-]{0,200}`), rapid.StringMatching(`[!#-;=?-\[\]-~]{1,80}`))
	rapid.Check(t, func(rt *rapid.T) {
		m := issueMailing()
		if rapid.Bool().Draw(rt, "letter") {
			m.Kind, m.Header = KindLetter, Header{}
		}
		links := SlotLinks("https://news.example.org", m.Seed, m.Issue)
		c := templates.Content{Subject: word.Draw(rt, "subject"), Text: word.Draw(rt, "text") + links.Preferences + word.Draw(rt, "end")}
		if rapid.Bool().Draw(rt, "html") {
			c.HTML = "<p>" + word.Draw(rt, "html") + links.Unsubscribe + word.Draw(rt, "end") + links.Preferences
		}
		p := sealed(rt, s, m, c)
		claim := Claim{To: subscribers.Subscriber{ID: rapid.String().Draw(rt, "id"), Email: rapid.StringMatching(`[a-z]{1,60}`).Draw(rt, "to") + "@example.org"}}
		tokens := fixedTokens{subscribers.PurposeUnsubscribe: token.Draw(rt, "unsubscribe"), subscribers.PurposePreferences: token.Draw(rt, "preferences")}
		got, err := p.print([]byte("room"), claim, tokens)
		if err != nil {
			rt.Fatal(err)
		}
		data := got.Data[len("room"):]
		if err := s.Prove(data); err != nil {
			rt.Fatalf("%v\n%q", err, data)
		}
		if got.NoDots && strings.Contains("\n"+string(data), "\n.") {
			rt.Fatalf("NoDots is set, and a line begins with a dot:\n%s", data)
		}
		again, err := sealed(rt, s, m, c).print(nil, claim, tokens)
		if err != nil || !bytes.Equal(again.Data, data) {
			rt.Fatalf("a retry: got\n%q, %v, want\n%q", again.Data, err, data)
		}
	})
}

// What the two kinds of mail, in both formats, look like to dkimpy; and which
// fields stand in h=, one-click's above all (RFC 8058, 4).
func TestSignedMailsStandBeforeDkimpy(t *testing.T) {
	s := dkimtest.Signer(t, "news.example.org", "rsa", "ed25519") // a subdomain is aligned, too
	letter := issueMailing()
	letter.Kind, letter.Header, letter.Issue = KindLetter, Header{}, 0
	links := SlotLinks("https://news.example.org", issueMailing().Seed, 31)
	text := templates.Content{Subject: "Größe", Text: "One  line\n\nLeave: " + links.Unsubscribe + "\n\n\n"}
	both := text
	both.HTML = "<p>One</p>\n\t<a href=\"" + links.Preferences + "\">x</a>\n"
	var mails [][]byte
	for _, m := range []Mailing{issueMailing(), letter} {
		for _, c := range []templates.Content{text, both} {
			message, err := sealed(t, s, m, c).print(nil, Claim{To: subscribers.Subscriber{ID: "s1", Email: "reader@example.org"}}, signer{})
			if err != nil {
				t.Fatal(err)
			}
			mails = append(mails, message.Data)
		}
	}
	signature := strings.Join(strings.Fields(read(t, mails[0]).Header.Get("Dkim-Signature")), " ")
	for _, name := range []string{"From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type", "List-Id", "List-Unsubscribe",
		"List-Unsubscribe-Post", "Auto-Submitted", "Precedence"} {
		h, _, _ := strings.Cut(strings.ReplaceAll(signature[strings.Index(signature, " h=")+3:], " ", ""), ";")
		if got := strings.Count(":"+strings.ToLower(h)+":", ":"+strings.ToLower(name)+":"); got != 2 {
			t.Errorf("h=%s\nnames %s %d times, want it twice, so that nobody adds one", h, name, got)
		}
	}
	if !strings.Contains(signature, "a=rsa-sha256; c=relaxed/relaxed; d=news.example.org; s=weekly-rsa; t=1772521200;") || strings.Contains(signature, " l=") {
		t.Errorf("signature: got %s, want rsa-sha256, relaxed/relaxed, the mailing's time and no l=", signature)
	}
	for i, found := range dkimtest.Verify(t, s.Records(), mails...) {
		if len(found) != 2 || found[0] != true || found[1] != true {
			t.Errorf("dkimpy about mail %d: got %v, want two good signatures\n%s", i, found, mails[i])
		}
	}
}

// A signature of another's domain would count for nothing, or against us.
func TestSignatureOfAnotherDomainIsRefused(t *testing.T) {
	p, err := newPlate(issueMailing(), templates.Content{Subject: "s", Text: "t"}, Header{}, "")
	if err != nil {
		t.Fatal(err)
	}
	var setup *SetupError
	if err := p.sealWith(dkimtest.Signer(t, "example.net", "ed25519")); !errors.As(err, &setup) || setup.Key != "dkim.domain" {
		t.Errorf("sealWith for example.net and From of example.org: got %v, want a *SetupError about dkim.domain", err)
	}
	if p.seal != nil {
		t.Error("the plate signs all the same")
	}
}

// A message that cannot be signed is no reader's fault: the run stops, and
// nobody is marked.
func TestMessageThatCannotBeSignedIsNoReadersFault(t *testing.T) {
	p := sealed(t, dkimtest.Signer(t, "example.org", "ed25519"), issueMailing(), templates.Content{Subject: "s", Text: "t"})
	last := len(p.message.pieces) - 1
	p.message.pieces[last] = bytes.Replace(p.message.pieces[last], []byte("\r\n\r\n"), []byte("\r\nX-Late: x\r\n\r\n"), 1)
	_, err := p.print(nil, Claim{To: subscribers.Subscriber{ID: "s1", Email: "reader@example.org"}}, signer{})
	if setup := (*SetupError)(nil); !errors.As(err, &setup) || setup.Key != "dkim" {
		t.Errorf("print of a message with another head: got %v, want a *SetupError about dkim", err)
	}
}

// BenchmarkPrintSigned is BenchmarkPrint with a signature.
func BenchmarkPrintSigned(b *testing.B) {
	m := issueMailing()
	links := SlotLinks(m.Header.BaseURL, m.Seed, m.Issue)
	filler := strings.Repeat("A ward answers its patients by mail, and the others follow. ", 100)
	c := templates.Content{Subject: "A week", Text: filler + links.Unsubscribe + "\n" + links.Preferences, HTML: strings.Repeat("<p>"+filler+"</p>", 5) + links.Unsubscribe + links.Preferences}
	for _, kind := range []string{"rsa", "ed25519"} {
		b.Run(kind, func(b *testing.B) {
			s := dkimtest.Signer(b, "example.org", kind)
			p := sealed(b, s, m, c)
			claim := Claim{To: subscribers.Subscriber{ID: "abcdefghijklmnopqrstuvwxyz", Email: "reader@example.org"}}
			room, err := p.print(nil, claim, signer{})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(room.Data)))
			b.ReportAllocs()
			for b.Loop() {
				if room, err = p.print(room.Data[:0], claim, signer{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

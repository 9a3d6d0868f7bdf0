package mailer

import (
	"bytes"
	"fmt"
	"mime"
	"net/mail"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weekward/subscribers"
	"weekward/templates"
)

// fixedTokens gives tokens of a test's choice.
type fixedTokens map[subscribers.Purpose]string

func (f fixedTokens) Token(p subscribers.Purpose, _ subscribers.Subscriber, _ time.Time) string {
	return f[p]
}

// plainly builds the message of one reader by go-mail, with everything in its
// place from the start, as a program would that mails one person.
func plainly(t testing.TB, m Mailing, c templates.Content, to string, tokens fixedTokens, id string) []byte {
	t.Helper()
	fill := strings.NewReplacer(slot(m.Seed, "unsubscribe"), tokens[subscribers.PurposeUnsubscribe], slot(m.Seed, "preferences"), tokens[subscribers.PurposePreferences])
	p := &plate{mailing: m, header: m.Header, domain: "example.org"}
	p.from, _ = parseMailbox(m.Header.From)
	msg, err := p.compose(c.Subject, fill.Replace(c.Text), fill.Replace(c.HTML), to, id)
	if err != nil {
		t.Fatal(err)
	}
	ways := "<" + m.Header.BaseURL + "/unsubscribe/" + tokens[subscribers.PurposeUnsubscribe] + ">"
	if m.Header.Mailbox != "" {
		ways += ", <mailto:" + m.Header.Mailbox + "?subject=unsubscribe%20" + tokens[subscribers.PurposeUnsubscribe] + ">"
	}
	msg.SetGenHeader("List-Unsubscribe", ways)
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What a plate prints says the same as a message that is built for one reader,
// whatever the words, the addresses and the tokens, and keeps the line limits.
func TestPlatePrintsWhatAPlainMessageSays(t *testing.T) {
	word := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z=. ]{0,90}`), rapid.SampledFrom([]string{"ä€😀", strings.Repeat("=", 80), ".", "\n.\n", " \n", "\t", strings.Repeat("x", 200)}))
	token := rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9_-]{1,300}`), rapid.StringMatching(`[!#-;=?-\[\]-~]{1,80}`))
	local := rapid.StringMatching(`[A-Za-z0-9!#$%&'*+/=?^_{|}~-]{1,64}`)
	rapid.Check(t, func(rt *rapid.T) {
		m := issueMailing()
		m.Header.Name = word.Draw(rt, "newsletter")
		m.Header.Mailbox = rapid.SampledFrom([]string{"", "bounces@example.org", "b@elsewhere.example.com"}).Draw(rt, "mailbox")
		links := SlotLinks(m.Header.BaseURL, m.Seed, m.Issue)
		between := func() string {
			return word.Draw(rt, "word") + rapid.SampledFrom([]string{links.Unsubscribe, links.Preferences, ""}).Draw(rt, "link")
		}
		c := templates.Content{Subject: word.Draw(rt, "subject"), Text: "t" + between() + between() + between(), HTML: "<p>" + between() + between() + between()}
		if rapid.Bool().Draw(rt, "text only") {
			c.HTML = ""
		}
		to := local.Draw(rt, "local") + "@" + rapid.StringMatching(`[a-z0-9]{1,60}`).Draw(rt, "host") + ".example.org"
		tokens := fixedTokens{subscribers.PurposeUnsubscribe: token.Draw(rt, "unsubscribe"), subscribers.PurposePreferences: token.Draw(rt, "preferences")}
		p, err := newPlate(m, c, Header{}, "")
		if err != nil {
			rt.Fatal(err)
		}
		claim := Claim{To: subscribers.Subscriber{ID: rapid.String().Draw(rt, "id"), Email: to}}
		got, err := p.print(nil, claim, tokens)
		if err != nil {
			rt.Fatal(err)
		}
		want := plainly(t, m, c, to, tokens, got.ID)
		sameMessage(rt, got.Data, want)
		sameLimits(rt, got.Data)
		if got.NoDots && strings.Contains("\n"+string(got.Data), "\n.") {
			rt.Fatalf("NoDots is set, and a line begins with a dot:\n%s", got.Data)
		}
		again, err := p.print(make([]byte, 0, 10), claim, tokens)
		if err != nil || !bytes.Equal(again.Data, got.Data) {
			rt.Fatalf("printed twice: got other bytes, %v, want the same", err)
		}
		if want := p.idKind + derive(m.Seed, "message", m.ID, claim.To.ID)[:32] + "@example.org"; got.ID != want {
			rt.Fatalf("Message-ID: got %q, want %q", got.ID, want)
		}
	})
}

// Then nobody on the way has to double one, and nobody forgets to.
func TestNoPrintedLineBeginsWithADot(t *testing.T) {
	m := issueMailing()
	links := SlotLinks(m.Header.BaseURL, m.Seed, m.Issue)
	dotted := ".\n..x\n" + strings.Repeat("a", 75) + "...b\n\n.\n" + links.Unsubscribe + "\n" + links.Preferences + ".\n"
	claim := Claim{To: subscribers.Subscriber{ID: "s1", Email: "r@example.org"}}
	tokens := fixedTokens{subscribers.PurposeUnsubscribe: strings.Repeat(".", 200), subscribers.PurposePreferences: strings.Repeat("x.", 200)}
	for _, c := range []templates.Content{{Subject: "s", Text: dotted}, {Subject: "s", Text: dotted, HTML: dotted}} {
		p, err := newPlate(m, c, Header{}, "")
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.print(nil, claim, tokens)
		if err != nil {
			t.Fatal(err)
		}
		if !got.NoDots || bytes.Contains(got.Data, []byte("\n.")) {
			t.Errorf("print: got NoDots %v, want it set and no line with a dot first:\n%s", got.NoDots, got.Data)
		}
		sameMessage(t, got.Data, plainly(t, m, c, claim.To.Email, tokens, got.ID))
		sameLimits(t, got.Data)
	}
}

// sameMessage compares two messages as a mail program reads them.
func sameMessage(t rapid.TB, got, want []byte) {
	t.Helper()
	g, err := mail.ReadMessage(bytes.NewReader(got))
	if err != nil {
		t.Fatalf("read what was printed: %v\n%s", err, got)
	}
	w, err := mail.ReadMessage(bytes.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Header) != len(w.Header) {
		t.Fatalf("head: got %v, want %v", g.Header, w.Header)
	}
	for name, values := range w.Header {
		if fmt.Sprint(g.Header[name]) != fmt.Sprint(values) {
			t.Fatalf("%s: got %q, want %q", name, g.Header[name], values)
		}
	}
	gotBodies, wantBodies := bodies(t, g), bodies(t, w)
	if len(gotBodies) != len(wantBodies) {
		t.Fatalf("parts: got %d, want %d", len(gotBodies), len(wantBodies))
	}
	for i := range wantBodies {
		if gotBodies[i] != wantBodies[i] {
			t.Fatalf("part %d: got\n%q\nwant\n%q", i, gotBodies[i], wantBodies[i])
		}
	}
}

// sameLimits holds each line against RFC 5322, 2.1.1, and RFC 2045, 6.7.
func sameLimits(t rapid.TB, data []byte) {
	t.Helper()
	head := true
	for line := range strings.SplitSeq(string(data), "\r\n") {
		if strings.ContainsAny(line, "\r\n") {
			t.Fatalf("line %q: want CRLF only", line)
		}
		if line == "" {
			head = false
		}
		if len(line) > 998 || !head && len(line) > longestQuoted {
			t.Fatalf("line of %d octets: %q", len(line), line)
		}
	}
}

func TestAddressThatCannotBeMailedIsRefused(t *testing.T) {
	p, err := newPlate(issueMailing(), templates.Content{Subject: "s", Text: "t"}, Header{}, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"", "reader", "@example.org", "a@b@example.org", "r@example.org>\r\nRSET", "größe@example.org", `"a b"@example.org`, "a@example.org, b@example.org"} {
		if got, err := p.print(nil, Claim{To: subscribers.Subscriber{ID: "s", Email: to}}, voidTokens{}); err == nil {
			t.Errorf("print for %q: got a message to %q, want an error", to, got.To)
		}
	}
	m, err := p.print(nil, Claim{To: subscribers.Subscriber{ID: "s", Email: `"The Desk" <desk@example.org>`}}, voidTokens{})
	if err != nil || m.To != "desk@example.org" || !bytes.Contains(m.Data, []byte("To: \"The Desk\" <desk@example.org>\r\n")) {
		t.Errorf("print for a mailbox with a name: got %q, %v, want it to desk@example.org", m.Data, err)
	}
}

func TestSubjectComesBackWhole(t *testing.T) {
	m := issueMailing()
	data := build(t, m, templates.Content{Subject: "=?utf-8?q?x?= und Güte", Text: "t"}, "reader@example.org").Data
	if got, err := new(mime.WordDecoder).DecodeHeader(read(t, data).Header.Get("Subject")); err != nil || got != "=?utf-8?q?x?= und Güte" {
		t.Errorf("Subject: got %q, %v, want it as given", got, err)
	}
}

// BenchmarkPrint fills the slots of a message of 36 KB.
func BenchmarkPrint(b *testing.B) {
	m := issueMailing()
	links := SlotLinks(m.Header.BaseURL, m.Seed, m.Issue)
	filler := strings.Repeat("A ward answers its patients by mail, and the others follow. ", 100)
	c := templates.Content{Subject: "A week", Text: filler + links.Unsubscribe + "\n" + links.Preferences, HTML: strings.Repeat("<p>"+filler+"</p>", 5) + links.Unsubscribe + links.Preferences}
	p, err := newPlate(m, c, Header{}, "")
	if err != nil {
		b.Fatal(err)
	}
	keys, err := subscribers.ParseKeys(strings.Repeat("k", 40))
	if err != nil {
		b.Fatal(err)
	}
	claim := Claim{To: subscribers.Subscriber{ID: "abcdefghijklmnopqrstuvwxyz", Email: "reader@example.org"}}
	room, err := p.print(nil, claim, keys)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(room.Data)))
	b.ReportAllocs()
	for b.Loop() {
		if room, err = p.print(room.Data[:0], claim, keys); err != nil {
			b.Fatal(err)
		}
	}
}

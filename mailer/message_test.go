package mailer

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weekward/subscribers"
	"weekward/templates"
)

// signer makes recognisable tokens.
type signer struct{}

func (signer) Token(p subscribers.Purpose, s subscribers.Subscriber, _ time.Time) string {
	return fmt.Sprintf("token-%s-%s-%d", p, s.ID, s.Epoch)
}

func issueMailing() Mailing {
	return Mailing{
		ID: "m1", Kind: KindIssue, Issue: 31, Seed: "a seed nobody knows", Date: time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC),
		Header: Header{Name: "Ward Weekly", From: "Ward Weekly <digest@example.org>", ReplyTo: "editor@example.org", BaseURL: "https://news.example.org", Mailbox: "bounces@mail.example.org"},
	}
}

func build(t testing.TB, m Mailing, c templates.Content, to string) Message {
	t.Helper()
	p, err := newPlate(m, c, HeaderOf(templates.Site{From: "Desk <desk@example.org>"}), "")
	if err != nil {
		t.Fatal(err)
	}
	message, err := p.print(nil, Claim{To: subscribers.Subscriber{ID: "s1", Email: to, Epoch: 2}}, signer{})
	if err != nil {
		t.Fatal(err)
	}
	return message
}

func read(t testing.TB, data []byte) *mail.Message {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("read message: %v\n%s", err, data)
	}
	return m
}

func TestHeadOfAnIssue(t *testing.T) {
	m := issueMailing()
	message := build(t, m, templates.Content{Subject: "Größe und Güte", HTML: "<p>ä</p>", Text: "ä"}, "reader@example.org")
	h := read(t, message.Data).Header
	for name, want := range map[string]string{
		"From": `"Ward Weekly" <digest@example.org>`, "To": "<reader@example.org>", "Reply-To": "<editor@example.org>",
		"Date": "Tue, 03 Mar 2026 07:00:00 +0000", "Message-Id": "<" + message.ID + ">", "Mime-Version": "1.0",
		"List-Id":               `"Ward Weekly" <weekward.news.example.org>`,
		"List-Unsubscribe":      "<https://news.example.org/unsubscribe/token-unsubscribe-s1-2>, <mailto:bounces@mail.example.org?subject=unsubscribe%20token-unsubscribe-s1-2>",
		"Cfbl-Address":          "bounces@mail.example.org; report=arf",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Auto-Submitted": "auto-generated", "Precedence": "bulk",
		"User-Agent": "", "X-Mailer": "", "Bcc": "", "Cc": "", "Sender": "",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
		if len(h[name]) > 1 {
			t.Errorf("%s: got it %d times, want once", name, len(h[name]))
		}
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if err != nil || subject != "Größe und Güte" {
		t.Errorf("Subject: got %q, %v, want it back as given", subject, err)
	}
	if !strings.HasPrefix(message.ID, "issue.31.") || !strings.HasSuffix(message.ID, "@example.org") {
		t.Errorf("Message-ID: got %q, want issue.31.…@example.org", message.ID)
	}
}

func TestRetryHasTheSameBytes(t *testing.T) {
	c := templates.Content{Subject: "A week", HTML: "<p>one</p>", Text: "one"}
	a, b := build(t, issueMailing(), c, "reader@example.org"), build(t, issueMailing(), c, "reader@example.org")
	if !bytes.Equal(a.Data, b.Data) {
		t.Errorf("the same claim twice: got\n%s\nand\n%s\nwant the same bytes", a.Data, b.Data)
	}
	other := issueMailing()
	other.Seed = "another"
	if c := build(t, other, c, "reader@example.org"); c.ID == a.ID {
		t.Errorf("Message-ID under another seed: got %q again, want another", c.ID)
	}
}

func TestSlotsAreFilledInBothParts(t *testing.T) {
	m := issueMailing()
	links := SlotLinks(m.Header.BaseURL, m.Seed, m.Issue)
	c := templates.Content{
		Subject: "A week", Text: "Leave: " + links.Unsubscribe + "\nChange: " + links.Preferences + "\n",
		HTML: `<a href="` + links.Preferences + `">x</a>` + strings.Repeat("y", 60) + `<a href="` + links.Unsubscribe + `">z</a>`,
	}
	text, html := parts(t, build(t, m, c, "reader@example.org").Data)
	for name, part := range map[string]string{"text": text, "html": html} {
		for _, want := range []string{"https://news.example.org/unsubscribe/token-unsubscribe-s1-2", "https://news.example.org/preferences/token-preferences-s1-2"} {
			if strings.Count(part, want) != 1 {
				t.Errorf("%s part: got %q, want %q once", name, part, want)
			}
		}
		if strings.Contains(part, "slot-") {
			t.Errorf("%s part: an open slot in %q", name, part)
		}
	}
}

func TestLetterHasNoListHeaders(t *testing.T) {
	m := Mailing{ID: "l1", Kind: KindLetter, Seed: "s", Date: time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)}
	h := read(t, build(t, m, templates.Content{Subject: "Please confirm", Text: "x"}, "reader@example.org").Data).Header
	for _, name := range []string{"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Precedence"} {
		if got := h.Get(name); got != "" {
			t.Errorf("%s: got %q, want none", name, got)
		}
	}
	if got := h.Get("From"); got != `"Desk" <desk@example.org>` {
		t.Errorf("From: got %q, want the sender of the day", got)
	}
}

// Whatever a feed, a name or a setting says, the head stays ours: the same
// fields, one line break kind, nothing too long, ASCII only.
func TestNothingInjectsAHeader(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		evil := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"a\r\nBcc: x@example.org", "a\nX: y", "a\u2028b", "\r\n\r\nbody", strings.Repeat("long ", 400), strings.Repeat("x", 3000), "=?utf-8?q?=0D=0ABcc?=", `a" <x@example.org>, "b`}))
		m := issueMailing()
		m.Header.Name = evil.Draw(rt, "name")
		if rapid.Bool().Draw(rt, "no mailbox") {
			m.Header.Mailbox = ""
		}
		c := templates.Content{Subject: evil.Draw(rt, "subject"), Text: evil.Draw(rt, "text") + "\n.\n..\n", HTML: "<p>" + evil.Draw(rt, "html")}
		data := build(t, m, c, "reader@example.org").Data
		head, _, _ := bytes.Cut(data, []byte("\r\n\r\n"))
		for line := range strings.SplitSeq(string(data), "\r\n") {
			if strings.ContainsAny(line, "\r\n") || len(line) > 998 {
				rt.Fatalf("line %q: want CRLF only and at most 998 octets", line)
			}
		}
		known := "Auto-Submitted Cfbl-Address Date Feedback-Id List-Id List-Unsubscribe List-Unsubscribe-Post Mime-Version Message-Id Precedence Subject From To Reply-To Content-Type"
		if m.Header.Mailbox == "" {
			known = strings.Replace(known, "Cfbl-Address ", "", 1)
		}
		got := read(t, data).Header
		if len(got) != len(strings.Fields(known)) {
			rt.Fatalf("head has %d fields, want %d:\n%s", len(got), len(strings.Fields(known)), head)
		}
		for _, name := range strings.Fields(known) {
			if len(got[name]) != 1 {
				rt.Fatalf("%s: got it %d times, want once:\n%s", name, len(got[name]), head)
			}
		}
		for _, b := range head {
			if b >= 0x80 {
				rt.Fatalf("head has an octet %#x, want ASCII:\n%s", b, head)
			}
		}
	})
}

func TestFolderNameOfAMessage(t *testing.T) {
	for id, want := range map[string]string{
		"issue.31.ab12@example.org": "issue.31.ab12@example.org.eml",
		"../../etc/passwd":          "",
		".hidden":                   "",
		"":                          "",
	} {
		got := FileName(id)
		if want != "" && got != want {
			t.Errorf("FileName(%q) = %q, want %q", id, got, want)
		}
		if strings.ContainsAny(got, "/\\") || strings.HasPrefix(got, ".") || !strings.HasSuffix(got, ".eml") {
			t.Errorf("FileName(%q) = %q, want a plain .eml name", id, got)
		}
	}
}

// parts returns the decoded text and HTML of a message.
func parts(t testing.TB, data []byte) (text, html string) {
	t.Helper()
	both := bodies(t, read(t, data))
	if len(both) != 2 {
		t.Fatalf("parts: got %d, want text and HTML", len(both))
	}
	return both[0], both[1]
}

// bodies returns the decoded parts of a message, be they one or two.
func bodies(t rapid.TB, m *mail.Message) []string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return []string{decoded(t, m.Body)}
	}
	var all []string
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, decoded(t, part))
	}
}

func decoded(t rapid.TB, r io.Reader) string {
	t.Helper()
	body, err := io.ReadAll(quotedprintable.NewReader(r))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

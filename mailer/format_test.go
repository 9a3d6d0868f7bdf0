package mailer

import (
	"bytes"
	"mime"
	"mime/multipart"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"weekward/subscribers"
	"weekward/templates"
)

// wordy draws what subjects and names are made of.
var wordy = rapid.OneOf(rapid.StringOfN(rapid.Rune(), 1, 300, -1), rapid.StringMatching(`([a-z]{1,12} ){1,40}`), rapid.StringMatching(`(ä😀[a-z]{1,30} ){1,20}`))

var encodedWord = regexp.MustCompile(`=\?[^? ]+\?[bqBQ]\?[^? ]*\?=`)

// RFC 5322, 2.1.1, and RFC 2047, 2: a line is folded where it can be, and each
// encoded word is short and whole, so that no character is cut in two.
func TestHeadIsFoldedAndEncodedByTheRules(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := issueMailing()
		m.Header.Name = wordy.Draw(rt, "name")
		data := build(t, m, templates.Content{Subject: wordy.Draw(rt, "subject"), Text: "t"}, "reader@example.org").Data
		head, _, _ := bytes.Cut(data, []byte("\r\n\r\n"))
		for line := range strings.SplitSeq(string(head), "\r\n") {
			name, rest, _ := strings.Cut(strings.TrimSpace(line), ": ")
			if !strings.HasPrefix(line, " ") && rest != "" && !strings.Contains(name, " ") {
				line = rest // a field is not folded before its first word
			}
			if len(line) > 78 && strings.Contains(strings.TrimSpace(line), " ") {
				rt.Fatalf("line of %d octets could be folded: %q", len(line), line)
			}
			for _, word := range encodedWord.FindAllString(line, -1) {
				text, err := new(mime.WordDecoder).Decode(word)
				if err != nil || len(word) > 75 || !utf8.ValidString(text) {
					rt.Fatalf("encoded word of %d octets: %q = %q, %v, want at most 75 and whole characters", len(word), word, text, err)
				}
			}
		}
	})
}

// RFC 2046, 5.1.4: the plainest part first, for programs show the last one they
// know. RFC 2045, 6.7: nothing in a part is lost with the end of a line.
func TestTextComesBeforeHTMLAndNoLineEndsInABlank(t *testing.T) {
	m := read(t, build(t, issueMailing(), templates.Content{Subject: "s", Text: "one \n\ttwo\t\n ", HTML: "<p>one \n<p>two \t"}, "reader@example.org").Data)
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("Content-Type: got %s, %v, want multipart/alternative", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for _, want := range []string{"text/plain", "text/html"} {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		var body bytes.Buffer
		body.ReadFrom(part) //nolint:errcheck // from memory
		if got := part.Header.Get("Content-Type"); !strings.HasPrefix(got, want) {
			t.Errorf("part: got %s, want %s", got, want)
		}
		if got := part.Header.Get("Content-Transfer-Encoding"); got != "quoted-printable" {
			t.Errorf("%s: encoded as %s, want quoted-printable", want, got)
		}
		for line := range strings.SplitSeq(body.String(), "\r\n") {
			if strings.TrimRight(line, " \t") != line {
				t.Errorf("%s: line %q ends in a blank", want, line)
			}
		}
	}
}

// The machine's name is nobody's business, and a Message-ID or a program's name
// that go-mail would add by itself is not ours.
func TestMailSaysNothingOfTheMachine(t *testing.T) {
	machine, err := os.Hostname()
	if err != nil {
		t.Skip("the machine has no name:", err)
	}
	letter := issueMailing()
	letter.Kind, letter.Header = KindLetter, Header{}
	for _, m := range []Mailing{issueMailing(), letter} {
		message := build(t, m, templates.Content{Subject: "s", Text: "t", HTML: "<p>t"}, "reader@example.org")
		head, _, _ := strings.Cut(string(message.Data), "\r\n\r\n")
		if len(machine) > 3 && strings.Contains(head, machine) || strings.Contains(head, "go-mail") || strings.Contains(head, "User-Agent") || strings.Contains(head, "X-Mailer") {
			t.Errorf("head of a %s names the machine %q or the program:\n%s", m.Kind, machine, head)
		}
		if got := read(t, message.Data).Header["Message-Id"]; len(got) != 1 || got[0] != "<"+message.ID+">" || !strings.HasSuffix(message.ID, "@example.org") {
			t.Errorf("Message-ID of a %s: got %q, want ours at the domain of From", m.Kind, got)
		}
	}
}

// A setting cannot start a field, whichever it is, nor name a second sender.
func TestSettingsStartNoHeader(t *testing.T) {
	const evil = "x\r\nBcc: thief@example.com"
	for why, spoil := range map[string]func(*Header){
		"name":       func(h *Header) { h.Name = evil },
		"from":       func(h *Header) { h.From = `"` + evil + `" <digest@example.org>` },
		"two from":   func(h *Header) { h.From = "a@example.org, b@example.org" },
		"group from": func(h *Header) { h.From = "Desk: a@example.org, b@example.org;" },
		"reply_to":   func(h *Header) { h.ReplyTo = "a@example.org\r\nBcc: thief@example.com" },
		"base_url":   func(h *Header) { h.BaseURL = "https://news.example.org/" + evil },
		"link":       func(h *Header) { h.BaseURL = "https://news.example.org>, <http://thief.example.com" },
		"mailbox":    func(h *Header) { h.Mailbox = "b@example.org>,<http://thief.example.com" },
	} {
		m := issueMailing()
		spoil(&m.Header)
		p, err := newPlate(m, templates.Content{Subject: "s", Text: "t"}, Header{}, "")
		if err != nil {
			continue // refused, which is as good
		}
		message, err := p.print(nil, Claim{To: subscribers.Subscriber{ID: "s1", Email: "reader@example.org"}}, signer{})
		if err != nil {
			t.Errorf("%s: print: %v, want it refused before", why, err)
			continue
		}
		h := read(t, message.Data).Header
		if from := h["From"]; h.Get("Bcc") != "" || len(from) != 1 || strings.Count(from[0], "@") != 1 || strings.Contains(h.Get("List-Unsubscribe"), "thief") {
			t.Errorf("%s: head is %v, want no field and no address of its own", why, h)
		}
	}
}

// Nobody is watched: two readers' mails are the same but for the address, the
// Message-ID and the two links that are theirs.
func TestMailsOfTwoReadersDifferInNothingThatWatches(t *testing.T) {
	m := issueMailing()
	links := SlotLinks(m.Header.BaseURL, m.Seed, m.Issue)
	c := templates.Content{Subject: "s", Text: links.Unsubscribe + "\n" + links.Preferences, HTML: `<a href="` + links.Unsubscribe + `">x</a><a href="` + links.Preferences + `">y</a><a href="https://one.example.org/a">z</a>`}
	p, err := newPlate(m, c, Header{}, "")
	if err != nil {
		t.Fatal(err)
	}
	whole := func(id, address string) string {
		message, err := p.print(nil, Claim{To: subscribers.Subscriber{ID: id, Email: address}}, signer{})
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(message.Data), "=\r\n", "")
		for what, value := range map[string]string{"address": address, "message-id": message.ID, "unsubscribe": "token-unsubscribe-" + id + "-0", "preferences": "token-preferences-" + id + "-0"} {
			text = strings.ReplaceAll(text, value, what)
		}
		return text
	}
	one, two := whole("s1", "ann@example.org"), whole("s2", "ben@example.org")
	if one != two {
		t.Errorf("two readers' mails: got\n%s\nand\n%s\nwant them to differ in address, Message-ID and their two links only", one, two)
	}
}

// go-mail's functions that a caller can fall into: they write what they are
// given, name the machine, add themselves, send to several at once, log
// passwords, or sign so that nobody can verify it.
func TestTrapsOfGoMailAreNotCalled(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	trap := regexp.MustCompile(`\.(SetGenHeaderPreformatted|SetHeaderPreformatted|SetListUnsubscribeOneClick|SetMessageID|SetDate|SetBulk|SetUserAgent|DialAndSend\w*|Send|SignWith\w*|AddTo|Cc|Bcc|WithLogAuthData|WithDebugLog|WithDSN\w*|SetHTMLFrom\w*|AddAlternativeHTMLTemplate|SetBodyHTMLTemplate)\(`)
	calls := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(code, []byte(`"github.com/wneessen/go-mail`)) {
			continue
		}
		calls += bytes.Count(code, []byte("gomail."))
		if found := trap.FindAllString(string(code), -1); found != nil {
			t.Errorf("%s calls %v", file, found)
		}
	}
	if calls == 0 {
		t.Error("no file calls go-mail: the test looks in the wrong place")
	}
}

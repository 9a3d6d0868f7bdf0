package templates_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"weekward/digest"
	"weekward/digest/recap"
	"weekward/templates"
)

// hostile is what a feed or a chat may send in the place of words.
func hostile() []string {
	return []string{
		`<script>pwn()</script>`,
		`"><img src=x onerror=pwn()>`,
		`</title></style><script>pwn()</script>`,
		"Subject\r\nBcc: everybody@example.org",
		`{{.Site.Name}} {{define "body"}}gone{{end}}`,
		`javascript:pwn()`,
		"<!--[if mso]><script>pwn()</script><![endif]-->",
		`' onmouseover='pwn()`,
		"turned \u202egnola\u202c and \u2066kept\u2069",
		"nul\x00 bell\x07 escape\x1b[2J and \x9b31m",
		"bad \xff\xfe bytes",
		`expression(pwn()) url(https://evil.example.org/x)`,
		"{{`{{`}}",
		`&lt;script&gt;pwn()&lt;/script&gt;`,
	}
}

// addresses that must never become a link.
func hostileAddresses() []string {
	return []string{
		"javascript:pwn()", "JaVaScRiPt:pwn()", " javascript:pwn()", "java\tscript:pwn()", "data:text/html,<script>pwn()</script>",
		"vbscript:pwn()", "file:///etc/passwd", "//evil.example.org/", "/relative", "https://", "", "https://bank.example.org@evil.example.org/",
		"http:\\\\evil.example.org", "mailto:editor@example.org", "https://\"/", "https://a b/", "https://[::1%25eth0]/",
	}
}

// poisoned is the sample issue with text in every place that a feed, a chat or
// an import can reach, and address behind every link.
func poisoned(text, address string) digest.Issue {
	i := sampleIssue()
	i.Subject, i.Preheader = text, text
	story := digest.Story{
		ID: "x", Section: text, Title: text, URL: address, Source: text, Lang: text, Excerpt: text, Note: text, Shared: 2, SharedIn: text, Discussed: digest.Discussed{Tag: text, Question: text},
		Published: at("2010-04-05T08:00:00Z"),
		Also:      []digest.Also{{Title: text, URL: address, Source: "also " + text}},
		Related:   []digest.Related{{Title: text, URL: address, Source: text, Lang: text, Excerpt: text}},
	}
	i.Stories = []digest.Story{story, story}
	quote := recap.Highlight{Author: text, Handle: text, Network: text, Text: text, Lang: text, URL: address}
	i.Chats = []recap.Recap{{
		Tag: text, Title: text, Zone: text, Session: at("2010-04-02T11:00:00Z"), Timeline: []int{1},
		Questions: []recap.Question{{Label: text, Text: text, Highlights: []recap.Highlight{quote}}},
		Links:     []recap.Link{{URL: address, Title: text, Shared: 1}},
	}}
	return i
}

func TestHostileTitleStaysPlainText(t *testing.T) {
	set := newSet(t)
	for _, text := range hostile() {
		issue := poisoned(text, "https://example.org/")
		c, err := set.Mail(issue, sampleSite(), sampleLinks(), "en")
		if err != nil {
			t.Errorf("Mail(title %q): %v", text, err)
			continue
		}
		var page bytes.Buffer
		p := templates.Page{Site: sampleSite(), Issue: &issue, Correction: text,
			Corrections: []digest.Correction{{Item: "x", Printed: text, Title: text + "!", Source: text, Sign: text}},
			FollowUps:   []digest.Followed{{Story: text, FollowUps: []digest.FollowUp{{Title: text, URL: text, Source: text, Lang: text}}}}, Form: &templates.FormData{Address: text},
			Latest: &templates.IssueLine{Number: 1, Subject: text, Chats: []string{text}}, Message: templates.MessageNotFound}
		for _, name := range []string{templates.PageIssue, templates.PageSignup} {
			if err := set.Page(&page, name, p); err != nil {
				t.Errorf("Page(%s, title %q): %v", name, text, err)
			}
		}
		for where, src := range map[string]string{"mail": c.HTML, "pages": page.String()} {
			harmless(t, where, text, src)
		}
		for where, s := range map[string]string{"subject": c.Subject, "text": c.Text} {
			if i := strings.IndexFunc(s, func(r rune) bool {
				return r < ' ' && (r != '\n' || where == "subject") || r >= 0x7f && r <= 0x9f || r == 0x202e || r == 0x2066
			}); i >= 0 {
				t.Errorf("Mail(title %q).%s: got a control character at %d: %q", text, where, i, s[max(0, i-20):i+1])
			}
		}
	}
}

// harmless checks that nothing foreign became markup: the words are on the
// page, and no element, attribute or style came with them.
func harmless(t *testing.T, where, text, src string) {
	t.Helper()
	if strings.Contains(src, "ZgotmplZ") {
		t.Errorf("%s with %q: html/template refused a value", where, text)
	}
	doc := tree(t, src)
	for n := range doc.Descendants() {
		if n.Type == html.CommentNode {
			t.Errorf("%s with %q: got a comment %q", where, text, n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		if slices.Contains([]string{"script", "img", "iframe", "object", "embed", "base"}, n.Data) {
			t.Errorf("%s with %q: got <%s>", where, text, n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s with %q: got attribute %s=%q on <%s>", where, text, a.Key, a.Val, n.Data)
			}
		}
	}
	if text == hostile()[0] && !strings.Contains(words(doc), text) {
		t.Errorf("%s: the words %q are not shown as they are", where, text)
	}
	if text == hostile()[4] && !strings.Contains(words(doc), "{{.Site.Name}}") {
		t.Errorf("%s: the braces were filled in", where)
	}
}

func TestHostileAddressIsNoLink(t *testing.T) {
	set := newSet(t)
	for _, address := range hostileAddresses() {
		issue := poisoned("Title", address)
		c, err := set.Mail(issue, sampleSite(), sampleLinks(), "en")
		if err != nil {
			t.Fatalf("Mail(address %q): %v", address, err)
		}
		var page bytes.Buffer
		if err := set.Page(&page, templates.PageIssue, templates.Page{Site: sampleSite(), Issue: &issue}); err != nil {
			t.Fatalf("Page(address %q): %v", address, err)
		}
		for where, src := range map[string]string{"mail": c.HTML, "page": page.String()} {
			for _, h := range hrefs(tree(t, src)) {
				if !strings.HasPrefix(h, "https://week.example.org/") && !strings.HasPrefix(h, "/") && h != "#content" {
					t.Errorf("%s with address %q: got link %q", where, address, h)
				}
			}
		}
		if address != "" && strings.Contains(c.Text, address) && address != "https://" {
			t.Errorf("text with address %q: it is printed", address)
		}
	}
}

func TestLinkIsTheSameInBothParts(t *testing.T) {
	set := newSet(t)
	for _, tc := range []struct{ name, address, want string }{
		{"query stays", "https://example.org/a?b=1&c=2#d", "https://example.org/a?b=1&c=2#d"},
		{"brackets would end a link in a text mail", "https://example.org/a_(b)", "https://example.org/a_%28b%29"},
		{"quotes", `https://example.org/"x'y`, "https://example.org/%22x%27y"},
		{"letters beyond ASCII", "https://example.org/café", "https://example.org/caf%C3%A9"},
		{"already encoded", "https://example.org/caf%c3%a9%20", "https://example.org/caf%c3%a9%20"},
		{"a lone percent sign in the query", "https://example.org/a?b=100%", "https://example.org/a?b=100%25"},
		{"space", "https://example.org/a b", "https://example.org/a%20b"},
		{"host beyond ASCII", "https://klinik-münchen.example/ä", "https://xn--klinik-mnchen-3ob.example/%C3%A4"},
		{"port", "http://example.org:8080/", "http://example.org:8080/"},
	} {
		issue := sampleIssue()
		issue.Stories = issue.Stories[:1]
		issue.Stories[0].URL, issue.Stories[0].Also, issue.Stories[0].Related = tc.address, nil, nil
		c, err := set.Mail(issue, sampleSite(), sampleLinks(), "en")
		if err != nil {
			t.Fatal(err)
		}
		if got := hrefs(tree(t, c.HTML)); !slices.Contains(got, tc.want) {
			t.Errorf("%s: HTML of %q: got %q, want %q", tc.name, tc.address, got, tc.want)
		}
		if !strings.Contains(c.Text, "\n"+tc.want+"\n") {
			t.Errorf("%s: text of %q: got no line %q", tc.name, tc.address, tc.want)
		}
	}
}

// FuzzMail throws any words and address at every place at once: rendering
// never fails, nothing becomes markup, both parts carry the same links.
func FuzzMail(f *testing.F) {
	set, err := templates.New(nil)
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range hostile() {
		f.Add(text, "https://example.org/?q="+text)
	}
	for _, a := range hostileAddresses() {
		f.Add("Title", a)
	}
	f.Fuzz(func(t *testing.T, text, address string) {
		issue := poisoned(text, address)
		c, err := set.Mail(issue, sampleSite(), sampleLinks(), "en")
		if err != nil {
			t.Fatalf("Mail(%q, %q): %v", text, address, err)
		}
		harmless(t, "mail", text, c.HTML)
		for _, check := range templates.Lint(issue, c, sampleSite()) {
			if (check.Rule == "links" || check.Rule == "unsubscribe") && check.Level == templates.LevelError {
				t.Errorf("Lint(%q, %q): %s: %s", text, address, check.Rule, check.Message)
			}
		}
	})
}

package templates_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"weekward/templates"
)

// element returns the first element with that id.
func element(doc *html.Node, id string) *html.Node {
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && attr(n, "id") == id {
			return n
		}
	}
	return nil
}

// TestPagesObeyTheContentSecurityPolicy: default-src 'none'; style-src 'self';
// img-src 'self'; form-action 'self'.
func TestPagesObeyTheContentSecurityPolicy(t *testing.T) {
	for name, p := range samplePages() {
		for n := range tree(t, renderPage(t, name, p)).Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if slices.Contains([]string{"script", "style", "iframe", "object", "embed", "base"}, n.Data) {
				t.Errorf("%s: got <%s>", name, n.Data)
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: got %s=%q on <%s>", name, a.Key, a.Val, n.Data)
				}
			}
			if target := attr(n, "src") + attr(n, "action"); target != "" && (target[0] != '/' || strings.HasPrefix(target, "//")) {
				t.Errorf("%s: <%s> reaches out to %q", name, n.Data, target)
			}
			if href := attr(n, "href"); n.Data == "link" && (!strings.HasPrefix(href, "/") || strings.HasPrefix(href, "//")) {
				t.Errorf("%s: <link> reaches out to %q", name, href)
			}
		}
	}
}

func TestPagesCanBeReadByEverybody(t *testing.T) {
	for name, p := range samplePages() {
		doc := tree(t, renderPage(t, name, p))
		last, h1, ids := 0, 0, map[string]bool{}
		for n := range doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if id := attr(n, "id"); id != "" {
				if ids[id] {
					t.Errorf("%s: id %q stands twice", name, id)
				}
				ids[id] = true
			}
			if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
				level := int(n.Data[1] - '0')
				if level > last+1 {
					t.Errorf("%s: <%s> after h%d: a level is skipped", name, n.Data, last)
				}
				if last = level; level == 1 {
					h1++
				}
			}
		}
		if h1 != 1 {
			t.Errorf("%s: got %d h1, want 1", name, h1)
		}
		for n := range doc.Descendants() {
			switch {
			case n.Type != html.ElementNode:
			case n.Data == "label" && !ids[attr(n, "for")]:
				t.Errorf("%s: label for %q, which is not there", name, attr(n, "for"))
			case n.Data == "a" && strings.HasPrefix(attr(n, "href"), "#") && !ids[attr(n, "href")[1:]]:
				t.Errorf("%s: link to %q, which is not there", name, attr(n, "href"))
			}
			for id := range strings.FieldsSeq(attr(n, "aria-describedby")) {
				if !ids[id] {
					t.Errorf("%s: described by %q, which is not there", name, id)
				}
			}
		}
	}
}

func TestPagesThatBearATokenAreNotIndexed(t *testing.T) {
	for name, p := range samplePages() {
		src := renderPage(t, name, p)
		private := strings.Contains(src, "TOKEN")
		if got := strings.Contains(src, `name="robots" content="noindex"`); private && !got {
			t.Errorf("%s: got no noindex, though there is a token on it", name)
		}
		if got := strings.Contains(src, `name="referrer" content="no-referrer"`); private && !got {
			t.Errorf("%s: got no no-referrer, though there is a token on it", name)
		}
	}
}

func TestSignupAsksOneThing(t *testing.T) {
	doc := tree(t, renderPage(t, "signup", samplePages()["signup"]))
	want := map[string]string{"type": "email", "autocomplete": "email", "spellcheck": "false", "maxlength": "254", "name": templates.FieldEmail}
	email := element(doc, "email")
	for k, v := range want {
		if got := attr(email, k); got != v {
			t.Errorf("email field: got %s=%q, want %q", k, got, v)
		}
	}
	visible := 0
	for n := range doc.Descendants() {
		if n.Data == "input" && attr(n, "type") != "hidden" && attr(n, "tabindex") != "-1" {
			visible++
		}
	}
	if visible != 1 {
		t.Errorf("fields that a person sees: got %d, want 1", visible)
	}
}

// TestSignupTrapIsForProgramsOnly: the honeypot is out of the way of keyboards,
// screen readers and browsers that fill forms in (SU-7).
func TestSignupTrapIsForProgramsOnly(t *testing.T) {
	trap := element(tree(t, renderPage(t, "signup", samplePages()["signup"])), templates.FieldTrap)
	if trap == nil || attr(trap, "name") != templates.FieldTrap {
		t.Fatalf("trap: got no field named %q", templates.FieldTrap)
	}
	for k, v := range map[string]string{"tabindex": "-1", "autocomplete": "off"} {
		if got := attr(trap, k); got != v {
			t.Errorf("trap: got %s=%q, want %q", k, got, v)
		}
	}
	if got := attr(trap.Parent, "aria-hidden"); got != "true" {
		t.Errorf("around the trap: got aria-hidden=%q, want true", got)
	}
	for _, known := range []string{"name", "email", "tel", "phone", "company", "organization", "address", "city", "zip", "url", "website"} {
		if strings.Contains(templates.FieldTrap, known) {
			t.Errorf("trap is named %q: browsers fill in %q", templates.FieldTrap, known)
		}
	}
}

func TestSignupKeepsWhatWasTypedAndSaysWhatIsWrong(t *testing.T) {
	doc := tree(t, renderPage(t, "signup+error", samplePages()["signup+error"]))
	email := element(doc, "email")
	for k, v := range map[string]string{"value": "reader@example", "aria-invalid": "true", "aria-describedby": "email-error consent"} {
		if got := attr(email, k); got != v {
			t.Errorf("email field after an error: got %s=%q, want %q", k, got, v)
		}
	}
	if all := words(doc); strings.Count(all, "Enter an email address in the correct format") != 2 {
		t.Errorf("error: got %q, want the words in the summary and at the field", all)
	}
}

// TestUnsubscribeButtonSaysOneClick: our own button sends what mail providers
// send (RFC 8058), so that one address serves both.
func TestUnsubscribeButtonSaysOneClick(t *testing.T) {
	src := renderPage(t, "unsubscribe", samplePages()["unsubscribe"])
	for _, want := range []string{`<form method="post" action="/unsubscribe/TOKEN">`, `name="List-Unsubscribe" value="One-Click"`, "r…@example.org"} {
		if !strings.Contains(src, want) {
			t.Errorf("Page(unsubscribe): got no %q", want)
		}
	}
	if strings.Contains(src, "reader@example.org") {
		t.Error("Page(unsubscribe): the whole address is shown to whoever has the link")
	}
}

func TestConsentOnTheFormIsTheConsentThatIsStored(t *testing.T) {
	set := newSet(t)
	site := sampleSite()
	for _, tc := range []struct{ lang, own, version string }{
		{"en", "", "weekward-1-en"},
		{"de", "", "weekward-1-de"},
		{"de", "One mail a week.", "ours-7"},
	} {
		site.Consent, site.ConsentID = tc.own, "ours-7"
		wording, version, err := set.Consent(site, tc.lang)
		if err != nil || version != tc.version {
			t.Errorf("Consent(%q, %s): got version %q, %v, want %q", tc.own, tc.lang, version, err, tc.version)
		}
		var b bytes.Buffer
		if err := set.Page(&b, templates.PageSignup, templates.Page{Site: site, Lang: tc.lang}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(words(tree(t, b.String())), wording) {
			t.Errorf("Page(signup, %s): got no %q", tc.lang, wording)
		}
	}
}

func TestSiteBelowAPathLinksBelowIt(t *testing.T) {
	p := samplePages()["issue"]
	p.Site.BaseURL = "https://example.org/news"
	for _, h := range hrefs(tree(t, renderPage(t, "issue", p))) {
		if strings.HasPrefix(h, "/") && !strings.HasPrefix(h, "/news/") {
			t.Errorf("link %q leads out of the site at /news", h)
		}
	}
}

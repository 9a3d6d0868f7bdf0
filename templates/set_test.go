package templates_test

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"weekward/templates"
)

func file(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

func TestOverrideReplacesOneFileAndLeavesTheRest(t *testing.T) {
	set, err := templates.New(fstest.MapFS{
		"pages/saved.html": file(`{{define "main"}}<h1>{{.Title}}</h1><p>Our own words.</p>{{end}}`),
		"assets/site.css":  file(`body { color: black }`),
		"assets/logo.svg":  file(`<svg/>`),
		"notes.md":         file(`not a template`),
	})
	if err != nil {
		t.Fatalf("New(override): %v", err)
	}
	var saved, message bytes.Buffer
	if err := set.Page(&saved, templates.PageSaved, templates.Page{Site: sampleSite()}); err != nil {
		t.Fatal(err)
	}
	if err := set.Page(&message, templates.PageMessage, templates.Page{Site: sampleSite(), Message: templates.MessageNotFound}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(saved.String(), "Our own words.") || !strings.Contains(saved.String(), "<h1>Saved</h1>") {
		t.Errorf("Page(saved): got %s, want the override's words in our frame", saved.String())
	}
	if !strings.Contains(message.String(), "There is no such page") {
		t.Errorf("Page(message): got %s, want the embedded page", message.String())
	}
	for name, want := range map[string]string{"site.css": "body { color: black }", "logo.svg": "<svg/>"} {
		if got, err := fs.ReadFile(set.Assets(), name); string(got) != want || err != nil {
			t.Errorf("Assets() %s: got %q, %v, want %q", name, got, err, want)
		}
	}
	if got, err := fs.ReadFile(set.Assets(), "mark.svg"); len(got) == 0 || err != nil {
		t.Errorf("Assets() mark.svg: got %d bytes, %v, want the embedded file", len(got), err)
	}
	if _, err := fs.ReadFile(set.Assets(), "../mail/issue.html"); err == nil {
		t.Error("Assets() ../mail/issue.html: got no error, want one")
	}
}

func TestOverrideOfWordsNeedsOnlyTheLinesThatDiffer(t *testing.T) {
	set, err := templates.New(fstest.MapFS{
		"locales/en.toml": file("[mail]\nleave = \"Stop these mails\"\n"),
		"locales/nl.toml": file("[mail]\nleave = \"Afmelden met één klik\"\n"),
	})
	if err != nil {
		t.Fatalf("New(override): %v", err)
	}
	for lang, want := range map[string][]string{
		"en": {"Stop these mails:", "Change your preferences:"},
		"nl": {"Afmelden met één klik:", "Change your preferences:"}, // English fills the gaps
		"de": {"Mit einem Klick abmelden:"},
	} {
		c, err := set.Mail(sampleIssue(), sampleSite(), sampleLinks(), lang)
		if err != nil {
			t.Fatalf("Mail(%s): %v", lang, err)
		}
		for _, w := range want {
			if !strings.Contains(c.Text, w) {
				t.Errorf("Mail(%s).Text: got no %q", lang, w)
			}
		}
	}
}

func TestBrokenOverrideNamesFileAndLine(t *testing.T) {
	for _, tc := range []struct {
		name, file, data string
		want             []string
	}{
		{"does not parse", "pages/saved.html", "{{define \"main\"}}\n\n{{if}}\n{{end}}", []string{"override pages/saved.html", "pages/saved.html:3"}},
		{"field that does not exist", "mail/issue.html", "<p>\n{{.Nmae}}</p>", []string{"override folder", "mail/issue.html:2", "Nmae"}},
		{"field that does not exist, in the text", "mail/letter.txt", "\n\n{{.Headline}}", []string{"mail/letter.txt:3", "Headline"}},
		{"unknown key", "pages/privacy.html", "{{define \"main\"}}\n{{t \"page.privcy\"}}{{end}}", []string{"pages/privacy.html:2", "page.privcy"}},
		{"unknown style", "mail/letter.html", "<p style=\"{{css \"huge\"}}\">", []string{"mail/letter.html:1", `no style named "huge"`}},
		{"markup that cannot be escaped", "pages/archive.html", "{{define \"main\"}}\n<a href={{.Root}}x'{{.Title}}>{{end}}", []string{"override pages/archive.html", "unquoted attr"}},
		{"name that replaces nothing", "pages/signupp.html", "", []string{"override pages/signupp.html", "no such template"}},
		{"words that do not parse", "locales/de.toml", "[mail]\nleave = \"\nx", []string{"override locales/de.toml", "line 2"}},
		{"words with broken braces", "locales/de.toml", "[mail]\nleave = \"{{.Name\"", []string{"locales/de.toml", `"mail.leave"`}},
		{"file that is no language", "locales/deutsch!.toml", "", []string{"locales/deutsch!.toml", "not a language"}},
	} {
		_, err := templates.New(fstest.MapFS{tc.file: file(tc.data)})
		if err == nil {
			t.Errorf("%s: New(override %s): got no error", tc.name, tc.file)
			continue
		}
		for _, want := range tc.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: New(override %s): got %q, want %q in it", tc.name, tc.file, err, want)
			}
		}
	}
}

func TestFailedPageWritesNothing(t *testing.T) {
	var b bytes.Buffer
	if err := newSet(t).Page(&b, "no-such-page", templates.Page{}); err == nil || b.Len() > 0 {
		t.Errorf("Page(no-such-page): got %d bytes, %v, want none and an error", b.Len(), err)
	}
	if err := newSet(t).Page(&b, templates.PageMessage, templates.Page{Message: "no-such-message"}); err == nil || b.Len() > 0 {
		t.Errorf("Page(message no-such-message): got %d bytes, %v, want none and an error", b.Len(), err)
	}
	if _, err := newSet(t).Letter("no-such-letter", sampleSite(), templates.LetterData{}); err == nil {
		t.Error("Letter(no-such-letter): got no error")
	}
}

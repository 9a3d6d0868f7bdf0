package templates_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weekward/templates"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file in testdata; -update writes it instead.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run: go test ./templates -update)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs from its golden file (-want +got); if it is meant so, run go test ./templates -update\n%s", name, diff)
	}
}

func TestMailsLookAsTheyDidLastTime(t *testing.T) {
	for _, lang := range []string{"en", "de"} {
		c := sampleMail(t, lang)
		golden(t, "issue."+lang+".html", c.HTML)
		golden(t, "issue."+lang+".txt", c.Text)
	}
}

func TestLettersLookAsTheyDidLastTime(t *testing.T) {
	set := newSet(t)
	for _, lang := range []string{"en", "de"} {
		for kind, d := range sampleLetters(lang) {
			c, err := set.Letter(kind, sampleSite(), d)
			if err != nil {
				t.Fatalf("Letter(%q): %v", kind, err)
			}
			golden(t, kind+"."+lang+".html", c.HTML)
			golden(t, kind+"."+lang+".txt", "Subject: "+c.Subject+"\n\n"+c.Text)
		}
	}
}

func sampleLetters(lang string) map[string]templates.LetterData {
	asked := at("2010-04-05T17:12:00Z")
	return map[string]templates.LetterData{
		templates.LetterConfirm:     {Lang: lang, Link: "https://week.example.org/confirm/SLOT-confirm", Asked: asked, Form: "https://week.example.org/"},
		templates.LetterPreferences: {Lang: lang, Link: "https://week.example.org/preferences/SLOT-prefs", Asked: asked, Form: "https://week.example.org/"},
		templates.LetterAddress:     {Lang: lang, Link: "https://week.example.org/confirm/SLOT-confirm", Asked: asked, Form: "https://week.example.org/preferences"},
		templates.LetterMoved:       {Lang: lang, Asked: asked},
		templates.LetterWelcome:     {Lang: lang, Link: "https://week.example.org/preferences/SLOT-prefs", Leave: "https://week.example.org/unsubscribe/SLOT-leave", Asked: asked},
		templates.LetterNotice:      {Lang: lang, Link: "http://127.0.0.1:8081/issues/32", Subject: "No 32 waits for your word", Lines: []string{"It is due on Tuesday at 07:00 and nobody has approved it.", "Two checks warn: Q3 has one quote, and the lead has no note."}},
	}
}

func TestPagesLookAsTheyDidLastTime(t *testing.T) {
	for name, p := range samplePages() {
		golden(t, "page-"+name+".html", renderPage(t, name, p))
	}
}

func renderPage(t *testing.T, file string, p templates.Page) string {
	t.Helper()
	var b bytes.Buffer
	name := file
	if i := bytes.IndexByte([]byte(file), '+'); i > 0 { // "signup+error" is a page in another state
		name = file[:i]
	}
	if err := newSet(t).Page(&b, name, p); err != nil {
		t.Fatalf("Page(%q): %v", name, err)
	}
	return b.String()
}

// samplePages holds every page, and some again in another state after a "+".
func samplePages() map[string]templates.Page {
	issue := sampleIssue()
	base := func(change func(*templates.Page)) templates.Page {
		p := templates.Page{Site: sampleSite(), Lang: "en"}
		change(&p)
		return p
	}
	line := templates.IssueLine{Number: 31, Slot: issue.Slot, Subject: issue.Subject, Stories: 5, Minutes: 4, Chats: []string{"wardround"}}
	reader := &templates.Reader{Address: "reader@example.org", Lang: "en", Zone: "Europe/Athens", Topics: []string{"telecare"}}
	return map[string]templates.Page{
		"signup": base(func(p *templates.Page) {
			p.Form, p.Latest = &templates.FormData{Stamp: "STAMP"}, &line
			p.NextChat = &templates.NextChat{Tag: "wardround", Title: "The Friday hour on health and the social web", At: at("2010-04-09T11:00:00Z"), Zone: "Europe/London"}
		}),
		"signup+error": base(func(p *templates.Page) {
			p.Form = &templates.FormData{Stamp: "STAMP", Address: "reader@example", Problem: templates.ProblemMalformed}
		}),
		"signup+de":    base(func(p *templates.Page) { p.Lang, p.Form = "de", &templates.FormData{Stamp: "STAMP"} }),
		"check-inbox":  base(func(p *templates.Page) {}),
		"confirm":      base(func(p *templates.Page) { p.Token, p.Subscriber = "TOKEN", reader }),
		"confirmed":    base(func(p *templates.Page) { p.Latest, p.Settings, p.Leave = &line, "TOKEN", "TOKEN" }),
		"unsubscribe":  base(func(p *templates.Page) { p.Token, p.Subscriber, p.Settings = "TOKEN", reader, "TOKEN" }),
		"unsubscribed": base(func(p *templates.Page) {}),
		"preferences": base(func(p *templates.Page) {
			p.Token, p.Leave, p.Subscriber, p.Topics = "TOKEN", "LEAVE", reader, []string{"open records", "telecare", "policy"}
		}),
		"preferences+error": base(func(p *templates.Page) {
			p.Token, p.Subscriber, p.Form = "TOKEN", reader, &templates.FormData{Address: "reader@example", Problem: templates.ProblemMalformed}
		}),
		"saved": base(func(p *templates.Page) { p.Token = "TOKEN" }),
		"archive": base(func(p *templates.Page) {
			p.Issues = []templates.IssueLine{
				line,
				{Number: 30, Slot: at("2010-03-30T05:00:00Z"), Subject: "The record that began in a kitchen", Stories: 7, Minutes: 5, Chats: []string{"wardround"}},
				{Number: 29, Slot: at("2010-03-23T06:00:00Z"), Subject: "Who owns a fever chart?", Stories: 6, Minutes: 4},
				{Number: 18, Slot: at("2009-12-29T06:00:00Z"), Subject: "A quiet week, and a good one", Stories: 3, Minutes: 2, Chats: []string{"wardround"}},
			}
		}),
		"search": base(func(p *templates.Page) { p.Search = &templates.Search{} }),
		"search+none": base(func(p *templates.Page) {
			p.Search = &templates.Search{Question: `telecare "<b>" islands`}
		}),
		"search+found": base(func(p *templates.Page) {
			p.Search = &templates.Search{Question: "ward", Found: sampleFound()}
		}),
		"search+found+de": base(func(p *templates.Page) {
			p.Lang, p.Search = "de", &templates.Search{Question: "Netz", Found: sampleFound()[1:2]}
		}),
		"archive+empty": base(func(p *templates.Page) {}),
		"issue": base(func(p *templates.Page) {
			p.Issue, p.Older, p.Newer = &issue, 30, 32
			p.Correction = "7 April: the ministry’s consultation closes in June, not in May."
		}),
		"issue+since": base(func(p *templates.Page) {
			p.Issue, p.Older = &issue, 30
			p.Corrections, p.FollowUps = sampleCorrections(), sampleFollowUps()
		}),
		"issue+since+de": base(func(p *templates.Page) {
			p.Lang, p.Issue, p.Older = "de", &issue, 30
			p.Corrections, p.FollowUps = sampleCorrections(), sampleFollowUps()
		}),
		"privacy": base(func(p *templates.Page) {}),
		"message": base(func(p *templates.Page) { p.Message = templates.MessageUnknownLink }),
	}
}

package templates_test

import (
	"fmt"
	"strings"
	"testing"

	"weekward/digest"
	"weekward/digest/recap"
	"weekward/templates"
)

// found returns what Lint has to say under a rule, one "level: message" each.
func found(checks []templates.Check, rule string) []string {
	var out []string
	for _, c := range checks {
		if c.Rule == rule {
			out = append(out, c.Level+": "+c.Message)
		}
	}
	return out
}

func TestLintPassesAGoodIssue(t *testing.T) {
	issue := sampleIssue()
	issue.Stories[0].Related = issue.Stories[0].Related[:2]
	c := sampleMail(t, "en")
	checks := templates.Lint(issue, c, sampleSite())
	if len(checks) < 11 {
		t.Errorf("Lint(sample): got %d checks, want each of 11 rules to report", len(checks))
	}
	for _, check := range checks {
		if check.Level != templates.LevelOK {
			t.Errorf("Lint(sample): got %s %s: %s, want ok", check.Level, check.Rule, check.Message)
		}
	}
}

func TestLintFindsWhatIsWrongWithAnIssue(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*digest.Issue)
		rule   string
		want   string // part of "level: message"
	}{
		{"no subject", func(i *digest.Issue) { i.Subject = " \n" }, "subject", "error: the issue has no subject"},
		{"subject longer than telephones show", func(i *digest.Issue) { i.Subject = strings.Repeat("x", 51) }, "subject", "warn: subject has 51"},
		{"subject of fifty is fine", func(i *digest.Issue) { i.Subject = strings.Repeat("ä", 50) }, "subject", "ok: 50 characters"},
		{"subject beyond all measure", func(i *digest.Issue) { i.Subject = strings.Repeat("x", 201) }, "subject", "error: subject has 201"},
		{"preheader too short", func(i *digest.Issue) { i.Preheader = strings.Repeat("x", 39) }, "preheader", "warn: preheader has 39"},
		{"preheader of forty is fine", func(i *digest.Issue) { i.Preheader = strings.Repeat("x", 40) }, "preheader", "ok: 40"},
		{"preheader too long", func(i *digest.Issue) { i.Preheader = strings.Repeat("x", 91) }, "preheader", "warn: preheader has 91"},
		{"preheader says the subject again", func(i *digest.Issue) { i.Preheader = strings.ToUpper(i.Subject) + ", and more of it." }, "preheader", "warn: preheader repeats"},
		{"no stories", func(i *digest.Issue) { i.Stories = nil }, "stories", "error: the issue has no stories"},
		{"same item twice", func(i *digest.Issue) { i.Stories[2].ID = i.Stories[0].ID }, "stories", "error: \"Open source record"},
		{"same address twice", func(i *digest.Issue) { i.Stories[2].URL = i.Stories[1].URL }, "stories", "stands twice"},
		{"same title in other case", func(i *digest.Issue) { i.Stories[2].Title = strings.ToUpper(i.Stories[1].Title) }, "stories", "stands twice"},
		{"story again as related reading", func(i *digest.Issue) { i.Stories[0].Related[0].URL = i.Stories[0].URL }, "stories", "stands twice"},
		{"story without a title", func(i *digest.Issue) { i.Stories[1].Title = "" }, "stories", "error: the story at https://clinic-herald"},
		{"address nobody can follow", func(i *digest.Issue) { i.Stories[1].URL = "javascript:pwn()" }, "stories", "warn: \"District hospital"},
		{"note left to be written", func(i *digest.Issue) { i.Stories[0].Note = "TODO say why" }, "placeholders", `error: "TODO" in the editor's note`},
		{"subject left to be written", func(i *digest.Issue) { i.Subject = "Lorem Ipsum" }, "placeholders", `error: "Lorem Ipsum" in the subject`},
		{"unfilled braces", func(i *digest.Issue) { i.Preheader = "Hello {{name}}" }, "placeholders", `error: "{{" in the preheader`},
		{"a feed's own ellipsis only warns", func(i *digest.Issue) { i.Stories[1].Excerpt += " […]" }, "placeholders", `warn: "[…]" in a story`},
		{"braces in a title only warn", func(i *digest.Issue) { i.Stories[1].Title = "How {{mustache}} works" }, "placeholders", `warn: "{{" in a story`},
		{"braces that the preheader has from a title only warn", func(i *digest.Issue) {
			i.Stories[1].Title, i.Preheader = "How {{mustache}} works", "How {{mustache}} works, and what the wards made of the week"
		}, "placeholders", `warn: "{{" in the preheader`},
		{"a word that merely begins like one", func(i *digest.Issue) { i.Stories[0].Note = "TODOS los hospitales" }, "placeholders", "ok: none"},
		{"language unknown", func(i *digest.Issue) { i.Stories[1].Lang, i.Stories[2].Lang = "", "" }, "lang", "warn: 2 of 5 stories"},
		{"one voice is no chat", func(i *digest.Issue) { q := &i.Chats[0].Questions[0]; q.Highlights = q.Highlights[:1] }, "quotes", "warn: #wardround Q1 has 1"},
		{"nobody quoted is a policy", func(i *digest.Issue) {
			i.Chats = []recap.Recap{{Tag: "wardround", Questions: []recap.Question{{Label: "Q1", Text: "Why?"}}}}
		}, "quotes", "ok:"},
		{"as long as Gmail begins to mind", func(i *digest.Issue) { i.Stories[0].Excerpt = strings.Repeat("word ", 12000) }, "size", "warn: HTML is 7"},
		{"longer than Gmail shows", func(i *digest.Issue) { i.Stories[0].Excerpt = strings.Repeat("word ", 20000) }, "size", "error: HTML is 1"},
	} {
		issue := sampleIssue()
		tc.change(&issue)
		c, err := newSet(t).Mail(issue, sampleSite(), sampleLinks(), "en")
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		got := found(templates.Lint(issue, c, sampleSite()), tc.rule)
		if !strings.Contains(strings.Join(got, "\n"), tc.want) {
			t.Errorf("%s: Lint().%s: got %q, want %q", tc.name, tc.rule, got, tc.want)
		}
	}
}

func TestLintFindsWhatIsWrongWithAMail(t *testing.T) {
	site := sampleSite()
	replace := func(old, new string) func(*templates.Content) {
		return func(c *templates.Content) {
			c.HTML, c.Text = strings.ReplaceAll(c.HTML, old, new), strings.ReplaceAll(c.Text, old, new)
		}
	}
	for _, tc := range []struct {
		name   string
		change func(*templates.Content)
		rule   string
		want   string
	}{
		{"no link to leave", replace(sampleLinks().Unsubscribe, "https://example.org/"), "unsubscribe", "error: the HTML part has no unsubscribe link"},
		{"no link to leave in the text", func(c *templates.Content) { c.Text = strings.ReplaceAll(c.Text, c.Links.Unsubscribe, "") }, "unsubscribe", "error: the text part has no unsubscribe link"},
		{"no link to the preferences", func(c *templates.Content) { c.Links.Preferences = "" }, "unsubscribe", "error: the HTML part has no preferences link"},
		{"no postal address", replace("12 Canal Side", ""), "postal", "error: the HTML part has no postal address"},
		{"no postal address in the text", func(c *templates.Content) { c.Text = strings.ReplaceAll(c.Text, "Utrecht", "") }, "postal", "error: the text part has no postal address"},
		{"text lacks a link", func(c *templates.Content) {
			c.Text = strings.Replace(c.Text, "https://wardnotes.example.org/rules", "", 1)
		}, "links", "error: 1 of 22 links"},
		{"link that is not of the web", func(c *templates.Content) { c.HTML += `<a href="javascript:x">x</a>` }, "links", "error: link leads neither"},
		{"heading with nothing under it", func(c *templates.Content) {
			c.HTML = strings.Replace(c.HTML, "</body>", "<h2>Jobs</h2></body>", 1)
		}, "sections", `error: nothing stands under the heading "Jobs"`},
		{"heading before another of its level", func(c *templates.Content) {
			c.HTML = strings.Replace(c.HTML, "<h2", "<h2>Dates</h2><h2", 1)
		}, "sections", `error: nothing stands under the heading "Dates"`},
		{"a template's own braces", replace("Past issues", "Past {{issues"), "placeholders", `error: "{{" in the HTML part`},
		{"no language", replace(`<html lang="en"`, "<html"), "lang", "error: the HTML part has no lang"},
		{"plain text alone is complete", func(c *templates.Content) { c.HTML = "" }, "unsubscribe", "ok:"},
		{"bare slots are links", func(c *templates.Content) { c.HTML += `<a href="SLOT_1-a">x</a>`; c.Text += "\nSLOT_1-a\n" }, "links", "ok: 23"},
	} {
		c := sampleMail(t, "en")
		tc.change(&c)
		got := found(templates.Lint(sampleIssue(), c, site), tc.rule)
		if !strings.Contains(strings.Join(got, "\n"), tc.want) {
			t.Errorf("%s: Lint().%s: got %q, want %q", tc.name, tc.rule, got, tc.want)
		}
	}
	site.Postal = ""
	if got := fmt.Sprint(found(templates.Lint(sampleIssue(), sampleMail(t, "en"), site), "postal")); got != "[error: no postal address is set]" {
		t.Errorf("Lint(site without postal address).postal: got %s, want an error", got)
	}
}

package templates_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"weekward/digest"
	"weekward/digest/recap"
	"weekward/templates"
)

// tree parses HTML; links, headings and depth below walk it.
func tree(t *testing.T, src string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(src))
	if err != nil {
		t.Fatalf("parse HTML: %v", err)
	}
	return doc
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hrefs(doc *html.Node) []string {
	var out []string
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "a" {
			out = append(out, attr(n, "href"))
		}
	}
	return out
}

func words(doc *html.Node) string {
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" && n.Parent.Data != "title" {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// fullIssue is an issue of the 40 stories there may be at most, with long
// titles, excerpts and addresses, and a chat of four questions with the four
// quotes there may be at most.
func fullIssue() digest.Issue {
	i := sampleIssue()
	first := i.Stories[0]
	i.Stories = nil
	for n := range 40 {
		s := first
		s.ID, s.URL = fmt.Sprintf("%020d", n), fmt.Sprintf("https://ehealthpost.example.org/2010/04/a-rather-long-address-%d", n)
		s.Title = fmt.Sprintf("Story %d: %s", n, strings.TrimSpace(strings.Repeat("a long headline ", 4)))
		s.Excerpt = strings.Repeat("Nurses in six countries wrote down what they would tell a colleague. ", 3)[:170]
		if n > 0 {
			s.Section, s.Related, s.Note = []string{"", "Policy", "Research"}[n%3], nil, ""
		}
		if n%3 > 0 {
			s.Also, s.Shared = nil, 0
		}
		i.Stories = append(i.Stories, s)
	}
	chat := &i.Chats[0]
	q := chat.Questions[0]
	q.Highlights = slices.Concat(q.Highlights, chat.Questions[1].Highlights)
	chat.Questions = slices.Repeat([]recap.Question{q}, 4)
	return i
}

func TestFortyItemsStayUnderSixtyKilobytes(t *testing.T) {
	c, err := newSet(t).Mail(fullIssue(), sampleSite(), sampleLinks(), "en")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("HTML %d bytes, text %d bytes", len(c.HTML), len(c.Text))
	if got := len(c.HTML); got > 60*1024 {
		t.Errorf("Mail(40 stories).HTML: got %d bytes, want at most %d", got, 60*1024)
	}
}

func TestTextCarriesEveryLinkInTheOrderOfTheHTML(t *testing.T) {
	for _, lang := range []string{"en", "de"} {
		c := sampleMail(t, lang)
		fields := strings.Split(c.Text, "\n")
		for _, link := range hrefs(tree(t, c.HTML)) {
			at := slices.IndexFunc(fields, func(l string) bool { return strings.TrimSpace(l) == link })
			if at < 0 {
				t.Errorf("text (%s) after the links before it: got no line %q", lang, link)
				continue
			}
			fields = fields[at+1:]
		}
	}
}

func TestTextStandsByItself(t *testing.T) {
	for _, issue := range []digest.Issue{sampleIssue(), fullIssue()} {
		c, err := newSet(t).Mail(issue, sampleSite(), sampleLinks(), "en")
		if err != nil {
			t.Fatal(err)
		}
		said, shown := len(strings.Fields(c.Text)), len(strings.Fields(words(tree(t, c.HTML))))
		if said*10 < shown*9 {
			t.Errorf("words of the text: got %d of the HTML's %d, want at least 90 %%", said, shown)
		}
		for _, l := range strings.Split(c.Text, "\n") {
			if n := len([]rune(l)); n > 76 && !strings.Contains(l, "://") {
				t.Errorf("line of %d characters, want at most 76: %q", n, l)
			}
		}
		if !strings.HasSuffix(c.Text, "12 Canal Side, 3511 Utrecht, Netherlands\n") || !strings.Contains(c.Text, sampleLinks().Unsubscribe) {
			t.Errorf("end of the text: got %q, want the way out and the sender", c.Text[max(0, len(c.Text)-200):])
		}
	}
}

func TestMailCanBeReadByEverybody(t *testing.T) {
	c := sampleMail(t, "en")
	doc := tree(t, c.HTML)
	last, depth := 0, 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "html":
			if attr(n, "lang") != "en" || attr(n, "dir") != "ltr" {
				t.Errorf("html: got lang %q dir %q, want en ltr", attr(n, "lang"), attr(n, "dir"))
			}
		case "h1", "h2", "h3", "h4":
			level := int(n.Data[1] - '0')
			if level > last+1 {
				t.Errorf("heading %s after h%d: a level is skipped", n.Data, last)
			}
			last = level
		case "table":
			if attr(n, "role") != "presentation" {
				t.Errorf("table: got role %q, want presentation", attr(n, "role"))
			}
			around := 1
			for p := range n.Ancestors() {
				if p.Data == "table" {
					around++
				}
			}
			depth = max(depth, around)
		case "img", "script", "link", "iframe", "form", "object":
			t.Errorf("<%s> in a mail: want none", n.Data)
		}
	}
	if depth > 3 {
		t.Errorf("tables nested: got %d deep, want at most 3", depth)
	}
	for _, want := range []string{`lang="fr" dir="ltr">`, `lang="de" dir="ltr">`, `<div style="display:none">A district hospital`} {
		if !strings.Contains(c.HTML, want) {
			t.Errorf("HTML: got no %q", want)
		}
	}
	if strings.Contains(c.HTML, "ZgotmplZ") {
		t.Error("HTML: html/template refused a value (ZgotmplZ)")
	}
}

func TestMailWorksWithTheStyleBlockRemoved(t *testing.T) {
	c := sampleMail(t, "en")
	head, rest, _ := strings.Cut(c.HTML, "<style>")
	_, body, _ := strings.Cut(rest, "</style>")
	for n := range tree(t, head+body).Descendants() {
		if n.Type == html.ElementNode && slices.Contains([]string{"h1", "h2", "h3", "p", "a", "td"}, n.Data) && attr(n, "style") == "" {
			t.Errorf("<%s> has no style of its own", n.Data)
		}
	}
}

func TestAgesTurnIntoDatesAfterThirtyDays(t *testing.T) {
	issue := sampleIssue()
	for _, tc := range []struct{ name, published, want string }{
		{"the same morning", "2010-04-06T01:00:00Z", "today"},
		{"last evening, though under ten hours ago", "2010-04-05T21:00:00Z", "yesterday"},
		{"across the clock change", "2010-03-27T12:00:00Z", "10 days ago"},
		{"two weeks", "2010-03-23T12:00:00Z", "2 weeks ago"},
		{"the thirtieth day", "2010-03-07T12:00:00Z", "4 weeks ago"},
		{"the day after", "2010-03-06T12:00:00Z", "6 Mar 2010"},
		{"dated ahead of the slot", "2010-04-09T12:00:00Z", "today"},
	} {
		issue.Stories[1].Published = at(tc.published)
		c, err := newSet(t).Mail(issue, sampleSite(), sampleLinks(), "en")
		if err != nil {
			t.Fatal(err)
		}
		if want := "Clinic Herald · " + tc.want + " ·"; !strings.Contains(c.Text, want) {
			t.Errorf("%s: Mail(published %s): got no %q in the text", tc.name, tc.published, want)
		}
	}
}

func TestChatOfPeopleWhoAreNotQuotedStillShowsWhatWasAsked(t *testing.T) {
	issue := sampleIssue()
	for i := range issue.Chats[0].Questions {
		issue.Chats[0].Questions[i].Highlights = nil
	}
	c, err := newSet(t).Mail(issue, sampleSite(), sampleLinks(), "en")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{c.Text, words(tree(t, c.HTML))} {
		if !strings.Contains(part, "Q2 Should a hospital answer a review?") || !strings.Contains(part, "51 answers") || strings.Contains(part, "Marta") {
			t.Errorf("aggregate-only chat: got\n%s\nwant questions and figures, no names", part)
		}
	}
}

func TestIssueWithoutStoriesOrChatsStillRenders(t *testing.T) {
	c, err := newSet(t).Mail(digest.Issue{Number: 1, Slot: at("2010-04-06T05:00:00Z")}, templates.Site{Name: "W"}, templates.Links{}, "")
	if err != nil {
		t.Fatalf("Mail(empty issue): %v", err)
	}
	if !strings.Contains(c.Text, "1 min") {
		t.Errorf("Mail(empty issue).Text: got %q, want at least 1 min", c.Text)
	}
}

// TestCheckerFindsNoFault runs the mail checker, which knows what 40 mail
// clients support, over what we render.
func TestCheckerFindsNoFault(t *testing.T) {
	checker := "../../shared/eval/check_email_html.py"
	if _, err := os.Stat(checker); err != nil {
		t.Skip("no mail checker beside this module:", checker)
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 to run the mail checker")
	}
	set, dir := newSet(t), t.TempDir()
	check := func(name, kind, src string, score, least float64) {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(python, checker, "--json", "--kind", kind, file).Output()
		if err != nil {
			t.Fatalf("%s: %v", checker, err)
		}
		var got struct {
			Score      float64     `json:"score"`
			CompatMin  float64     `json:"compat_min"`
			CompatMean float64     `json:"compat_mean"`
			Errors     int         `json:"errors"`
			Warnings   int         `json:"warnings"`
			Findings   [][3]string `json:"findings"`
		}
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: score %.1f, core mean %.3f, min %.3f, %d errors, %d warnings", name, got.Score, got.CompatMean, got.CompatMin, got.Errors, got.Warnings)
		if got.Score < score || got.CompatMin < least || got.Errors > 0 || got.Warnings > 0 {
			t.Errorf("%s: got score %.1f min %.3f findings %v, want score %.1f min %.2f and none", name, got.Score, got.CompatMin, got.Findings, score, least)
		}
	}
	check("issue.en.html", "bulk", sampleMail(t, "en").HTML, 92, .78)
	check("issue.de.html", "bulk", sampleMail(t, "de").HTML, 92, .78)
	full, err := set.Mail(fullIssue(), sampleSite(), sampleLinks(), "en")
	if err != nil {
		t.Fatal(err)
	}
	check("full.html", "bulk", full.HTML, 92, .78)
	for kind, d := range sampleLetters("en") {
		if kind == templates.LetterNotice {
			continue // its link leads to the loopback desk: plain http
		}
		c, err := set.Letter(kind, sampleSite(), d)
		if err != nil {
			t.Fatal(err)
		}
		check(kind+".html", "single", c.HTML, 92, .77)
	}
}

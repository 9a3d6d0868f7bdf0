package templates

import (
	"fmt"
	"mime/quotedprintable"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"weekward/digest"
)

// A Level says what a check found.
const (
	LevelOK    = "ok"
	LevelWarn  = "warn"  // the editor should look
	LevelError = "error" // the issue must not be sent
)

// A Check is one finding of Lint.
type Check struct {
	Rule    string `json:"rule"`  // "subject", "links"; stable
	Level   string `json:"level"` // "ok", "warn" or "error"
	Message string `json:"message"`
}

// Lint looks for what can be known to be wrong from the content alone (PV-7):
// the issue, the mail made of it and the site it comes from. Every rule
// reports: once "ok", or each thing it found.
func Lint(issue digest.Issue, c Content, site Site) []Check {
	mail := newMailParts(c)
	var all []Check
	for _, rule := range []func(digest.Issue, mailParts, Site) []Check{
		lintSubject, lintPreheader, lintStories, lintPlaceholders, lintSections, lintLang,
		lintQuotes, lintSize, lintWayOut, lintSender, lintLinks,
	} {
		all = append(all, rule(issue, mail, site)...)
	}
	return all
}

// report is what a rule found, or that all is well.
func report(rule, fine string, found []Check) []Check {
	for i := range found {
		found[i].Rule = rule
	}
	if len(found) == 0 {
		return []Check{{rule, LevelOK, fine}}
	}
	return found
}

func warn(format string, a ...any) Check {
	return Check{Level: LevelWarn, Message: fmt.Sprintf(format, a...)}
}

func fail(format string, a ...any) Check {
	return Check{Level: LevelError, Message: fmt.Sprintf(format, a...)}
}

func lintSubject(issue digest.Issue, _ mailParts, _ Site) []Check {
	n := utf8.RuneCountInString(line(issue.Subject))
	var found []Check
	switch {
	case n == 0:
		found = append(found, fail("the issue has no subject"))
	case n > 200:
		found = append(found, fail("subject has %d characters, more than 200", n))
	case n > 50:
		found = append(found, warn("subject has %d characters; telephones show about 50", n))
	}
	return report("subject", fmt.Sprintf("%d characters", n), found)
}

func lintPreheader(issue digest.Issue, _ mailParts, _ Site) []Check {
	text := line(issue.Preheader)
	n := utf8.RuneCountInString(text)
	var found []Check
	switch {
	case n == 0:
		found = append(found, warn("no preheader: inboxes will show the masthead instead"))
	case n < 40 || n > 90:
		found = append(found, warn("preheader has %d characters; 40 to 90 are shown well", n))
	}
	if subject := strings.ToLower(line(issue.Subject)); n > 0 && subject != "" && strings.Contains(strings.ToLower(text), subject) {
		found = append(found, warn("preheader repeats the subject"))
	}
	return report("preheader", fmt.Sprintf("%d characters", n), found)
}

// lintStories finds an issue without news, a story that stands twice, and one
// whose link cannot be printed.
func lintStories(issue digest.Issue, _ mailParts, _ Site) []Check {
	var found []Check
	if len(issue.Stories) == 0 {
		found = append(found, fail("the issue has no stories"))
	}
	seen := map[string]string{} // identity, address or title → title
	tell := func(title string, keys ...string) {
		for _, k := range keys {
			if first, ok := seen[k]; ok && k != "" {
				found = append(found, fail("%q stands twice (%s)", title, first))
				return
			}
		}
		for _, k := range keys {
			seen[k] = title
		}
	}
	for _, s := range issue.Stories {
		tell(line(s.Title), s.ID, s.URL, strings.ToLower(line(s.Title)))
		for _, r := range s.Related {
			tell(line(r.Title), r.ID, r.URL, strings.ToLower(line(r.Title)))
		}
		if line(s.Title) == "" {
			found = append(found, fail("the story at %s has no title", s.URL))
		}
		if address(s.URL) == "" {
			found = append(found, warn("%q has no address that can be linked: %q", line(s.Title), s.URL))
		}
	}
	return report("stories", fmt.Sprintf("%d, none twice", len(issue.Stories)), found)
}

// placeholder matches what an author left to be filled in later.
var placeholder = regexp.MustCompile(`\b(TODO|FIXME|XXX|TK TK)\b|(?i:lorem ipsum)|\[(…|\.\.\.)\]|\{\{|\}\}|<no value>|%!\w\(`)

// lintPlaceholders is strict about our own words and the editor's. In what
// others wrote a brace may be meant, and a feed must not be able to hold up
// the issue: there it is a warning.
func lintPlaceholders(issue digest.Issue, m mailParts, _ Site) []Check {
	var found []Check
	look := func(level, where string, texts ...string) {
		for _, t := range texts {
			if hit := placeholder.FindString(t); hit != "" {
				found = append(found, Check{Level: level, Message: fmt.Sprintf("%q in %s: %q", hit, where, short(line(t), 60))})
			}
		}
	}
	look(ownOrQuoted(issue, issue.Subject), "the subject", issue.Subject)
	look(ownOrQuoted(issue, issue.Preheader), "the preheader", issue.Preheader)
	for _, s := range issue.Stories {
		look(LevelError, "the editor's note", s.Note)
		look(LevelWarn, "a story", s.Title, s.Excerpt)
		for _, r := range s.Related {
			look(LevelWarn, "related reading", r.Title, r.Excerpt)
		}
	}
	for _, chat := range issue.Chats {
		look(LevelWarn, "a chat", chat.Title)
		for _, q := range chat.Questions {
			look(LevelWarn, "a question", q.Text)
			for _, h := range q.Highlights {
				look(LevelWarn, "a quote", h.Text, h.Author)
			}
		}
	}
	if len(found) == 0 { // then anything left comes from a template
		look(LevelError, "the HTML part", m.words)
		look(LevelError, "the text part", m.text)
	}
	return report("placeholders", "none", found)
}

// ownOrQuoted is how bad a placeholder in the subject or the preheader is. Both
// are made of titles: what stands in one of those was written by a feed.
func ownOrQuoted(issue digest.Issue, text string) string {
	hit := placeholder.FindString(text)
	for _, s := range issue.Stories {
		if strings.Contains(s.Title, hit) {
			return LevelWarn
		}
	}
	return LevelError
}

// lintSections finds headings with nothing under them.
func lintSections(_ digest.Issue, m mailParts, _ Site) []Check {
	var found []Check
	for _, h := range m.empty {
		found = append(found, fail("nothing stands under the heading %q", h))
	}
	return report("sections", "none empty", found)
}

func lintLang(issue digest.Issue, m mailParts, _ Site) []Check {
	var found []Check
	if m.html && m.lang == "" {
		found = append(found, fail("the HTML part has no lang"))
	}
	unknown := 0
	for _, s := range issue.Stories {
		if s.Lang == "" {
			unknown++
		}
	}
	if unknown > 0 {
		found = append(found, warn("%d of %d stories have no language: screen readers will use the mail's", unknown, len(issue.Stories)))
	}
	return report("lang", "known everywhere", found)
}

// lintQuotes wants two voices a question. A chat without any quote is one
// whose people are not quoted, which is no fault (CH-18).
func lintQuotes(issue digest.Issue, _ mailParts, _ Site) []Check {
	var found []Check
	for _, chat := range issue.Chats {
		quoted := 0
		for _, q := range chat.Questions {
			quoted += len(q.Highlights)
		}
		for _, q := range chat.Questions {
			if n := len(q.Highlights); quoted > 0 && n < 2 && q.Label != "" {
				found = append(found, warn("%s %s has %d of at least 2 quotes", hashtag(chat.Tag), q.Label, n))
			}
		}
	}
	return report("quotes", "two or more a question", found)
}

// lintSize measures the HTML as it travels. Gmail clips near 102 KB.
func lintSize(_ digest.Issue, m mailParts, _ Site) []Check {
	var found []Check
	switch kb := m.sent / 1024; {
	case kb >= 95:
		found = append(found, fail("HTML is %d KB as sent; Gmail would cut it off", kb))
	case kb >= 70:
		found = append(found, warn("HTML is %d KB as sent; Gmail cuts off near 102", kb))
	}
	return report("size", fmt.Sprintf("%d KB as sent", (m.sent+1023)/1024), found)
}

// lintWayOut wants the links to leave and to the preferences in both parts.
func lintWayOut(_ digest.Issue, m mailParts, _ Site) []Check {
	var found []Check
	for _, way := range []struct{ name, link string }{{"unsubscribe", m.ways.Unsubscribe}, {"preferences", m.ways.Preferences}} {
		if m.html && (way.link == "" || !slices.Contains(m.links, way.link)) {
			found = append(found, fail("the HTML part has no %s link", way.name))
		}
		if way.link == "" || !slices.Contains(strings.Fields(m.text), way.link) {
			found = append(found, fail("the text part has no %s link", way.name))
		}
	}
	return report("unsubscribe", "in every part", found)
}

// lintSender wants the postal address in both parts (CAN-SPAM; DDG section 5).
func lintSender(_ digest.Issue, m mailParts, site Site) []Check {
	var found []Check
	postal := line(site.Postal)
	if postal == "" {
		found = append(found, fail("no postal address is set"))
		return report("postal", "", found)
	}
	if m.html && !strings.Contains(m.words, postal) {
		found = append(found, fail("the HTML part has no postal address"))
	}
	if !strings.Contains(line(m.text), postal) {
		found = append(found, fail("the text part has no postal address"))
	}
	return report("postal", "in every part", found)
}

// lintLinks wants every link of the HTML part in the text part, in the same
// order, and none that leads elsewhere than the web.
func lintLinks(_ digest.Issue, m mailParts, _ Site) []Check {
	var found []Check
	fields := strings.Fields(m.text)
	missing := 0
	for _, l := range m.links {
		if !slot(l) && address(l) == "" {
			found = append(found, fail("link leads neither to http nor to https: %q", short(l, 60)))
		}
		if at := slices.Index(fields, l); at >= 0 {
			fields = fields[at+1:]
		} else {
			missing++
		}
	}
	if missing > 0 {
		found = append(found, fail("%d of %d links of the HTML part are not in the text part, or in another order", missing, len(m.links)))
	}
	return report("links", fmt.Sprintf("%d, each in every part", len(m.links)), found)
}

// slot says whether a link is a place that a delivery fills (see Links).
func slot(l string) bool {
	return l != "" && strings.IndexFunc(l, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-')
	}) < 0
}

// encodedSize is the length of s in quoted-printable, as it is sent.
func encodedSize(s string) int {
	var n counter
	w := quotedprintable.NewWriter(&n)
	w.Write([]byte(s)) // a counter never fails
	w.Close()
	return int(n)
}

type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

package templates

import (
	"strings"

	"golang.org/x/net/html"
)

// mailParts is a rendered mail taken apart for the rules of Lint.
type mailParts struct {
	html  bool     // there is an HTML part
	lang  string   // of its root
	links []string // href of each link, in order
	words string   // what it shows, white space folded
	empty []string // headings with nothing under them
	sent  int      // bytes as sent, in quoted-printable
	text  string   // the plain text part
	ways  Links
}

func newMailParts(c Content) mailParts {
	m := mailParts{html: c.HTML != "", text: c.Text, ways: c.Links}
	if m.html {
		m.sent = encodedSize(c.HTML)
		m.read(c.HTML)
	}
	return m
}

// read walks the HTML once. A heading is empty when the next one of its level
// or above, or the end, comes before any words.
func (m *mailParts) read(src string) {
	z := html.NewTokenizer(strings.NewReader(src))
	var words strings.Builder
	var heading strings.Builder
	level, open, hidden := 0, false, "" // of the last heading without words under it
	for {
		switch z.Next() {
		case html.ErrorToken:
			m.close(level, 0, heading.String())
			m.words = line(words.String())
			return
		case html.StartTagToken:
			t := z.Token()
			switch {
			case t.Data == "html":
				m.lang = attribute(t, "lang")
			case t.Data == "a":
				if href := attribute(t, "href"); href != "" {
					m.links = append(m.links, href)
				}
			case t.Data == "style" || t.Data == "title":
				hidden = t.Data
			case rank(t.Data) > 0:
				m.close(level, rank(t.Data), heading.String())
				level, open = rank(t.Data), true
				heading.Reset()
			}
		case html.EndTagToken:
			t := z.Token()
			if rank(t.Data) > 0 {
				open = false
			}
			if t.Data == hidden {
				hidden = ""
			}
		case html.TextToken:
			text := string(z.Text())
			switch {
			case hidden != "":
				continue
			case open:
				heading.WriteString(text)
			case strings.TrimSpace(text) != "":
				level = 0
			}
			words.WriteString(text + " ")
		}
	}
}

// close notes an empty heading of level old when one of level next follows.
func (m *mailParts) close(old, next int, heading string) {
	if old > 0 && next <= old {
		m.empty = append(m.empty, line(heading))
	}
}

// rank is the level of a heading element, 0 for any other.
func rank(element string) int {
	if len(element) == 2 && element[0] == 'h' && element[1] >= '1' && element[1] <= '6' {
		return int(element[1] - '0')
	}
	return 0
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

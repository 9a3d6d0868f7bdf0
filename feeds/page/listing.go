package page

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"weekward/feeds"
)

// ErrNoList means that a page without selectors shows no list of articles.
var ErrNoList = errors.New("no list of articles found on the page: name the element that is repeated (selectors.item)")

const (
	leastListed  = 3    // fewer entries are no list
	leastTitle   = 20   // a link of up to so many characters is a button or a topic
	maxAnchors   = 5000 // links of one page that are looked at
	otherList    = 0.5  // a list as good as so much of the best one is taken too
	mostListText = 600  // characters of text between title and next title that count as a summary
)

// list finds the articles that a page lists without being told where: those it
// names for machines (JSON-LD), else its repeated elements that each hold one
// link of more than 20 characters.
func (d document) list(src feeds.Source, now time.Time) (feeds.Reading, error) {
	findings := d.statedList()
	if len(findings) < leastListed {
		findings = d.shownList()
	}
	reading := feeds.Reading{Visit: feeds.Visit{Title: d.title()}}
	known := map[string]bool{}
	for _, found := range findings {
		found.Outlet, found.Lang = d.title(), d.lang()
		it, ok := found.Item(src, now)
		if ok && it.URL != "" && !known[it.ID] && len(reading.Items) < maxItems {
			known[it.ID] = true
			reading.Items = append(reading.Items, it)
		}
	}
	if len(reading.Items) < leastListed {
		return feeds.Reading{}, ErrNoList
	}
	reading.Warnings = append(reading.Warnings, fmt.Sprintf("no selectors are given; a list of %d articles was found on the page", len(reading.Items)))
	return reading, nil
}

// statedList are the articles that JSON-LD names with title and address: the
// elements of an ItemList, or several articles.
func (d document) statedList() []feeds.Finding {
	var findings []feeds.Finding
	known := map[string]bool{}
	for _, t := range d.metadata().things {
		if !t.is("Article", "BlogPosting", "ListItem", "Report") {
			continue
		}
		title := cmp.Or(t.text("headline"), t.text("name"))
		address, ok := feeds.ResolveURL(d.base, cmp.Or(t.text("url"), addressOf(t["mainEntityOfPage"]), addressOf(t["item"]), t.text("@id")))
		if title == "" || !ok || d.samePage(address) || known[address] {
			continue
		}
		known[address] = true
		found := feeds.Finding{Link: address, Title: title, Summary: t.text("description"), Author: t.text("author")}
		found.Published, _ = feeds.ParseDate(t.text("datePublished"))
		findings = append(findings, found)
	}
	return findings
}

// addressOf is a value that is an address, or the one in it.
func addressOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case map[string]any:
		return cmp.Or(thing(v).text("url"), thing(v).text("@id"))
	}
	return ""
}

// An entry is one element of a list, with the one link it holds.
type entry struct {
	element *html.Node
	address string
	title   string
	kind    string // what the list's elements have in common
}

// shownList are the entries of the lists that a reader sees.
func (d document) shownList() []feeds.Finding {
	b := d.body()
	entries := d.entries(b)
	groups := map[string][]entry{}
	var kinds []string
	for _, e := range entries {
		if groups[e.kind] == nil {
			kinds = append(kinds, e.kind)
		}
		groups[e.kind] = append(groups[e.kind], e)
	}
	best, scores := 0.0, map[string]float64{}
	for kind, group := range groups {
		scores[kind] = b.listScore(group)
		best = max(best, scores[kind])
	}
	var findings []feeds.Finding
	for _, kind := range kinds {
		if scores[kind] == 0 || scores[kind] < otherList*best {
			continue
		}
		for _, e := range groups[kind] {
			findings = append(findings, e.finding())
		}
	}
	return findings
}

// entries climbs from each link that has a title's length to the largest
// element around it that leads nowhere else.
func (d document) entries(b body) []entry {
	titles := map[string]string{}    // longest text by address
	links := map[string]*html.Node{} // where it is
	holds := map[*html.Node]string{} // the one address inside an element; "*" for several
	var order []string
	d.Find("body a[href]").EachWithBreak(func(i int, s *goquery.Selection) bool {
		n := s.Nodes[0]
		text := visibleText(n, 4*longestTitle)
		address, ok := feeds.ResolveURL(d.base, attr(n, "href"))
		if !ok || d.samePage(address) || isFrontPage(address) || isIndexPage(address) || width(text) <= leastTitle {
			return i < maxAnchors
		}
		address, _, _ = strings.Cut(address, "#")
		if titles[address] == "" {
			order = append(order, address)
		}
		if len(text) > len(titles[address]) {
			titles[address], links[address] = text, n
		}
		for p := n; p != nil; p = p.Parent {
			if holds[p] == "*" {
				break
			}
			if holds[p] != "" && holds[p] != address {
				holds[p] = "*"
				continue
			}
			holds[p] = address
		}
		return i < maxAnchors
	})
	var found []entry
	for _, address := range order {
		n := links[address]
		for n.Parent != nil && holds[n.Parent] == address && n.Parent.DataAtom != atom.Body {
			n = n.Parent
		}
		if n.Parent == nil {
			continue
		}
		found = append(found, entry{element: n, address: address, title: titles[address], kind: kindOf(n.Parent) + ">" + kindOf(n)})
	}
	return found
}

// kindOf names what sibling elements of a list share: tag and first class.
func kindOf(n *html.Node) string {
	class, _, _ := strings.Cut(strings.TrimSpace(attr(n, "class")), " ")
	return n.Data + "." + strings.TrimRight(class, "0123456789-_")
}

// listScore is how much a group looks like the articles of a site: many long
// titles, with dates and summaries, not in a menu.
func (b *body) listScore(group []entry) float64 {
	if len(group) < leastListed {
		return 0
	}
	score := 0.0
	for _, e := range group {
		worth := float64(min(width(e.title), 100))
		found := e.finding()
		if !found.Published.IsZero() {
			worth *= 1.5
		}
		if found.Summary != "" {
			worth *= 1.3
		}
		if b.isAside(e.element) {
			worth *= 0.2
		}
		score += worth
	}
	return score
}

// finding takes title, date and summary out of an entry.
func (e entry) finding() feeds.Finding {
	s := goquery.NewDocumentFromNode(e.element).Selection
	found := feeds.Finding{Link: e.address, Title: e.title}
	for _, h := range s.Find("h1, h2, h3, h4, h5, h6").EachIter() {
		// The link may hold the whole entry; its heading is the title.
		if text := visibleText(h.Nodes[0], 4*longestTitle); width(text) > leastTitle {
			found.Title = text
			break
		}
	}
	if stamp := s.Find("time[datetime]").First(); stamp.Length() > 0 {
		found.Published, _ = feeds.ParseDate(stamp.AttrOr("datetime", ""))
	}
	if found.Published.IsZero() {
		text := visibleText(e.element, 4*mostListText)
		found.Published = dateWithin(strings.Replace(text, found.Title, " ", 1))
	}
	if found.Published.IsZero() {
		found.Published = dateInAddress(e.address)
	}
	found.Summary = e.summary(found.Title)
	return found
}

// summary is the longest line of an entry beside its title, when it is long
// enough to say something.
func (e entry) summary(title string) string {
	b := body{top: e.element}
	b.collect()
	longest := ""
	for _, l := range b.lines {
		if len(l.text) > len(longest) && letters(l.text) != letters(title) && !isHeading(l.block) {
			longest = l.text
		}
	}
	if width(longest) < 2*leastTitle {
		return ""
	}
	return feeds.CutText(longest, mostListText)
}

// indexPages are addresses of lists: topics, authors, further pages.
var indexPages = regexp.MustCompile(`(?i)/(?:tags?|categor(?:y|ies)|kategorien?|topics?|themen?|authors?|autor(?:en)?|page|seite|search|suche|login|account|privacy|datenschutz|impressum|imprint|terms|contact|kontakt|about)(?:/[^/]*)?/?$`)

func isIndexPage(address string) bool {
	u, err := url.Parse(address)
	return err != nil || indexPages.MatchString(u.Path)
}

// width is the length of a text in characters; those of Chinese, Japanese and
// Korean, which say a word each, count twice.
func width(text string) int {
	n := 0
	for _, r := range text {
		n++
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
			n++
		}
	}
	return n
}

// hasSelectors tells whether a source says where the items of its page are.
func hasSelectors(s feeds.Selectors) bool {
	return slices.ContainsFunc([]string{s.Item, s.Title, s.Link, s.Date, s.Summary, s.Author}, func(css string) bool { return strings.TrimSpace(css) != "" })
}

package page

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"

	"github.com/PuerkitoBio/goquery"

	"weekward/feeds"
)

// separators stand between an article's title and its site's name.
var separators = regexp.MustCompile(`\s+(?:[|–—·•»«›‹/\\>-]+|::)\s+|\s*\|\s*|:\s`)

// headline is the article's title as its readers see it: what the publisher
// calls it for machines, without the site's name. Where the page shows the
// same words as its heading, the heading's spelling counts.
func (r articleReader) headline() string {
	titles := []string{
		r.first("dc:title", "dcterm:title"), r.article.text("headline"), r.first("og:title"), r.first("twitter:title", "parsely-title", "dc.title", "title"),
		r.article.text("name"),
	}
	title := feeds.CleanText(r.Find("head title").First().Text())
	if title == "" {
		title = feeds.CleanText(r.Find("title").First().Text())
	}
	for _, said := range titles {
		if said = r.withoutSite(said); said != "" && !r.isSiteName(said) {
			return cmp.Or(r.headingLike(said), said)
		}
	}
	return cmp.Or(r.headingLike(title), withoutTail(r.withoutSite(title)), r.heading())
}

// headings are the texts of the page's h1, and of what is marked as the
// article's headline.
func (r articleReader) headings() []string {
	var all []string
	r.Find(`h1, [itemprop="headline"], .entry-title, .post-title, h2`).EachWithBreak(func(i int, s *goquery.Selection) bool {
		if text := visibleText(s.Nodes[0], 4*longestTitle); text != "" && len(text) < 4*longestTitle {
			all = append(all, text)
		}
		return i < 60
	})
	return all
}

// heading is the first heading of the highest rank that is not the site's
// name.
func (r articleReader) heading() string {
	for _, rank := range []string{"h1", "h2"} {
		for _, s := range r.Find(rank).EachIter() {
			if text := visibleText(s.Nodes[0], 4*longestTitle); text != "" && !r.isSiteName(text) {
				return text
			}
		}
	}
	return ""
}

// headingLike is the heading that says what the title says: the same words, or
// the title with a part of it that stands before or behind a separator left
// out.
func (r articleReader) headingLike(title string) string {
	whole := letters(title)
	best := ""
	for _, h := range r.headings() {
		said := letters(h)
		if said == "" || r.isSiteName(h) {
			continue
		}
		if said == whole {
			return h
		}
		for _, part := range partsOf(title) {
			if letters(part) == said && len(h) > len(best) && len(strings.Fields(h)) > 1 {
				best = h
			}
		}
	}
	return best
}

// partsOf are the beginnings and ends of a title that a separator bounds. A
// colon bounds ends only: what stands before it may be a kicker, what follows
// it is no site's name.
func partsOf(title string) []string {
	var parts []string
	for _, at := range separators.FindAllStringIndex(title, 20) {
		if title[at[0]] != ':' {
			parts = append(parts, title[:at[0]])
		}
		parts = append(parts, title[at[1]:])
	}
	return parts
}

// withoutSite takes the name of the site off the end or the front of a title,
// and what stands before or behind it there.
func (r articleReader) withoutSite(title string) string {
	for range 3 {
		cuts := separators.FindAllStringIndex(title, 20)
		if len(cuts) == 0 {
			break
		}
		before := title
		last, first := cuts[len(cuts)-1], cuts[0]
		switch {
		case r.isSiteName(title[last[1]:]):
			title = title[:last[0]]
		case r.isSiteName(title[:first[0]]):
			title = title[first[1]:]
		}
		if title == before {
			break
		}
	}
	return strings.TrimSpace(title)
}

// withoutTail takes a few words behind the last bar or dash off a title of
// many: without another statement, they are most likely the site's name.
func withoutTail(title string) string {
	cuts := tails.FindAllStringIndex(title, 20)
	if len(cuts) == 0 {
		return title
	}
	last := cuts[len(cuts)-1]
	if len(strings.Fields(title[:last[0]])) < 4 || len(strings.Fields(title[last[1]:])) > 3 {
		return title
	}
	return title[:last[0]]
}

var tails = regexp.MustCompile(`\s+[|–—·•»]\s+`)

// isSiteName tells whether a text is what the site calls itself, or its
// address in words.
func (r articleReader) isSiteName(text string) bool {
	said := letters(text)
	if said == "" {
		return false
	}
	if site := letters(r.site()); site != "" && (said == site || len(said) > 3 && strings.HasPrefix(site, said) || len(site) > 3 && strings.HasPrefix(said, site) && len(said) < 2*len(site)) {
		return true
	}
	host := siteOf(r.address)
	name, _, _ := strings.Cut(host, ".")
	name = letters(name)
	return said == letters(host) || len(name) > 2 && (said == name || len(said) > 3 && len(said) < 2*len(name) && (strings.HasPrefix(said, name) || strings.HasPrefix(name, said)))
}

// letters are the letters and digits of a text, in lower case: what stays the
// same however a title is set.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

package page

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"weekward/feeds"
)

// publishedNames are meta elements that give the day of publication, the most
// deliberate first.
var publishedNames = []string{
	"article:published_time", "og:article:published_time", "og:published_time", "datepublished", "date_published", "article.published", "parsely-pub-date",
	"sailthru.date", "dc.date.issued", "dcterms.issued", "dc.date.created", "dcterms.created", "dc.date", "dcterms.date", "pubdate",
	"publishdate", "publish-date", "publish_date", "published", "publication_date", "publicationdate", "rnews:datepublished",
	"bt:pubdate", "cxenseparse:recs:publishtime", "citation_publication_date", "article_date_original", "originalpublicationdate",
	"date", "datecreated", "created", "last-published",
}

// changedNames are meta elements that give the day of the last change: better
// than nothing.
var changedNames = []string{"article:modified_time", "og:updated_time", "dc.date.modified", "dcterms.modified", "datemodified", "last-modified", "revised"}

// longestDateLine is how long a line about an article is at most, in bytes; a
// longer one is the article.
const longestDateLine = 300

// published is when the article appeared: what the page says for machines,
// else what it shows, else what its address says, else when it was changed.
func (r articleReader) published() time.Time {
	said := []string{r.article.text("datePublished"), r.article.text("dateCreated"), r.page.text("datePublished")}
	for _, name := range publishedNames {
		said = append(said, r.meta[name])
	}
	for _, find := range []func() time.Time{
		func() time.Time { return r.firstDate(said) },
		func() time.Time { return r.markedDate(r.elsewhere) },
		func() time.Time { return r.shownDate(r.elsewhere) },
		func() time.Time { return r.markedDate(r.body.isAside) },
		func() time.Time { return r.shownDate(r.body.isAside) },
		func() time.Time { return r.usable(dateInAddress(r.address)) },
		r.writtenDate,
		func() time.Time { return r.markedDate(r.body.isComment) },
		r.besideDate,
		func() time.Time {
			changed := []string{r.article.text("dateModified"), r.page.text("dateModified")}
			for _, name := range changedNames {
				changed = append(changed, r.meta[name])
			}
			return r.firstDate(changed)
		},
	} {
		if at := find(); !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

func (r articleReader) firstDate(texts []string) time.Time {
	for _, text := range texts {
		if at := r.usable(readDate(text)); !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

// usable keeps a date that a page of the web can have.
func (r articleReader) usable(at time.Time) time.Time {
	if at.Year() < 1990 || at.After(r.now.Add(24*time.Hour)) {
		return time.Time{}
	}
	return at
}

// readDate reads a date, and keeps the zone it was written in when there is
// one: the day a publisher prints is that of his clock.
func readDate(text string) time.Time {
	text = strings.TrimSpace(text)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04-07:00", "2006-01-02 15:04:05-07:00", "2006-01-02 15:04:05 -0700", time.RFC1123Z} {
		if at, err := time.Parse(layout, text); err == nil {
			return at
		}
	}
	if at, ok := feeds.ParseDate(text); ok {
		return at
	}
	return dateWithin(text)
}

// elsewhere tells what is not near the article: a newspaper's head shows the
// date of today, its foot that of the whole site.
func (r articleReader) elsewhere(n *html.Node) bool {
	return r.body.isAside(n) || !within(n, r.body.region)
}

// markedDate is the first date in an element that says it is one, save in
// those that are skipped.
func (r articleReader) markedDate(skip func(*html.Node) bool) time.Time {
	for _, css := range []string{`[itemprop~="datePublished"]`, `[property~="datePublished"]`, `time[pubdate]`, `.entry-date, .published, .post-date, .dt-published`, `time`, `[itemprop~="dateCreated"]`, `abbr.published, [pubdate], [data-datetime], [data-timestamp]`} {
		if at := r.dateAmong(r.Find(css), skip); !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

// shownDate is the first date in an element whose class or id speaks of dates
// or of the article's data.
func (r articleReader) shownDate(skip func(*html.Node) bool) time.Time {
	const words = "date datum time published publish pubdate posted meta info byline dateline timestamp veröffentlicht fecha data heure kicker author subtitle details created stand"
	for _, attr := range []string{"class", "id"} {
		for word := range strings.FieldsSeq(words) {
			if at := r.dateAmong(r.Find("body ["+attr+`*="`+word+`" i]`), skip); !at.IsZero() {
				return at
			}
		}
	}
	return time.Time{}
}

func (r articleReader) dateAmong(found *goquery.Selection, skip func(*html.Node) bool) (at time.Time) {
	found.EachWithBreak(func(i int, s *goquery.Selection) bool {
		if skip(s.Nodes[0]) {
			return i < 100
		}
		said := []string{}
		for _, attr := range []string{"datetime", "content", "title", "data-datetime", "data-timestamp"} {
			said = append(said, s.AttrOr(attr, ""))
		}
		if text := visibleText(s.Nodes[0], longestDateLine); len(text) < longestDateLine {
			said = append(said, text)
		}
		at = r.firstDate(said)
		return at.IsZero() && i < 100
	})
	return at
}

// writtenDate is the first date in a short line of the page's text, as in
// "Posted on 3 March 2026 by Ada", or in the dateline of the article.
func (r articleReader) writtenDate() time.Time {
	for _, line := range r.body.lines[:min(len(r.body.lines), maxShortLines)] {
		if 2*len(line.text) < longestDateLine && !line.aside {
			if at := r.usable(dateWithin(line.text)); !at.IsZero() {
				return at
			}
		}
	}
	for i, line := range r.body.article() {
		if at := r.usable(dateWithin(line.text[:min(len(line.text), 60)])); !at.IsZero() {
			return at
		}
		if i > 5 {
			break
		}
	}
	return time.Time{}
}

// besideDate is the first date within a few lines of the heading, in whatever
// box it stands.
func (r articleReader) besideDate() time.Time {
	near := 0
	for _, line := range r.body.lines[:min(len(r.body.lines), maxShortLines)] {
		if line.block.DataAtom == atom.H1 {
			near = 12
		}
		if near--; near < 0 || 2*len(line.text) > longestDateLine || r.body.isComment(line.block) {
			continue
		}
		if at := r.usable(dateWithin(line.text)); !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

// datesWithin find a date between other words: ISO, a day and a named month in
// either order, numbers only.
var datesWithin = []*regexp.Regexp{
	regexp.MustCompile(`\b(?:19|20)\d\d-\d{1,2}-\d{1,2}\b`),
	regexp.MustCompile(`\b\d{1,2}(?:\.\s*|(?:st|nd|rd|th|er|º|ο|η)?\s+)(?:de\s+|of\s+)?\p{L}{3,12}\.?,?\s+(?:de\s+|del\s+)?(?:19|20)\d\d\b`),
	regexp.MustCompile(`\p{L}{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d\b`),
	regexp.MustCompile(`\b\d{1,2}[./-]\d{1,2}[./-](?:(?:19|20)\d\d|\d\d)\b`),
	regexp.MustCompile(`\b(?:19|20)\d\d[./]\d{1,2}[./]\d{1,2}\b`),
	regexp.MustCompile(`(?:19|20)\d\d年\d{1,2}月\d{1,2}日`),
	regexp.MustCompile(`\b\d{1,2}[-/]\p{L}{3,9}[-/](?:19|20)\d\d\b`),
}

// cjkDate turns the Chinese and Japanese form into the ISO one.
var cjkDate = strings.NewReplacer("年", "-", "月", "-", "日", "")

// publishedWord comes before the day of publication where a line tells more
// than one.
var publishedWord = regexp.MustCompile(`(?i)(?:published|posted|first aired|veröffentlicht|erstellt|publiziert|erschienen|geplaatst|gepubliceerd|publié|pubblicato|publicado|δημοσιεύτηκε|δημοσίευση)`)

// dateWithin is the date in a text: the one behind a word for publishing, else
// the first.
func dateWithin(text string) time.Time {
	text = text[:min(len(text), 1000)]
	if at := publishedWord.FindStringIndex(text); at != nil && at[0] > 0 {
		if said := firstDateWithin(text[at[1]:]); !said.IsZero() {
			return said
		}
	}
	return firstDateWithin(text)
}

func firstDateWithin(text string) time.Time {
	first, at := len(text), time.Time{}
	for _, form := range datesWithin {
		for _, span := range form.FindAllStringIndex(text, 5) {
			if span[0] >= first {
				break
			}
			if day, ok := feeds.ParseDate(padded(cjkDate.Replace(text[span[0]:span[1]]))); ok {
				first, at = span[0], day
				break
			}
		}
	}
	return at
}

// padded writes an ISO date's month and day with two digits.
func padded(date string) string {
	parts := strings.Split(date, "-")
	if len(parts) != 3 || len(parts[0]) != 4 {
		return date
	}
	for i := range parts {
		if len(parts[i]) == 1 {
			parts[i] = "0" + parts[i]
		}
	}
	return strings.Join(parts, "-")
}

// addressDates are days in addresses: /2026/03/03/, /20260303, -2026-03-03.
var addressDates = []*regexp.Regexp{
	regexp.MustCompile(`[/_-]((?:19|20)\d\d)[/_-](\d{1,2})[/_-](\d{1,2})(?:[/_.-]|$)`),
	regexp.MustCompile(`[/_-]((?:19|20)\d\d)([01]\d)([0-3]\d)(?:[/_.-]|$)`),
}

// dateInAddress is the day that an address tells.
func dateInAddress(address string) time.Time {
	u, err := url.Parse(address)
	if err != nil {
		return time.Time{}
	}
	for _, form := range addressDates {
		if m := form.FindStringSubmatch(u.Path); m != nil {
			if day, ok := feeds.ParseDate(padded(m[1] + "-" + m[2] + "-" + m[3])); ok {
				return day
			}
		}
	}
	return time.Time{}
}

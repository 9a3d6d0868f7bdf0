package page

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"

	"weekward/feeds"
)

// maxItems is how many items of one page are taken.
const maxItems = 500

// A SelectorError says which selector of a source does not fit its page.
type SelectorError struct {
	Field    string // "item", "title", "link", …
	Selector string
	Reason   string
}

func (e *SelectorError) Error() string {
	return fmt.Sprintf("selector %s = %q %s", e.Field, e.Selector, e.Reason)
}

// A field is one compiled selector: where in the item to look, and for what.
type field struct {
	name     string
	text     string            // as configured
	selector cascadia.Selector // nil for the item itself
	attr     string            // "" for the text
	hits     int               // items in which it matched
}

// attribute is what may follow the last "@" of a selector.
var attribute = regexp.MustCompile(`^[A-Za-z_:][A-Za-z0-9_:.-]*$`)

func compile(name, text string) (*field, error) {
	f := &field{name: name, text: text}
	css := text
	if i := strings.LastIndexByte(text, '@'); i >= 0 && attribute.MatchString(text[i+1:]) {
		css, f.attr = text[:i], strings.ToLower(text[i+1:])
	}
	if css = strings.TrimSpace(css); css == "" {
		return f, nil
	}
	var err error
	if f.selector, err = cascadia.Compile(css); err != nil {
		return nil, &SelectorError{name, text, "is not CSS: " + err.Error()}
	}
	return f, nil
}

// of finds the field in an item. A field that is not configured is nil and
// finds nothing.
func (f *field) of(item *goquery.Selection) (string, bool) {
	if f == nil {
		return "", false
	}
	found := item
	if f.selector != nil {
		found = item.FindMatcher(f.selector).First()
	}
	if found.Length() == 0 {
		return "", false
	}
	value, ok := "", true
	if f.attr != "" {
		value, ok = found.Attr(f.attr)
		value = feeds.CleanText(value)
	} else if markup, err := found.Html(); err == nil {
		value = feeds.PlainText(markup)
	}
	if ok {
		f.hits++
	}
	return value, ok
}

// fields are a source's selectors, compiled.
type fields struct {
	item                               cascadia.Selector
	title, link, date, summary, author *field
	layout                             string
}

func compileAll(s feeds.Selectors) (fields, error) {
	f := fields{layout: s.DateLayout}
	if strings.TrimSpace(s.Item) == "" {
		return f, &SelectorError{"item", s.Item, "is missing: it names the element that is repeated"}
	}
	var err error
	if f.item, err = cascadia.Compile(s.Item); err != nil {
		return f, &SelectorError{"item", s.Item, "is not CSS: " + err.Error()}
	}
	for _, part := range []struct {
		name, text string
		field      **field
	}{{"title", s.Title, &f.title}, {"link", s.Link, &f.link}, {"date", s.Date, &f.date}, {"summary", s.Summary, &f.summary}, {"author", s.Author, &f.author}} {
		if part.text == "" {
			continue
		}
		compiled, err := compile(part.name, part.text)
		if err != nil {
			return f, err
		}
		*part.field = compiled
	}
	return f, nil
}

// check refuses a selector that matched in no item at all.
func (f fields) check() error {
	for _, one := range []*field{f.title, f.link, f.date, f.summary, f.author} {
		if one != nil && one.hits == 0 {
			return &SelectorError{one.name, one.text, "matches nothing inside the items"}
		}
	}
	return nil
}

// Parse takes the items of a page through the source's selectors, or without
// any by finding the list of articles on it. contentType is the HTTP header's,
// address the page's own. An error is a *SelectorError when a selector does
// not fit the page, and ErrNoList when there are none and no list.
func Parse(data []byte, contentType, address string, src feeds.Source, now time.Time) (feeds.Reading, error) {
	if !hasSelectors(src.Selectors) {
		d, err := open(data[:min(len(data), maxPage)], contentType, address)
		if err != nil {
			return feeds.Reading{}, err
		}
		return d.list(src, now)
	}
	f, err := compileAll(src.Selectors)
	if err != nil {
		return feeds.Reading{}, err
	}
	if len(strings.TrimSpace(string(data[:min(len(data), 4096)]))) == 0 {
		return feeds.Reading{}, errors.New("the page is empty")
	}
	d, err := open(data, contentType, address)
	if err != nil {
		return feeds.Reading{}, err
	}
	elements := d.FindMatcher(f.item)
	if elements.Length() == 0 {
		return feeds.Reading{}, &SelectorError{"item", src.Selectors.Item, "matches nothing on the page"}
	}
	reading := feeds.Reading{Visit: feeds.Visit{Title: d.title()}}
	known := map[string]bool{}
	left, undated := 0, 0
	elements.EachWithBreak(func(i int, element *goquery.Selection) bool {
		it, ok := d.finding(f, element).Item(src, now)
		if !ok || it.URL == "" || known[it.ID] {
			left++
			return i+1 < maxItems
		}
		known[it.ID] = true
		if it.Undated && f.date != nil {
			undated++
		}
		reading.Items = append(reading.Items, it)
		return i+1 < maxItems
	})
	if err := f.check(); err != nil {
		return feeds.Reading{}, err
	}
	if left > 0 {
		reading.Warnings = append(reading.Warnings, fmt.Sprintf("elements left out: %d (no title, no address, or the same again)", left))
	}
	if undated > 0 {
		reading.Warnings = append(reading.Warnings, fmt.Sprintf("dates that could not be read: %d; the time first seen stands for them", undated))
	}
	return reading, nil
}

// finding takes the fields out of one element. Without a selector of their
// own, the link is the first one inside and the title its words.
func (d document) finding(f fields, element *goquery.Selection) feeds.Finding {
	anchor := element
	if !element.Is("a[href]") {
		anchor = element.Find("a[href]").First()
	}
	href, ok := f.link.of(element)
	if f.link == nil {
		href, ok = anchor.Attr("href")
	}
	found := feeds.Finding{Outlet: d.title(), Lang: d.lang()}
	if link, valid := feeds.ResolveURL(d.base, href); ok && valid && !d.samePage(link) {
		found.Link = link
	}
	found.Title, _ = f.title.of(element)
	if f.title == nil {
		markup, _ := anchor.Html()
		found.Title = feeds.PlainText(markup)
	}
	found.Summary, _ = f.summary.of(element)
	found.Author, _ = f.author.of(element)
	if date, ok := f.date.of(element); ok {
		found.Published = f.parseDate(date)
	}
	return found
}

// parseDate reads a date in the configured layout, else in any usual form.
func (f fields) parseDate(text string) time.Time {
	if f.layout != "" {
		if t, err := time.Parse(f.layout, text); err == nil {
			return t
		}
	}
	t, _ := feeds.ParseDate(text)
	return t
}

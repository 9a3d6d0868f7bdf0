package page

import (
	"encoding/json"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"weekward/feeds"
)

// What a page may say of itself, at most.
const (
	maxMeta    = 500       // meta elements
	maxScripts = 30        // JSON-LD scripts
	maxScript  = 512 << 10 // bytes of one
	maxThings  = 2000      // objects in all of them
	maxNesting = 12        // levels of objects in one
)

// metadata is what a page says of itself for machines.
type metadata struct {
	meta   map[string]string // first content by name, property or itemprop, in lower case
	things []thing           // schema.org objects, outer before inner
	named  map[string]thing  // the same by "@id", for references
}

// A thing is one schema.org object (JSON-LD).
type thing map[string]any

// metadata collects the meta elements and the JSON-LD of the page.
func (d document) metadata() metadata {
	m := metadata{meta: map[string]string{}, named: map[string]thing{}}
	d.Find("meta[content]").EachWithBreak(func(i int, s *goquery.Selection) bool {
		content := feeds.PlainText(s.AttrOr("content", ""))
		for _, attr := range []string{"property", "name", "itemprop"} {
			// Some write several names into one attribute.
			for name := range strings.FieldsSeq(strings.ToLower(s.AttrOr(attr, ""))) {
				if m.meta[name] == "" {
					m.meta[name] = content
				}
			}
		}
		return i < maxMeta
	})
	d.Find("script").EachWithBreak(func(i int, s *goquery.Selection) bool {
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(s.AttrOr("type", ""))), "application/ld+json") {
			m.addScript(s.Text())
		}
		return i < 20*maxScripts && len(m.things) < maxThings
	})
	return m
}

// first is the content of the first of these names that has one.
func (m metadata) first(names ...string) string {
	for _, name := range names {
		if content := m.meta[name]; content != "" {
			return content
		}
	}
	return ""
}

// addScript reads one JSON-LD script. Line breaks inside strings, which JSON
// forbids and publishers write, count as spaces.
func (m *metadata) addScript(text string) {
	text = strings.TrimSpace(text)
	for _, wrap := range []string{"<!--", "-->", "//<![CDATA[", "//]]>", "<![CDATA[", "]]>", "/*", "*/"} {
		text = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text, wrap), wrap))
	}
	if len(text) > maxScript {
		return
	}
	text = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, strings.TrimSuffix(text, ";"))
	var value any
	if json.Unmarshal([]byte(text), &value) == nil {
		m.add(value, 0)
	}
}

// add keeps a value's objects, those inside others too.
func (m *metadata) add(value any, depth int) {
	if depth > maxNesting || len(m.things) >= maxThings {
		return
	}
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			m.add(one, depth+1)
		}
	case map[string]any:
		t := thing(v)
		m.things = append(m.things, t)
		if id, ok := v["@id"].(string); ok && len(v) > 1 {
			m.named[id] = t
		}
		if t.is("BreadcrumbList") {
			return // where the page stands in its site
		}
		for _, key := range []string{"@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item", "hasPart", "blogPost"} {
			m.add(v[key], depth+1)
		}
	}
}

// is tells whether the thing is of a type, or of one whose name ends with it:
// NewsArticle is an Article.
func (t thing) is(kinds ...string) bool {
	for _, name := range texts(t["@type"]) {
		for _, kind := range kinds {
			if strings.HasSuffix(name, kind) {
				return true
			}
		}
	}
	return false
}

// text is a property as plain text: of a list its first, of an object its name.
func (t thing) text(key string) string {
	for _, s := range texts(t[key]) {
		if s = feeds.PlainText(s); s != "" {
			return s
		}
	}
	return ""
}

// texts are the strings of a value, or the names of the objects in it.
func texts(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, one := range v[:min(len(v), 50)] {
			if _, list := one.([]any); !list {
				all = append(all, texts(one)...)
			}
		}
		return all
	case map[string]any:
		for _, key := range []string{"name", "@value", "url", "@id"} {
			if s, ok := v[key].(string); ok {
				return []string{s}
			}
		}
	}
	return nil
}

// article is the thing that the page is about; nil when none is an article.
// The outermost comes first, so that a teaser inside does not win.
func (m metadata) article() thing {
	for _, t := range m.things {
		if t.is("Article", "BlogPosting", "SocialMediaPosting", "DiscussionForumPosting", "Report") && (t.text("headline") != "" || t.text("name") != "" || t.text("datePublished") != "") {
			return t
		}
	}
	return nil
}

// webPage is the thing that stands for the page itself; nil when none does.
func (m metadata) webPage() thing {
	for _, t := range m.things {
		if t.is("WebPage", "ItemPage") {
			return t
		}
	}
	return nil
}

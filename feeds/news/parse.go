package news

import (
	"bytes"
	"strings"

	"github.com/mmcdole/gofeed"

	"weekward/feeds"
)

// Understand reads a document as a feed. See Parse for the arguments.
func Understand(data []byte, contentType, base string) (Feed, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return Feed{}, notAFeed("the document is empty")
	}
	text, encoding, warning := toUTF8(data, contentType)
	doc, err := prepare(text, base)
	if err != nil {
		return Feed{}, err
	}
	parsed, err := parse(doc.text)
	if err != nil {
		return Feed{}, err
	}
	feed := mapFeed(parsed, bases{base, doc.bases}, doc.cloakroom)
	feed.Encoding = encoding
	if warning != "" {
		feed.Warnings = append(feed.Warnings, warning)
	}
	feed.Warnings = append(feed.Warnings, doc.warnings...)
	return feed, nil
}

// A document is fit to be read by gofeed: well-formed and bounded.
type document struct {
	text      []byte
	bases     map[place]string // by xml:base
	cloakroom cloakroom        // the texts laid aside
	warnings  []string
}

func prepare(text []byte, base string) (document, error) {
	text = bytes.TrimLeft(text, " \t\r\n\x00\ufeff")
	if bytes.HasPrefix(text, []byte("{")) {
		doc, warnings, err := repairJSON(text)
		return document{text: doc, warnings: warnings}, err
	}
	doc := repair(text, base)
	if len(doc.text) == 0 {
		return document{}, notAFeed("%s", whatItIs(text))
	}
	return doc, nil
}

// parse has gofeed read a document.
func parse(text []byte) (*gofeed.Feed, error) {
	parser := gofeed.NewParser()
	parser.KeepOriginalFeed = true
	parser.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true}
	feed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, notAFeed("%v", err)
	}
	return feed, nil
}

// whatItIs says in words what a document without a feed in it seems to be.
func whatItIs(text []byte) string {
	head := strings.ToLower(string(text[:min(len(text), 4096)]))
	switch {
	case strings.Contains(head, "<html") || strings.Contains(head, "<!doctype html") || strings.Contains(head, "<body"):
		if title := pageTitle(string(text[:min(len(text), 16<<10)])); title != "" {
			return "it is a web page, titled “" + title + "”"
		}
		return "it is a web page"
	case strings.Contains(head, "<opml"):
		return "it is an OPML list of feeds; import it"
	case strings.Contains(head, "<urlset") || strings.Contains(head, "<sitemapindex"):
		return "it is a sitemap"
	case strings.Contains(head, "<"):
		return "it is XML, but neither RSS, Atom nor RDF"
	}
	return "it is neither XML nor JSON"
}

func pageTitle(page string) string {
	lower := strings.ToLower(page)
	from := strings.Index(lower, "<title")
	if from < 0 || len(lower) != len(page) {
		return ""
	}
	_, title, _ := strings.Cut(page[from:], ">")
	to := strings.Index(strings.ToLower(title), "</title")
	if to < 0 {
		return ""
	}
	return feeds.CutText(feeds.PlainText(title[:to]), 80)
}

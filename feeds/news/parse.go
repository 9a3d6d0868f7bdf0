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
	parsed, declared, warnings, err := parse(text, base)
	if err != nil {
		return Feed{}, err
	}
	if warning != "" {
		warnings = append([]string{warning}, warnings...)
	}
	feed := mapFeed(parsed, bases{base, declared})
	feed.Encoding = encoding
	feed.Warnings = warnings
	return feed, nil
}

// parse has gofeed read a document, once it is fit to be read.
func parse(text []byte, base string) (*gofeed.Feed, map[place]string, []string, error) {
	text = bytes.TrimLeft(text, " \t\r\n\x00\ufeff")
	var doc []byte
	var declared map[place]string
	var warnings []string
	if bytes.HasPrefix(text, []byte("{")) {
		var err error
		if doc, warnings, err = repairJSON(text); err != nil {
			return nil, nil, nil, err
		}
	} else if doc, declared, warnings = repair(text, base); len(doc) == 0 {
		return nil, nil, nil, notAFeed("%s", whatItIs(text))
	}
	parser := gofeed.NewParser()
	parser.KeepOriginalFeed = true
	parser.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true}
	feed, err := parser.Parse(bytes.NewReader(doc))
	if err != nil {
		return nil, nil, nil, notAFeed("%v", err)
	}
	return feed, declared, warnings, nil
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

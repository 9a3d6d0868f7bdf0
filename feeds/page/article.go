package page

import (
	"cmp"
	"strings"
	"time"

	"weekward/feeds"
)

// What an Article holds at most, in characters.
const (
	longestTitle   = 300
	longestByline  = 200
	longestExcerpt = 1000
	longestText    = 200_000
)

// An Article is what one page says and says of itself. Every text is plain
// (feeds.PlainText); a field is empty when the page does not tell.
type Article struct {
	URL       string    // where the page was read
	Canonical string    // the address the page wants to be known by, else URL (U5)
	Title     string    // without the name of the site
	Byline    string    // the authors' names, with ", " between them
	Date      time.Time // when it was published, in the zone the page wrote it in; zero when unknown
	Site      string    // what the site calls itself
	Lang      string    // BCP 47 as the page writes it
	Excerpt   string    // the publisher's description, else the first paragraph; whole (feeds.Excerpt cuts it for print)
	Text      string    // the main text, one paragraph a line
	Image     string    // address of the picture the publisher shows with links
}

// ReadArticle finds the article in a page. contentType is the HTTP header's
// and may be empty, address the page's own; a date after now is none. It fails
// only for what cannot be parsed at all: elements nested more than 512 deep.
//
// Each field comes from the most deliberate statement there is: schema.org's
// JSON-LD, then article:, og: and twitter: tags, then what a reader sees.
func ReadArticle(data []byte, contentType, address string, now time.Time) (Article, error) {
	d, err := open(data[:min(len(data), maxPage)], contentType, address)
	if err != nil {
		return Article{}, err
	}
	r := articleReader{document: d, metadata: d.metadata(), address: address, now: now}
	r.article, r.page = r.metadata.article(), r.metadata.webPage()
	r.body = d.body()
	a := Article{URL: address, Canonical: r.canonical(), Site: r.site(), Lang: r.lang(), Date: r.published()}
	a.Title = feeds.CutText(r.headline(), longestTitle)
	a.Byline = feeds.CutText(r.byline(), longestByline)
	a.Excerpt = feeds.CutText(r.excerpt(a.Title), longestExcerpt)
	a.Text = feeds.CutText(r.text(a.Title), longestText)
	a.Image = r.image()
	return a, nil
}

// maxPage is how much of a page is read, in bytes.
const maxPage = 5 << 20

// An articleReader holds a page while its article is read.
type articleReader struct {
	document
	metadata
	address string
	now     time.Time
	article thing // nil when the page has none
	page    thing // nil when the page has none
	body    body
}

// site is what the site calls itself.
func (r articleReader) site() string {
	return cmp.Or(r.first("og:site_name", "application-name", "dc.publisher", "twitter:app:name:iphone"), r.article.text("publisher"))
}

// lang is the language of the article, else of the page.
func (r articleReader) lang() string {
	lang := cmp.Or(r.article.text("inLanguage"), r.document.lang(), r.first("language", "dc.language", "content-language"), r.first("og:locale"))
	lang = strings.ReplaceAll(strings.TrimSpace(lang), "_", "-")
	if len(lang) < 2 || len(lang) > 20 || strings.ContainsAny(lang, " ,;/") {
		return ""
	}
	return lang
}

// excerpt is the description that the publisher wrote, if it says more than
// the title; else the first paragraph (EX-1). What goes out with shared links
// is written for this page; the plain description of some is the site's own.
func (r articleReader) excerpt(title string) string {
	for _, text := range []string{
		r.first("dc:description", "dcterm:description"), r.article.text("description"), r.meta["og:description"], r.meta["description"], r.meta["twitter:description"],
	} {
		if r.isDescription(text, title) {
			return text
		}
	}
	return r.body.opening(title)
}

// isDescription tells whether a text says something of the article: it is no
// title, no address and no list of key words.
func (r articleReader) isDescription(text, title string) bool {
	words := len(strings.Fields(text))
	if letters(text) == letters(title) || words < 2 && len(text) < 30 || r.isSiteName(text) {
		return false
	}
	return words > 4 || !strings.Contains(text, "://")
}

// text is the main text. What the publisher gives machines is taken when the
// page itself holds next to nothing.
func (r articleReader) text(title string) string {
	text := r.body.text(title)
	if whole := r.article.text("articleBody"); len(text) < 250 && len(whole) > len(text) {
		return whole
	}
	return text
}

// image is the picture that goes with the article.
func (r articleReader) image() string {
	for _, ref := range []string{r.first("og:image", "og:image:url", "og:image:secure_url"), r.article.text("image"), r.first("twitter:image", "twitter:image:src")} {
		if address, ok := feeds.ResolveURL(r.base, ref); ok {
			return address
		}
	}
	return ""
}

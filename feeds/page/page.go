// Package page reads what is no feed: lists of news, through CSS selectors or
// by finding them; sitemaps; the articles themselves; and the addresses of the
// feeds a site does have.
//
// A page's text is cleaned as a feed's is. A selector that matches nothing is
// an error that names it: a page that was rebuilt must not look like a quiet
// week. Pages and sitemaps are read only where robots.txt lets us. What an
// article means is left to others.
package page

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html/charset"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

// A Reader reads sources of feeds.KindPage.
type Reader struct {
	Fetch  *fetch.Fetcher
	Now    func() time.Time // time.Now when nil
	Robots *Robots          // one of its own when nil

	once sync.Once
}

// robotsFor is what the reader asks before it reads.
func (r *Reader) robotsFor() *Robots {
	r.once.Do(func() {
		if r.Robots == nil {
			r.Robots = &Robots{Fetch: r.Fetch, Now: r.Now}
		}
	})
	return r.Robots
}

// Read fetches a page, or a sitemap, and takes its items. A page that its site
// asks programs to leave alone is not fetched: the error is ErrRobots.
func (r *Reader) Read(ctx context.Context, src feeds.Source, last feeds.Visit) (feeds.Reading, error) {
	now := r.now()
	if err := r.robotsFor().Allowed(ctx, src.URL); err != nil {
		return feeds.Reading{}, err
	}
	response, reading, err := r.Fetch.Read(ctx, fetch.Request{URL: src.URL, Accept: fetch.AcceptPage}, last, now)
	if err != nil || reading.Unchanged {
		return reading, err
	}
	if err := r.robotsFor().AllowedAt(ctx, response.URL, src.URL); err != nil {
		return feeds.Reading{}, err
	}
	if sitemap, err := gunzip(response.Body); err == nil && isSitemap(sitemap) {
		parsed, err := r.sitemapReading(ctx, sitemap, response.URL, src, now)
		reading.Items = parsed.Items
		reading.Warnings = append(reading.Warnings, parsed.Warnings...)
		return reading, err
	}
	parsed, err := Parse(response.Body, response.ContentType(), response.URL, src, now)
	if err != nil {
		return reading, err
	}
	reading.Items = parsed.Items
	reading.Warnings = append(reading.Warnings, parsed.Warnings...)
	reading.Visit.Title = parsed.Visit.Title
	return reading, nil
}

func (r *Reader) now() time.Time {
	if r.Now == nil {
		return time.Now().UTC()
	}
	return r.Now().UTC()
}

// A document is a parsed page.
type document struct {
	*goquery.Document
	base string // what relative addresses start from
}

// open parses a page, whatever its charset.
func open(data []byte, contentType, address string) (document, error) {
	var text io.Reader = bytes.NewReader(data)
	// What is valid as UTF-8 is UTF-8, also when it says so too late in the
	// page for a browser (after 1,024 bytes) or not at all.
	if encoding, name, certain := charset.DetermineEncoding(data, contentType); name != "utf-8" && (certain || !utf8.Valid(data)) {
		text = encoding.NewDecoder().Reader(text)
	}
	parsed, err := goquery.NewDocumentFromReader(text)
	if err != nil {
		return document{}, fmt.Errorf("parse the page: %w", err)
	}
	base := address
	if href, ok := parsed.Find("base[href]").First().Attr("href"); ok {
		if u, ok := feeds.ResolveURL(address, href); ok {
			base = u
		}
	}
	return document{parsed, base}, nil
}

// title is the page's own name: what it calls its site, else its title.
func (d document) title() string {
	if name, ok := d.Find(`meta[property="og:site_name"]`).First().Attr("content"); ok && strings.TrimSpace(name) != "" {
		return feeds.CleanText(name)
	}
	return feeds.CleanText(d.Find("title").First().Text())
}

func (d document) lang() string {
	lang, _ := d.Find("html").First().Attr("lang")
	return lang
}

// samePage tells whether an address leads to a place within the page itself.
func (d document) samePage(address string) bool {
	a, err := url.Parse(address)
	b, err2 := url.Parse(d.base)
	if err != nil || err2 != nil {
		return false
	}
	a.Fragment, b.Fragment = "", ""
	return a.String() == b.String()
}

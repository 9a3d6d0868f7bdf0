// Package page reads web pages that have no feed: items through CSS selectors,
// and the addresses of the feeds a site does have.
//
// A page's text is cleaned as a feed's is. A selector that matches nothing is
// an error that names it: a page that was rebuilt must not look like a quiet
// week. What the text of an article says is left to others.
package page

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html/charset"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

// A Reader reads sources of feeds.KindPage.
type Reader struct {
	Fetch *fetch.Fetcher
	Now   func() time.Time // time.Now when nil
}

// Read fetches a page and takes its items.
func (r *Reader) Read(ctx context.Context, src feeds.Source, last feeds.Visit) (feeds.Reading, error) {
	now := r.now()
	response, reading, err := r.Fetch.Read(ctx, fetch.Request{URL: src.URL, Accept: fetch.AcceptPage}, last, now)
	if err != nil || reading.Unchanged {
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
	if encoding, name, _ := charset.DetermineEncoding(data, contentType); name != "utf-8" {
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

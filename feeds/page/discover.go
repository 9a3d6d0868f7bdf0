package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

// A Found is a feed that a site has.
type Found struct {
	URL   string
	Title string // as the site calls it; may be empty
	Type  string // media type; "" when it was found by asking
}

// ErrNoFeed means that a site names no feed and has none in the usual places.
var ErrNoFeed = errors.New("no feed found")

// usualPlaces are where sites keep a feed they do not name.
var usualPlaces = []string{"/feed", "/rss", "/atom.xml", "/feed.xml", "/index.xml", "/rss.xml", "/feed.json"}

// Discover finds the feeds of a site from any of its addresses: the address
// itself when that is a feed, else those the page names, best first, else the
// first one in the usual places. The error is ErrNoFeed when there is none;
// the sitemaps that the site's robots.txt names come with it, of SitemapType,
// and can be read as sources of feeds.KindPage.
func Discover(ctx context.Context, f *fetch.Fetcher, address string) ([]Found, error) {
	response, err := f.Get(ctx, fetch.Request{URL: address, Accept: fetch.AcceptFeed})
	if err != nil {
		return nil, fmt.Errorf("look for a feed at %s: %w", address, err)
	}
	if isFeed(response.Body) {
		return []Found{{URL: response.URL}}, nil
	}
	found, err := Named(response.Body, response.ContentType(), response.URL)
	if err != nil || len(found) > 0 {
		return found, err
	}
	return probe(ctx, f, &Robots{Fetch: f}, response.URL)
}

// probe asks in the usual places that robots.txt leaves open, and stops at the
// first feed.
func probe(ctx context.Context, f *fetch.Fetcher, robots *Robots, address string) ([]Found, error) {
	site, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	for _, path := range usualPlaces {
		place := url.URL{Scheme: site.Scheme, Host: site.Host, Path: path}
		if robots.Allowed(ctx, place.String()) != nil {
			continue
		}
		response, err := f.Get(ctx, fetch.Request{URL: place.String(), Accept: fetch.AcceptFeed})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil && isFeed(response.Body) {
			return []Found{{URL: response.URL}}, nil
		}
	}
	sitemaps, err := robots.Sitemaps(ctx, address)
	if err != nil {
		return nil, err
	}
	var found []Found
	for _, place := range sitemaps {
		found = append(found, Found{URL: place, Type: SitemapType})
	}
	return found, fmt.Errorf("%w at %s: the page names none, and there is none in %s", ErrNoFeed, site.Redacted(), strings.Join(usualPlaces, ", "))
}

// feedStart is how feeds begin, after a declaration and comments.
var feedStart = regexp.MustCompile(`(?is)^(?:\s|\x{feff}|<\?.*?\?>|<!--.*?-->|<!doctype[^>]*>)*<(?:rss|feed|rdf:rdf)[\s>]`)

// isFeed tells a feed by how it begins. What is in it is for feeds/news.
func isFeed(body []byte) bool {
	start := body[:min(len(body), 16<<10)]
	return feedStart.Match(start) ||
		bytes.HasPrefix(bytes.TrimSpace(start), []byte("{")) && bytes.Contains(start, []byte("jsonfeed.org/version"))
}

// isFeedType tells the media types that only feeds have.
func isFeedType(mediaType string) bool {
	mediaType, _, _ = strings.Cut(strings.ToLower(mediaType), ";")
	switch strings.TrimSpace(mediaType) {
	case "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json":
		return true
	}
	return false
}

// Named are the feeds a page names in its head (autodiscovery): in its order,
// feeds of comments last, each once. Addresses start from the page's base.
func Named(data []byte, contentType, address string) ([]Found, error) {
	d, err := open(data, contentType, address)
	if err != nil {
		return nil, err
	}
	var found, comments []Found
	known := map[string]bool{}
	for _, link := range d.Find("link[rel][href]").EachIter() {
		rel, _ := link.Attr("rel")
		href, _ := link.Attr("href")
		mediaType, _ := link.Attr("type")
		title, _ := link.Attr("title")
		place, ok := feeds.ResolveURL(d.base, href)
		if !ok || !hasWord(rel, "alternate") || !isFeedType(mediaType) || known[place] || strings.Contains(place, "/wp-json/") {
			continue
		}
		known[place] = true
		one := Found{URL: place, Title: feeds.CleanText(title), Type: strings.ToLower(strings.TrimSpace(mediaType))}
		if strings.Contains(strings.ToLower(one.Title+" "+place), "comment") {
			comments = append(comments, one)
		} else {
			found = append(found, one)
		}
	}
	return append(found, comments...), nil
}

func hasWord(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}

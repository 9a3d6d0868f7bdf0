// Package news turns the bytes of a feed into items: RSS, Atom, RDF and JSON
// Feed, as they are found and not as they ought to be.
//
// The bytes pass through one small stage after the other, a file each:
// charset (to UTF-8; guess when nobody says from what), repair (to well-formed
// XML, bounded by limits; aside keeps the long texts back), parse (gofeed reads
// it), mapping (which element means what), dates, skips, mojibake, items (clean
// text and canonical addresses). Each stage notes what was odd as a warning. A
// feed that is broken in one place loses that place, not the rest.
//
// Items hold plain text. Whoever wants a text as HTML asks its Markup for it,
// and gets what sanitize lets through.
package news

import (
	"context"
	"fmt"
	"time"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

// A Reader reads sources of feeds.KindFeed.
type Reader struct {
	Fetch *fetch.Fetcher
	Now   func() time.Time // time.Now when nil
}

// Read fetches a feed and parses it.
func (r *Reader) Read(ctx context.Context, src feeds.Source, last feeds.Visit) (feeds.Reading, error) {
	now := r.now()
	response, reading, err := r.Fetch.Read(ctx, fetch.Request{URL: src.URL, Proxy: src.Proxy}, last, now)
	if err != nil || reading.Unchanged {
		return reading, err
	}
	parsed, err := Parse(response.Body, response.ContentType(), response.Base(), src, now)
	if err != nil {
		return reading, err
	}
	reading.Items = parsed.Items
	reading.Warnings = append(reading.Warnings, parsed.Warnings...)
	reading.MaxAge = max(reading.MaxAge, parsed.MaxAge)
	reading.SkipHours, reading.SkipDays = parsed.SkipHours, parsed.SkipDays
	reading.Visit.Title = parsed.Visit.Title
	return reading, nil
}

func (r *Reader) now() time.Time {
	if r.Now == nil {
		return time.Now().UTC()
	}
	return r.Now().UTC()
}

// Parse turns a feed's bytes into a Reading: items, warnings, the feed's title
// (as Visit.Title), how long it asks to be left alone, and in which hours and on
// which days. contentType is the HTTP header's, base the address that relative
// links start from; both may be "". An error is a *NotAFeedError. Parse reads
// no clock and no network.
func Parse(data []byte, contentType, base string, src feeds.Source, now time.Time) (feeds.Reading, error) {
	feed, err := Understand(data, contentType, base)
	if err != nil {
		return feeds.Reading{}, err
	}
	reading := feeds.Reading{
		Visit:     feeds.Visit{Title: feed.Title},
		Warnings:  feed.Warnings,
		MaxAge:    feed.TTL,
		SkipHours: feed.SkipHours,
		SkipDays:  feed.SkipDays,
	}
	made, warnings := items(feed, src, now)
	reading.Items, reading.Warnings = made, append(reading.Warnings, warnings...)
	return reading, nil
}

// A NotAFeedError says why a document could not be read as a feed.
type NotAFeedError struct {
	Reason string
}

func (e *NotAFeedError) Error() string { return "not a feed: " + e.Reason }

func notAFeed(format string, values ...any) error {
	return &NotAFeedError{fmt.Sprintf(format, values...)}
}

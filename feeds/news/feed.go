package news

import "time"

// A Feed is a document as understood: its fields found, whatever they are
// called in its dialect, its texts plain, its addresses absolute; what may
// be HTML is kept as Markup.
type Feed struct {
	ID          string
	Title       string
	Link        string // the site it belongs to
	Description Markup
	Language    string // a language tag, as given
	Author      string
	Copyright   string
	Image       string
	Categories  []string
	Encoding    string        // the charset it was read in; "" for ASCII, which is the same in all
	Updated     time.Time     // zero when not given
	Published   time.Time     // likewise
	TTL         time.Duration // how long it asks to be left alone; 0 when it does not
	SkipHours   []int         // hours in which it asks to be left alone: UTC, 0 to 23, in order
	SkipDays    []time.Weekday
	Entries     []Entry
	Warnings    []string
}

// An Entry is one item of a Feed.
type Entry struct {
	GUID       string
	Link       string // http(s), absolute, as the feed gives it
	Original   string // the address behind Link when the feed tells it (feedburner:origLink)
	Title      string
	Summary    Markup
	Content    Markup
	Author     string
	Published  time.Time // zero when there is none we could use
	Updated    time.Time // likewise
	Categories []string
	Enclosures []string // addresses
	Image      string
}

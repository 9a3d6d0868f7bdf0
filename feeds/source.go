// Package feeds collects: it reads sources and keeps what they say as items of
// news and posts of chats.
//
// It holds the words every later stage speaks (Source, Item, Chat, Post) and
// the Collector that reads the sources that are due, bounded and politely. How
// bytes become items is left to the readers in feeds/news, feeds/page and
// feeds/chat; what is worth printing is left to digest.
package feeds

import (
	"context"
	"time"
)

// A Kind says how a source is read.
type Kind string

// The kinds of source.
const (
	KindFeed     Kind = "feed"     // RSS, Atom, RDF or JSON Feed
	KindPage     Kind = "page"     // an HTML page without a feed, read through Selectors
	KindMastodon Kind = "mastodon" // the public timeline of a hashtag on one server
	KindBluesky  Kind = "bluesky"  // the posts of a hashtag on Bluesky
	KindFile     Kind = "file"     // a chat transcript in a local file
)

// A Source is a place we read.
type Source struct {
	ID        string    // short and stable, made of [a-z0-9-]
	Kind      Kind      // how it is read
	URL       string    // http(s) address; for KindFile a path
	Title     string    // as printed beside a story; the feed's own title when empty
	Section   string    // where its stories are printed; "" is the main section
	Topic     string    // the topic that readers may choose; "" means all readers
	Weight    float64   // trust, 0 to 2; 1 is usual
	Lang      string    // BCP 47; "" means ask the feed, then the item
	Tag       string    // the chat its posts belong to, without "#" (KindMastodon, KindBluesky, KindFile)
	Proxy     string    // "http://…", "https://…" or "socks5://…" to read through, which may hold a password; "" reads directly (KindFeed only)
	Selectors Selectors // KindPage only
}

// Selectors are the CSS selectors that turn a page into items. Item is the
// repeated element; the others are looked up inside it. "sel@attr" takes an
// attribute instead of the text.
type Selectors struct {
	Item       string `toml:"item" json:"item,omitempty"`
	Title      string `toml:"title" json:"title,omitempty"`
	Link       string `toml:"link" json:"link,omitempty"`
	Date       string `toml:"date" json:"date,omitempty"`
	DateLayout string `toml:"date_layout" json:"date_layout,omitempty"` // Go reference time; "" tries the usual forms
	Summary    string `toml:"summary" json:"summary,omitempty"`
	Author     string `toml:"author" json:"author,omitempty"`
}

// A Visit is what is remembered about a source from one read to the next, so
// that a restart is never a reason to fetch what has not changed.
type Visit struct {
	Source       string    // the source's ID
	URL          string    // the address the validators belong to
	ETag         string    // byte for byte as received (RFC 9110, section 8.8.3)
	LastModified string    // byte for byte as received
	Title        string    // the source's own title when it was last read
	First        time.Time // first successful read; zero before it
	Last         time.Time // last try
	Next         time.Time // not before this
	Status       int       // HTTP status of the last try; 0 when there was none
	Failures     int       // failed tries in a row
	FailingSince time.Time // the first of these; zero when the last try worked
	Error        string    // why the last try failed; "" when it did not
	Items        int       // items seen at the last successful read
	// Pace is how long the source asked to be left alone when it was last read
	// in full: a 304 has no body to ask again.
	Pace  time.Duration
	Skips Skips // when it does not want to be asked, as its last full reading said
	Move  Move  // where the address moved
}

// A Move is what a source's permanent redirects (301, 308) have told so far.
// A captive portal or a moment's mistake gives one, too, so they are believed
// only when they last (F14).
type Move struct {
	Now   string    // the address read instead of Source.URL; "" reads that
	To    string    // where the last reads were led; "" when they were not
	Since time.Time // the first of these reads
	Reads int       // how many there were
}

// A Reading is what one read of a source gave.
type Reading struct {
	Visit     Visit         // the visit to remember; the Collector fills Source, Last, Next and Failures
	Items     []Item        // news
	Posts     []Post        // chat
	Warnings  []string      // what was odd or repaired, for "sources check"
	Unchanged bool          // 304: nothing to parse, what is stored stays
	SameVisit bool          // Visit is the stored one but for Last and Next; the Collector says so
	MaxAge    time.Duration // how long the source asks to be left alone; 0 when it does not say
	// SkipHours and SkipDays are when the source does not want to be asked:
	// hours of the day in UTC, 0 to 23, and days of the week in UTC. Both are
	// in order, each once; nil when it does not say (RSS 2.0: skipHours, skipDays).
	SkipHours []int
	SkipDays  []time.Weekday
	NotBefore time.Time // Retry-After of a refusal; zero when there was none
	Moved     string    // where permanent redirects led; "" when there was none
	Bytes     int       // of the body, unpacked
}

// A Reader reads one kind of source. A failed read still returns the Reading
// it has, so that its status and Retry-After are remembered.
type Reader interface {
	Read(ctx context.Context, src Source, last Visit) (Reading, error)
}

package news

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"

	"weekward/feeds"
)

// mapFeed finds the fields of a feed, whichever element holds them.
func mapFeed(f *gofeed.Feed, b bases, c cloakroom) Feed {
	base := b.of(0, "")
	feed := Feed{
		Title:     text(f.Title),
		Link:      resolve(base, f.Link),
		Language:  strings.ReplaceAll(strings.TrimSpace(f.Language), "_", "-"),
		Copyright: text(f.Copyright),
		Author:    person(f.Authors, f.Author),
		Image:     picture(base, f.Image, f.Extensions),
		TTL:       ttl(f),
	}
	feed.SkipHours, feed.SkipDays = skips(f)
	description := cmp.Or(f.Description, extension(f.Extensions, "itunes", "subtitle"))
	feed.Description = Markup{source: description, base: b.of(0, "", "description", "subtitle", "tagline")}
	feed.Published, _ = firstDate(f.Published, extension(f.Extensions, "dcterms", "issued"), extension(f.Extensions, "dcterms", "created"))
	feed.Updated, _ = firstDate(f.Updated, extension(f.Extensions, "dcterms", "modified"), extension(f.Extensions, "", "modified"))
	if feed.Updated.IsZero() {
		feed.Updated = feed.Published
	}
	original, isAtom := f.OriginalFeed().(*atom.Feed)
	if isAtom {
		feed.ID = absolute(base, original.ID)
		f.Categories = withTerms(f.Categories, original.Categories)
	}
	feed.Categories = categories(f.Categories, f.Extensions)
	guids := permalinks(f)
	for i, it := range f.Items {
		if it == nil {
			continue
		}
		if isAtom {
			it.Categories = withTerms(it.Categories, original.Entries[i].Categories)
		}
		e := mapEntry(it, guids[i], b.of(i+1, ""))
		short, long := bodies(it)
		e.Summary, e.Content = c.back(short), c.back(long)
		page := e.Link
		if isAtom {
			e.GUID, page = absolute(base, e.GUID), "" // RFC 4287, section 2: from the document, not from the page
		}
		e.Summary.base = b.of(i+1, page, "description", "summary")
		e.Content.base = b.of(i+1, page, "content", "encoded", "body", "fullitem")
		feed.Entries = append(feed.Entries, e)
	}
	return feed
}

// permalinks are, by item, the guids that may be addresses: all but those that
// RSS says are none.
func permalinks(f *gofeed.Feed) map[int]string {
	found := map[int]string{}
	original, isRSS := f.OriginalFeed().(*rss.Feed)
	for i, it := range f.Items {
		if it == nil || isRSS && original.Items[i].GUID != nil && strings.EqualFold(strings.TrimSpace(original.Items[i].GUID.IsPermalink), "false") {
			continue
		}
		found[i] = it.GUID
	}
	return found
}

func mapEntry(it *gofeed.Item, permalink, base string) Entry {
	e := Entry{
		GUID:       strings.TrimSpace(it.GUID),
		Link:       link(it, permalink, base),
		Original:   resolve(base, extension(it.Extensions, "feedburner", "origLink")),
		Title:      text(cmp.Or(it.Title, extension(it.Extensions, "media", "title"))),
		Author:     person(it.Authors, it.Author),
		Categories: categories(it.Categories, it.Extensions),
		Image:      picture(base, it.Image, it.Extensions),
	}
	dates(it, &e)
	for _, enclosure := range it.Enclosures {
		if u := resolve(base, enclosure.URL); u != "" {
			e.Enclosures = append(e.Enclosures, u)
		}
	}
	return e
}

// link is where an entry leads: its link, else another link it names, else a
// guid that is an address, else its enclosure.
func link(it *gofeed.Item, permalink, base string) string {
	candidates := append([]string{it.Link}, it.Links...)
	candidates = append(candidates, permalink)
	guid := len(candidates) - 1
	for _, enclosure := range it.Enclosures {
		candidates = append(candidates, enclosure.URL)
	}
	for i, c := range candidates {
		if i == guid && !strings.Contains(c, "://") {
			continue // a guid that says it is an address and is none
		}
		if u := resolve(base, c); u != "" {
			return u
		}
	}
	return ""
}

// absolute makes an identity that is a relative address absolute; any other
// stays letter for letter (RFC 4287, section 4.2.6.1).
func absolute(base, id string) string {
	if strings.Contains(id, ":") {
		return id
	}
	return cmp.Or(resolve(base, id), id)
}

func resolve(base, ref string) string {
	u, _ := feeds.ResolveURL(base, ref)
	return u
}

// bodies are the short and the long text of an entry. RSS knows no <summary>;
// where there is one, the description is the long text.
func bodies(it *gofeed.Item) (short, long string) {
	long = cmp.Or(it.Content, it.Custom["fullitem"])
	if own := it.Custom["summary"]; own != "" {
		return own, cmp.Or(long, it.Description)
	}
	return summary(it), long
}

func summary(it *gofeed.Item) string {
	return cmp.Or(it.Description, extension(it.Extensions, "media", "description"), inGroup(it.Extensions, "description"),
		extension(it.Extensions, "itunes", "subtitle"))
}

// inGroup is an element of a media:group, where video sites put their texts.
func inGroup(extensions ext.Extensions, name string) string {
	for _, group := range extensions["media"]["group"] {
		for _, e := range group.Children[name] {
			if e.Value != "" {
				return e.Value
			}
		}
	}
	return ""
}

// extension is the text of the first element of a name in a namespace.
func extension(extensions ext.Extensions, space, name string) string {
	for _, e := range extensions[space][name] {
		if e.Value != "" {
			return e.Value
		}
	}
	return ""
}

// namedIn is the name inside an <author> that holds elements, as Atom's does
// and RSS's should not.
var namedIn = regexp.MustCompile(`(?is)<name>(.*?)</name>`)

// person is the first name among the authors; an address stands for a name
// only when there is none, and then without its host.
func person(people []*gofeed.Person, first *gofeed.Person) string {
	if first != nil {
		people = append([]*gofeed.Person{first}, people...)
	}
	for _, p := range people {
		if p != nil {
			if m := namedIn.FindStringSubmatch(p.Name); m != nil {
				return text(m[1])
			}
			if name := text(p.Name); name != "" {
				return name
			}
		}
	}
	for _, p := range people {
		if p != nil && p.Email != "" {
			return text(p.Email)
		}
	}
	return ""
}

// ttl is how long a feed asks to be left alone: RSS's ttl or the syndication
// module's period, whichever is longer (F9).
func ttl(f *gofeed.Feed) time.Duration {
	var longest time.Duration
	if original, ok := f.OriginalFeed().(*rss.Feed); ok {
		if minutes, err := strconv.Atoi(strings.TrimSpace(original.TTL)); err == nil && minutes > 0 {
			longest = time.Duration(min(minutes, 365*24*60)) * time.Minute
		}
	}
	period := map[string]time.Duration{"hourly": time.Hour, "daily": 24 * time.Hour, "weekly": 7 * 24 * time.Hour,
		"monthly": 30 * 24 * time.Hour, "yearly": 365 * 24 * time.Hour}[strings.TrimSpace(extension(f.Extensions, "sy", "updatePeriod"))]
	frequency, err := strconv.Atoi(strings.TrimSpace(extension(f.Extensions, "sy", "updateFrequency")))
	if err != nil || frequency < 1 {
		frequency = 1
	}
	return max(longest, period/time.Duration(frequency))
}

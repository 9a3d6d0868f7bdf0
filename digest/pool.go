package digest

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"weekward/digest/recap"
	"weekward/digest/related"
	"weekward/feeds"
)

// late is how long before the week an item may have come out that we first saw
// in it: a feed that was down, or one just added.
const late = 7 * 24 * time.Hour

// A pool is a week's items, compared with one another.
type pool struct {
	week    Week
	options Options
	items   []feeds.Item // before the freeze, in the order of their IDs
	byID    map[string]*feeds.Item
	edits   map[string]Edit
	past    memory
	profile profile
	matters map[string]matter // by item
	archivist
	chats   []recap.Recap
	shares  map[string]share  // by pageKey
	keys    map[string]string // an item's address as it is compared; none when it names no single page
	index   *related.Index
	groups  []related.Cluster
	stories *related.Stories
	group   map[string]int // an item's cluster
	out     []LeftOut
}

func newPool(w Week, o Options) *pool {
	p := &pool{week: w, options: o.usable(), edits: edits(w.Edits), byID: make(map[string]*feeds.Item, len(w.Items)), group: make(map[string]int, len(w.Items))}
	p.items = p.usable(w.Items)
	for i := range p.items {
		p.byID[p.items[i].ID] = &p.items[i]
	}
	p.keys = pageKeys(p.items)
	p.past = newMemory(w)
	p.profile = newProfile(p.options.Topics)
	p.archivist = newArchivist(p.options)
	p.chats = recaps(w, p.options, p.titles())
	p.shares = shares(p.chats)
	p.index = related.NewIndex(p.documents())
	p.profile.lexicon = p.index.Lexicon() // that has read these texts already
	p.groups = p.index.Clusters(0)
	p.stories = p.index.Stories(p.groups)
	for n, g := range p.groups {
		for _, id := range g.IDs {
			p.group[id] = n
		}
	}
	p.matters = p.judged(p.tellers())
	return p
}

// usable sorts the items by ID and leaves out what cannot be printed: the same
// item again, what came out after the freeze, what has no title or address.
func (p *pool) usable(items []feeds.Item) []feeds.Item {
	list := inOrder(items)
	list = slices.CompactFunc(list, func(a, b feeds.Item) bool { return a.ID == b.ID })
	return slices.DeleteFunc(list, func(it feeds.Item) bool {
		switch {
		case !it.Published.Before(p.week.Freeze):
			return true
		case strings.TrimSpace(it.Title) == "":
			return p.leaveOutNews(it, "no title")
		case it.URL == "":
			return p.leaveOutNews(it, "no address")
		}
		return false
	})
}

// inOrder gives the items in the order of their IDs. Only the numbers that the IDs
// begin with are moved about while sorting: an item is large.
func inOrder(items []feeds.Item) []feeds.Item {
	type place struct {
		begins uint64 // the first letters of its ID
		at     int
	}
	order, list := make([]place, len(items)), make([]feeds.Item, len(items))
	for i := range items {
		var first [8]byte
		copy(first[:], items[i].ID)
		order[i] = place{binary.BigEndian.Uint64(first[:]), i}
	}
	slices.SortFunc(order, func(a, b place) int {
		if a.begins != b.begins {
			return cmp.Compare(a.begins, b.begins)
		}
		return byIdentity(&items[a.at], &items[b.at])
	})
	for i, p := range order {
		list[i] = items[p.at]
	}
	return list
}

// byIdentity orders items so that nothing depends on the order they came in.
func byIdentity(a, b *feeds.Item) int {
	return cmp.Or(
		strings.Compare(a.ID, b.ID),
		b.Published.Compare(a.Published),
		strings.Compare(a.URL, b.URL),
		strings.Compare(a.Title, b.Title),
		strings.Compare(a.Summary, b.Summary),
		strings.Compare(a.Excerpt, b.Excerpt),
		strings.Compare(a.Source, b.Source),
		strings.Compare(a.Outlet, b.Outlet),
	)
}

// leaveOutNews names an item of the week that cannot be printed; of older ones
// nobody asks why.
func (p *pool) leaveOutNews(it feeds.Item, reason string) bool {
	if p.news(it) {
		p.leaveOut(cmp.Or(strings.TrimSpace(it.Title), it.URL, it.ID), reason, 0)
	}
	return true
}

func (p *pool) leaveOut(title, reason string, score float64) {
	p.out = append(p.out, LeftOut{Title: title, Reason: reason, Score: score})
}

// news reports whether an item may be a story of this week. Anything older
// serves as related reading only.
func (p *pool) news(it feeds.Item) bool {
	w := p.week
	if !it.Published.Before(w.Freeze) {
		return false
	}
	if !it.Published.Before(w.From) {
		return true
	}
	seen := !it.FirstSeen.Before(w.From) && it.FirstSeen.Before(w.Freeze)
	return seen && !it.Published.Before(w.From.Add(-late))
}

// tellers gives the items that may tell a story of this week: its news, and what
// else is in one cluster with it.
func (p *pool) tellers() []feeds.Item {
	ids := map[string]bool{}
	for _, g := range p.groups {
		if slices.ContainsFunc(g.IDs, func(id string) bool { return p.news(*p.byID[id]) }) {
			for _, id := range g.IDs {
				ids[id] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(p.items), func(it feeds.Item) bool { return !ids[it.ID] })
}

// documents hands the items to the comparison.
func (p *pool) documents() []related.Document {
	list := make([]related.Document, len(p.items))
	for i, it := range p.items {
		list[i] = p.document(it)
	}
	return list
}

func (p *pool) document(it feeds.Item) related.Document {
	return related.Document{
		ID:    it.ID,
		Key:   p.keys[it.ID],
		Title: withoutOutlet(it.Title, it.Outlet),
		Body:  cmp.Or(it.Summary, it.Excerpt),
		Lang:  it.Lang,
		Day:   it.Published.UTC().Truncate(time.Second),

		Address: it.URL,
	}
}

// withoutOutlet cuts the outlet's name off the end of a headline, where search
// engines like to see it: "Title - Outlet", "Title | Outlet".
func withoutOutlet(title, outlet string) string {
	cut, found := strings.CutSuffix(title, outlet)
	if !found || outlet == "" {
		return title
	}
	if short := strings.TrimRight(cut, " -–—|:·"); short != "" && short != cut {
		return short
	}
	return title
}

// pageKeys gives each item its address as it is compared. An address that one
// source gives to several titles is a home page and says nothing.
func pageKeys(items []feeds.Item) map[string]string {
	type use struct{ source, key string }
	title, keys := make(map[use]string, len(items)), make(map[string]string, len(items))
	busy := map[string]bool{}
	for i := range items {
		it := &items[i]
		key := pageKey(it.URL)
		at := use{it.Source, key}
		if t, met := title[at]; met && t != it.Title {
			busy[key] = true
		}
		title[at], keys[it.ID] = it.Title, key
	}
	maps.DeleteFunc(keys, func(_, key string) bool { return busy[key] })
	return keys
}

// pageKey folds what does not make another page: the scheme, "www." and the
// like, the copy for telephones, the last slash. It is "" for a front page.
func pageKey(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	host := strings.ToLower(u.Host)
	for _, prefix := range []string{"www.", "m.", "mobile.", "amp."} {
		host = strings.TrimPrefix(host, prefix)
	}
	path := strings.TrimSuffix(strings.TrimSuffix(u.EscapedPath(), "/"), "/amp")
	if path == "" && u.RawQuery == "" {
		return ""
	}
	return host + path + "?" + u.RawQuery
}

// marks are what makes a reader say "I have seen this": the page and the title.
func marks(it feeds.Item) [2]string {
	return [2]string{"page " + cmp.Or(pageKey(it.URL), it.URL), "title " + related.Fold(it.Title)}
}

// outlet names the source of an item as caps count it: by the name that the
// reader sees, so that the feeds of one paper are one source.
func outlet(it feeds.Item) string {
	return related.Fold(cmp.Or(it.Outlet, it.Source))
}

// title is an item's title as the editor wants it.
func (p *pool) title(it feeds.Item) string { return cmp.Or(p.edits[it.ID].Title, it.Title) }

// excerpt is an item's excerpt as the editor wants it.
func (p *pool) excerpt(it feeds.Item) string { return cmp.Or(p.edits[it.ID].Text, it.Excerpt) }

// label is the evidence of an item as the editor wants it printed.
func (p *pool) label(it feeds.Item) Evidence {
	switch said := p.edits[it.ID].Evidence; said {
	case "":
		return p.evidence(it)
	case Journalism:
		return ""
	default:
		return said
	}
}

// edits finds what the editor said about an item. Where the list holds two
// edits of one item, which does not happen from our own store, the same one
// wins whatever their order.
func edits(list []Edit) map[string]Edit {
	byItem := make(map[string]Edit, len(list))
	for _, e := range slices.SortedFunc(slices.Values(list), byWording) {
		byItem[e.Item] = e
	}
	return byItem
}

func byWording(a, b Edit) int {
	return strings.Compare(fmt.Sprintf("%+v", a), fmt.Sprintf("%+v", b))
}

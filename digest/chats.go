package digest

import (
	"cmp"
	"slices"
	"strings"

	"weekward/digest/recap"
)

// recaps makes the recap of each chat that met in the week, in the order of
// their sessions. Addresses shared there get the titles of the items that we
// have under them.
func recaps(w Week, o Options, titles map[string]string) []recap.Recap {
	list := []recap.Recap{}
	options := recap.Options{Quotes: o.Quotes, Slot: w.Slot, Pinned: map[string]bool{}, Dropped: map[string]bool{}}
	for _, e := range w.Edits {
		options.Pinned[e.Item] = options.Pinned[e.Item] || e.Pin && !e.Drop
		options.Dropped[e.Item] = options.Dropped[e.Item] || e.Drop
	}
	for _, chat := range w.Chats {
		r, met := recap.Make(chat, w.Posts, w.From, w.Freeze, options)
		if !met {
			continue
		}
		for i, link := range r.Links {
			r.Links[i].Title = cmp.Or(link.Title, titles[pageKey(link.URL)])
		}
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b recap.Recap) int {
		return cmp.Or(a.Session.Compare(b.Session), strings.Compare(a.Tag, b.Tag))
	})
	return list
}

// titles gives the titles of the items by pageKey, of several the one with the
// smallest ID.
func (p *pool) titles() map[string]string {
	list := map[string]string{}
	for _, it := range p.items {
		if key := p.keys[it.ID]; key != "" && list[key] == "" {
			list[key] = p.title(it)
		}
	}
	return list
}

// A share is how many people of a chat passed an address on.
type share struct {
	people   int
	tag      string
	question string // under which most did; "" for none
}

// shares gives the addresses shared in chats, by pageKey. An address shared in
// two chats counts in the one where more people shared it.
func shares(chats []recap.Recap) map[string]share {
	list := map[string]share{}
	for _, c := range chats {
		for _, l := range c.Links {
			key := pageKey(l.URL)
			if key != "" && l.Shared > list[key].people {
				list[key] = share{l.Shared, c.Tag, l.Question}
			}
		}
	}
	return list
}

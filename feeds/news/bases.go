package news

import (
	"cmp"
	"net/url"
	"strings"
)

// bases are the addresses that relative ones in a document start from.
type bases struct {
	document string           // where it was found
	declared map[place]string // by xml:base, each absolute
}

// A place is an item of a document, counted from 1, or 0 for the feed, and a
// field directly in it, or "" for the item itself.
type place struct {
	item  int
	field string
}

// of is what addresses in a field start from: the innermost xml:base around
// it, else the page the text was taken from, else the document. A field may
// have several names.
func (b bases) of(item int, page string, fields ...string) string {
	if len(b.declared) > 0 {
		for _, field := range fields {
			if base := b.declared[place{item, field}]; base != "" {
				return base
			}
		}
		if base := cmp.Or(b.declared[place{item, ""}], b.declared[place{0, ""}]); base != "" {
			return base
		}
	}
	return cmp.Or(page, b.document)
}

// rememberBase notes the xml:base of an element that is about to be opened.
func (r *repairer) rememberBase(local, base string) {
	if r.bases == nil {
		r.bases = map[place]string{}
	}
	parent := ""
	if top := r.top(); top != nil {
		parent = localName(top.key)
	}
	switch {
	case isItem(local):
		r.bases[place{r.items, ""}] = base
	case isRoot(local):
		r.bases[place{0, ""}] = base
	case isItem(parent):
		r.bases[place{r.items, local}] = base
	case isRoot(parent):
		r.bases[place{0, local}] = base
	}
}

// join resolves an xml:base against the one around it. Only web addresses are
// bases.
func join(base, ref string) string {
	b, err := url.Parse(base)
	if err != nil {
		b = &url.URL{}
	}
	u, err := b.Parse(strings.TrimSpace(ref))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return base
	}
	return u.String()
}

// folder is a base without its last part, from which relative addresses
// resolve alike; gofeed 1.4 takes a base with a file name for a folder.
func folder(base string) string {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return ""
	}
	u.RawQuery, u.Fragment, u.RawPath = "", "", ""
	u.Path = "/" + strings.TrimPrefix(u.Path[:strings.LastIndexByte(u.Path, '/')+1], "/")
	return u.String()
}

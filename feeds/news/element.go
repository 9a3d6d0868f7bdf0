package news

import (
	"bytes"
	"strings"
)

// makeRoom closes what cannot hold the element that comes: an item in an item,
// a pubDate in a title.
func (r *repairer) makeRoom(tag tag) {
	local := tag.local()
	if isItem(local) {
		for i := len(r.open) - 1; i >= 0; i-- {
			if isItem(localName(r.open[i].key)) {
				r.warn("some elements were not closed")
				r.closeTo(i)
				break
			}
		}
	}
	if top := r.top(); top != nil && isLine(top.key) && isField(local) {
		r.warn("some elements were not closed")
		r.closeTo(len(r.open) - 1)
	}
}

func isRoot(local string) bool {
	switch local {
	case "rss", "rdf", "feed", "channel":
		return true
	}
	return false
}

func isItem(local string) bool { return local == "item" || local == "entry" }

// isLine tells elements that hold a line of text and nothing else.
func isLine(key string) bool {
	switch key {
	case "pubdate", "guid", "link", "dc:date", "dc:creator", "title":
		return true
	}
	return false
}

// isIdentity tells elements that say which item it is.
func isIdentity(local string) bool { return local == "link" || local == "guid" || local == "id" }

// isDate tells elements that hold a date.
func isDate(local string) bool {
	switch local {
	case "pubdate", "lastbuilddate", "date", "published", "updated", "issued", "modified", "created":
		return true
	}
	return false
}

// isField tells elements that stand directly in a channel or item.
func isField(local string) bool {
	switch local {
	case "title", "link", "description", "pubdate", "guid", "item", "entry", "lastbuilddate", "encoded", "summary", "updated", "published":
		return true
	}
	return false
}

// push writes the start tag and remembers it as open.
func (r *repairer) push(t tag) {
	if len(r.open) == 0 && t.local() == "channel" {
		r.push(tag{name: "rss", attrs: []attribute{{"version", "2.0"}}})
		r.cdf = true
	}
	e := r.element(&t)
	if top := r.top(); top != nil {
		top.waits = false
	}
	e.at = r.out.Len()
	if !e.silent {
		t.write(&r.out)
	}
	if r.cdf {
		cdfChildren(&r.out, t)
	}
	if t.empty {
		if !e.silent {
			r.writeEnd(e.name)
		}
		r.identify(e)
		return
	}
	e.inner = r.out.Len()
	r.open = append(r.open, e)
	r.openTags[e.key]++
}

// element is what to remember of a tag, whose attributes are made ready for
// gofeed.
func (r *repairer) element(t *tag) element {
	e := element{key: strings.ToLower(t.name), base: r.base, silent: len(r.open) >= maxDepth}
	r.rename(t, e.key)
	e.name = t.name
	if e.silent {
		r.warn("the document is nested too deeply; the inner tags were left out")
	}
	switch top := r.top(); {
	case top == nil:
		e.list = true
	default:
		e.base = top.base
		e.list = top.list && isRoot(e.key)
		e.item = top.list && isItem(e.key)
	}
	if own, ok := t.attr("xml:base"); ok {
		e.base = join(e.base, own)
		t.set("xml:base", folder(e.base))
		r.rememberBase(t.local(), e.base)
	}
	e.waits = r.mayWait(*t, e.key)
	if mode, _ := t.attr("mode"); strings.EqualFold(mode, "base64") {
		e.packed = true
		t.set("mode", "escaped")
		t.set("type", "text/html")
	}
	return e
}

// rename gives elements that gofeed does not know the name of those it does.
func (r *repairer) rename(t *tag, key string) {
	top := r.top()
	switch local := localName(key); {
	case r.cdf && key == "abstract":
		t.name = "description"
	case key == "author" && top != nil && top.key == "channel":
		t.name = "managingEditor"
	case (local == "body" || local == "fullitem") && top != nil && top.key == "item":
		// The whole text, as RSS had it before content:encoded.
		t.name = "fullitem"
		t.set("xmlns", "")
	case key == "feed" && top == nil:
		if space, _ := t.attr("xmlns"); !strings.Contains(strings.ToLower(space), "/atom") {
			t.set("xmlns", "http://www.w3.org/2005/Atom") // drafts had names of their own
		}
	}
}

// cdfChildren writes what CDF, Microsoft's channels of 1997, holds in
// attributes as the elements RSS has for it.
func cdfChildren(out *bytes.Buffer, t tag) {
	for _, a := range t.attrs {
		switch strings.ToLower(a.name) {
		case "href":
			out.WriteString("<link>")
			escape(out, []byte(a.value))
			out.WriteString("</link>")
		case "lastmod": // of both readings of a date, gofeed takes this for both
			out.WriteString(`<dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">`)
			escape(out, []byte(a.value))
			out.WriteString("</dc:date>")
		}
	}
}

package news

import (
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
)

// categories are the names a feed or an item is filed under, each once: RSS's
// and Dublin Core's as gofeed finds them, then those of iTunes and Media RSS.
func categories(names []string, extensions ext.Extensions) []string {
	var kept []string
	add := func(name string) {
		if name = text(name); name != "" && !slices.Contains(kept, name) {
			kept = append(kept, name)
		}
	}
	for _, name := range names {
		add(name)
	}
	for _, c := range extensions["itunes"]["category"] {
		add(c.Attrs["text"])
		for _, inner := range c.Children["category"] {
			add(inner.Attrs["text"])
		}
	}
	for _, keywords := range extensions["itunes"]["keywords"] {
		for name := range strings.SplitSeq(keywords.Value, ",") {
			add(name)
		}
	}
	for _, c := range extensions["media"]["category"] {
		add(c.Attrs["label"])
		add(c.Value)
	}
	return kept
}

// withTerms adds the terms of Atom's categories to their labels: some feeds
// use the one as a name, some the other.
func withTerms(names []string, categories []*atom.Category) []string {
	for _, c := range categories {
		names = append(names, c.Term)
	}
	return names
}

// picture is the address of the picture that stands for a feed or an item.
func picture(base string, i *gofeed.Image, extensions ext.Extensions) string {
	if i != nil {
		if u := resolve(base, i.URL); u != "" {
			return u
		}
	}
	for _, e := range slices.Concat(extensions["itunes"]["image"], extensions["media"]["thumbnail"], extensions["itunes"]["link"]) {
		if e.Name == "link" && e.Attrs["rel"] != "image" {
			continue
		}
		for _, name := range []string{"href", "url"} {
			if u := resolve(base, e.Attrs[name]); u != "" {
				return u
			}
		}
	}
	return ""
}

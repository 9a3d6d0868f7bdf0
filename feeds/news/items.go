package news

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"weekward/feeds"
)

// items makes the items of a feed.
func items(f Feed, src feeds.Source, now time.Time) (all []feeds.Item, warnings []string) {
	known := map[string]bool{}
	shared := sharedGUIDs(f.Entries)
	dropped, undated := 0, 0
	for _, e := range f.Entries {
		it, ok := finding(e, f, shared[e.GUID]).Item(src, now)
		if !ok || known[it.ID] {
			dropped++
			continue
		}
		known[it.ID] = true
		if it.Undated {
			undated++
		}
		all = append(all, it)
	}
	if dropped > 0 {
		warnings = append(warnings, fmt.Sprintf("items left out: %d (no title and no text, or the same item again)", dropped))
	}
	if undated > 0 {
		warnings = append(warnings, fmt.Sprintf("items without a usable date: %d; the time they were first seen stands for it", undated))
	}
	return all, warnings
}

func finding(e Entry, f Feed, guidIsShared bool) feeds.Finding {
	found := feeds.Finding{
		GUID:      e.GUID,
		Link:      cmp.Or(e.Original, e.Link),
		Outlet:    f.Title,
		Title:     e.Title,
		Summary:   e.Summary.Text(),
		Author:    e.Author,
		Lang:      f.Language,
		Published: e.Published,
	}
	if found.WantsContent() {
		found.Content = e.Content.Text()
	}
	if found.Published.IsZero() {
		found.Published = e.Updated
	}
	if guidIsShared {
		found.GUID = strings.TrimSpace(found.Link + " " + e.Title)
	}
	return found
}

// sharedGUIDs are the guids that several different entries of a feed carry:
// they identify nothing.
func sharedGUIDs(entries []Entry) map[string]bool {
	first := map[string]string{}
	shared := map[string]bool{}
	for _, e := range entries {
		key := e.Link + "\n" + e.Title
		if other, ok := first[e.GUID]; ok && other != key && e.GUID != "" {
			shared[e.GUID] = true
		}
		first[e.GUID] = key
	}
	return shared
}

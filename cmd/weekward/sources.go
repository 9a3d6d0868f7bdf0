package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"weekward/feeds"
	"weekward/feeds/news"
	"weekward/feeds/page"
	"weekward/store"
)

func newSources(e *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "sources",
		Short:   "See and change the places we read",
		Example: "  weekward sources list\n  weekward sources add https://ward-notes.example.org",
	}
	cmd.AddCommand(newSourcesList(e), newSourcesAdd(e), newSourcesRemove(e), newSourcesCheck(e), newSourcesImport(e), newSourcesExport(e))
	return cmd
}

func newSourcesAdd(e *environment) *cobra.Command {
	var s feeds.Source
	var kind string
	cmd := &cobra.Command{
		Use:     "add URL",
		Short:   "Add a feed, or the feed of a site",
		Long:    "add looks at the address: a feed is taken as it is, a page is asked for its feeds.",
		Example: "  weekward sources add https://ward-notes.example.org\n  weekward sources add https://social.example.org --kind mastodon --tag wardchat",
		Args:    cobra.ExactArgs(1),
		RunE: e.working(func(ctx context.Context, a *app, args []string) error {
			s.URL, s.Kind = args[0], feeds.Kind(kind)
			return e.addSource(ctx, a, s)
		}),
	}
	f := cmd.Flags()
	f.StringVar(&s.ID, "id", "", "a short `NAME` of a-z, 0-9 and -; made from the address when missing")
	f.StringVar(&kind, "kind", "", "feed, page or mastodon; found out when missing")
	f.StringVar(&s.Title, "title", "", "the name printed beside its stories")
	f.StringVar(&s.Section, "section", "", "the section its stories are printed in")
	f.StringVar(&s.Topic, "topic", "", "the topic that readers may choose")
	f.StringVar(&s.Lang, "lang", "", "its language, such as en or de")
	f.StringVar(&s.Tag, "tag", "", "the chat its posts belong to (mastodon)")
	f.Float64Var(&s.Weight, "weight", 1, "trust, 0 to 2")
	f.StringVar(&s.Selectors.Item, "item", "", "CSS selector of one item (page)")
	f.StringVar(&s.Selectors.Title, "item-title", "", "CSS selector of the title inside the item")
	f.StringVar(&s.Selectors.Link, "item-link", "", "CSS selector of the link inside the item, as in \"a@href\"")
	f.StringVar(&s.Selectors.Date, "item-date", "", "CSS selector of the date inside the item")
	return cmd
}

// addSource keeps a source whose first read worked.
func (e *environment) addSource(ctx context.Context, a *app, s feeds.Source) error {
	s.Tag = normalTag(s.Tag)
	if s.Kind == "" {
		found, err := a.findFeed(ctx, s.URL, s.Selectors)
		if err != nil {
			return err
		}
		s.Kind, s.URL = found.Kind, found.URL
		if s.Title == "" {
			s.Title = found.Title
		}
	}
	if s.ID == "" {
		s.ID = sourceID(s.URL)
	}
	if err := checkSource(s); err != nil {
		return usage("weekward sources add --help", "%w", err)
	}
	all, err := a.sources(ctx)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.ID == s.ID || other.URL == s.URL && other.Kind == s.Kind && other.Tag == s.Tag {
			return usage("choose another name with --id", "there is already a source %q at %s", other.ID, other.URL)
		}
	}
	reading, err := a.readOnce(ctx, s)
	if err != nil {
		return err
	}
	if err := a.store.AddSource(ctx, s, a.clock.now()); err != nil {
		return err
	}
	if e.json {
		return e.printJSON(map[string]any{"id": s.ID, "kind": s.Kind, "url": s.URL, "title": s.Title, "items": len(reading.Items) + len(reading.Posts)})
	}
	fmt.Fprintf(e.out, "%s added: %s (%s)\n", s.ID, s.URL, plural(len(reading.Items)+len(reading.Posts), "item", "items"))
	return nil
}

// findFeed is the source behind an address: itself when it is a feed, else the
// first feed the page names, else the page when it lists news.
func (a *app) findFeed(ctx context.Context, address string, sel feeds.Selectors) (feeds.Source, error) {
	if sel.Item != "" {
		return feeds.Source{Kind: feeds.KindPage, URL: address}, nil
	}
	if _, err := a.readOnce(ctx, feeds.Source{ID: "check", Kind: feeds.KindFeed, URL: address, Weight: 1}); err == nil {
		return feeds.Source{Kind: feeds.KindFeed, URL: address}, nil
	} else if ctx.Err() != nil {
		return feeds.Source{}, err
	}
	f := a.fetcher()
	defer f.Close()
	found, err := page.Discover(ctx, f, address)
	switch {
	case err == nil && len(found) > 0:
		return feeds.Source{Kind: feeds.KindFeed, URL: found[0].URL, Title: found[0].Title}, nil
	case err != nil && !errors.Is(err, page.ErrNoFeed):
		return feeds.Source{}, fmt.Errorf("look for a feed at %s: %w", address, err)
	}
	candidates := []string{address}
	for _, sitemap := range found { // what Discover names beside ErrNoFeed
		candidates = append(candidates, sitemap.URL)
	}
	return a.findList(ctx, address, candidates)
}

// findList is the first of some pages that lists news without selectors.
func (a *app) findList(ctx context.Context, address string, candidates []string) (feeds.Source, error) {
	for _, candidate := range candidates {
		listed, err := a.readOnce(ctx, feeds.Source{ID: "check", Kind: feeds.KindPage, URL: candidate, Weight: 1})
		if err == nil && len(listed.Items) > 0 {
			return feeds.Source{Kind: feeds.KindPage, URL: candidate, Title: listed.Visit.Title}, nil
		}
	}
	return feeds.Source{}, &verdict{exitFailed, fmt.Errorf("%s is no feed, names none, and lists no news that we can see", address),
		`give selectors for the page itself: "weekward sources add URL --kind page --item article --item-title h2"`}
}

// readOnce reads a source without keeping anything.
func (a *app) readOnce(ctx context.Context, s feeds.Source) (feeds.Reading, error) {
	chats, err := a.chats(ctx)
	if err != nil {
		return feeds.Reading{}, err
	}
	f := a.fetcher()
	defer f.Close()
	r, err := a.collector(f, nil, chats).Readers[s.Kind].Read(ctx, s, feeds.Visit{})
	if err != nil {
		return r, fmt.Errorf("read %s: %w", s.URL, err)
	}
	return r, nil
}

func newSourcesRemove(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "remove ID",
		Short:   "Stop reading a source; its items stay",
		Example: "  weekward sources remove ward-notes",
		Args:    cobra.ExactArgs(1),
		RunE: e.working(func(ctx context.Context, a *app, args []string) error {
			err := a.store.RemoveSource(ctx, args[0])
			if errors.Is(err, store.ErrNoSource) {
				return usage("a source of the configuration file is removed there", "there is no added source %q", args[0])
			}
			if err != nil {
				return err
			}
			e.say("%s is not read any more. What it gave stays.", args[0])
			return nil
		}),
	}
}

func newSourcesCheck(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "check URL-or-FILE",
		Short:   "Show what would be read, warnings included; nothing is kept",
		Example: "  weekward sources check https://ward-notes.example.org/feed.xml\n  weekward sources check saved.xml",
		Args:    cobra.ExactArgs(1),
		RunE: e.working(func(ctx context.Context, a *app, args []string) error {
			r, err := a.checkSource(ctx, args[0])
			if err != nil {
				return err
			}
			return e.printReading(a, r)
		}),
	}
}

// checkSource reads a known source, an address or a saved feed.
func (a *app) checkSource(ctx context.Context, target string) (feeds.Reading, error) {
	all, err := a.sources(ctx)
	if err != nil {
		return feeds.Reading{}, err
	}
	for _, s := range all {
		if s.ID == target || s.URL == target {
			return a.readOnce(ctx, s)
		}
	}
	if strings.HasPrefix(target, "http://") || strings.HasPrefix(target, "https://") {
		s, err := a.findFeed(ctx, target, feeds.Selectors{})
		if err != nil {
			return feeds.Reading{}, err
		}
		s.ID, s.Weight = "check", 1
		return a.readOnce(ctx, s)
	}
	data, err := os.ReadFile(target)
	if err != nil {
		return feeds.Reading{}, usage("give the ID of a source, an address or a file", "check %s: %w", target, err)
	}
	r, err := news.Parse(data, "", "", feeds.Source{ID: "check", Kind: feeds.KindFeed, Weight: 1}, a.clock.now())
	if err != nil {
		return r, fmt.Errorf("read %s: %w", target, err)
	}
	return r, nil
}

// A readingJSON is what check prints for a script.
type readingJSON struct {
	Title    string       `json:"title"`
	Items    []itemJSON   `json:"items"`
	Posts    []feeds.Post `json:"posts"`
	Warnings []string     `json:"warnings"`
}

func (e *environment) printReading(a *app, r feeds.Reading) error {
	if e.json {
		j := readingJSON{Title: r.Visit.Title, Items: []itemJSON{}, Posts: r.Posts, Warnings: r.Warnings}
		for _, it := range r.Items {
			j.Items = append(j.Items, newItemJSON(it))
		}
		return e.printJSON(j)
	}
	w := e.results()
	fmt.Fprintf(w, "%s  %s, %s\n\n", bold.Render(r.Visit.Title), plural(len(r.Items), "item", "items"), plural(len(r.Posts), "post", "posts"))
	var t table
	for _, it := range r.Items {
		when := a.local(it.Published)
		if it.Undated {
			when = "no date"
		}
		t.row(faint.Render(when), it.Title)
	}
	for _, p := range r.Posts {
		t.row(faint.Render(a.local(p.At)), clay.Render(p.Author), p.Text)
	}
	t.print(w)
	for _, warning := range r.Warnings {
		fmt.Fprintf(w, "%s %s\n", clay.Render("warning"), warning)
	}
	return nil
}

package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"weekward/feeds"
)

func newSourcesAdd(e *environment) *cobra.Command {
	var s feeds.Source
	var kind string
	cmd := &cobra.Command{
		Use:   "add URL",
		Short: "Add a feed, or the feed of a site",
		Long: "add looks at the address: a feed is taken as it is, a page is asked for its feeds, and the first that can be read is taken; " +
			"the others are listed. A page that names none is looked at in the usual places, and then for a list of news. " +
			"With --tag the address is a server of Mastodon or Bluesky, whichever answers.",
		Example: "  weekward sources add https://ward-notes.example.org\n  weekward sources add https://social.example.org --kind mastodon --tag wardchat\n  weekward sources add https://bsky.social --kind bluesky --tag wardchat",
		Args:    cobra.ExactArgs(1),
		RunE: e.working(func(ctx context.Context, a *app, args []string) error {
			s.URL, s.Kind = args[0], feeds.Kind(kind)
			return e.addSource(ctx, a, s)
		}),
	}
	f := cmd.Flags()
	f.StringVar(&s.ID, "id", "", "a short `NAME` of a-z, 0-9 and -; made from the address when missing")
	f.StringVar(&kind, "kind", "", "feed, page, mastodon or bluesky; found out when missing")
	f.StringVar(&s.Title, "title", "", "the name printed beside its stories")
	f.StringVar(&s.Section, "section", "", "the section its stories are printed in")
	f.StringVar(&s.Topic, "topic", "", "the topic that readers may choose")
	f.StringVar(&s.Lang, "lang", "", "its language, such as en or de")
	f.StringVar(&s.Tag, "tag", "", "the chat its posts belong to (mastodon, bluesky)")
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
	found := sourceFound{source: s}
	var err error
	if s.Kind == "" {
		look := a.find
		if s.Tag != "" {
			look = a.findChat
		}
		if found, err = look(ctx, s); err != nil {
			return err
		}
		s = found.source
	}
	if s.ID == "" {
		s.ID = sourceID(s.URL)
	}
	if err := checkSource(s); err != nil {
		return usage("weekward sources add --help", "%w", err)
	}
	if err := a.checkFree(ctx, s); err != nil {
		return err
	}
	if found.reading == nil {
		r, err := a.readOnce(ctx, s)
		if err != nil {
			return err
		}
		found.reading = &r
	}
	if err := a.store.AddSource(ctx, s, a.clock.now()); err != nil {
		return err
	}
	return e.printAdded(s, found)
}

// checkFree refuses a source whose ID or address is taken.
func (a *app) checkFree(ctx context.Context, s feeds.Source) error {
	all, err := a.sources(ctx)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.ID == s.ID || other.URL == s.URL && other.Kind == s.Kind && other.Tag == s.Tag {
			return usage("choose another name with --id", "there is already a source %q at %s", other.ID, other.Address())
		}
	}
	return nil
}

func (e *environment) printAdded(s feeds.Source, found sourceFound) error {
	items := len(found.reading.Items) + len(found.reading.Posts)
	if e.json {
		return e.printJSON(map[string]any{"id": s.ID, "kind": s.Kind, "url": s.Address(), "title": s.Title, "items": items, "feeds": found.json()})
	}
	fmt.Fprintf(e.out, "%s added: %s (%s)\n", s.ID, s.Address(), plural(items, "item", "items"))
	if len(found.feeds) > 1 {
		e.say("The page has %d feeds; the others are:", len(found.feeds))
		for _, other := range found.feeds {
			if other.URL != s.URL {
				e.say("  %s", other)
			}
		}
		e.say(`"weekward sources add URL" adds another; "weekward sources remove %s" takes this one off.`, s.ID)
	}
	return nil
}

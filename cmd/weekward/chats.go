package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weekward/digest/recap"
	"weekward/feeds"
	"weekward/feeds/chat"
)

func newChats(e *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "chats",
		Short:   "Register chats, import transcripts, see recaps",
		Example: "  weekward chats list\n  weekward chats import friday.csv --tag wardchat\n  weekward chats recap wardchat",
	}
	cmd.AddCommand(newChatsList(e), newChatsAdd(e), newChatsImport(e), newChatsRecap(e), newChatsForget(e))
	return cmd
}

func newChatsList(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the registered chats",
		Example: "  weekward chats list",
		Args:    cobra.NoArgs,
		RunE: e.looking(func(ctx context.Context, a *app, _ []string) error {
			all, err := a.chats(ctx)
			if err != nil {
				return err
			}
			if e.json {
				lines := []chatJSON{}
				for _, c := range all {
					lines = append(lines, newChatJSON(c))
				}
				return e.printJSON(map[string]any{"chats": lines})
			}
			var t table
			for _, c := range all {
				t.row(clay.Render("#"+c.Tag), c.Title, fmt.Sprintf("%ss %s %s, %d min", c.Weekday, c.Start, c.Zone, c.Minutes), string(c.Policy))
			}
			t.print(e.results())
			return nil
		}),
	}
}

// A chatJSON is a registered chat as scripts read it.
type chatJSON struct {
	Tag        string       `json:"tag"`
	Title      string       `json:"title"`
	Zone       string       `json:"zone"`
	Weekday    string       `json:"weekday"`
	Start      string       `json:"start"`
	Minutes    int          `json:"minutes"`
	Moderators []string     `json:"moderators"`
	Policy     feeds.Policy `json:"policy"`
}

func newChatJSON(c feeds.Chat) chatJSON {
	return chatJSON{c.Tag, c.Title, c.Zone, strings.ToLower(c.Weekday.String()), c.Start, c.Minutes, c.Moderators, c.Policy}
}

func newChatsAdd(e *environment) *cobra.Command {
	c := ChatConfig{}
	cmd := &cobra.Command{
		Use:     "add TAG",
		Short:   "Register a chat",
		Long:    "add registers a hashtag chat. Nobody is quoted until --policy says so.",
		Example: "  weekward chats add wardchat --weekday friday --start 12:00 --zone Europe/London --moderator wardchat_host",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c.Tag = args[0]
			ch, err := c.chat()
			if err != nil {
				return usage("weekward chats add --help", "%w", err)
			}
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			defer a.close()
			if err := a.store.AddChat(cmd.Context(), ch, a.clock.now()); err != nil {
				return err
			}
			e.say("#%s is registered: %ss %s %s, %s.", ch.Tag, ch.Weekday, ch.Start, ch.Zone, ch.Policy)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Title, "title", "", "its name in print")
	f.StringVar(&c.Zone, "zone", "UTC", "the IANA zone of its hour")
	f.StringVar(&c.Weekday, "weekday", "friday", "the day it meets")
	f.StringVar(&c.Start, "start", "12:00", "when it starts")
	f.IntVar(&c.Minutes, "minutes", 60, "how long it lasts")
	f.StringVar(&c.Style, "style", "Q", "how questions are labelled: Q or T")
	f.StringSliceVar(&c.Moderators, "moderator", nil, "handle of a moderator; may be repeated")
	f.StringVar(&c.Policy, "policy", string(feeds.AggregateOnly), "aggregate-only, named-with-link or ask-first")
	return cmd
}

func newChatsImport(e *environment) *cobra.Command {
	var tag, mapping, date string
	cmd := &cobra.Command{
		Use:     "import FILE",
		Short:   "Read a transcript: CSV, JSON or pasted text",
		Long:    "import reads a transcript; the same file twice changes nothing. \"-\" reads standard input.",
		Example: "  weekward chats import friday.csv --tag wardchat\n  weekward chats import export.csv --tag wardchat --map author=from_user,at=created_at",
		Args:    cobra.ExactArgs(1),
		RunE: e.working(func(ctx context.Context, a *app, args []string) error {
			return e.importChat(ctx, a, args[0], tag, mapping, date)
		}),
	}
	f := cmd.Flags()
	f.StringVar(&tag, "tag", "", "the chat it belongs to; the only registered one when missing")
	f.StringVar(&mapping, "map", "", "columns of a CSV, as in `author=from_user,text=tweet`")
	f.StringVar(&date, "date", "", "the `DAY` of a transcript that has times only (2006-01-02)")
	return cmd
}

func (e *environment) importChat(ctx context.Context, a *app, file, tag, mapping, date string) error {
	ch, err := a.onlyChat(ctx, tag)
	if err != nil {
		return err
	}
	o, err := importOptions(ch, mapping, date, a.clock.now())
	if err != nil {
		return err
	}
	r := io.Reader(e.in)
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return usage("give the path of the transcript", "import: %w", err)
		}
		defer f.Close()
		r = f
	}
	got, err := chat.Import(r, file, o)
	if err != nil {
		return fmt.Errorf("import %s: %w", file, err)
	}
	fresh, err := a.store.SavePosts(ctx, got.Posts)
	if err != nil {
		return err
	}
	for _, warning := range got.Warnings {
		e.say("warning: %s", warning)
	}
	if e.json {
		return e.printJSON(map[string]any{"tag": ch.Tag, "posts": len(got.Posts), "new": fresh, "warnings": got.Warnings})
	}
	fmt.Fprintf(e.out, "#%s: %s read, %d new.\n", ch.Tag, plural(len(got.Posts), "post", "posts"), fresh)
	return nil
}

// onlyChat is the chat with the tag, or the only one there is.
func (a *app) onlyChat(ctx context.Context, tag string) (feeds.Chat, error) {
	if tag != "" {
		ch, _, err := a.chat(ctx, tag)
		return ch, err
	}
	all, err := a.chats(ctx)
	if err != nil {
		return feeds.Chat{}, err
	}
	if len(all) != 1 {
		return feeds.Chat{}, usage("say which with its tag", "there are %s", plural(len(all), "chat", "chats"))
	}
	return all[0], nil
}

// importOptions says what a transcript leaves out: the tag, the zone, the day.
func importOptions(ch feeds.Chat, mapping, date string, now time.Time) (chat.ImportOptions, error) {
	o, err := chat.For(ch)
	if err != nil {
		return o, err
	}
	o.Now = now
	if date != "" {
		if o.Day, err = time.ParseInLocation(time.DateOnly, date, o.Location); err != nil {
			return o, usage("write the day like 2026-03-06", "--date: %q is not a day", date)
		}
	}
	if mapping == "" {
		return o, nil
	}
	if o.Columns, err = chat.ParseColumns(mapping); err != nil {
		return o, usage("write it like author=from_user,text=tweet", "--map: %w", err)
	}
	return o, nil
}

func newChatsRecap(e *environment) *cobra.Command {
	var date string
	cmd := &cobra.Command{
		Use:     "recap [TAG]",
		Short:   "Show the recap as it would be printed",
		Example: "  weekward chats recap wardchat --date 2026-03-03",
		Args:    cobra.MaximumNArgs(1),
		RunE: e.looking(func(ctx context.Context, a *app, args []string) error {
			tag := ""
			if len(args) == 1 {
				tag = args[0]
			}
			return e.recap(ctx, a, tag, date)
		}),
	}
	cmd.Flags().StringVar(&date, "date", "", "for the slot on or after this `DAY`; the coming one when missing")
	return cmd
}

// recap prints the chats of the issue that is composed for the slot.
func (e *environment) recap(ctx context.Context, a *app, tag, date string) error {
	draft, err := a.chosen(ctx, date)
	if err != nil {
		return err
	}
	issue, err := a.compose(ctx, draft.Slot, draft.Number)
	if err != nil {
		return err
	}
	chats := []recap.Recap{}
	for _, r := range issue.Chats {
		if tag == "" || r.Tag == normalTag(tag) {
			chats = append(chats, r)
		}
	}
	if len(chats) == 0 {
		return &verdict{exitNothing, fmt.Errorf("no chat met in the week before %s", a.local(draft.Slot)), `"weekward chats import FILE" reads a transcript`}
	}
	if e.json {
		return e.printJSON(map[string]any{"chats": chats})
	}
	for _, r := range chats {
		printRecap(e.results(), a, r)
	}
	return nil
}

func printRecap(w io.Writer, a *app, r recap.Recap) {
	fmt.Fprintf(w, "%s %s  %s · %s · %s  %s\n", clay.Render("#"+r.Tag), bold.Render(r.Title), a.local(r.Session),
		plural(r.Posts, "post", "posts"), plural(r.People, "person", "people"), clay.Render(sparkline(r.Timeline)))
	for _, q := range r.Questions {
		fmt.Fprintf(w, "\n%s %s  %s\n", clay.Render(q.Label), bold.Render(q.Text), faint.Render(plural(q.Posts, "answer", "answers")))
		for _, h := range q.Highlights {
			for _, line := range wrap(h.Text, columns-6) {
				fmt.Fprintln(w, clay.Render("  │ ")+line)
			}
			fmt.Fprintf(w, "    %s\n", faint.Render(fmt.Sprintf("%s (@%s) · %s · %.2f by %s", h.Author, h.Handle, h.At.In(a.schedule.Location).Format("15:04"), h.Why.Total, h.Why.Segment)))
		}
	}
	if len(r.Links) > 0 {
		fmt.Fprintln(w, "\nLinks shared")
		for _, l := range r.Links {
			fmt.Fprintln(w, cut(fmt.Sprintf("  %d× %s %s", l.Shared, l.Title, faint.Render(l.URL)), columns))
		}
	}
	fmt.Fprintln(w)
}

func newChatsForget(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "forget POST-URL",
		Short:   "Erase a post whose author asks for it, and never read it again",
		Long:    "forget erases a post and what repeats it. A keyed hash stays, so that no later read or import\nbrings it back.",
		Example: "  weekward chats forget https://social.example.org/@reader/1",
		Args:    cobra.ExactArgs(1),
		RunE: e.working(func(ctx context.Context, a *app, args []string) error {
			erased, err := a.store.ForgetPost(ctx, args[0], a.clock.now())
			if err != nil {
				return err
			}
			if e.json {
				return e.printJSON(map[string]any{"erased": erased})
			}
			e.say("%s erased. The address is remembered as a keyed hash only.", plural(erased, "post", "posts"))
			return nil
		}),
	}
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weekward/feeds"
	"weekward/feeds/chat"
	"weekward/feeds/news"
)

func newSourcesCheck(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "check ID-or-URL-or-FILE",
		Short: "Show what would be read, warnings included; nothing is kept",
		Long: "check reads a source, an address or a saved feed and shows what came: the feeds of a page, the number of items and how many of them\n" +
			"have a date, an excerpt and an address, the first titles, and what was odd or repaired on the way. A source that cannot be read is an\n" +
			"error (1) with the next step; --json lists every item.",
		Example: "  weekward sources check https://ward-notes.example.org/feed.xml\n  weekward sources check saved.xml",
		Args:    cobra.ExactArgs(1),
		RunE: e.working(func(ctx context.Context, a *app, args []string) error {
			found, err := a.check(ctx, args[0])
			if err != nil {
				return err
			}
			return e.printFinding(a, found)
		}),
	}
}

// check reads a known source, an address or a saved feed.
func (a *app) check(ctx context.Context, target string) (sourceFound, error) {
	all, err := a.sources(ctx)
	if err != nil {
		return sourceFound{}, err
	}
	for _, s := range all {
		if s.ID == target || s.URL == target {
			return a.found(ctx, s)
		}
	}
	if strings.HasPrefix(target, "http://") || strings.HasPrefix(target, "https://") {
		return a.find(ctx, feeds.Source{URL: target, Weight: 1})
	}
	data, err := os.ReadFile(target)
	if err != nil {
		return sourceFound{}, usage("give the ID of a source, an address or a file", "check %s: %w", target, err)
	}
	if kind := chat.KindOf(data); kind != "" {
		return a.savedChat(target, data, kind)
	}
	s := feeds.Source{ID: "check", Kind: feeds.KindFeed, URL: target, Weight: 1}
	r, err := news.Parse(data, "", "", s, a.clock.now())
	if err != nil {
		return sourceFound{}, fmt.Errorf("read %s: %w", target, err)
	}
	r.Bytes = len(data)
	return sourceFound{source: s, reading: &r}, nil
}

// A readingJSON is what check prints for a script.
type readingJSON struct {
	Kind   feeds.Kind `json:"kind"`
	URL    string     `json:"url"`
	Title  string     `json:"title"`
	Status int        `json:"status"` // HTTP; 0 for a file
	Bytes  int        `json:"bytes"`
	worth
	Feeds    []foundJSON  `json:"feeds"` // those of the page; none when the address is a feed
	Items    []itemJSON   `json:"items"`
	Posts    []feeds.Post `json:"posts"`
	Warnings []string     `json:"warnings"`
}

// A worth is how many of the items have what an issue needs.
type worth struct {
	Dated    int `json:"dated"`
	Excerpts int `json:"excerpts"`
	Linked   int `json:"linked"`
	Thin     int `json:"thin"` // too little for an excerpt: their pages are asked
}

func worthOf(items []feeds.Item) (w worth) {
	for _, it := range items {
		if !it.Undated {
			w.Dated++
		}
		if it.Excerpt != "" {
			w.Excerpts++
		}
		if it.URL != "" {
			w.Linked++
		}
		if feeds.SaysTooLittle(it) {
			w.Thin++
		}
	}
	return w
}

func (e *environment) printFinding(a *app, f sourceFound) error {
	r := f.reading
	if e.json {
		j := readingJSON{Kind: f.source.Kind, URL: f.source.Address(), Title: firstOf(f.source.Title, r.Visit.Title), Status: r.Visit.Status, Bytes: r.Bytes, worth: worthOf(r.Items),
			Feeds: f.json(), Items: []itemJSON{}, Posts: r.Posts, Warnings: r.Warnings}
		for _, it := range r.Items {
			j.Items = append(j.Items, newItemJSON(it))
		}
		return e.printJSON(j)
	}
	w := e.results()
	fmt.Fprintf(w, "%s  %s  %s\n", bold.Render(firstOf(r.Visit.Title, f.source.Title, f.source.ID)), f.source.Kind, f.source.Address())
	sheet := factSheet{w}
	sheet.way(f)
	sheet.reading(f.source.Kind, r, a.clock.now())
	fmt.Fprintln(w)
	printTitles(w, a, r)
	return nil
}

// A factSheet prints facts, each behind its name.
type factSheet struct{ w io.Writer }

func (f factSheet) fact(name, format string, args ...any) {
	for i, line := range wrap(fmt.Sprintf(format, args...), columns-labelWidth) {
		if i > 0 {
			name = ""
		}
		fmt.Fprintf(f.w, "%s%s\n", pad(faint.Render(name), labelWidth), line)
	}
}

// way tells how the source was found.
func (f factSheet) way(found sourceFound) {
	if found.usual {
		f.fact("found", "the page names no feed; this one is in a usual place")
	}
	if len(found.feeds) < 2 {
		return
	}
	for i, one := range found.feeds {
		taken := ""
		if one.URL == found.source.URL {
			taken = "  " + green.Render("read")
		}
		f.fact(fmt.Sprint("feed ", i+1), "%s%s", one, taken)
	}
}

// reading tells what came, and what was odd about it.
func (f factSheet) reading(kind feeds.Kind, r *feeds.Reading, now time.Time) {
	if r.Visit.Status != 0 {
		f.fact("answer", "%d, %.1f KB", r.Visit.Status, float64(r.Bytes)/1024)
	}
	if kind == feeds.KindPage {
		f.fact("robots.txt", "lets us read it")
	}
	if len(r.Posts) > 0 {
		f.fact("posts", "%s", thousands(len(r.Posts)))
	} else {
		n := worthOf(r.Items)
		f.fact("items", "%s: %d with a date, %d with an excerpt, %d with an address", thousands(len(r.Items)), n.Dated, n.Excerpts, n.Linked)
		if n.Thin > 0 {
			f.fact("pages", "%s too little for an excerpt; the pages of the news among them are asked for more (fetch.pages)", plural(n.Thin, "item says", "items say"))
		}
	}
	for _, warning := range r.Warnings {
		f.fact(clay.Render("warning"), "%s", warning)
	}
	if ahead := aheadOf(r.Items, now); ahead > 0 {
		f.fact(clay.Render("warning"), "items dated later than now: %d", ahead)
	}
}

// aheadOf counts the items from up to a day ahead, which are believed.
func aheadOf(items []feeds.Item, now time.Time) (n int) {
	for _, it := range items {
		if it.Published.After(now) {
			n++
		}
	}
	return n
}

// titlesShown is how many items check prints.
const titlesShown = 10

func printTitles(w io.Writer, a *app, r *feeds.Reading) {
	var t table
	for _, it := range r.Items[:min(len(r.Items), titlesShown)] {
		when := a.local(it.Published)
		if it.Undated {
			when = "no date"
		}
		t.row(faint.Render(when), it.Title)
	}
	for _, p := range r.Posts[:min(len(r.Posts), titlesShown)] {
		t.row(faint.Render(a.local(p.At)), clay.Render(p.Author), p.Text)
	}
	t.print(w)
	if more := max(len(r.Items), len(r.Posts)) - titlesShown; more > 0 {
		fmt.Fprintln(w, faint.Render(fmt.Sprintf("and %d more; --json lists all", more)))
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weekward/digest"
	"weekward/feeds"
	"weekward/store"
)

func newItemsRelated(e *environment) *cobra.Command {
	var n int
	cmd := &cobra.Command{
		Use:     "related ID-or-URL-or-FILE",
		Short:   "Find the news that belongs beside an article",
		Long:    "related takes an item we have read, or a text file: its first line is the title.",
		Example: "  weekward items related https://ward-notes.example.org/sleep-trial -n 5\n  weekward items related article.txt --json",
		Args:    cobra.ExactArgs(1),
		RunE: e.looking(func(ctx context.Context, a *app, args []string) error {
			return e.related(ctx, a, args[0], n)
		}),
	}
	cmd.Flags().IntVarP(&n, "limit", "n", 3, "how many at most; fewer when fewer are good")
	return cmd
}

func (e *environment) related(ctx context.Context, a *app, name string, n int) error {
	query, err := a.queryItem(ctx, name)
	if err != nil {
		return err
	}
	now := a.clock.now()
	week, err := a.store.Week(ctx, digest.Week{Slot: now, From: now.AddDate(0, 0, -7), Freeze: now})
	if err != nil {
		return err
	}
	ranking, err := a.ranking(ctx)
	if err != nil {
		return err
	}
	related := digest.RelatedTo(week, query, n, ranking)
	if related == nil {
		related = []digest.Related{}
	}
	if e.json {
		return e.printJSON(map[string]any{"query": query.Title, "related": related})
	}
	e.printRelated(a, query, related)
	return nil
}

// printRelated prints two lines an item: what it is, and the words that both
// texts have.
func (e *environment) printRelated(a *app, query feeds.Item, list []digest.Related) {
	w := e.results()
	fmt.Fprintln(w, bold.Render(query.Title))
	if len(list) == 0 {
		fmt.Fprintln(w, faint.Render("nothing is near enough"))
	}
	for i, r := range list {
		meta := strings.Join(append([]string{r.Source}, a.agedDay(r.Published, a.clock.now())...), " · ")
		fmt.Fprintln(w, cut(fmt.Sprintf("%d  %.2f  %s  %s", i+1, r.Score, r.Title, faint.Render(meta)), columns))
		if len(r.Why) > 0 {
			fmt.Fprintln(w, cut("         "+faint.Render("both have: "+strings.Join(r.Why, ", ")), columns))
		}
	}
}

// agedDay is the day of what is old at a moment, and nothing for what is not.
func (a *app) agedDay(published, at time.Time) []string {
	if !digest.Dated(published, at.In(a.schedule.Location)) {
		return nil
	}
	return []string{published.In(a.schedule.Location).Format("2 Jan 2006")}
}

// queryItem is an item we have, or one made of a text file.
func (a *app) queryItem(ctx context.Context, name string) (feeds.Item, error) {
	it, err := a.item(ctx, name)
	if !errors.Is(err, store.ErrNoItem) {
		return it, err
	}
	text, fileErr := os.ReadFile(name)
	if fileErr != nil {
		return it, err
	}
	title, body, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	return feeds.Item{ID: "file:" + filepath.Base(name), Title: strings.TrimSpace(title), Summary: strings.TrimSpace(body), Published: a.clock.now()}, nil
}

package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"weekward/digest"
	"weekward/feeds"
)

// searchAmong is how many items that hold the words are compared, and how many
// of the newest beside them: enough that the best ten are among them, few
// enough to be read at once.
const searchAmong = 500

func newItemsSearch(e *environment) *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:   "search WORDS",
		Short: "Find the items that answer a few words best",
		Long: "search prints the items that fit best, not the newest. Inflections, near spellings\n" +
			"and words without their accents are found, too; not every word need be there.",
		Example: "  weekward items search virtual ward\n  weekward items search krankenhaus --json -n 5",
		Args:    cobra.MinimumNArgs(1),
		RunE: e.looking(func(ctx context.Context, a *app, args []string) error {
			return e.searchItems(ctx, a, strings.Join(args, " "), limit)
		}),
	}
	cmd.Flags().IntVarP(&limit, "limit", "n", 20, "how many at most")
	return cmd
}

func (e *environment) searchItems(ctx context.Context, a *app, question string, limit int) error {
	items, err := a.store.SearchedItems(ctx, digest.Beginnings(question), searchAmong)
	if err != nil {
		return err
	}
	found := digest.SearchItems(items, question, limit)
	if e.json {
		lines := []itemJSON{}
		for _, it := range found {
			lines = append(lines, newItemJSON(it))
		}
		return e.printJSON(map[string]any{"query": question, "items": lines})
	}
	if len(found) == 0 {
		e.say("no item holds any of these words; \"weekward items list\" shows the newest")
	}
	for i, it := range found {
		e.printFound(a, i+1, it)
	}
	return nil
}

// printFound prints an item in three lines: what, from whom and when, and how
// it begins.
func (e *environment) printFound(a *app, place int, it feeds.Item) {
	w := e.results()
	fmt.Fprintf(w, "%2d  %s\n", place, bold.Render(cut(it.Title, columns-4)))
	origin := fmt.Sprintf("%s · %s · %s", it.Outlet, it.Published.In(a.schedule.Location).Format("2 Jan 2006"), it.ID)
	fmt.Fprintf(w, "    %s\n", faint.Render(cut(origin, columns-4)))
	if it.Excerpt != "" {
		fmt.Fprintf(w, "    %s\n", cut(strings.ReplaceAll(it.Excerpt, "\n", " "), columns-4))
	}
}

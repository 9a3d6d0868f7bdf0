package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"weekward/feeds"
	"weekward/store"
)

func newItems(e *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "items",
		Short:   "Look at the news that was read",
		Example: "  weekward items list\n  weekward items related https://ward-notes.example.org/sleep-trial",
	}
	cmd.AddCommand(newItemsList(e), newItemsShow(e), newItemsSearch(e), newItemsRelated(e), newItemsStories(e))
	return cmd
}

// An itemJSON is an item as scripts read it.
type itemJSON struct {
	ID        string    `json:"id"`
	Source    string    `json:"source"`
	Outlet    string    `json:"outlet"`
	URL       string    `json:"url"`
	Title     string    `json:"title"`
	Summary   string    `json:"summary,omitempty"`
	Excerpt   string    `json:"excerpt"`
	Author    string    `json:"author,omitempty"`
	Lang      string    `json:"lang,omitempty"`
	Published time.Time `json:"published"`
	Undated   bool      `json:"undated,omitempty"`
	FirstSeen time.Time `json:"first_seen"`
}

func newItemJSON(it feeds.Item) itemJSON {
	return itemJSON{it.ID, it.Source, it.Outlet, it.URL, it.Title, it.Summary, it.Excerpt, it.Author, it.Lang, it.Published, it.Undated, it.FirstSeen}
}

func newItemsList(e *environment) *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the newest items",
		Example: "  weekward items list -n 20",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.listItems(cmd.Context(), func(a *app) ([]feeds.Item, error) {
				return a.store.Items(cmd.Context(), store.ItemFilter{Limit: limit})
			})
		},
	}
	cmd.Flags().IntVarP(&limit, "limit", "n", 50, "how many")
	return cmd
}

// listItems prints one line an item.
func (e *environment) listItems(ctx context.Context, find func(*app) ([]feeds.Item, error)) error {
	a, err := e.openReadOnly(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	items, err := find(a)
	if err != nil {
		return err
	}
	if e.json {
		lines := []itemJSON{}
		for _, it := range items {
			lines = append(lines, newItemJSON(it))
		}
		return e.printJSON(map[string]any{"items": lines})
	}
	var t table
	for _, it := range items {
		t.row(faint.Render(it.Published.In(a.schedule.Location).Format("2 Jan 2006")), faint.Render(it.ID), cut(it.Outlet, 20), it.Title)
	}
	t.print(e.results())
	return nil
}

func newItemsShow(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "show ID-or-URL",
		Short:   "Show one item whole",
		Example: "  weekward items show https://ward-notes.example.org/sleep-trial",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := e.openReadOnly(cmd.Context())
			if err != nil {
				return err
			}
			defer a.close()
			it, err := a.item(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if e.json {
				return e.printJSON(newItemJSON(it))
			}
			w := e.results()
			fmt.Fprintf(w, "%s\n%s\n%s · %s · %s\n\n", bold.Render(it.Title), green.Render(it.URL), it.Outlet, a.local(it.Published), it.ID)
			for _, line := range wrap(it.Summary, 76) {
				fmt.Fprintln(w, line)
			}
			return nil
		},
	}
}

// item finds an item by its ID or its address.
func (a *app) item(ctx context.Context, name string) (feeds.Item, error) {
	it, err := a.store.Item(ctx, name)
	if address, ok := feeds.CanonicalURL(name); ok && errors.Is(err, store.ErrNoItem) {
		it, err = a.store.ItemByURL(ctx, address)
	}
	if errors.Is(err, store.ErrNoItem) {
		return it, &verdict{exitUsage, fmt.Errorf("%w: %s", err, name), `"weekward items list" shows them`}
	}
	return it, err
}

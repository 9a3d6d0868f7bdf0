package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weekward/digest"
)

func newItemsStories(e *environment) *cobra.Command {
	var date string
	var limit int
	cmd := &cobra.Command{
		Use:   "stories",
		Short: "Show the week's news as the ranker sees it: which items tell one story, and why",
		Long: "stories lists every story of the week, the strongest first, before an issue's limits choose among them.\n" +
			"Under each stand the other outlets that told it, with the rule that put them together.",
		Example: "  weekward items stories\n  weekward items stories --date 2026-03-03 -n 50 --json",
		Args:    cobra.NoArgs,
		RunE: e.looking(func(ctx context.Context, a *app, _ []string) error {
			return e.stories(ctx, a, date, limit)
		}),
	}
	cmd.Flags().StringVar(&date, "date", "", "of the slot on or after this `DAY` (2006-01-02); the coming one when missing")
	cmd.Flags().IntVarP(&limit, "limit", "n", 20, "how many; 0 for all")
	return cmd
}

// A storyLine is a story as scripts read it.
type storyLine struct {
	ID      string        `json:"id"` // of the item that leads it
	Title   string        `json:"title"`
	URL     string        `json:"url"`
	Source  string        `json:"source"`
	Score   float64       `json:"score"`
	Items   int           `json:"items"` // that tell it, the lead among them
	Outlets []string      `json:"outlets"`
	Also    []digest.Also `json:"also"`   // with the reason each was put here
	Folded  []string      `json:"folded"` // titles of further items of those outlets
	Why     digest.Why    `json:"why"`
}

func newStoryLine(s digest.Story) storyLine {
	l := storyLine{ID: s.ID, Title: s.Title, URL: s.URL, Source: s.Source, Score: s.Score, Also: s.Also, Why: s.Why,
		Items: 1 + len(s.Also) + len(s.Why.Passed), Outlets: []string{s.Source}, Folded: append([]string{}, s.Why.Passed...)}
	for _, also := range s.Also {
		l.Outlets = append(l.Outlets, also.Source)
	}
	return l
}

// A storiesJSON is the week's stories for a script.
type storiesJSON struct {
	Issue   int         `json:"issue"`
	Slot    time.Time   `json:"slot"`
	From    time.Time   `json:"from"`
	Freeze  time.Time   `json:"freeze"`
	Total   int         `json:"total"` // stories of the week, of which the list may be the first
	Stories []storyLine `json:"stories"`
}

func (e *environment) stories(ctx context.Context, a *app, date string, limit int) error {
	r, err := a.chosen(ctx, date)
	if err != nil {
		return err
	}
	week, err := a.week(ctx, r.Slot, r.Number)
	if err != nil {
		return err
	}
	ranking, err := a.ranking(ctx)
	if err != nil {
		return err
	}
	ranked := digest.Rank(week, ranking)
	if len(ranked) == 0 {
		return &verdict{exitNothing, fmt.Errorf("there is no news in the week of %s", a.local(r.Slot)), `"weekward collect" reads your sources`}
	}
	out := storiesJSON{Issue: r.Number, Slot: week.Slot, From: week.From, Freeze: week.Freeze, Total: len(ranked), Stories: []storyLine{}}
	if limit > 0 {
		ranked = ranked[:min(limit, len(ranked))]
	}
	for _, s := range ranked {
		out.Stories = append(out.Stories, newStoryLine(s))
	}
	if e.json {
		return e.printJSON(out)
	}
	e.printStories(a, out)
	return nil
}

// printStories prints one line a story and one for each outlet beside its lead.
func (e *environment) printStories(a *app, s storiesJSON) {
	w := e.results()
	fmt.Fprintf(w, "%s  %s\n", bold.Render(fmt.Sprintf("No %d · %s", s.Issue, a.local(s.Slot))),
		faint.Render(fmt.Sprintf("%s since %s", plural(s.Total, "story", "stories"), a.local(s.From))))
	for i, l := range s.Stories {
		fmt.Fprintln(w, cut(fmt.Sprintf("%3d  %.2f  %s  %s", i+1, l.Score, pad(l.Title, 56), faint.Render(l.told())), columns))
		for _, also := range l.Also {
			fmt.Fprintln(w, cut(fmt.Sprintf("           + %s  %s: %s", faint.Render(pad(also.Reason, 15)), also.Source, also.Title), columns))
		}
		if n := len(l.Folded); n > 0 {
			fmt.Fprintln(w, cut("           "+faint.Render("and "+plural(n, "more item", "more items")+" of these outlets: "+strings.Join(l.Folded, "; ")), columns))
		}
	}
	if more := s.Total - len(s.Stories); more > 0 {
		fmt.Fprintln(w, faint.Render(fmt.Sprintf("and %d more: \"weekward items stories -n 0\" shows all", more)))
	}
}

// told says who tells a story: "Ward Notes", "3 items · Ward Notes".
func (l storyLine) told() string {
	if l.Items == 1 {
		return l.Source
	}
	return fmt.Sprintf("%d items · %s", l.Items, l.Source)
}

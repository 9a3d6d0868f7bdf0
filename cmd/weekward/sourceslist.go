package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"weekward/feeds"
)

// A sourceLine is a source with its health.
type sourceLine struct {
	ID       string      `json:"id"`
	Kind     feeds.Kind  `json:"kind"`
	URL      string      `json:"url"`
	Title    string      `json:"title"`
	Section  string      `json:"section"`
	State    feeds.State `json:"state"`
	OK       bool        `json:"ok"` // read at least once, and at the last try
	Items    int         `json:"items"`
	Recent   int         `json:"recent"` // items of the last 8 weeks: what it is good for
	Last     *time.Time  `json:"last"`
	Next     *time.Time  `json:"next"`
	Failures int         `json:"failures"`
	Since    *time.Time  `json:"failing_since"`
	Error    string      `json:"error"`
	Address  string      `json:"moved_to"` // where it is read now, when it moved for good; "" when it did not
}

// recentTime is how far back items count as recent.
const recentTime = 8 * 7 * 24 * time.Hour

func newSourcesList(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the sources and how they are",
		Example: "  weekward sources list --json",
		Args:    cobra.NoArgs,
		RunE: e.working(func(ctx context.Context, a *app, _ []string) error {
			lines, err := a.sourceLines(ctx)
			if err != nil {
				return err
			}
			if e.json {
				return e.printJSON(map[string]any{"sources": lines})
			}
			e.printSources(a, lines)
			return nil
		}),
	}
}

// sourceLines joins the sources with what is remembered of them.
func (a *app) sourceLines(ctx context.Context) ([]sourceLine, error) {
	sources, err := a.sources(ctx)
	if err != nil {
		return nil, err
	}
	visits, err := a.store.Visits(ctx)
	if err != nil {
		return nil, err
	}
	recent, err := a.store.ItemsSince(ctx, a.clock.now().Add(-recentTime))
	if err != nil {
		return nil, err
	}
	lines := []sourceLine{}
	for _, s := range sources {
		l := newSourceLine(s, visits[s.ID])
		l.Recent = recent[s.ID]
		lines = append(lines, l)
	}
	return lines, nil
}

func newSourceLine(s feeds.Source, v feeds.Visit) sourceLine {
	l := sourceLine{ID: s.ID, Kind: s.Kind, URL: s.Address(), Title: firstOf(s.Title, v.Title), Section: s.Section, State: v.State(), OK: v.State() == feeds.StateOK,
		Items: v.Items, Last: known(v.Last), Next: known(v.Next), Failures: v.Failures, Since: known(v.FailingSince), Error: v.Error}
	if now := v.AddressOf(s); now != s.URL {
		l.Address = now
	}
	return l
}

// known is t, or nil for the zero time.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (e *environment) printSources(a *app, lines []sourceLine) {
	w := e.results()
	if len(lines) == 0 {
		fmt.Fprintln(w, `No sources yet. "weekward sources add URL" finds the feed of a site.`)
		return
	}
	var t table
	t.row(bold.Render("source"), bold.Render("kind"), bold.Render("8 weeks"), bold.Render("last read"), bold.Render("next"), bold.Render("state"))
	for _, l := range lines {
		t.row(l.ID, string(l.Kind), fmt.Sprint(l.Recent), a.when(l.Last), a.when(l.Next), l.words())
	}
	t.print(w)
	for _, l := range lines {
		if l.Error != "" {
			fmt.Fprintf(w, "%s %s\n", red.Render(l.ID), l.Error)
		}
	}
}

// when is a time for a table.
func (a *app) when(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return a.local(*t)
}

// words is how a source is, for a person.
func (l sourceLine) words() string {
	moved := ""
	if l.Address != "" {
		moved = faint.Render(" moved to " + l.Address)
	}
	switch l.State {
	case feeds.StateUnread:
		return faint.Render("not read yet")
	case feeds.StateOK:
		return green.Render("ok") + moved
	}
	words := fmt.Sprintf("failed %d×", l.Failures)
	if l.State != feeds.StateFailing {
		words = string(l.State) + ", " + words
	}
	return red.Render(words) + moved
}

package main

import (
	"context"
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
	Weeks    feeds.Yield `json:"weeks"`  // the same, week by week, the oldest first
	Last     *time.Time  `json:"last"`
	Next     *time.Time  `json:"next"` // null when it is due, or is not tried any more
	Failures int         `json:"failures"`
	Since    *time.Time  `json:"failing_since"`
	Error    string      `json:"error"`
	Reason   string      `json:"reason"`   // the error in plain words
	Advice   string      `json:"advice"`   // the next step
	Address  string      `json:"moved_to"` // where it is read now, when it moved for good; "" when it did not
	worrying bool        // it has failed for days
}

func newSourcesList(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the sources and how they are",
		Long:    "list shows how each source is: what it gave in the last 8 weeks, when it was tried and will be,\nand for one that fails since when, why, and the next step. -v adds the errors as they were.",
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
	yields, err := feeds.Yields(ctx, a.store.ItemsSince, a.clock.now())
	if err != nil {
		return nil, err
	}
	lines := []sourceLine{}
	for _, s := range sources {
		l := newSourceLine(s, visits[s.ID], a.clock.now())
		l.Weeks = yields[s.ID]
		l.Recent = l.Weeks.Total()
		lines = append(lines, l)
	}
	return lines, nil
}

func newSourceLine(s feeds.Source, v feeds.Visit, now time.Time) sourceLine {
	trouble := v.Trouble(s)
	l := sourceLine{ID: s.ID, Kind: s.Kind, URL: s.Address(), Title: firstOf(s.Title, v.Title), Section: s.Section, State: v.State(), OK: v.State() == feeds.StateOK,
		Items: v.Items, Last: known(v.Last), Next: known(v.Next), Failures: v.Failures, Since: known(v.FailingSince), Error: v.Error,
		Reason: trouble.Reason, Advice: typed(trouble.Advice), worrying: v.Worrying(now)}
	if l.State == feeds.StateGone {
		l.Next = nil
	}
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

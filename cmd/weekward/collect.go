package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"weekward/feeds"
	"weekward/feeds/page"
)

func newCollect(e *environment) *cobra.Command {
	var only []string
	var force bool
	cmd := &cobra.Command{
		Use:   "collect",
		Short: "Read every source that is due, once",
		Long: "collect reads the sources that are due, then asks the pages of news whose feed says too little for an\n" +
			"excerpt (fetch.pages of them at most, each once, where robots.txt lets us).",
		Example: "  weekward collect\n  weekward collect --source ward-notes --force",
		Args:    cobra.NoArgs,
		RunE: e.working(func(ctx context.Context, a *app, _ []string) error {
			return e.collect(ctx, a, only, force)
		}),
	}
	cmd.Flags().StringSliceVar(&only, "source", nil, "read this source `ID` only; may be repeated")
	cmd.Flags().BoolVar(&force, "force", false, "read sources that are not due yet, too")
	return cmd
}

// collect reads the due sources and prints what came of each.
func (e *environment) collect(ctx context.Context, a *app, only []string, force bool) error {
	sources, err := a.chosenSources(ctx, only)
	if err != nil {
		return err
	}
	if len(sources) == 0 {
		return &verdict{exitNothing, fmt.Errorf("there are no sources yet"), `"weekward sources add URL" finds the feed of a site`}
	}
	o := a.outside()
	defer o.Close()
	report, err := e.read(ctx, a, o, sources, force)
	if err != nil {
		return err
	}
	pages, err := e.readPages(ctx, a, o, only)
	if e.json {
		return errors.Join(e.printJSON(collected{report, pages}), err)
	}
	e.printReport(report, len(sources)) // a stop among the pages takes nothing of it back
	printPages(e.results(), pages)
	return err
}

// collected is what collect prints for a script.
type collected struct {
	feeds.Report
	Pages page.PassReport `json:"pages"`
}

// collectGC is how much the heap may grow while collecting, in percent. Feeds
// are parsed eight at a time and forgotten at once: at the usual 100 the
// garbage of 200 feeds takes 70 MB, at 60 it takes 55, in the same time.
const collectGC = 60

// read collects with a progress bar.
func (e *environment) read(ctx context.Context, a *app, o *outside, sources []feeds.Source, force bool) (feeds.Report, error) {
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(collectGC))
	}
	chats, err := a.chats(ctx)
	if err != nil {
		return feeds.Report{}, err
	}
	c := a.collecting(o, chats)
	if !e.quiet {
		bar := e.progress(len(sources), "collecting")
		defer bar.Finish()
		c.Progress = func(done, total int, _ feeds.Result) {
			bar.ChangeMax(total)
			bar.Set(done)
		}
	}
	return c.Collect(ctx, sources, force)
}

// chosenSources are all sources, or the named ones.
func (a *app) chosenSources(ctx context.Context, only []string) ([]feeds.Source, error) {
	all, err := a.sources(ctx)
	if err != nil || len(only) == 0 {
		return all, err
	}
	var chosen []feeds.Source
	for _, id := range only {
		i := slices.IndexFunc(all, func(s feeds.Source) bool { return s.ID == id })
		if i < 0 {
			return nil, usage(`"weekward sources list" shows them`, "there is no source %q", id)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// printReport prints one line a source read, the failed ones last.
func (e *environment) printReport(r feeds.Report, known int) {
	w := e.results()
	if len(r.Sources) == 0 {
		fmt.Fprintf(w, "None of %s is due yet.\n", plural(known, "source", "sources"))
		return
	}
	slices.SortStableFunc(r.Sources, func(a, b feeds.Result) int {
		if a.OK != b.OK {
			return map[bool]int{true: -1, false: 1}[a.OK]
		}
		return strings.Compare(a.ID, b.ID)
	})
	var t table
	failed := 0
	for _, s := range r.Sources {
		if !s.OK {
			failed++
			t.row(red.Render("failed"), s.ID, "", s.Error)
			continue
		}
		t.row(green.Render("ok"), s.ID, faint.Render(plural(s.Items, "item", "items")), newCount(s.New))
	}
	t.print(w)
	fmt.Fprintf(w, "\n%s read, %d failed · %s, %d new · %.1f s\n", plural(len(r.Sources)-failed, "source", "sources"), failed,
		plural(r.Items, "item", "items"), r.New, float64(r.TookMS)/1000)
}

func newCount(n int) string {
	if n == 0 {
		return ""
	}
	return bold.Render(fmt.Sprintf("%d new", n))
}

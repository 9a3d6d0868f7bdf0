package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"weekward/mailer"
	"weekward/web/desk"
)

// statusFlags say what of an issue's standing is shown.
type statusFlags struct {
	failed, retry, watch bool
}

func newStatus(e *environment) *cobra.Command {
	var f statusFlags
	cmd := &cobra.Command{
		Use:   "status [N]",
		Short: "Say how issue N, or the last one, stands",
		Long: "status prints the figures of a send, how fast it goes, and what the relay refused, in its own words.\n" +
			"--failed names each copy that did not get through, or may have come twice; --retry makes those due again\n" +
			"that failed and whose readers are still on the list. People are named by their ID: \"weekward subscribers\n" +
			"list --json\" knows the addresses.",
		Example: "  weekward status\n  weekward status 31 --watch\n  weekward status 31 --failed",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			number := 0
			if len(args) == 1 {
				var err error
				if number, err = strconv.Atoi(args[0]); err != nil || number < 1 {
					return usage(lastIssueHint, "%q is not the number of an issue", args[0])
				}
			}
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			defer a.close()
			return e.status(cmd.Context(), a, number, f)
		},
	}
	fl := cmd.Flags()
	fl.BoolVar(&f.failed, "failed", false, "list those who did not get it, and why")
	fl.BoolVar(&f.retry, "retry", false, "make what failed due again, for the next send")
	fl.BoolVar(&f.watch, "watch", false, "go on showing it until the send has ended; a line at a time when piped")
	cmd.PreRunE = apart([]string{"watch", "failed"})
	return cmd
}

// A statusJSON is how an issue stands, with the sources that the editor ought
// to hear of. Its deliveries follow as they are read.
type statusJSON struct {
	mailer.Progress
	Retried  *mailer.Retried        `json:"retried,omitempty"`
	Worrying []sourceLine           `json:"worrying_sources"`
	Warmup   *mailer.WarmupStanding `json:"warmup,omitempty"` // while a new sending address warms up
	Mended   []desk.Correction      `json:"corrections"`      // by sources, since the last issue
}

func (e *environment) status(ctx context.Context, a *app, number int, f statusFlags) error {
	p := a.stillPress()
	var v statusJSON
	if f.retry {
		retried, err := e.retry(ctx, p, number)
		if err != nil {
			return err
		}
		v.Retried = retried
	}
	if f.watch {
		return e.watchStatus(ctx, a, p, number)
	}
	all, err := a.sourceLines(ctx)
	if err != nil {
		return err
	}
	v.Worrying = worrying(all)
	v.Progress, err = p.Progress(ctx, number)
	if errors.Is(err, mailer.ErrNoIssue) {
		if !e.json && number == 0 {
			e.printWorrying(a, v.Worrying)
		}
		return noSuchIssue(number)
	}
	if err != nil {
		return err
	}
	if v.Mended, err = a.corrections(ctx); err != nil {
		return err
	}
	if v.Warmup, err = warmupOf(ctx, a, p); err != nil {
		return err
	}
	if e.json {
		return e.printJSONWith(v, "deliveries", func(add func(any) error) error {
			return a.deliveries(ctx, v.Issue, f.failed, func(d mailer.Delivery) error { return add(d) })
		})
	}
	e.printProgress(e.results(), a, v.Progress)
	e.printWarmup(p, v.Warmup)
	if f.failed && v.State.Frozen() {
		return e.printFailed(ctx, a, v.Issue)
	}
	if number == 0 { // an issue asked for by its number is another matter
		e.printWorrying(a, v.Worrying)
		e.printCorrections(v.Mended)
	}
	return nil
}

// lastIssueHint is for whoever named an issue that is not there.
const lastIssueHint = `"weekward status" shows the last one`

// noSuchIssue says that nothing is stored about an issue; 0 is any.
func noSuchIssue(number int) error {
	if number != 0 {
		return usage(lastIssueHint, "there is no issue %d yet", number)
	}
	return &verdict{exitNothing, errors.New("no issue has been decided about yet"), `"weekward preview" shows the coming one`}
}

// retry makes what failed due again, and says so.
func (e *environment) retry(ctx context.Context, p *mailer.Press, number int) (*mailer.Retried, error) {
	if number == 0 {
		return nil, usage(`"weekward status N --retry"`, "say which issue to try again")
	}
	r, err := p.Retry(ctx, number)
	if errors.Is(err, mailer.ErrNoIssue) {
		return nil, noSuchIssue(number)
	}
	if err != nil {
		return nil, refusal(err)
	}
	kept := ""
	if r.Kept > 0 {
		kept = fmt.Sprintf("%s as before: their readers have left or are suppressed", plural(r.Kept, "stays", "stay"))
	}
	if r.Due == 0 {
		return nil, &verdict{exitNothing, errors.New(strings.TrimSuffix(fmt.Sprintf("issue %d has nothing to try again; %s", number, kept), "; ")), fmt.Sprintf(`"weekward status %d --failed" says why`, number)}
	}
	said := plural(r.Due, "delivery is", "deliveries are") + " due again."
	if r.Doubtful > 0 {
		said += fmt.Sprintf(" %s never answered, and may come twice.", plural(r.Doubtful, "of them was", "of them were"))
	}
	if kept != "" {
		said += " " + kept + "."
	}
	next := `"weekward send", or a server that runs, tries them.`
	if r.State == mailer.IssuePaused {
		next = fmt.Sprintf(`The issue is paused: "weekward resume %d" lets it go on, "weekward send" tries them.`, number)
	}
	e.say("%s %s", said, next)
	return &r, nil
}

// deliveries calls f for those of an issue, or only for those that did not get
// through or may have come twice.
func (a *app) deliveries(ctx context.Context, number int, failed bool, f func(mailer.Delivery) error) error {
	if failed {
		return a.store.EachFailed(ctx, number, f)
	}
	return a.store.EachDelivery(ctx, number, nil, f)
}

// worryingShown is how many sources status names: when all fail at once, the
// reason is one and nearer at hand.
const worryingShown = 5

// printWorrying names the sources that have failed for days, and the next
// step for each.
func (e *environment) printWorrying(a *app, sources []sourceLine) {
	if len(sources) == 0 {
		return
	}
	w := e.results()
	fmt.Fprintf(w, "\n%s\n", clay.Render(plural(len(sources), "source has not been read for days", "sources have not been read for days")))
	for _, l := range sources[:min(len(sources), worryingShown)] {
		printWrapped(w, fmt.Sprintf("%s has %s: %s. Next step: %s.", bold.Render(l.ID), l.standing(a), l.Reason, l.Advice))
	}
	if more := len(sources) - worryingShown; more > 0 {
		fmt.Fprintf(w, "  %s\n", faint.Render(fmt.Sprintf(`and %d more: "weekward sources list" shows all`, more)))
	}
}

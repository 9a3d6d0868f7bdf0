package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"weekward/mailer"
	"weekward/web/desk"
)

func newStatus(e *environment) *cobra.Command {
	var failed, retry bool
	cmd := &cobra.Command{
		Use:     "status [N]",
		Short:   "Say how issue N, or the last one, stands",
		Long:    "status prints the figures of a send; --failed lists who did not get it with the relay's words.\nPeople are named by their ID: \"weekward subscribers list --json\" knows the addresses.",
		Example: "  weekward status\n  weekward status 31 --failed",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			number := 0
			if len(args) == 1 {
				var err error
				if number, err = strconv.Atoi(args[0]); err != nil || number < 1 {
					return usage(`"weekward status" shows the last one`, "%q is not the number of an issue", args[0])
				}
			}
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			defer a.close()
			return e.status(cmd.Context(), a, number, failed, retry)
		},
	}
	cmd.Flags().BoolVar(&failed, "failed", false, "list those who did not get it, and why")
	cmd.Flags().BoolVar(&retry, "retry", false, "make what failed due again, for the next send")
	return cmd
}

// A statusJSON is a report with its deliveries, and the sources that the
// editor ought to hear of.
type statusJSON struct {
	mailer.Report
	Deliveries []mailer.Delivery `json:"deliveries"`
	Worrying   []sourceLine      `json:"worrying_sources"`
	Mended     []desk.Correction `json:"corrections"` // by sources, since the last issue
}

func (e *environment) status(ctx context.Context, a *app, number int, failed, retry bool) error {
	p, err := a.press()
	if err != nil {
		return err
	}
	if retry {
		if number == 0 {
			return usage(`"weekward status N --retry"`, "say which issue to try again")
		}
		n, err := p.Retry(ctx, number)
		if err != nil {
			return refusal(err)
		}
		e.say("%s due again. \"weekward send\" tries them.", plural(n, "delivery is", "deliveries are"))
	}
	all, err := a.sourceLines(ctx)
	if err != nil {
		return err
	}
	sources := worrying(all)
	r, err := p.Status(ctx, number)
	if errors.Is(err, mailer.ErrNoIssue) {
		if !e.json {
			e.printWorrying(a, sources)
		}
		return &verdict{exitNothing, errors.New("no issue has been decided about yet"), `"weekward preview" shows the coming one`}
	}
	if err != nil {
		return err
	}
	deliveries, err := a.deliveries(ctx, r.Issue, failed)
	if err != nil {
		return err
	}
	mended, err := a.corrections(ctx)
	if err != nil {
		return err
	}
	if e.json {
		return e.printJSON(statusJSON{r, deliveries, sources, mended})
	}
	e.printFigures(r)
	if failed {
		e.printDeliveries(a, deliveries)
	}
	if number == 0 { // an issue asked for by its number is another matter
		e.printWorrying(a, sources)
		e.printCorrections(mended)
	}
	return nil
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

// deliveries are those of an issue, or only those that did not get through.
func (a *app) deliveries(ctx context.Context, number int, failed bool) ([]mailer.Delivery, error) {
	var states []mailer.State
	if failed {
		states = []mailer.State{mailer.Deferred, mailer.Bounced, mailer.Skipped, mailer.Uncertain}
	}
	all := []mailer.Delivery{}
	err := a.store.EachDelivery(ctx, number, states, func(d mailer.Delivery) error {
		all = append(all, d)
		return nil
	})
	return all, err
}

// printFigures prints a report, one figure a line.
func (e *environment) printFigures(r mailer.Report) {
	w := e.results()
	state := string(r.State)
	if r.Reason != "" {
		state += ": " + r.Reason
	}
	fmt.Fprintf(w, "%s  %s\n", bold.Render(fmt.Sprintf("Issue %d", r.Issue)), state)
	if r.Planned == 0 {
		return
	}
	var t table
	for _, f := range []struct {
		name  string
		count int
		paint func(...string) string
	}{
		{"sent", r.Sent, green.Render}, {"queued", r.Queued, faint.Render}, {"deferred", r.Deferred, clay.Render},
		{"bounced", r.Bounced, red.Render}, {"skipped", r.Skipped, faint.Render}, {"uncertain", r.Uncertain, clay.Render},
	} {
		if f.count > 0 || f.name == "sent" {
			t.row("  "+f.paint(f.name), thousands(f.count))
		}
	}
	t.row("  planned", thousands(r.Planned))
	t.print(w)
	if took := time.Duration(r.TookMS) * time.Millisecond; took > 0 {
		fmt.Fprintf(w, "  %s\n", faint.Render("took "+took.Round(100*time.Millisecond).String()))
	}
}

func (e *environment) printDeliveries(a *app, all []mailer.Delivery) {
	var t table
	for _, d := range all {
		when := ""
		if d.State == mailer.Deferred {
			when = "again " + a.local(d.DueAt)
		}
		reply := d.Reply
		if d.Code != 0 {
			reply = fmt.Sprintf("%d %s", d.Code, d.Reply)
		}
		t.row("  "+d.Recipient, string(d.State), plural(d.Attempts, "try", "tries"), when, reply)
	}
	t.print(e.results())
}

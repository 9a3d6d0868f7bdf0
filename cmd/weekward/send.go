package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"weekward/mailer"
)

// sendFlags say which issue goes, and how far.
type sendFlags struct {
	date, to             string
	now, approve, dryRun bool
}

func newSend(e *environment) *cobra.Command {
	var f sendFlags
	cmd := &cobra.Command{
		Use:   "send",
		Short: "Send the issue that is due; safe to run twice, or in two places",
		Long: "send freezes the issue that is due and delivers it, when it was approved or review is \"send\".\n" +
			"It finishes what was interrupted. Ctrl-C lets the messages under way end and leaves the rest due.",
		Example: "  weekward send\n  weekward send --now --approve\n  weekward send --dry-run",
		Args:    cobra.NoArgs,
		RunE: e.working(func(ctx context.Context, a *app, _ []string) error {
			return e.send(ctx, a, f)
		}),
	}
	fl := cmd.Flags()
	fl.StringVar(&f.date, "date", "", "the issue of the slot on or after this `DAY` (2006-01-02)")
	fl.BoolVar(&f.now, "now", false, "the coming issue, today")
	fl.BoolVar(&f.approve, "approve", false, "the editor's word, given here")
	fl.BoolVar(&f.dryRun, "dry-run", false, "say how many would get it; write and send nothing")
	fl.StringVar(&f.to, "to", "", "mail the issue being made to `ADDRESS` as a test: the site's own addresses only")
	cmd.PreRunE = apart([]string{"date", "now"}, []string{"to", "now"}, []string{"to", "approve"}, []string{"to", "dry-run"})
	return cmd
}

// send sends what is due, with a line on the screen that says how far it is, and
// prints how it went.
func (e *environment) send(ctx context.Context, a *app, f sendFlags) error {
	if err := errors.Join(a.refuseRehearsal(), a.mayMail(ctx, e.say)); err != nil {
		return err
	}
	if f.to != "" {
		return e.sendTo(ctx, a, f)
	}
	o := mailer.PublishOptions{Coming: f.now, Approve: f.approve, DryRun: f.dryRun}
	if f.date != "" {
		slot, err := a.slotOf(f.date)
		if err != nil {
			return err
		}
		o.Slot = slot
	}
	p, err := a.press()
	if err != nil {
		return err
	}
	p.Sender.Patience = patience
	defer debug.SetGCPercent(debug.SetGCPercent(80)) // a send may share a small machine for hours
	if err := e.announce(ctx, a, p, o); err != nil {
		return err
	}
	stop := e.watchSend(ctx, a, p)
	report, err := p.Run(ctx, o)
	stop()
	if !o.DryRun {
		a.countRefusals(ctx)
	}
	if report.Issue != 0 && (err == nil || e.json) {
		if printErr := e.printSend(ctx, a, p, report, o.DryRun); printErr != nil {
			return printErr
		}
	}
	if errors.Is(err, context.Canceled) {
		e.say("Stopped. The messages under way were finished; \"weekward send\" goes on with the rest.")
	}
	return refusal(exceptStopped(err))
}

// sendTo mails the issue being made to one of the site's own addresses.
func (e *environment) sendTo(ctx context.Context, a *app, f sendFlags) error {
	r, err := a.chosen(ctx, f.date)
	if err != nil {
		return err
	}
	p, err := a.preview(ctx, r, previewFlags{})
	if err != nil {
		return err
	}
	if err := a.sendTest(ctx, p, f.to); err != nil {
		return err
	}
	e.say("A test of issue %d is on its way to %s. It does not count.", p.issue.Number, f.to)
	return nil
}

// announce says first how many people are about to be mailed.
func (e *environment) announce(ctx context.Context, a *app, p *mailer.Press, o mailer.PublishOptions) error {
	if e.quiet || e.json || o.DryRun {
		return nil
	}
	d, err := p.Due(ctx, o)
	if err != nil || d.Action != mailer.ActSend {
		return refusal(err)
	}
	audiences, err := a.store.Audiences(ctx)
	if err != nil {
		return err
	}
	readers := 0
	for _, group := range audiences {
		readers += group.Count
	}
	text, err := a.goesTo(ctx, p, d, readers)
	if err != nil {
		return err
	}
	e.say("%s", text)
	return nil
}

// rehearsed says what a send would do: whom an issue still has to reach, and
// what keeps it back now.
func rehearsed(r mailer.Report) string {
	open := r.Queued + r.Deferred
	if r.State.Frozen() && open == 0 {
		return fmt.Sprintf("Issue %d has reached everybody it could, and would go to nobody. Nothing was written.", r.Issue)
	}
	said := fmt.Sprintf("Issue %d would go to %s", r.Issue, plural(open, "subscriber", "subscribers"))
	if r.Reason != "" {
		said += ", but not now: " + r.Reason
	}
	return said + ". Nothing was written."
}

// printSend prints the figures of a send.
func (e *environment) printSend(ctx context.Context, a *app, pr *mailer.Press, r mailer.Report, dryRun bool) error {
	if e.json {
		return e.printJSON(r)
	}
	w := e.results()
	if dryRun {
		fmt.Fprintln(w, rehearsed(r))
		return nil
	}
	p, err := pr.Progress(ctx, r.Issue)
	if err != nil {
		return err
	}
	p.TookMS = r.TookMS // of this run
	e.printProgress(w, a, p)
	return nil
}

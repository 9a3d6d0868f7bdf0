package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weekward/mailer"
)

func newApprove(e *environment) *cobra.Command {
	var fingerprint, date string
	cmd := &cobra.Command{
		Use:     "approve N",
		Short:   "Say that issue N may go out as previewed",
		Long:    "approve keeps the editor's word for the issue with this fingerprint. The send refuses\nwhen the issue has changed since.",
		Example: "  weekward approve 31 --fingerprint 9f3c0a51d2e47b68",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.onIssue(cmd.Context(), args[0], func(a *app, number int) error {
				return e.approve(cmd.Context(), a, number, fingerprint, date)
			})
		},
	}
	cmd.Flags().StringVar(&fingerprint, "fingerprint", "", "the fingerprint that the preview printed")
	cmd.Flags().StringVar(&date, "date", "", "the issue of the slot on or after this `DAY` (2006-01-02); the coming one when missing")
	cobra.CheckErr(cmd.MarkFlagRequired("fingerprint"))
	return cmd
}

// approve composes the issue anew, so that the editor's word is for what would
// be sent now.
func (e *environment) approve(ctx context.Context, a *app, number int, fingerprint, date string) error {
	r, err := a.chosen(ctx, date)
	if err != nil {
		return err
	}
	if r.Number != number {
		return usage(fmt.Sprintf(`"weekward preview" shows issue %d`, r.Number), "the issue of %s is No %d, not No %d", a.local(r.Slot), r.Number, number)
	}
	issue, err := a.compose(ctx, r.Slot, number)
	if err != nil {
		return err
	}
	if err := a.stillPress().Approve(ctx, number, fingerprint, issue); err != nil {
		return refusal(err)
	}
	if e.json {
		return e.printJSON(map[string]any{"issue": number, "state": mailer.IssueApproved, "fingerprint": fingerprint, "slot": r.Slot})
	}
	e.say("Issue %d is approved. It goes out on %s.", number, a.local(r.Slot))
	return nil
}

func newHold(e *environment) *cobra.Command {
	return e.issueVerb("hold N", "Keep issue N back until it is approved", "Issue %d is held back. \"weekward approve\" lets it go.",
		func(ctx context.Context, p *mailer.Press, n int) error { return p.Hold(ctx, n) })
}

func newSkip(e *environment) *cobra.Command {
	return e.issueVerb("skip N", "Leave issue N out for good", "Issue %d is skipped. The week after goes on as usual.",
		func(ctx context.Context, p *mailer.Press, n int) error { return p.Skip(ctx, n) })
}

func newPause(e *environment) *cobra.Command {
	return e.issueVerb("pause N", "Stop the presses: no further mail of issue N leaves", "Issue %[1]d is paused. \"weekward resume %[1]d\" goes on where it stopped.",
		func(ctx context.Context, p *mailer.Press, n int) error { return p.Pause(ctx, n) })
}

func newResume(e *environment) *cobra.Command {
	return e.issueVerb("resume N", "Go on with issue N", "Issue %d goes on. \"weekward send\" or the running server sends what is left.",
		func(ctx context.Context, p *mailer.Press, n int) error { return p.Resume(ctx, n) })
}

// issueVerb is a verb that does one thing to one issue.
func (e *environment) issueVerb(use, short, done string, do func(context.Context, *mailer.Press, int) error) *cobra.Command {
	return &cobra.Command{
		Use:     use,
		Short:   short,
		Example: "  weekward " + strings.Replace(use, "N", "31", 1),
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.onIssue(cmd.Context(), args[0], func(a *app, number int) error {
				if err := do(cmd.Context(), a.stillPress(), number); err != nil {
					return refusal(err)
				}
				e.say(done, number)
				return nil
			})
		},
	}
}

// onIssue opens the app and runs do for the issue number on the command line.
func (e *environment) onIssue(ctx context.Context, arg string, do func(*app, int) error) error {
	number, err := strconv.Atoi(arg)
	if err != nil || number < 1 {
		return usage(`"weekward preview" prints the number`, "%q is not the number of an issue", arg)
	}
	a, err := e.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	return do(a, number)
}

// chosen is the issue of the slot on or after a day, or the one being made.
func (a *app) chosen(ctx context.Context, date string) (mailer.Record, error) {
	if date == "" {
		return (&mailer.Press{Issues: a.store, Schedule: a.schedule, Now: a.clock.now,
			Settings: mailer.Settings{Review: a.config.Schedule.Review, MaxLateness: time.Duration(a.config.Schedule.MaxLateness)}}).Current(ctx)
	}
	slot, err := a.slotOf(date)
	if err != nil {
		return mailer.Record{}, err
	}
	return a.record(ctx, slot)
}

// slotOf is the slot on or after a day.
func (a *app) slotOf(date string) (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, date, a.schedule.Location)
	if err != nil {
		return time.Time{}, usage("write the day like 2026-03-03", "--date: %q is not a day", date)
	}
	return a.schedule.Next(day.Add(-time.Nanosecond)), nil
}

// local prints a moment in the newsletter's zone.
func (a *app) local(t time.Time) string {
	return t.In(a.schedule.Location).Format("Mon 2 Jan 2006 15:04")
}

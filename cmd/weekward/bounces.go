package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"weekward/mailer/bounces"
	"weekward/subscribers"
)

func newBounces(e *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "bounces",
		Short:   "See what came back, and act on it",
		Example: "  weekward bounces read --dry-run\n  weekward bounces list",
	}
	cmd.AddCommand(newBouncesRead(e), newBouncesList(e))
	return cmd
}

func newBouncesRead(e *environment) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "read [FILE…]",
		Short: "Read the bounce mailbox, or files, and act on what came back",
		Long: "read goes through the mailbox of [bounces], or through files (.eml or mbox), and prints what each\n" +
			"mail says and what follows: bad addresses and complaints are suppressed, other failures counted.\n" +
			"What it does not understand stays in the mailbox, and is listed as \"keep\". It is safe to repeat.",
		Example: "  weekward bounces read\n  weekward bounces read returned.eml --dry-run",
		RunE: e.working(func(ctx context.Context, a *app, files []string) error {
			return e.readBounces(ctx, a, files, dryRun)
		}),
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "print the same, change nothing")
	return cmd
}

// readBounces goes through files, or the configured mailbox.
func (e *environment) readBounces(ctx context.Context, a *app, files []string, dryRun bool) error {
	var box bounces.Mailbox = bounces.Files(files)
	if len(files) == 0 {
		var err error
		if box, err = a.config.Bounces.mailbox(); err != nil {
			return err
		}
		if box == nil {
			return usage(`set imap or maildir in [bounces], or name files`, "there is no bounce mailbox")
		}
	}
	clerk := a.clerk()
	clerk.DryRun = dryRun
	refused, err := clerk.CountRefusals(ctx)
	if err != nil {
		return err
	}
	t := &tally{dryRun: dryRun, refused: refused}
	err = t.read(ctx, box, clerk)
	if err := errors.Join(err, e.printBounces(t)); err != nil {
		return missingMails(fmt.Errorf("read bounces: %w", err))
	}
	e.say("%s", t)
	return nil
}

// missingMails gives an error about mails that are not there its next step.
func missingMails(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return usage("name files that are there, or see that bounces.maildir is a folder with new and cur in it", "%w", err)
	}
	return err
}

// A tally is what a reading came to.
type tally struct {
	dryRun  bool
	refused int
	mails   int
	lines   []bounces.Line
	acts    map[bounces.Act]int
}

// read hands every mail of a mailbox to the clerk. What is understood leaves
// the mailbox, but not in a dry run.
func (t *tally) read(ctx context.Context, box bounces.Mailbox, clerk *bounces.Clerk) error {
	return bounces.Visit(ctx, box, func(ctx context.Context, name string, mail []byte) (bool, error) {
		lines, understood, err := clerk.Handle(ctx, name, mail)
		t.add(lines)
		return understood && !t.dryRun, err
	})
}

func (t *tally) add(lines []bounces.Line) {
	t.mails++
	t.lines = append(t.lines, lines...)
	if t.acts == nil {
		t.acts = map[bounces.Act]int{}
	}
	for _, l := range lines {
		t.acts[l.Act]++
	}
}

// String sums it up on one line.
func (t *tally) String() string {
	would := ""
	if t.dryRun {
		would = "dry run: "
	}
	text := fmt.Sprintf("%s%s read · %d suppressed · %d unsubscribed · %d counted · %d backscatter · %d kept", would, plural(t.mails, "mail", "mails"),
		t.acts[bounces.Suppress], t.acts[bounces.Leave], t.acts[bounces.Count], t.acts[bounces.Backscatter], t.acts[bounces.Keep])
	if t.refused > 0 {
		text += fmt.Sprintf(" · %s at the relay", plural(t.refused, "refusal", "refusals"))
	}
	return text
}

// printBounces prints a line a finding: JSON objects for scripts.
func (e *environment) printBounces(t *tally) error {
	if e.json {
		out := json.NewEncoder(e.out)
		out.SetEscapeHTML(false)
		for _, l := range t.lines {
			if err := out.Encode(l); err != nil {
				return err
			}
		}
		return nil
	}
	var lines table
	for _, l := range t.lines {
		what := string(l.Kind)
		if what == "none" {
			what = string(l.Mail)
		}
		lines.row(l.File, orDash(l.Recipient), what, orDash(l.Status), orDash(string(l.Reason)), string(l.Act), l.Diagnostic)
	}
	lines.print(e.results())
	return nil
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func newBouncesList(e *environment) *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List what came back lately, the newest first",
		Example: "  weekward bounces list -n 50",
		Args:    cobra.NoArgs,
		RunE: e.looking(func(ctx context.Context, a *app, _ []string) error {
			if limit < 1 {
				return usage("weekward bounces list -n 50", "--limit: %d is not a number of lines", limit)
			}
			found, err := a.store.Bounces(ctx, limit)
			if err != nil {
				return err
			}
			if e.json {
				return e.printJSON(map[string]any{"bounces": found})
			}
			if len(found) == 0 {
				e.say("nothing came back lately")
			}
			var t table
			for _, b := range found {
				issue := "letter"
				if b.Issue > 0 {
					issue = fmt.Sprintf("issue %d", b.Issue)
				}
				t.row(a.local(b.At), orDash(b.Subscriber), issue, string(b.Kind), orDash(b.Status), orDash(string(b.Reason)), string(b.Act), b.Diagnostic)
			}
			t.print(e.results())
			return nil
		}),
	}
	cmd.Flags().IntVarP(&limit, "limit", "n", 100, "most lines")
	return cmd
}

// clerk reads what came back and acts on it.
func (a *app) clerk() *bounces.Clerk {
	return &bounces.Clerk{
		Ledger: a.store, Suppress: a.service().Suppress, Peek: a.service().Peek, Keys: a.keys, Policy: a.config.Bounces.policy(), Now: a.clock.now, Log: a.log,
	}
}

// countRefusals takes what the relay refused in a send that ended as bounces,
// also of one that was stopped.
func (a *app) countRefusals(ctx context.Context) {
	if _, err := a.clerk().CountRefusals(context.WithoutCancel(ctx)); err != nil {
		a.log.Error("counting refusals failed", "err", err)
	}
}

// keepBounces counts what the relay refused, every minute, and goes through
// the bounce mailbox as often as configured, until ctx ends.
func (a *app) keepBounces(ctx context.Context) {
	next := time.Time{}
	each(ctx, time.Minute, func() {
		if err := a.bouncesDue(ctx, &next); err != nil && ctx.Err() == nil {
			a.log.Error("reading bounces failed", "err", err)
		}
	})
}

// bouncesDue does it once. next is when the mailbox is due.
func (a *app) bouncesDue(ctx context.Context, next *time.Time) error {
	clerk := a.clerk()
	if _, err := clerk.CountRefusals(ctx); err != nil {
		return err
	}
	now := a.clock.now()
	if now.Before(*next) {
		return nil
	}
	*next = now.Add(time.Duration(a.config.Bounces.Every))
	if err := clerk.Tidy(ctx); err != nil {
		return err
	}
	box, err := a.config.Bounces.mailbox()
	if err != nil || box == nil {
		return err
	}
	t := &tally{}
	err = t.read(ctx, box, clerk)
	a.counters.cameBack(t.acts)
	if t.mails > t.acts[bounces.Keep] {
		a.log.Info("bounces read", slog.Int("mails", t.mails), slog.Int("suppressed", t.acts[bounces.Suppress]),
			slog.Int("counted", t.acts[bounces.Count]), slog.Int("kept", t.acts[bounces.Keep]))
	}
	return err
}

// A recordJSON is all that is known of one address, with what came back of
// the mails to it.
type recordJSON struct {
	subscribers.Record
	Bounces []bounces.Entry `json:"bounces"`
}

// withBounces adds what came back to a subscriber's record.
func (a *app) withBounces(ctx context.Context, r subscribers.Record) (recordJSON, error) {
	if r.ID == "" {
		return recordJSON{r, []bounces.Entry{}}, nil
	}
	found, err := a.store.BouncesOf(ctx, r.ID)
	return recordJSON{r, found}, err
}

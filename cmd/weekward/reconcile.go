package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"weekward/mailer"
	"weekward/store"
)

func newReconcile(e *environment) *cobra.Command {
	var o store.ReconcileOptions
	cmd := &cobra.Command{
		Use:   "reconcile",
		Short: "Bring a restored backup up to what the journal remembers",
		Long: "reconcile replays the journal beside the database onto a restored backup: who was mailed since is\n" +
			"not mailed again, who left or was erased since does not come back, and an issue that was frozen\n" +
			"since goes on where it stopped. Until then nothing is sent. Running it twice changes nothing more.",
		Example: "  weekward reconcile --dry-run\n  weekward reconcile",
		Args:    cobra.NoArgs,
		RunE: e.working(func(ctx context.Context, a *app, _ []string) error {
			return e.reconcile(ctx, a, o)
		}),
	}
	cmd.Flags().BoolVar(&o.DryRun, "dry-run", false, "say what would be done, and change nothing")
	cmd.Flags().BoolVar(&o.WithoutJournal, "without-journal", false, "take a backup into use whose journal is lost")
	return cmd
}

// reconcile replays the journal and says what that changed.
func (e *environment) reconcile(ctx context.Context, a *app, o store.ReconcileOptions) error {
	o.Hold, o.Reprint = a.config.SMTP.OnUncertain == string(mailer.Hold), a.stillPress().Reprint
	r, err := a.store.Reconcile(ctx, o)
	switch {
	case errors.Is(err, store.ErrNothingAhead):
		return &verdict{exitNothing, err, ""}
	case errors.Is(err, store.ErrSending):
		return &verdict{exitRefused, err, `stop "weekward serve" and every send, and run it again`}
	case err != nil && !errors.Is(err, store.ErrLingers):
		return refusal(fmt.Errorf("reconcile: %w", err))
	}
	if e.json {
		return errors.Join(e.printJSON(r), err)
	}
	if o.WithoutJournal {
		e.say("%s", would(o.DryRun, "This database is in use as it is. Whoever was mailed or left after the backup is not known.",
			"This database would be taken into use as it is."))
		return err
	}
	printReconciled(e.results(), r)
	return err
}

// would chooses between what was done and what would be.
func would(dryRun bool, done, rehearsed string) string {
	if dryRun {
		return rehearsed
	}
	return done
}

// printReconciled prints what the journal knew more than the database.
func printReconciled(w io.Writer, r store.Reconciled) {
	fmt.Fprintln(w, bold.Render(would(r.DryRun, "The database is up to its journal: ", "The database would be brought up to its journal: ")+
		plural(int(r.Entries), "entry", "entries")))
	var t table
	for _, line := range []struct {
		what  string
		count int
	}{
		{"left", r.Left}, {"suppressed", r.Suppress}, {"erased again", r.Erased}, {"confirmed", r.Confirmed},
		{"posts erased again", r.Posts}, {"mailed, and not again", r.Sent}, {"refused for good", r.Bounced}, {"mailed or not: in doubt", r.InDoubt},
		{"joined since; they must sign up again", r.Lost}, {"came by an import since; run it again", r.Imported},
		{"octets of the journal that cannot be read", int(r.Damaged)},
	} {
		if line.count > 0 {
			t.row("  "+line.what, thousands(line.count))
		}
	}
	t.print(w)
	for _, i := range r.Issues {
		fmt.Fprintf(w, "  %s\n", issueLine(i))
	}
	if r.DryRun {
		fmt.Fprintln(w, faint.Render("Nothing was written."))
	}
}

func issueLine(i store.ReconciledIssue) string {
	if i.Note != "" {
		return fmt.Sprintf("issue %d went to %s: %s", i.Number, plural(i.Mailed, "subscriber", "subscribers"), i.Note)
	}
	line := fmt.Sprintf("issue %d is %s: %s mailed, %s to go", i.Number, i.State, thousands(i.Mailed), thousands(i.Open))
	if i.New {
		line += "; the backup did not know it"
	}
	return line
}

// mayMail refuses what a restored backup must not do, and warns when a journal
// is begun anew.
func (a *app) mayMail(ctx context.Context, warn func(format string, args ...any)) error {
	j, err := a.store.JournalStanding(ctx)
	if err != nil {
		return refusal(err)
	}
	if j.Missing {
		warn("The journal %s is missing, and a new one is begun. If this database is a restored backup, stop now, put its journal back and run \"weekward reconcile\".", j.Path)
	}
	return nil
}

// checkJournal says how journal and database stand to each other.
func (a *app) checkJournal(ctx context.Context) finding {
	j, err := a.store.JournalStanding(ctx)
	switch {
	case err != nil:
		return finding{"journal", "fail", err.Error(), hintOf(err)}
	case j.Path == "":
		return finding{"journal", "warn", "there is none: a restored backup would mail people twice", "set database.journal, when all senders are on this machine"}
	case j.Missing:
		return finding{"journal", "warn", j.Path + " is missing; the next send begins a new one", "put it back if you have it; do so before you send from a backup"}
	}
	damaged, err := a.store.JournalDamage()
	switch {
	case err != nil:
		return finding{"journal", "fail", err.Error(), ""}
	case damaged > 0:
		return finding{"journal", "warn", fmt.Sprintf("%d octets of %s cannot be read", damaged, j.Path), "after a restored backup, whoever these are about may be mailed twice"}
	}
	return finding{"journal", "ok", fmt.Sprintf("%s entries, %s KB", thousands(int(j.Entries)), thousands(int(j.Bytes+1023)/1024)), ""}
}

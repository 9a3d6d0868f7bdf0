package main

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"weekward/store"
)

func newBackup(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the database while it is in use",
		Long: "backup writes a whole, checked copy of the database, readable by you only. It never overwrites.\n" +
			"To use a copy: stop weekward, then \"weekward restore FILE\" and \"weekward reconcile\".\n" +
			"Never put an old journal back with it: the journal beside the database knows what happened since.",
		Example: "  weekward backup weekward-2026-03-03.db",
		Args:    cobra.ExactArgs(1),
		RunE: e.looking(func(ctx context.Context, a *app, args []string) error {
			err := a.store.Backup(ctx, args[0])
			switch {
			case errors.Is(err, fs.ErrExist):
				return usage("choose another name: a backup is never overwritten", "%s exists already", args[0])
			case errors.Is(err, store.ErrUsePgDump):
				return usage("use pg_dump", "%w", err)
			case err != nil:
				return err
			}
			info, err := os.Stat(args[0])
			if err != nil {
				return err
			}
			if e.json {
				return e.printJSON(map[string]any{"file": args[0], "bytes": info.Size()})
			}
			e.say("Copied to %s (%s KB). It holds the addresses of your readers: keep it as safe as the original.\n"+
				"Leave the journal where it is: it tells a restored copy what happened since.", args[0], thousands(int(info.Size()+1023)/1024))
			return nil
		}),
	}
}

package main

import (
	"context"
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"weekward/store"
)

func newRestore(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the place of the database",
		Long: "restore checks a backup and puts it in the place of the database, which is kept beside it.\n" +
			"Stop \"weekward serve\" before, and run \"weekward reconcile\" after: nothing is sent until then.",
		Example: "  weekward restore weekward-2026-03-03.db && weekward reconcile",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, _, err := e.setting()
			if err != nil {
				return err
			}
			return e.restore(cmd.Context(), args[0], c.Database.URL)
		},
	}
}

func (e *environment) restore(ctx context.Context, file, address string) error {
	kept, err := store.Restore(ctx, file, address)
	switch {
	case errors.Is(err, store.ErrSending):
		return &verdict{exitRefused, err, `stop "weekward serve" and every send, and run it again`}
	case errors.Is(err, store.ErrUsePgDump):
		return usage("use pg_restore", "%w", err)
	case errors.Is(err, fs.ErrNotExist):
		return &verdict{exitFailed, err, `name a file that "weekward backup" made`}
	case errors.Is(err, store.ErrNotBackup):
		return &verdict{exitFailed, err, `name another file that "weekward backup" made; the database is as it was`}
	case errors.Is(err, fs.ErrExist):
		return &verdict{exitRefused, err, "an earlier database is still kept there: move it away, or delete it when nobody needs it any more"}
	case err != nil:
		return &verdict{exitFailed, err, ""}
	}
	if e.json {
		return e.printJSON(map[string]any{"file": file, "kept": kept})
	}
	e.say("%s is the database now. Next step: \"weekward reconcile\".", file)
	if kept != "" {
		e.say("The one before is kept as %s. It holds addresses: delete it when you do not need it any more.", kept)
	}
	return nil
}

package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"weekward/store"
)

func newSources(e *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "sources",
		Short:   "See and change the places we read",
		Example: "  weekward sources list\n  weekward sources add https://ward-notes.example.org",
	}
	cmd.AddCommand(newSourcesList(e), newSourcesAdd(e), newSourcesRemove(e), newSourcesCheck(e), newSourcesImport(e), newSourcesExport(e))
	return cmd
}

func newSourcesRemove(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "remove ID",
		Short:   "Stop reading a source; its items stay",
		Example: "  weekward sources remove ward-notes",
		Args:    cobra.ExactArgs(1),
		RunE: e.working(func(ctx context.Context, a *app, args []string) error {
			err := a.store.RemoveSource(ctx, args[0])
			if errors.Is(err, store.ErrNoSource) {
				return usage("a source of the configuration file is removed there", "there is no added source %q", args[0])
			}
			if err != nil {
				return err
			}
			e.say("%s is not read any more. What it gave stays.", args[0])
			return nil
		}),
	}
}

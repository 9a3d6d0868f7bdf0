package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"weekward/store"
)

// version is set by the linker for a release.
var version = "0.1.0-dev"

// buildVersion is the version that others see.
func buildVersion() string { return version }

// A build says which program this is.
type build struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	SQLite  string `json:"sqlite"`
}

func newVersion(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Say which weekward this is",
		Example: "  weekward version --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := thisBuild(cmd.Context())
			if err != nil {
				return err
			}
			if e.json {
				return e.printJSON(b)
			}
			_, err = fmt.Fprintf(e.out, "weekward %s (commit %s, %s, SQLite %s)\n", b.Version, b.Commit, b.Go, b.SQLite)
			return err
		},
	}
}

func thisBuild(ctx context.Context) (build, error) {
	b := build{Version: version, Commit: "unknown", Go: runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				b.Commit = s.Value[:min(12, len(s.Value))]
			}
		}
	}
	var err error
	b.SQLite, err = store.SQLiteVersion(ctx)
	return b, err
}

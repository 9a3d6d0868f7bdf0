// Command weekward turns a week of news and hashtag chats into one issue, and
// mails it to the people who asked for it.
//
// It holds the verbs, the flags, the configuration and the wiring; the rules
// live in the packages it wires together.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // zones, on machines that have none

	"github.com/spf13/cobra"

	"weekward/store"
)

// Exit codes, the same for every verb.
const (
	exitDone    = 0 // done
	exitFailed  = 1 // failed
	exitUsage   = 2 // wrong use or configuration
	exitNothing = 3 // nothing to do: no issue due, a thin week
	exitRefused = 4 // refused for safety: fingerprint, lint, lateness
)

// helpText shows an example first and the exit codes last.
const helpText = `{{if .HasExample}}{{.Example}}

{{end}}{{with (or .Long .Short)}}{{. | trimTrailingWhitespaces}}

{{end}}{{.UsageString}}
Exit codes:
  0 done · 1 failed · 2 wrong use or configuration · 3 nothing to do · 4 refused for safety
`

// usageExample is where cobra's own usage text has the example.
const usageExample = "{{if .HasExample}}\n\nExamples:\n{{.Example}}{{end}}"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program: it runs one verb and answers its exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	root := newRoot(&terminal{in: in, out: out, err: errOut})
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	fmt.Fprintf(errOut, "weekward: %v\n", err)
	v := misuse(cmd)
	errors.As(err, &v)
	if v.hint == "" && store.OfDisk(err) {
		v.hint = "see whether the disk is full or read-only, and run it again; nothing is mailed that cannot be recorded"
	}
	if v.hint != "" {
		fmt.Fprintf(errOut, "weekward: hint: %s\n", v.hint)
	}
	return v.code
}

// newRoot is the root command with every verb.
func newRoot(t *terminal) *cobra.Command {
	root := &cobra.Command{
		Use:           "weekward",
		Short:         "The week's news and chats in one mail",
		Long:          "weekward reads feeds and hashtag chats, picks what belongs together, and mails one issue a week.",
		Example:       "  weekward demo\n  weekward init && weekward collect && weekward preview",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	var o options
	f := root.PersistentFlags()
	f.StringVar(&o.config, "config", envOr("WEEKWARD_CONFIG", "weekward.toml"), "the configuration `FILE`")
	f.BoolVar(&o.json, "json", false, "print JSON for scripts")
	f.BoolVar(&o.quiet, "quiet", false, "print results only, no progress")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "log every step")
	root.SetHelpTemplate(helpText)
	root.SetUsageTemplate(strings.NewReplacer(usageExample, "", "{{if .Runnable}}", "{{if and .Runnable (not .HasAvailableSubCommands)}}").Replace(root.UsageTemplate()))
	e := &environment{options: &o, terminal: t}
	root.AddCommand(
		newDemo(e), newInit(e), newCollect(e), newPreview(e), newApprove(e), newHold(e), newSkip(e), newSend(e), newStatus(e),
		newPause(e), newResume(e), newServe(e), newSources(e), newItems(e), newChats(e), newSubscribers(e), newBounces(e),
		newDoctor(e), newDKIM(e), newBackup(e), newRestore(e), newReconcile(e), newVersion(e),
	)
	settle(root)
	return root
}

func envOr(name, fallback string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return fallback
}

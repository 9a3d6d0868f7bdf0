package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// A verdict is an error that knows its exit code and the person's next step.
type verdict struct {
	code int
	err  error
	hint string
}

func (v *verdict) Error() string { return v.err.Error() }
func (v *verdict) Unwrap() error { return v.err }

// Hint is the next step, for the person at the terminal.
func (v *verdict) Hint() string { return v.hint }

// usage is a verdict for wrong use or configuration.
func usage(hint, format string, args ...any) error {
	return &verdict{exitUsage, fmt.Errorf(format, args...), hint}
}

// misuse is the verdict on a command line that no verb began to work on.
func misuse(cmd *cobra.Command) *verdict {
	return &verdict{code: exitUsage, hint: fmt.Sprintf("%q says how", cmd.CommandPath()+" --help")}
}

// settle gives every error of a verb at work its verdict, so that what comes
// without one is about the command line. A verb that only has others below it
// refuses the name of one that is not there.
func settle(cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		settle(c)
		work := c.RunE
		if c.HasSubCommands() {
			work = chooseVerb
		}
		c.RunE = func(cmd *cobra.Command, args []string) error {
			err := work(cmd, args)
			var v *verdict
			if err == nil || errors.As(err, &v) {
				return err
			}
			return &verdict{exitFailed, err, ""}
		}
	}
}

// chooseVerb shows the verbs below one.
func chooseVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	return usage(misuse(cmd).hint, "unknown command %q for %q", args[0], cmd.CommandPath())
}

// apart refuses flags of which only one can be meant.
func apart(groups ...[]string) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		for _, group := range groups {
			var given []string
			for _, name := range group {
				if cmd.Flags().Changed(name) {
					given = append(given, "--"+name)
				}
			}
			if len(given) > 1 {
				return usage(misuse(cmd).hint, "%s do not go together", strings.Join(given, " and "))
			}
		}
		return nil
	}
}

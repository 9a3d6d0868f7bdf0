package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"weekward/subscribers"
)

func newSubscribers(e *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "subscribers",
		Short:   "See, import, export and forget the people on the list",
		Example: "  weekward subscribers import list.csv --dry-run\n  weekward subscribers forget reader@example.org",
	}
	cmd.AddCommand(newSubscribersList(e), newSubscribersAdd(e), newSubscribersRemove(e), newSubscribersImport(e),
		newSubscribersExport(e), newSubscribersShow(e), newSubscribersForget(e))
	return cmd
}

// withService opens the app with its keys and runs do.
func (e *environment) withService(ctx context.Context, do func(*app, *subscribers.Service) error) error {
	a, err := e.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	return do(a, a.service())
}

func newSubscribersList(e *environment) *cobra.Command {
	var state string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the subscribers",
		Example: "  weekward subscribers list --state pending",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if state != "" && !slices.Contains(allStates(), subscribers.State(state)) {
				return usage("write pending, active, unsubscribed or suppressed", "--state: nobody can be %q", state)
			}
			return e.withService(cmd.Context(), func(_ *app, s *subscribers.Service) error {
				return e.listSubscribers(cmd.Context(), s, subscribers.State(state))
			})
		},
	}
	cmd.Flags().StringVar(&state, "state", "", "only those who are pending, active, unsubscribed or suppressed")
	return cmd
}

// allStates are those that a subscriber can be in.
func allStates() []subscribers.State {
	return []subscribers.State{subscribers.Pending, subscribers.Active, subscribers.Unsubscribed, subscribers.Suppressed}
}

// A subscriberJSON is one line of the list.
type subscriberJSON struct {
	ID     string             `json:"id"`
	Email  string             `json:"email"`
	State  subscribers.State  `json:"state"`
	Lang   string             `json:"language"`
	Topics []string           `json:"topics"`
	Format subscribers.Format `json:"format"`
}

func (e *environment) listSubscribers(ctx context.Context, s *subscribers.Service, state subscribers.State) error {
	counts, err := s.Counts(ctx)
	if err != nil {
		return err
	}
	if e.json {
		head := map[string]any{"counts": counts}
		return e.printJSONWith(head, "subscribers", func(add func(any) error) error {
			return eachSubscriber(ctx, s, state, func(sub subscribers.Subscriber) error {
				return add(subscriberJSON{sub.ID, sub.Email, sub.State, sub.Lang, sub.Topics, sub.Format})
			})
		})
	}
	w := bufio.NewWriter(e.results())
	err = eachSubscriber(ctx, s, state, func(sub subscribers.Subscriber) error {
		_, err := fmt.Fprintf(w, "%-40s  %-12s  %-2s  %s\n", sub.Email, sub.State, sub.Lang, sub.Format)
		return err
	})
	fmt.Fprintf(w, "%s active · %s pending · %s unsubscribed · %s suppressed\n", thousands(counts[subscribers.Active]), thousands(counts[subscribers.Pending]),
		thousands(counts[subscribers.Unsubscribed]), thousands(counts[subscribers.Suppressed]))
	return errors.Join(err, w.Flush())
}

// eachSubscriber calls f for those in a state, or all, the newest first. It
// holds a page at a time.
func eachSubscriber(ctx context.Context, s *subscribers.Service, state subscribers.State, f func(subscribers.Subscriber) error) error {
	filter := subscribers.Filter{State: state, Limit: 1000}
	for {
		page, err := s.List(ctx, filter)
		if err != nil {
			return err
		}
		for _, sub := range page {
			if err := f(sub); err != nil {
				return err
			}
		}
		if len(page) < filter.Limit {
			return nil
		}
		filter.After = page[len(page)-1]
	}
}

func newSubscribersAdd(e *environment) *cobra.Command {
	return e.addressVerb("add ADDRESS", "Ask someone to confirm: they are mailed one confirmation letter", "If it is new, %s is asked to confirm.",
		func(ctx context.Context, s *subscribers.Service, address string) error {
			_, err := s.Add(ctx, address)
			return err
		})
}

func newSubscribersRemove(e *environment) *cobra.Command {
	return e.addressVerb("remove ADDRESS", "Unsubscribe someone; the record that they left stays", "%s gets no more issues.",
		func(ctx context.Context, s *subscribers.Service, address string) error {
			_, err := s.Remove(ctx, address)
			return err
		})
}

func newSubscribersForget(e *environment) *cobra.Command {
	return e.addressVerb("forget ADDRESS", "Erase all we know of someone; a keyed hash keeps them from being mailed again", "%s is forgotten.",
		func(ctx context.Context, s *subscribers.Service, address string) error { return s.Forget(ctx, address) })
}

// addressVerb is a verb that does one thing to one address.
func (e *environment) addressVerb(use, short, done string, do func(context.Context, *subscribers.Service, string) error) *cobra.Command {
	return &cobra.Command{
		Use:     use,
		Short:   short,
		Example: "  weekward subscribers " + use[:len(use)-len("ADDRESS")] + "reader@example.org",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.withService(cmd.Context(), func(_ *app, s *subscribers.Service) error {
				if err := do(cmd.Context(), s, args[0]); err != nil {
					return addressVerdict(err, args[0])
				}
				e.say(done, args[0])
				return nil
			})
		},
	}
}

// addressVerdict gives the service's errors a next step.
func addressVerdict(err error, address string) error {
	var bad *subscribers.AddressError
	switch {
	case errors.As(err, &bad):
		return &verdict{exitUsage, err, "write it like name@example.org"}
	case errors.Is(err, subscribers.ErrNotFound):
		return usage(`"weekward subscribers list" shows them`, "there is no subscriber %s", address)
	}
	return err
}

func newSubscribersImport(e *environment) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "import CSV",
		Short: "Import a list; leaving and suppression win",
		Long: "import reads a CSV with a header row: email and any of name, language, zone, topics, format,\n" +
			"confirmed_at, consent; other columns are kept as attributes. A row with confirmed_at and\n" +
			"consent becomes active; without, the person is asked to confirm. \"-\" reads standard input.",
		Example: "  weekward subscribers import list.csv --dry-run",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.withService(cmd.Context(), func(_ *app, s *subscribers.Service) error {
				return e.importSubscribers(cmd.Context(), s, args[0], dryRun)
			})
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "write nothing, report the same")
	return cmd
}

// importGC is how much the heap may grow while importing, in percent: a million
// rows leave little behind that the collector must look through, and at the usual
// 100 the garbage would take as much again.
const importGC = 25

// watchImport has an import show how far it is, on a screen, until done is
// called. It returns the reader to import from; size is that of the file, 0
// when it is not known.
func (e *environment) watchImport(s *subscribers.Service, r io.Reader, size int64) (_ io.Reader, done func()) {
	if e.quiet || !isTerminal(e.err) {
		return r, func() {}
	}
	read, began := &countingReader{Reader: r}, time.Now()
	s.Imported = func(report subscribers.ImportReport) {
		said := fmt.Sprintf("importing · %s · %s a second", plural(report.Rows, "row", "rows"), thousands(int(float64(report.Rows)/time.Since(began).Seconds())))
		if size > 0 {
			said += fmt.Sprintf(" · %d %% of the file", 100*read.octets/size)
		}
		fmt.Fprintf(e.err, "\r%s\x1b[K", cut(said, screenWidth(e.err)-1))
	}
	return read, func() { fmt.Fprint(e.err, "\r\x1b[K") }
}

// A countingReader counts what is read through it.
type countingReader struct {
	io.Reader
	octets int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.octets += int64(n)
	return n, err
}

func (e *environment) importSubscribers(ctx context.Context, s *subscribers.Service, file string, dryRun bool) error {
	r, size := io.Reader(e.in), int64(0)
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return usage("give the path of the CSV", "import: %w", err)
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil {
			size = info.Size()
		}
		r = f
	}
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(importGC))
	}
	r, done := e.watchImport(s, r, size)
	report, err := s.Import(ctx, r, dryRun)
	done()
	var head *subscribers.HeaderError
	if errors.As(err, &head) {
		return usage(`begin it with a line that names its columns, such as "email,name"`, "import %s: %w", file, head)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if e.json {
		return e.printJSON(report)
	}
	w := e.results()
	would := ""
	if dryRun {
		would = bold.Render("dry run: ")
	}
	fmt.Fprintf(w, "%s%s · %s active · %s asked to confirm · %s known already · %s suppressed or gone · %s refused\n", would,
		plural(report.Rows, "row", "rows"), thousands(report.Active), thousands(report.Pending), thousands(report.Known), thousands(report.Suppressed), thousands(report.Faulty))
	for _, bad := range report.Bad {
		fmt.Fprintf(w, "  line %d: %s\n", bad.Line, bad.Reason)
	}
	return nil
}

func newSubscribersExport(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "export",
		Short:   "Print the list as CSV, with the proof of consent",
		Example: "  weekward subscribers export > list.csv",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withService(cmd.Context(), func(_ *app, s *subscribers.Service) error {
				return s.Export(cmd.Context(), e.out)
			})
		},
	}
}

func newSubscribersShow(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "show ADDRESS",
		Short:   "Show all we know of someone, as JSON",
		Example: "  weekward subscribers show reader@example.org",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.withService(cmd.Context(), func(a *app, s *subscribers.Service) error {
				record, err := s.Show(cmd.Context(), args[0])
				if err != nil {
					return addressVerdict(err, args[0])
				}
				all, err := a.withBounces(cmd.Context(), record)
				if err != nil {
					return err
				}
				return e.printJSON(all)
			})
		},
	}
}

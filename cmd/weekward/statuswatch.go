package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/colorprofile"

	"weekward/mailer"
)

// watchEvery is how often a send that is watched is looked at, unless looking
// takes longer than a twentieth of that: the sender needs the database more.
const watchEvery = time.Second

// look calls f at once and again until it reports that it is over, or ctx
// ends.
func look(ctx context.Context, f func() (over bool, err error)) error {
	for {
		began := time.Now()
		over, err := f()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil || over {
			return err
		}
		if !rest(ctx, max(watchEvery, 20*time.Since(began))) {
			return nil
		}
	}
}

// watchStatus shows how an issue goes out until it has ended or is paused: in
// place on a screen, else a line, or with --json an object, at a time.
func (e *environment) watchStatus(ctx context.Context, a *app, press *mailer.Press, number int) error {
	shown := 0 // lines on the screen
	return look(ctx, func() (bool, error) {
		p, err := press.Progress(ctx, number)
		if errors.Is(err, mailer.ErrNoIssue) {
			return true, noSuchIssue(number)
		}
		if err != nil {
			return true, err
		}
		number = p.Issue
		switch {
		case e.json:
			err = json.NewEncoder(e.out).Encode(p)
		case isTerminal(e.out) && os.Getenv("TERM") != "dumb":
			shown, err = e.redraw(a, p, shown)
		default:
			_, err = fmt.Fprintln(e.out, a.oneLine(p))
		}
		return p.State != mailer.IssueSending, err
	})
}

// redraw prints a progress over the lines that are there, and returns how many
// it has.
func (e *environment) redraw(a *app, p mailer.Progress, shown int) (int, error) {
	var b bytes.Buffer
	profile := colorprofile.Detect(e.out, os.Environ())
	e.printProgress(&colorprofile.Writer{Forward: &b, Profile: profile}, a, p)
	up := ""
	if shown > 0 {
		up = fmt.Sprintf("\x1b[%dA\x1b[J", shown) // up, and clear to the end of the screen
	}
	_, err := io.WriteString(e.out, up+b.String())
	return bytes.Count(b.Bytes(), []byte("\n")), err
}

// oneLine is a progress in one line, for a log.
func (a *app) oneLine(p mailer.Progress) string {
	parts := []string{fmt.Sprintf("issue %d %s", p.Issue, p.State), fmt.Sprintf("%s of %s sent", thousands(p.Sent), thousands(p.Planned))}
	for _, f := range []struct {
		name  string
		count int
	}{{"to do", p.Queued}, {"deferred", p.Deferred}, {"bounced", p.Bounced}, {"skipped", p.Skipped}, {"uncertain", p.Uncertain}} {
		if f.count > 0 {
			parts = append(parts, thousands(f.count)+" "+f.name)
		}
	}
	if p.State == mailer.IssueSending {
		parts = append(parts, p.Pace())
	}
	return p.AsOf.In(a.schedule.Location).Format("15:04:05") + "  " + strings.Join(parts, " · ")
}

// watchSend shows how far a send of ours is, in one line on the screen, until
// the returned function is called. It is silent where nobody watches.
func (e *environment) watchSend(ctx context.Context, a *app, press *mailer.Press) (stop func()) {
	if e.quiet || !isTerminal(e.err) {
		return func() {}
	}
	watching, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		look(watching, func() (bool, error) { //nolint:errcheck // the send says what is wrong
			open, err := a.store.SendingIssues(watching)
			if err != nil || len(open) == 0 {
				return false, nil
			}
			if p, err := press.Progress(watching, open[0]); err == nil && p.Planned > 0 {
				fmt.Fprintf(e.err, "\r%s\x1b[K", e.sendLine(p))
			}
			return false, nil
		})
		fmt.Fprint(e.err, "\r\x1b[K")
	}()
	return func() { cancel(); <-done }
}

// sendLine is how far a send is, as wide as the screen.
func (e *environment) sendLine(p mailer.Progress) string {
	said := fmt.Sprintf("%3d %%  %s of %s · %s", p.Share(), thousands(p.Ended()), thousands(p.Planned), p.Pace())
	width := screenWidth(e.err) - 1 // the last column would begin a new line
	line := bar(p.Ended(), p.Planned, min(30, width-len(said)-1)) + " " + said
	var b bytes.Buffer
	w := &colorprofile.Writer{Forward: &b, Profile: colorprofile.Detect(e.err, os.Environ())}
	io.WriteString(w, cut(line, width)) //nolint:errcheck // into memory
	return b.String()
}

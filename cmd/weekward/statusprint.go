package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"weekward/mailer"
)

// printProgress prints how an issue stands, for a person.
func (e *environment) printProgress(w io.Writer, a *app, p mailer.Progress) {
	head := bold.Render(fmt.Sprintf("Issue %d", p.Issue)) + "  " + string(p.State)
	if p.Reason != "" {
		head += ": " + p.Reason
	}
	fmt.Fprintln(w, cut(head, e.width()))
	if p.Planned == 0 {
		return
	}
	if p.State == mailer.IssueSending || p.State == mailer.IssuePaused {
		fmt.Fprintf(w, "  %s\n", e.share(p))
		for _, line := range a.outlook(p) {
			fmt.Fprintf(w, "  %s\n", cut(line, e.width()-2))
		}
	}
	e.printCounts(w, p.Report)
	if took := time.Duration(p.TookMS) * time.Millisecond; took > 0 {
		fmt.Fprintf(w, "  %s\n", faint.Render("took "+took.Round(100*time.Millisecond).String()))
	}
	e.printRefusals(w, a, p)
}

// printCounts prints the figures of a report, one a line.
func (e *environment) printCounts(w io.Writer, r mailer.Report) {
	t := table{width: e.width()}
	for _, f := range []struct {
		name  string
		count int
		paint func(...string) string
	}{
		{"sent", r.Sent, green.Render}, {"to do", r.Queued, faint.Render}, {"deferred", r.Deferred, clay.Render},
		{"bounced", r.Bounced, red.Render}, {"skipped", r.Skipped, faint.Render}, {"uncertain", r.Uncertain, clay.Render},
	} {
		if f.count > 0 || f.name == "sent" {
			t.row("  "+f.paint(f.name), rightAligned(f.count, r.Planned))
		}
	}
	t.row("  planned", rightAligned(r.Planned, r.Planned))
	t.print(w)
}

// rightAligned is a count, as wide as the largest.
func rightAligned(count, largest int) string {
	return fmt.Sprintf("%*s", len(thousands(largest)), thousands(count))
}

// share is how much of an issue has ended, with a bar on a screen.
func (e *environment) share(p mailer.Progress) string {
	said := fmt.Sprintf("%3d %%  %s of %s", p.Share(), thousands(p.Ended()), thousands(p.Planned))
	if !isTerminal(e.out) {
		return strings.TrimLeft(said, " ")
	}
	return bar(p.Ended(), p.Planned, min(40, e.width()-len(said)-4)) + " " + said
}

// bar draws a part of a whole, width columns wide.
func bar(part, whole, width int) string {
	if width < 4 {
		return ""
	}
	full := width * part / max(whole, 1)
	return green.Render(strings.Repeat("█", full)) + faint.Render(strings.Repeat("░", width-full))
}

// outlook says how fast an issue goes out, for how long it will, and as of
// when that is.
func (a *app) outlook(p mailer.Progress) []string {
	asOf := "as of " + p.AsOf.In(a.schedule.Location).Format("15:04:05")
	lines := []string{p.Pace() + "  " + faint.Render(asOf)}
	if p.Deferred > 0 && !p.NextTry.IsZero() {
		line := fmt.Sprintf("%s, the first %s", plural(p.Deferred, "waits for another try", "wait for another try"), a.soon(p.NextTry, p.AsOf))
		if p.Queued == 0 {
			line += `; "weekward send", or a server that runs, tries them`
		}
		lines = append(lines, line)
	}
	return lines
}

// soon is when something is to be, seen from now: the hour today, else the day.
func (a *app) soon(t, now time.Time) string {
	t, now = t.In(a.schedule.Location), now.In(a.schedule.Location)
	if !t.After(now) {
		return "now"
	}
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return "at " + t.Format("15:04:05")
	}
	return "on " + a.local(t)
}

// kindsShown is how many different refusals status prints.
const kindsShown = 10

// printRefusals prints what the relay said, the most frequent first, and the
// next step.
func (e *environment) printRefusals(w io.Writer, a *app, p mailer.Progress) {
	if len(p.Refusals) == 0 && p.Doubtful == 0 {
		return
	}
	fmt.Fprintln(w)
	if p.Doubtful > 0 {
		fmt.Fprintf(w, "  %s the relay never answered a first try\n", clay.Render(thousands(p.Doubtful)+" may have come twice:"))
	}
	t := table{width: e.width()}
	for _, r := range p.Refusals[:min(len(p.Refusals), kindsShown)] {
		words := r.Words()
		if !r.Next.IsZero() {
			words += faint.Render("  (again " + a.soon(r.Next, p.AsOf) + ")")
		}
		t.row("  "+rightAligned(r.Count, p.Refusals[0].Count)+" ×", stateColour(r.State)(string(r.State)), words)
	}
	t.print(w)
	if more := len(p.Refusals) - kindsShown; more > 0 {
		fmt.Fprintf(w, "  %s\n", faint.Render(fmt.Sprintf("and %s", plural(more, "other answer", "other answers"))))
	}
	next := fmt.Sprintf(`"weekward status %d --failed" names each`, p.Issue)
	if p.Bounced+p.Uncertain > 0 {
		next += ", --retry tries them again"
	}
	fmt.Fprintf(w, "  %s\n", faint.Render(next))
}

// stateColour paints the state of a delivery.
func stateColour(s mailer.State) func(...string) string {
	switch s {
	case mailer.Sent:
		return green.Render
	case mailer.Bounced:
		return red.Render
	case mailer.Deferred, mailer.Uncertain:
		return clay.Render
	}
	return faint.Render
}

// printFailed names each copy that did not get through or may have come twice,
// a line each, as they are read.
func (e *environment) printFailed(ctx context.Context, a *app, number int) error {
	w := bufio.NewWriter(e.results())
	none := true
	err := a.deliveries(ctx, number, true, func(d mailer.Delivery) error {
		if none {
			none = false
			fmt.Fprintln(w)
		}
		line := fmt.Sprintf("  %s  %s  %-8s  %s", pad(d.Recipient, 20), pad(stateColour(d.State)(string(d.State)), 9), plural(d.Attempts, "try", "tries"), a.whatBecame(d))
		_, err := fmt.Fprintln(w, cut(line, e.width()))
		return err
	})
	if err == nil && none {
		fmt.Fprintln(w, "\n  Everybody got it, or will.")
	}
	if err == nil {
		err = w.Flush()
	}
	return err
}

// whatBecame says what the relay said about a delivery and what follows.
func (a *app) whatBecame(d mailer.Delivery) string {
	var parts []string
	if d.State == mailer.Deferred {
		parts = append(parts, "again "+a.soon(d.DueAt, a.clock.now()))
	}
	if doubt := d.Doubt(); doubt != "" {
		parts = append(parts, doubt)
	}
	if words := (mailer.Refusal{Code: d.Code, Reply: d.Reply}).Words(); words != "" {
		parts = append(parts, words)
	}
	return strings.Join(parts, " · ")
}

package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"weekward/feeds"
)

// widestID is how wide the column of IDs may grow. A longer ID stands on a
// line of its own, whole, so that it can be copied.
const widestID = 26

// printSources prints one line a source, and below them what is wrong with
// which.
func (e *environment) printSources(a *app, lines []sourceLine) {
	w := e.results()
	if len(lines) == 0 {
		fmt.Fprintln(w, `No sources yet. "weekward sources add URL" finds the feed of a site.`)
		return
	}
	t := sourceTable{w: w, app: a, width: len("source"), inFull: e.verbose}
	for _, l := range lines {
		t.width = max(t.width, min(len(l.ID), widestID))
	}
	t.row(bold.Render("source"), bold.Render("kind"), bold.Render("last 8 weeks"), bold.Render("last try"), bold.Render("next"), bold.Render("state"))
	for _, l := range lines {
		t.source(l)
	}
	for _, l := range lines {
		if l.Error != "" {
			t.trouble(l)
		}
	}
}

// A sourceTable prints sources in columns that make 100 together.
type sourceTable struct {
	w      io.Writer
	app    *app
	width  int  // of the IDs
	inFull bool // each error, too, as it was
}

func (t sourceTable) row(id, kind, yield, last, next, state string) {
	fmt.Fprintln(t.w, cut(strings.Join([]string{pad(id, t.width), pad(kind, 8), pad(yield, 14), pad(last, 13), pad(next, 13), state}, "  "), columns))
}

func (t sourceTable) source(l sourceLine) {
	id := l.ID
	if len(id) > t.width {
		fmt.Fprintln(t.w, id)
		id = ""
	}
	next := "now"
	switch {
	case l.State == feeds.StateGone:
		next = "not again"
	case l.Next != nil && l.Next.After(t.app.clock.now()):
		next = t.app.brief(l.Next)
	}
	t.row(id, string(l.Kind), fmt.Sprintf("%-8s %5d", sparkline(l.Weeks[:]), l.Recent), t.app.brief(l.Last), next, l.words())
	if l.Address != "" {
		fmt.Fprintln(t.w, faint.Render("  moved to "+l.Address))
	}
}

// trouble says why a source is not read, and what to do.
func (t sourceTable) trouble(l sourceLine) {
	fmt.Fprintf(t.w, "\n%s\n", red.Render(l.ID+" "+l.standing(t.app)))
	printWrapped(t.w, l.Reason)
	printWrapped(t.w, "next step: "+l.Advice)
	if t.inFull {
		printWrapped(t.w, "the error: "+l.Error)
	}
}

// standing is how long and how often a source has failed, and what that means
// for the next tries.
func (l sourceLine) standing(a *app) string {
	words := "failed " + plural(l.Failures, "time", "times")
	if l.Since != nil {
		words += " since " + a.brief(l.Since)
	}
	switch l.State {
	case feeds.StateMuted:
		words += "; muted: it is tried once a week now"
	case feeds.StateGone:
		words += "; gone: it is not tried any more"
	}
	return words
}

// printWrapped prints a sentence below a heading, in as many lines as it
// needs: what is written in an error can be long, and must not be lost.
func printWrapped(w io.Writer, sentence string) {
	for line := range strings.SplitSeq(ansi.Wrap(sentence, columns-2, ""), "\n") {
		fmt.Fprintln(w, "  "+line)
	}
}

// brief is a time for a table: the hour within the last months, else the day.
func (a *app) brief(t *time.Time) string {
	if t == nil {
		return "never"
	}
	layout := "2 Jan 15:04"
	if d := a.clock.now().Sub(*t).Abs(); d > 180*24*time.Hour {
		layout = "2 Jan 2006"
	}
	return t.In(a.schedule.Location).Format(layout)
}

// words is how a source is, in a word or two.
func (l sourceLine) words() string {
	switch l.State {
	case feeds.StateUnread:
		return faint.Render("not read yet")
	case feeds.StateOK:
		return green.Render("ok")
	case feeds.StateMuted:
		return clay.Render(fmt.Sprintf("muted, %d×", l.Failures))
	}
	return red.Render(fmt.Sprintf("%s, %d×", l.State, l.Failures))
}

// failing are the sources that were not read at the last try.
func failing(lines []sourceLine) (bad []sourceLine) {
	for _, l := range lines {
		if l.Error != "" {
			bad = append(bad, l)
		}
	}
	return bad
}

// worrying are the sources that the editor ought to hear of: those that have
// failed for days.
func worrying(lines []sourceLine) []sourceLine {
	bad := []sourceLine{}
	for _, l := range lines {
		if l.worrying {
			bad = append(bad, l)
		}
	}
	return bad
}

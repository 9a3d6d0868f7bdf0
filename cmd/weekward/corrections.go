package main

import (
	"context"
	"fmt"

	"weekward/web/desk"
)

// corrections are what sources mended since the last issue, each with the note
// that the coming one might carry.
func (a *app) corrections(ctx context.Context) ([]desk.Correction, error) {
	open, err := a.store.OpenCorrections(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]desk.Correction, len(open))
	for i, c := range open {
		note, err := a.templates.CorrectionNote(c, a.site)
		if err != nil {
			return nil, err
		}
		list[i] = desk.Correction{Correction: c, Note: note}
	}
	return list, nil
}

// printCorrections names them, with the next step.
func (e *environment) printCorrections(list []desk.Correction) {
	if len(list) == 0 {
		return
	}
	w := e.results()
	fmt.Fprintf(w, "\n%s\n", clay.Render(plural(len(list), "correction since the last issue", "corrections since the last issue")))
	for _, c := range list[:min(len(list), correctionsShown)] {
		printWrapped(w, fmt.Sprintf("%s (%s): %s", bold.Render(c.Source), c.URL, c.Note))
	}
	if more := len(list) - correctionsShown; more > 0 {
		fmt.Fprintf(w, "  %s\n", faint.Render(fmt.Sprintf(`and %d more: "weekward status --json" lists all`, more)))
	}
	fmt.Fprintf(w, "  %s\n", faint.Render(`readers are told only if you say so: the desk of "weekward serve" has a button for each`))
}

// correctionsShown is how many of them status prints.
const correctionsShown = 5

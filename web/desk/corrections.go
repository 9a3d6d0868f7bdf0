package desk

import (
	"context"
	"fmt"

	"weekward/digest"
)

// A Correction is what a source mended after an issue had carried it, with the
// editor's note that is proposed for the coming issue.
type Correction struct {
	digest.Correction
	Note string `json:"note"`
}

// correctionsShown keeps the issue within reach: a publisher that reheads all
// its pages is one piece of news.
const correctionsShown = 5

// A correctionView is a correction ready to print, with the form that takes it.
type correctionView struct {
	Issue   int    // the coming one, which may take it
	Item    string // to pin
	Where   string // "Issue 31"
	Path    string // of that issue
	URL     string // "" prints the title without a link
	Source  string
	Printed string
	Title   string // "" when it is the printed one
	Sign    string // "" when only the title is another
	Seen    string
	Note    string // as proposed
	Taken   bool   // it stands in the coming issue with a note
	Open    bool   // the coming issue can still take it
}

// A correctionsView is the front page's word on corrections.
type correctionsView struct {
	Heading string // "" when there is nothing to say
	List    []correctionView
	More    int // that are not shown
}

// corrections tells what sources mended since the last issue. The desk only
// proposes: what the coming issue says of it is the editor's to decide.
func (d *desk) corrections(ctx context.Context, draft Draft) (correctionsView, error) {
	list, err := d.Corrections(ctx)
	if err != nil || len(list) == 0 {
		return correctionsView{}, err
	}
	v := correctionsView{Heading: count(len(list), "correction", "corrections") + " since the last issue", More: max(0, len(list)-correctionsShown)}
	edits := editsByItem(draft.Week.Edits)
	taken := func(c Correction) bool { return edits[c.Item].Pin && edits[c.Item].Note != "" }
	var open, done []Correction
	for _, c := range list {
		if taken(c) {
			done = append(done, c)
		} else {
			open = append(open, c)
		}
	}
	list = append(open, done...) // taking one brings up the next
	for _, c := range list[:len(list)-v.More] {
		row := correctionView{
			Issue: draft.Issue.Number, Item: c.Item, Where: fmt.Sprintf("issue %d", c.Issue), Path: fmt.Sprintf("/issues/%d", c.Issue), URL: webAddress(c.URL), Source: c.Source,
			Printed: c.Printed, Sign: c.Sign, Seen: d.moment(c.Seen), Note: c.Note,
			Open:  !draft.Record.State.Frozen(),
			Taken: taken(c),
		}
		if c.Title != c.Printed {
			row.Title = c.Title
		}
		v.List = append(v.List, row)
	}
	return v, nil
}

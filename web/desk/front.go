package desk

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"weekward/mailer"
	"weekward/templates"
)

// The lengths an inbox shows of a subject and of the line after it.
const (
	subjectLength   = 50
	preheaderLength = 90
)

// A frontView is the coming issue, ready to print.
type frontView struct {
	Number      int
	Slot        string // when it is due
	SlotIn      string // how long until then
	Freeze      string // when the content was or will be frozen
	State       string
	StateText   string // what the state means and what is next
	Subject     string
	SubjectLen  string
	Preheader   string
	PreLen      string
	Figures     string // one line: minutes, stories, chats
	Fingerprint string
	Changed     bool // approved, but not with this content
	CanDecide   bool // nothing has left yet
	IsApproved  bool // with this content
	Checks      []templates.Check
	CheckText   string // "1 error, 2 warnings"
	Errors      int
	Stories     []storyView
	Chats       []chatView
	Edits       []editView
	LeftOut     []leftOutView
	MoreLeftOut int
	Notice      noticeView // sources that fail for days
	Corrections correctionsView
}

func (d *desk) front(w http.ResponseWriter, r *http.Request) {
	draft, err := d.Drafts.Draft(r.Context())
	if err != nil {
		d.fail(w, "compose the coming issue", err)
		return
	}
	page := d.frontView(draft)
	if page.Notice, err = d.notice(r.Context()); err != nil {
		d.fail(w, "read how the sources are", err)
		return
	}
	if page.Corrections, err = d.corrections(r.Context(), draft); err != nil {
		d.fail(w, "read what sources corrected", err)
		return
	}
	d.show(w, http.StatusOK, "front", view{Title: fmt.Sprintf("Issue %d", draft.Issue.Number), Here: "/", Page: page})
}

func (d *desk) frontView(draft Draft) frontView {
	issue, now := draft.Issue, d.Now()
	fingerprint, approved := issue.Fingerprint(), draft.Record.State == mailer.IssueApproved
	v := frontView{
		Number: issue.Number, Slot: d.moment(issue.Slot), SlotIn: relative(issue.Slot, now),
		Freeze: d.moment(draft.Week.Freeze), State: cmp.Or(string(draft.Record.State), string(mailer.IssueDraft)), Fingerprint: fingerprint,
		Subject: issue.Subject, SubjectLen: length(issue.Subject, subjectLength),
		Preheader: issue.Preheader, PreLen: length(issue.Preheader, preheaderLength),
		IsApproved: approved && draft.Record.Fingerprint == fingerprint,
		Changed:    approved && draft.Record.Fingerprint != fingerprint,
		CanDecide:  !draft.Record.State.Frozen(),
		Checks:     draft.Checks,
	}
	v.StateText = stateText(draft.Record, v.Changed)
	v.Figures = strings.Join([]string{
		count(issue.Minutes, "minute to read", "minutes to read"),
		count(len(issue.Stories), "story", "stories"),
		count(len(issue.Chats), "chat", "chats"),
		count(len(issue.LeftOut), "item left out", "items left out"),
	}, " · ")
	v.CheckText, v.Errors = checkText(draft.Checks)
	edits := editsByItem(draft.Week.Edits)
	for i, s := range issue.Stories {
		v.Stories = append(v.Stories, d.storyView(issue.Number, i, s, edits))
	}
	for _, c := range issue.Chats {
		v.Chats = append(v.Chats, d.chatView(issue.Number, c, edits))
	}
	v.Edits = editViews(draft)
	v.LeftOut, v.MoreLeftOut = leftOutViews(draft)
	return v
}

// stateText says what a state means for the issue on the page.
func stateText(r mailer.Record, changed bool) string {
	if changed {
		return "The content changed after it was approved. It will not be sent until it is approved again."
	}
	switch r.State {
	case mailer.IssueApproved:
		return "Approved. It will be sent at its hour exactly as shown here."
	case mailer.IssueHeld:
		return "Held: " + cmp.Or(r.Reason, "no reason given") + ". It will not be sent until it is approved."
	case mailer.IssueSkipped:
		return "Skipped. No issue goes out at this hour."
	case mailer.IssueMissed:
		return "Missed: " + cmp.Or(r.Reason, "its hour is too long ago") + "."
	case mailer.IssueSending:
		return "It is being sent."
	case mailer.IssuePaused:
		return "The presses are stopped."
	case mailer.IssueSent:
		return "It has been sent."
	}
	return "A draft. Nobody has approved it yet."
}

func checkText(checks []templates.Check) (text string, errors int) {
	warnings := 0
	for _, c := range checks {
		switch c.Level {
		case "error":
			errors++
		case "warn":
			warnings++
		}
	}
	return count(errors, "error", "errors") + ", " + count(warnings, "warning", "warnings"), errors
}

package mailer

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"weekward/digest"
	"weekward/subscribers"
	"weekward/templates"
)

// Current returns the issue that is being made: the one whose slot has come
// and that may still go out, or the coming one. A draft has the number it would
// get.
func (p *Press) Current(ctx context.Context) (Record, error) {
	now := p.Now()
	r, h, err := p.recordAt(ctx, p.Schedule.Last(now))
	if err != nil {
		return Record{}, err
	}
	if a := act(r, now, h, p.Settings); a != ActWait && a != ActMiss {
		return r, nil
	}
	r, _, err = p.recordAt(ctx, p.Schedule.Next(now))
	return r, err
}

// Approve is the editor's word that this issue may go out as it is. It
// returns a *ChangedError when the fingerprint is not that of the issue, and a
// *FaultyError when nobody should get it as it is.
func (p *Press) Approve(ctx context.Context, number int, fingerprint string, issue digest.Issue) error {
	r, _, err := p.recordAt(ctx, issue.Slot)
	if err == nil && (r.Number != number || issue.Number != number) {
		err = fmt.Errorf("issue %d: %w", number, ErrNoIssue)
	}
	if err != nil {
		return err
	}
	if got := issue.Fingerprint(); got != fingerprint {
		return &ChangedError{Issue: number, Approved: fingerprint, Composed: got, Diff: diff(issue, r)}
	}
	if err := p.faults(issue); err != nil {
		return err
	}
	if r.Content, err = json.Marshal(issue); err != nil {
		return fmt.Errorf("approve issue %d: %w", number, err)
	}
	r.Fingerprint, r.ApprovedAt, r.Reason = fingerprint, p.Now(), ""
	return p.move(ctx, r, IssueApproved, undecided, "approve")
}

// Hold keeps an issue from going out until it is approved.
func (p *Press) Hold(ctx context.Context, number int) error {
	r, err := p.find(ctx, number)
	if err != nil {
		return err
	}
	r.Reason = reasonEditor
	return p.move(ctx, r, IssueHeld, undecided, "hold")
}

// Skip gives up an issue: its slot passes without one.
func (p *Press) Skip(ctx context.Context, number int) error {
	r, err := p.find(ctx, number)
	if err != nil {
		return err
	}
	r.Reason = ""
	return p.move(ctx, r, IssueSkipped, undecided, "skip")
}

// Pause stops the presses: messages under way end, the rest waits.
func (p *Press) Pause(ctx context.Context, number int) error {
	r, err := p.find(ctx, number)
	if err != nil {
		return err
	}
	r.Reason = "the editor stopped it"
	return p.move(ctx, r, IssuePaused, []IssueState{IssueSending}, "pause")
}

// Resume lets a paused issue go on with the next run.
func (p *Press) Resume(ctx context.Context, number int) error {
	r, err := p.find(ctx, number)
	if err != nil {
		return err
	}
	r.Reason = ""
	return p.move(ctx, r, IssueSending, []IssueState{IssuePaused}, "resume")
}

// Retry makes what was refused, deferred or never answered due again, for the
// next run. An issue that is under way or paused may be retried, too: whoever
// sends it finds them, once it goes on. Those whose readers have left or are
// suppressed stay as they are.
func (p *Press) Retry(ctx context.Context, number int) (Retried, error) {
	r, err := p.find(ctx, number)
	if err != nil {
		return Retried{}, err
	}
	if !r.State.Frozen() {
		return Retried{}, &StateError{number, r.State, "retry"}
	}
	return p.Issues.RetryIssue(ctx, number, []State{Deferred, Bounced, Uncertain}, p.Now())
}

// find returns what is stored about an issue, or the current draft.
func (p *Press) find(ctx context.Context, number int) (Record, error) {
	r, err := p.Issues.Issue(ctx, number)
	if !errors.Is(err, ErrNoIssue) {
		return r, err
	}
	current, err := p.Current(ctx)
	if err == nil && current.Number != number {
		err = fmt.Errorf("issue %d: %w", number, ErrNoIssue)
	}
	return current, err
}

func (p *Press) move(ctx context.Context, r Record, to IssueState, from []IssueState, asked string) error {
	was := r.State
	r.State = to
	moved, err := p.Issues.MoveIssue(ctx, Move{Record: r, From: from})
	switch {
	case err != nil:
		return err
	case moved:
		p.log().Info("moved", "issue", r.Number, "state", to)
		return nil
	case slices.Contains(from, was): // it has moved since it was read
		return fmt.Errorf("%s issue %d: somebody else decided about it at the same time", asked, r.Number)
	}
	return &StateError{r.Number, was, asked}
}

// hold keeps a due issue back and tells the editor, once.
func (p *Press) hold(ctx context.Context, d Decision, thin bool) error {
	if d.record.State == IssueDraft {
		r := d.record
		r.State, r.Reason = IssueHeld, d.Reason
		err := p.tell(ctx, r, []IssueState{IssueDraft}, fmt.Sprintf("Issue %d is held", d.Issue), []string{
			fmt.Sprintf("Issue %d was due on %s and has not gone out: %s.", d.Issue, p.print(d.Slot), d.Reason),
			fmt.Sprintf("To let it go, look at it with \"weekward preview\" and approve it with \"weekward approve %d --fingerprint X\" before %s.",
				d.Issue, p.print(d.Slot.Add(p.Settings.maxLateness()))),
		})
		if err != nil {
			return err
		}
	}
	return &HeldError{Issue: d.Issue, Reason: d.Reason, Thin: thin}
}

// miss gives up a slot that is too long ago and tells the editor, once.
func (p *Press) miss(ctx context.Context, d Decision) error {
	r, from := d.record, d.record.State
	r.State, r.Reason = IssueMissed, d.Reason
	err := p.tell(ctx, r, []IssueState{from}, fmt.Sprintf("Issue %d was missed", d.Issue), []string{
		fmt.Sprintf("Issue %d was due on %s and has not gone out: %s. Nothing was sent.", d.Issue, p.print(d.Slot), d.Reason),
		fmt.Sprintf("The next issue is due on %s. \"weekward send --now\" sends it today.", p.print(d.Next)),
	})
	if err != nil {
		return err
	}
	return &TooLateError{d.Issue, d.Slot.In(p.location()), p.Settings.maxLateness()}
}

// refuseChanged keeps back an issue that is not the approved one and tells the
// editor, once.
func (p *Press) refuseChanged(ctx context.Context, d Decision, issue digest.Issue) error {
	refusal := &ChangedError{Issue: d.Issue, Approved: d.record.Fingerprint, Composed: issue.Fingerprint(), Diff: diff(issue, d.record)}
	r := d.record
	r.State, r.Reason = IssueHeld, reasonChanged
	lines := []string{
		fmt.Sprintf("Issue %d was due on %s and has not gone out, because it is no longer the one that was approved.", d.Issue, p.print(d.Slot)),
	}
	lines = append(lines, refusal.Diff...)
	lines = append(lines, "To let it go as it is now: "+fmt.Sprintf("weekward approve %d --fingerprint %s", d.Issue, refusal.Composed))
	if err := p.tell(ctx, r, []IssueState{IssueApproved}, fmt.Sprintf("Issue %d has changed since it was approved", d.Issue), lines); err != nil {
		return err
	}
	return refusal
}

// diff says what changed against the stored content.
func diff(issue digest.Issue, r Record) []string {
	if len(r.Content) == 0 {
		return nil
	}
	old, err := r.Issue()
	if err != nil {
		return nil // the refusal stands without its words
	}
	return issue.Diff(old)
}

// tell moves an issue and queues a letter to the editor in the same commit.
// When the issue has moved before, nobody is told again.
func (p *Press) tell(ctx context.Context, r Record, from []IssueState, subject string, lines []string) error {
	m := Move{Record: r, From: from}
	if p.Editor != "" {
		c, err := p.Templates.Letter(string(subscribers.LetterNotice), p.Site, templates.LetterData{Subject: subject, Lines: lines})
		if err != nil {
			return fmt.Errorf("tell the editor: %w", err)
		}
		m.Letter = &subscribers.Letter{
			ID: strings.ToLower(rand.Text()), Kind: subscribers.LetterNotice, Address: p.Editor,
			Subject: c.Subject, HTML: c.HTML, Text: c.Text, At: p.Now(),
		}
	}
	moved, err := p.Issues.MoveIssue(ctx, m)
	if moved {
		p.log().Warn("not sent", "issue", r.Number, "state", r.State, "reason", r.Reason)
	}
	return err
}

func (p *Press) print(t time.Time) string { return t.In(p.location()).Format("Mon 2 Jan 15:04 MST") }

package mailer

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"weekward/digest"
	"weekward/mailer/failpoint"
	"weekward/subscribers"
	"weekward/templates"
)

// freeze composes the issue and fixes it: content, bytes, date and audience,
// in one commit. When another process was first, its issue stands. It returns
// the number of the issue that is frozen.
func (p *Press) freeze(ctx context.Context, d Decision, o PublishOptions) (int, error) {
	failpoint.Pass("compose")
	issue, err := p.Compose(ctx, d.Slot, d.Issue)
	if err != nil {
		return 0, fmt.Errorf("compose issue %d: %w", d.Issue, err)
	}
	if err := p.mayGo(ctx, d, issue, o); err != nil {
		return 0, err
	}
	f, err := p.frozen(d.record, issue, o)
	if err != nil {
		return 0, err
	}
	if f.Rations, err = p.Sender.rations(ctx, p.Now()); err != nil {
		return 0, err
	}
	failpoint.Pass("freeze")
	debug.FreeOSMemory() // composing took much; what comes now takes little, and perhaps hours
	won, err := p.Issues.FreezeIssue(ctx, f)
	err = failpoint.After("frozen", err)
	if err != nil {
		return 0, err
	}
	if won {
		p.log().Info("frozen", "issue", d.Issue, "stories", len(issue.Stories))
		return d.Issue, nil
	}
	return p.other(ctx, d)
}

// other returns the number of the issue that somebody else froze for the slot.
func (p *Press) other(ctx context.Context, d Decision) (int, error) {
	r, err := p.Issues.IssueAt(ctx, d.Slot)
	if err != nil {
		return 0, fmt.Errorf("issue %d was decided about at the same time, run it again: %w", d.Issue, err)
	}
	if !r.State.Frozen() {
		return 0, &StateError{r.Number, r.State, "send"}
	}
	return r.Number, nil
}

// mayGo holds the composed issue against what was approved, or against the
// least it must carry.
func (p *Press) mayGo(ctx context.Context, d Decision, issue digest.Issue, o PublishOptions) error {
	approved := d.record.State == IssueApproved || d.record.Reason == reasonChanged
	switch {
	case approved && !o.Approve && issue.Fingerprint() != d.record.Fingerprint:
		return p.refuseChanged(ctx, d, issue)
	case !approved && len(issue.Stories) < p.Settings.MinItems:
		d.Reason = fmt.Sprintf("%s: %d, and it needs %d", reasonThin, len(issue.Stories), p.Settings.MinItems)
		return p.hold(ctx, d, true)
	}
	err := p.faults(issue)
	if faulty := (*FaultyError)(nil); errors.As(err, &faulty) {
		d.Reason = faulty.Error()
		if held := p.hold(ctx, d, false); !errors.As(held, new(*HeldError)) {
			return held
		}
	}
	return err
}

// faults renders the issue as most readers get it and returns a *FaultyError
// when the lint says that it must not be sent.
func (p *Press) faults(issue digest.Issue) error {
	c, err := p.Templates.Mail(issue, p.Site, DeadLinks(p.Site, issue.Number), p.Site.Lang)
	if err != nil {
		return fmt.Errorf("render issue %d: %w", issue.Number, err)
	}
	var faults []string
	for _, check := range templates.Lint(issue, c, p.Site) {
		if check.Level == templates.LevelError {
			faults = append(faults, check.Rule+": "+check.Message)
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return &FaultyError{issue.Number, faults}
}

// frozen is what FreezeIssue stores.
func (p *Press) frozen(r Record, issue digest.Issue, o PublishOptions) (Frozen, error) {
	from := []IssueState{r.State}
	content, err := json.Marshal(issue)
	if err != nil {
		return Frozen{}, fmt.Errorf("store issue %d: %w", r.Number, err)
	}
	now := p.Now().UTC()
	r.State, r.Reason, r.Content, r.Fingerprint, r.FrozenAt = IssueSending, "", content, issue.Fingerprint(), now
	if o.Approve {
		r.ApprovedAt = now
	}
	m := Mailing{
		ID: strings.ToLower(rand.Text()), Kind: KindIssue, Issue: r.Number, Needs: subscribers.Active,
		Seed: rand.Text() + rand.Text(), Header: HeaderOf(p.Site), Date: now,
	}
	links := SlotLinks(p.Site.BaseURL, m.Seed, r.Number)
	return Frozen{Record: r, From: from, Mailing: m, Variant: func(a Audience) (templates.Content, error) {
		c, err := p.variant(issue, links, a)
		if err != nil {
			return c, err
		}
		return c, p.Sender.prove(m, c)
	}}, nil
}

// variant renders the mail of one audience.
func (p *Press) variant(issue digest.Issue, links templates.Links, a Audience) (templates.Content, error) {
	lang := a.Lang
	if lang == "" {
		lang = p.Site.Lang
	}
	c, err := p.Templates.Mail(issue.For(a.Topics), p.Site, links, lang)
	if a.Format == subscribers.Text {
		c.HTML = ""
	}
	return c, err
}

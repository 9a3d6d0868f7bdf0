package mailer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"weekward/digest"
	"weekward/mailer/failpoint"
	"weekward/templates"
)

// A Press takes an issue from its slot to the last delivery. Any number of
// them may run at once, in any number of processes: the database lets one
// freeze a slot, and the others join in delivering.
type Press struct {
	Issues    Issues
	Sender    *Sender
	Compose   func(ctx context.Context, slot time.Time, number int) (digest.Issue, error) // as preview does
	Templates *templates.Set
	Site      templates.Site
	Schedule  digest.Schedule
	Settings  Settings
	Editor    string           // mailbox that is told what goes wrong; "" leaves it to the log
	Now       func() time.Time // it must go on: deliveries wait by it
	Log       *slog.Logger
}

// PublishOptions say which issue Run is about, and how far it goes.
type PublishOptions struct {
	Slot    time.Time // the slot to send; zero is the last one that has come
	Coming  bool      // the coming slot, now
	Approve bool      // the editor's word, given here
	DryRun  bool      // count, and write nothing
	Leave   bool      // freeze, and leave delivering to a Sender that serves
}

// A Report is how an issue stands. Planned is the sum of the rest, with what
// is still queued.
type Report struct {
	Issue     int        `json:"issue"`
	State     IssueState `json:"state"`
	Planned   int        `json:"planned"`
	Sent      int        `json:"sent"`
	Deferred  int        `json:"deferred"`
	Bounced   int        `json:"bounced"`
	Skipped   int        `json:"skipped"`
	Uncertain int        `json:"uncertain"`
	Queued    int        `json:"queued,omitempty"`
	Reason    string     `json:"reason,omitempty"`
	TookMS    int64      `json:"took_ms"`
}

// Run sends the issue that is due: it finishes what was interrupted, decides
// about the slot, freezes and delivers. It is safe to run twice, or in two
// places. When nothing goes out the error says why: a *NotDueError,
// *HeldError, *PausedError, *TooLateError, *ChangedError or *SetupError; the
// Report is then that of the issue of the slot.
func (p *Press) Run(ctx context.Context, o PublishOptions) (Report, error) {
	if err := CheckSite(p.Site); err != nil {
		return Report{}, err
	}
	began := p.Now()
	report, err := p.run(ctx, o)
	report.TookMS = p.Now().Sub(began).Milliseconds()
	return report, err
}

func (p *Press) run(ctx context.Context, o PublishOptions) (Report, error) {
	if o.DryRun {
		return p.rehearse(ctx, o)
	}
	finished, err := p.finish(ctx, o)
	if err != nil {
		return finished, err
	}
	d, err := p.Due(ctx, o)
	if err != nil {
		return Report{}, err
	}
	number, err := p.carryOut(ctx, d, o)
	if err != nil {
		var notDue *NotDueError
		if errors.As(err, &notDue) && finished.Issue != 0 {
			return finished, nil // finishing was what there was to do
		}
		// Letters do not wait for an issue: the one that tells the editor why
		// it is held, the confirmations that an import asks for.
		sendErr := p.send(ctx, o)
		report, statusErr := p.statusOf(ctx, d)
		return report, errors.Join(err, sendErr, statusErr)
	}
	return p.deliver(ctx, number, o)
}

// carryOut does what was decided, up to a frozen issue, and returns its number.
func (p *Press) carryOut(ctx context.Context, d Decision, o PublishOptions) (int, error) {
	switch d.Action {
	case ActFinish:
		return d.Issue, nil
	case ActRest:
		return 0, &PausedError{d.Issue, d.Reason}
	case ActMiss:
		return 0, p.miss(ctx, d)
	case ActHold:
		return 0, p.hold(ctx, d, false)
	case ActWait:
		return 0, &NotDueError{Next: d.Next.In(p.location()), Reason: waits(d.record)}
	}
	return p.freeze(ctx, d, o)
}

// waits says what became of the slot that has come, where that is news.
func waits(r Record) string {
	if r.State == IssueSkipped || r.State == IssueMissed {
		return fmt.Sprintf("issue %d is %s", r.Number, r.State)
	}
	return ""
}

// Due decides what would happen now, and changes nothing.
func (p *Press) Due(ctx context.Context, o PublishOptions) (Decision, error) {
	now := p.Now()
	slot := o.Slot
	switch {
	case o.Coming:
		slot = p.Schedule.Next(now)
	case slot.IsZero():
		slot = p.Schedule.Last(now)
	}
	r, h, err := p.recordAt(ctx, slot)
	if err != nil {
		return Decision{}, err
	}
	early := slot.After(now) && !o.Coming
	d := decide(r, now, h, p.Settings)
	switch {
	case early && !r.State.Frozen():
		d.Action, d.Next = ActWait, slot
		return d, nil
	case d.Action == ActHold && o.Approve, o.Coming && d.Action == ActMiss:
		d.Action = ActSend
	}
	d.Next = p.Schedule.Next(now)
	return d, nil
}

// recordAt returns what is stored about a slot, or a draft with the number it
// would get, and what else is stored.
func (p *Press) recordAt(ctx context.Context, slot time.Time) (r Record, h history, err error) {
	r, err = p.Issues.IssueAt(ctx, slot)
	if !errors.Is(err, ErrNoIssue) {
		return r, history{}, err
	}
	number, err := p.Issues.NextIssue(ctx)
	if err != nil {
		return r, history{}, err
	}
	r = Record{Number: number, Slot: slot.UTC(), State: IssueDraft}
	if number == 1 {
		return r, history{none: true}, nil
	}
	newest, err := p.Issues.Issue(ctx, number-1)
	return r, history{beyond: newest.Slot.After(slot)}, err
}

// finish delivers what is frozen already, and closes what has ended. It
// reports about the last of these.
func (p *Press) finish(ctx context.Context, o PublishOptions) (Report, error) {
	open, err := p.Issues.SendingIssues(ctx)
	if err != nil || len(open) == 0 {
		return Report{}, err
	}
	if err := p.send(ctx, o); err != nil {
		report, _ := p.Status(ctx, open[len(open)-1]) // the first error says more
		return report, err
	}
	var report Report
	for _, number := range open {
		if report, err = p.close(ctx, number); err != nil {
			return report, err
		}
	}
	return report, nil
}

func (p *Press) deliver(ctx context.Context, number int, o PublishOptions) (Report, error) {
	sendErr := p.send(ctx, o)
	report, err := p.close(ctx, number)
	return report, errors.Join(sendErr, err)
}

func (p *Press) send(ctx context.Context, o PublishOptions) error {
	if o.Leave {
		return nil
	}
	return p.Sender.Deliver(ctx)
}

// close marks an issue as sent when every delivery has ended, and holds the
// ledger against the plan.
func (p *Press) close(ctx context.Context, number int) (Report, error) {
	r, err := p.Issues.Issue(ctx, number)
	if err != nil {
		return Report{}, err
	}
	f, err := p.Issues.Figures(ctx, number)
	if err != nil {
		return Report{}, err
	}
	report := report(r, f)
	if err := f.Check(); err != nil {
		return report, fmt.Errorf("issue %d: %w", number, err)
	}
	if r.State != IssueSending || f.Open() > 0 {
		return report, nil
	}
	failpoint.Pass("close")
	r.State, r.Reason, r.EndedAt, report.State, report.Reason = IssueSent, "", p.Now(), IssueSent, ""
	moved, err := p.Issues.MoveIssue(ctx, Move{Record: r, From: []IssueState{IssueSending}})
	err = failpoint.After("closed", err)
	if moved {
		p.log().Info("sent", "issue", number, "sent", f.Sent, "bounced", f.Bounced, "skipped", f.Skipped, "uncertain", f.Uncertain,
			"took", r.EndedAt.Sub(r.FrozenAt).Round(time.Millisecond))
	}
	return report, err
}

// Status is how an issue stands; 0 means the newest that is stored. Progress
// tells more.
func (p *Press) Status(ctx context.Context, number int) (Report, error) {
	r, err := p.newestOr(ctx, number)
	if err != nil {
		return Report{}, err
	}
	f, err := p.Issues.Figures(ctx, r.Number)
	report := report(r, f)
	if !r.EndedAt.IsZero() {
		report.TookMS = r.EndedAt.Sub(r.FrozenAt).Milliseconds()
	}
	return report, err
}

// statusOf is how the issue of a decision stands; a draft has no figures.
func (p *Press) statusOf(ctx context.Context, d Decision) (Report, error) {
	r, err := p.Status(ctx, d.Issue)
	if errors.Is(err, ErrNoIssue) {
		return Report{Issue: d.Issue, State: IssueDraft}, nil
	}
	return r, err
}

// rehearse counts who would get the issue, and writes nothing.
func (p *Press) rehearse(ctx context.Context, o PublishOptions) (Report, error) {
	d, err := p.Due(ctx, o)
	if err != nil {
		return Report{}, err
	}
	if d.record.State.Frozen() {
		return p.Status(ctx, d.Issue)
	}
	audiences, err := p.Issues.Audiences(ctx)
	if err != nil {
		return Report{}, err
	}
	report := Report{Issue: d.Issue, State: d.record.State}
	if d.Action != ActSend { // what kept it back may have been overruled
		report.Reason = d.Reason
	}
	for _, a := range audiences {
		report.Planned += a.Count
	}
	report.Queued = report.Planned
	if d.Action == ActWait {
		return report, &NotDueError{Next: d.Next.In(p.location()), Reason: waits(d.record)}
	}
	return report, nil
}

func report(r Record, f Figures) Report {
	return Report{
		Issue: r.Number, State: r.State, Reason: r.Reason, Planned: f.Planned, Queued: f.Queued,
		Sent: f.Sent, Deferred: f.Deferred, Bounced: f.Bounced, Skipped: f.Skipped, Uncertain: f.Uncertain,
	}
}

func (p *Press) location() *time.Location {
	if p.Schedule.Location == nil {
		return time.UTC
	}
	return p.Schedule.Location
}

func (p *Press) log() *slog.Logger {
	if p.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return p.Log
}

// undecided are the states in which the editor can still decide.
var undecided = []IssueState{IssueDraft, IssueApproved, IssueHeld, IssueMissed, IssueSkipped}

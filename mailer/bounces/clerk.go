package bounces

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/bits"
	"slices"
	"time"

	"weekward/subscribers"
)

// Entries are kept for 90 days. Refused deliveries are looked for in the last
// 60, so that none is counted again when its entry is gone.
const (
	keepEntries = 90 * 24 * time.Hour
	lookBack    = 60 * 24 * time.Hour
)

// An issue is paused while it is sent when the servers of ten readers, and of
// one reader in twenty it went to, refuse what all its mails share. Ten is
// the number after which mailer pauses when the relay itself refuses.
const (
	mostRefusals = 10
	oneIn        = 20
)

// A Clerk reads what came back and does what follows.
type Clerk struct {
	Ledger   Ledger
	Suppress func(ctx context.Context, id string, why subscribers.Reason) error // subscribers.Service has it
	// Peek says whom the token of a link was made for, or
	// subscribers.ErrUnknownToken; subscribers.Service has it.
	Peek   func(ctx context.Context, p subscribers.Purpose, token string) (subscribers.Subscriber, error)
	Keys   Hasher
	Policy Policy
	Now    func() time.Time
	Log    *slog.Logger
	DryRun bool // say what would be done, and change nothing
}

// none is the kind in a Line of a mail that says nothing about an address.
const none Kind = "none"

// A Line is what became of one finding, or of a mail without any.
type Line struct {
	File       string `json:"file"`
	Recipient  string `json:"recipient"` // as the mail names it
	Action     string `json:"action"`
	Status     string `json:"status"`
	Kind       Kind   `json:"kind"` // of the finding; "none" where the mail says nothing about an address
	Mail       Kind   `json:"mail"` // of the whole
	Reason     Reason `json:"reason"`
	Subscriber string `json:"subscriber"` // ID; "" when it is about nobody we know
	Issue      int    `json:"issue,omitempty"`
	Trust      string `json:"trust"`
	Act        Act    `json:"act"`
	Diagnostic string `json:"diagnostic,omitempty"`
}

// Handle reads one mail and does what follows. A second time it does nothing
// new. understood is false for a mail that must stay for the editor.
func (c *Clerk) Handle(ctx context.Context, name string, data []byte) (lines []Line, understood bool, err error) {
	r := Read(data)
	findings := c.chosen(r)
	if len(findings) == 0 {
		act := Ignore
		if !r.Kind.Understood() {
			act = Keep
		}
		return []Line{{File: name, Kind: none, Mail: r.Kind, Trust: ByNothing.String(), Act: act}}, r.Kind.Understood(), nil
	}
	understood = true
	for i, f := range findings {
		line, err := c.settle(ctx, r, f, identity(r, data), i)
		if err != nil {
			return lines, false, fmt.Errorf("handle %s: %w", name, err)
		}
		line.File, line.Mail = name, r.Kind
		if line.Kind == Unsubscribe {
			line.Kind = none
		}
		understood = understood && line.Act != Keep
		lines = append(lines, line)
	}
	if r.Wordy && understood { // for the editor, too
		lines = append(lines, Line{File: name, Kind: none, Mail: Reply, Trust: ByNothing.String(), Act: Keep})
		understood = false
	}
	return lines, understood, nil
}

// chosen are the findings that count. A token stands for one mail, whatever
// the report names beside it.
func (c *Clerk) chosen(r Report) []Finding {
	if r.Kind == Unsubscribe {
		return []Finding{{Kind: Unsubscribe, Recipient: r.From, Reason: "asked by mail"}}
	}
	token := slices.ContainsFunc(r.To, func(to string) bool { _, ok := ReadAddress(to, c.Keys); return ok })
	if token && len(r.Findings) > 1 {
		return r.Findings[:1]
	}
	return r.Findings
}

// settle records a finding and carries its verdict out.
func (c *Clerk) settle(ctx context.Context, r Report, f Finding, message string, number int) (Line, error) {
	line := Line{Recipient: f.Recipient, Action: f.Action, Status: f.Status, Kind: f.Kind, Reason: f.Reason, Diagnostic: f.Diagnostic, Trust: ByNothing.String(), Act: Ignore}
	if f.Kind == AutoReply {
		return line, nil
	}
	p, proven, err := c.proveLeave(ctx, r)
	if err == nil && !proven {
		p, err = prove(ctx, c.Ledger, c.Keys, r, f)
	}
	if err != nil {
		return line, err
	}
	line.Subscriber, line.Issue, line.Trust = p.Subscriber, p.Issue, p.Trust.String()
	if p.Trust == ByNothing {
		line.Act = Backscatter
		if f.Kind == Unsubscribe || f.Recipient == "" || p.Subscriber != "" {
			line.Act = Keep // it may well be about a mail of ours, and only a person can tell
		}
		if line.Act == Keep || c.DryRun {
			return line, nil
		}
		_, err := c.record(ctx, f, p, message, number, Backscatter)
		return line, err
	}
	line.Act, err = c.act(ctx, f, p, message, number)
	return line, err
}

// act decides about what is proven, does it and records it, in this order: each
// step may be repeated, and what is not on record is met again. What is on
// record is not done again.
func (c *Clerk) act(ctx context.Context, f Finding, p Proof, message string, number int) (Act, error) {
	sub, err := c.Ledger.Subscriber(ctx, p.Subscriber)
	if errors.Is(err, subscribers.ErrNotFound) {
		return Ignore, nil // erased since
	}
	if err != nil {
		return Ignore, fmt.Errorf("look up subscriber %s: %w", p.Subscriber, err)
	}
	past, err := c.past(ctx, f, p)
	if err != nil {
		return Ignore, err
	}
	v := c.Policy.Decide(f, sub.State, past)
	if v.Act == Suppress || v.Act == Leave {
		done, err := c.Ledger.HasBounce(ctx, message, number, p.Subscriber)
		if err != nil || done {
			return Ignore, err // the mail lies there still, and its reader may have come back
		}
	}
	if c.DryRun {
		return v.Act, nil
	}
	if err := c.carryOut(ctx, v, p.Subscriber); err != nil {
		return v.Act, err
	}
	fresh, err := c.record(ctx, f, p, message, number, v.Act)
	if err != nil {
		return v.Act, err
	}
	if fresh && f.failed() && f.Reason.Ours() && p.Issue > 0 {
		return v.Act, c.pauseIfRefused(ctx, p.Issue)
	}
	return v.Act, nil
}

// carryOut does what a verdict says. A second time it changes nothing.
func (c *Clerk) carryOut(ctx context.Context, v Verdict, id string) error {
	var err error
	switch v.Act {
	case Suppress:
		err = c.Suppress(ctx, id, v.Reason)
	case Leave:
		_, err = c.Ledger.Unsubscribe(ctx, id, c.Now())
	default:
		return nil
	}
	if err != nil {
		return fmt.Errorf("carry out a bounce: %w", err)
	}
	c.Log.Debug("bounced", "subscriber", id, "act", v.Act, "reason", v.Reason)
	return nil
}

// past are a subscriber's latest issues, this failure among them, recorded or
// not.
func (c *Clerk) past(ctx context.Context, f Finding, p Proof) ([]Issue, error) {
	past, err := c.Ledger.PastIssues(ctx, p.Subscriber, 2*max(c.Policy.SoftIssues, defaultSoftIssues)+20)
	if err != nil {
		return nil, fmt.Errorf("look at past issues: %w", err)
	}
	for i := range past {
		if past[i].Number == p.Issue && f.failed() && !f.Reason.Ours() {
			past[i].Failed = true
		}
	}
	return past, nil
}

func (c *Clerk) record(ctx context.Context, f Finding, p Proof, message string, number int, act Act) (bool, error) {
	e := Entry{
		Message: message, Finding: number, Subscriber: p.Subscriber, Issue: p.Issue, Kind: f.Kind, Reason: f.Reason,
		Action: f.Action, Status: f.Status, Diagnostic: f.Diagnostic, Trust: p.Trust.String(), Act: act, At: c.Now(),
	}
	return c.Ledger.RecordBounce(ctx, e)
}

// pauseIfRefused stops an issue that many servers refuse for what all its
// mails share. It does so at 10 refusals, 20, 40 and so on: an editor who lets
// the issue go on all the same is not asked again at each one.
func (c *Clerk) pauseIfRefused(ctx context.Context, issue int) error {
	n, sent, err := c.Ledger.RefusedForUs(ctx, issue)
	if err != nil || n%mostRefusals != 0 || bits.OnesCount(uint(n/mostRefusals)) != 1 || n*oneIn < sent {
		return err
	}
	paused, err := c.Ledger.PauseIssue(ctx, issue, fmt.Sprintf("the servers of %d readers refuse its mails", n))
	if err != nil {
		return fmt.Errorf("pause issue %d: %w", issue, err)
	}
	if paused {
		c.Log.Warn("issue paused: readers' servers refuse it", "issue", issue, "refused", n)
	}
	return nil
}

// CountRefusals takes what the relay refused while we spoke to it, which is as
// good as a bounce, and says how many there were.
func (c *Clerk) CountRefusals(ctx context.Context) (int, error) {
	total := 0
	for {
		refused, err := c.Ledger.Refusals(ctx, c.Now().Add(-lookBack), 500)
		if err != nil {
			return total, fmt.Errorf("look for refused deliveries: %w", err)
		}
		for _, r := range refused {
			if _, err := c.act(ctx, r.finding(), Proof{r.Sent, ByToken}, "smtp "+r.Mailing+" "+r.Subscriber, 0); err != nil {
				return total, err
			}
			total++
		}
		if len(refused) == 0 || c.DryRun {
			return total, nil
		}
	}
}

// finding is what a refusal says.
func (r Refusal) finding() Finding {
	f := Finding{Action: "failed"}
	f.judge("", fmt.Sprintf("%d %s", r.Code, r.Reply), "")
	if r.Code < 400 {
		f.Reason, f.Kind, f.Status = Network, Soft, "4.4.0"
	}
	return f
}

// Tidy forgets what is older than 90 days.
func (c *Clerk) Tidy(ctx context.Context) error {
	if err := c.Ledger.ForgetBounces(ctx, c.Now().Add(-keepEntries)); err != nil {
		return fmt.Errorf("forget old bounces: %w", err)
	}
	return nil
}

// identity is the same for the same mail, read twice or delivered twice.
func identity(r Report, data []byte) string {
	what := []byte("id " + r.ID)
	if r.ID == "" {
		what = data
	}
	sum := sha256.Sum256(what)
	return hex.EncodeToString(sum[:markSize])
}

package bounces

import (
	"time"

	"weekward/subscribers"
)

// An Act is what follows from a finding.
type Act string

// The acts.
const (
	Keep        Act = "keep"        // not understood: it stays in the mailbox, for the editor
	Ignore      Act = "ignore"      // it asks for nothing
	Backscatter Act = "backscatter" // about no mail of ours: counted only
	Count       Act = "count"       // one failure more
	Suppress    Act = "suppress"    // never mail this person again
	Leave       Act = "unsubscribe" // they asked for it
)

// A Policy says how patient we are with an address that fails. Its zero value
// is the default.
type Policy struct {
	SoftIssues int           // so many issues in a row must fail softly; 3 when 0
	SoftWithin time.Duration // and the first and last so long apart, at least; two weeks when 0
}

// The patience that is usual: a full mailbox is emptied after the holidays.
const (
	defaultSoftIssues = 3
	defaultSoftWithin = 14 * 24 * time.Hour
)

// An Issue is how one issue went for one subscriber.
type Issue struct {
	Number int
	At     time.Time // when it was sent, or failed
	Failed bool      // softly, for a reason that is not ours
}

// A Verdict is an act and why.
type Verdict struct {
	Act    Act
	Reason subscribers.Reason // of a suppression
}

// Decide says what a proven finding does to a subscriber. past are the issues
// mailed to them, the newest first, with this failure among them. Anything but
// a bad address or a complaint takes patience, and what is refused for our
// sake, content or reputation, suppresses nobody.
func (p Policy) Decide(f Finding, state subscribers.State, past []Issue) Verdict {
	switch {
	case state == subscribers.Suppressed || state == subscribers.Unsubscribed && f.Kind != Complaint:
		return Verdict{Act: Ignore}
	case f.Kind == Unsubscribe:
		return Verdict{Act: Leave}
	case f.Kind == Complaint:
		return Verdict{Suppress, subscribers.ReasonComplained}
	case state == subscribers.Pending:
		return Verdict{Act: Count} // a slip of the pen at sign-up: it ends by itself, and the right person may still come
	case f.Kind == Hard:
		return Verdict{Suppress, subscribers.ReasonBounced}
	case f.Kind != Soft || f.Action == "delayed":
		return Verdict{Act: Ignore} // RFC 3464, 2.3.3: a late mail may yet arrive
	case f.Reason.Ours():
		return Verdict{Act: Count}
	case p.worn(past):
		return Verdict{Suppress, subscribers.ReasonBounced}
	}
	return Verdict{Act: Count}
}

// worn tells whether patience is at its end: enough issues in a row failed,
// over long enough.
func (p Policy) worn(past []Issue) bool {
	issues, within := p.SoftIssues, p.SoftWithin
	if issues <= 0 {
		issues = defaultSoftIssues
	}
	if within <= 0 {
		within = defaultSoftWithin
	}
	row := 0
	for row < len(past) && past[row].Failed {
		row++
	}
	return row >= issues && past[0].At.Sub(past[row-1].At) >= within
}

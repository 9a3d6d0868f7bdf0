package mailer

import (
	"cmp"
	"time"
)

// An Action is what is to be done about a slot.
type Action string

// The actions.
const (
	ActWait   Action = "wait"   // nothing is due
	ActSend   Action = "send"   // compose, freeze and deliver
	ActFinish Action = "finish" // deliver the rest of what is frozen
	ActHold   Action = "hold"   // nobody said that it may go
	ActMiss   Action = "miss"   // its slot is too long ago
	ActRest   Action = "rest"   // paused: waits for somebody to resume it
)

// A Decision says what would happen now, and why.
type Decision struct {
	Action Action    `json:"action"`
	Issue  int       `json:"issue"`
	Slot   time.Time `json:"slot"`
	Next   time.Time `json:"next"` // the slot after it
	Reason string    `json:"reason,omitempty"`

	record Record
}

// Settings are the rules of the [schedule] section.
type Settings struct {
	Review      string        // "hold": only what is approved goes out; "send": also what nobody looked at
	MaxLateness time.Duration // after a slot, until when its issue may still go out; 24 h when 0
	MinItems    int           // least number of stories of an issue that nobody approved
	Freeze      time.Duration // before the slot; nothing newer is used
}

// The reviews.
const (
	ReviewHold = "hold"
	ReviewSend = "send"
)

func (s Settings) maxLateness() time.Duration { return cmp.Or(s.MaxLateness, 24*time.Hour) }

// A history is what is stored about slots other than the one in question.
type history struct {
	none   bool // nothing: a newsletter that is set up on Thursday has missed no issue on Tuesday
	beyond bool // an issue for a later slot, so that the time of this one is over
}

// decide applies the rules to what is stored about a slot that has come.
func decide(r Record, now time.Time, h history, s Settings) Decision {
	d := Decision{Issue: r.Number, Slot: r.Slot, Reason: r.Reason, record: r}
	d.Action = act(r, now, h, s)
	switch {
	case d.Action == ActHold && d.Reason == "":
		d.Reason = reasonUnapproved
	case d.Action == ActMiss:
		d.Reason = "its slot is more than " + s.maxLateness().String() + " ago"
	}
	return d
}

func act(r Record, now time.Time, h history, s Settings) Action {
	late := now.Sub(r.Slot) > s.maxLateness()
	switch r.State {
	case IssueSending:
		return ActFinish
	case IssuePaused:
		return ActRest
	case IssueSent, IssueSkipped, IssueMissed:
		return ActWait
	case IssueApproved:
		// The editor's word may come after the slot, and counts from then.
		if late && now.Sub(r.ApprovedAt) > s.maxLateness() {
			return ActMiss
		}
		return ActSend
	}
	switch {
	case late && h.none, h.beyond && r.State == IssueDraft:
		return ActWait
	case late:
		return ActMiss
	case r.Reason == reasonEditor:
		return ActHold
	case r.Reason == reasonChanged, s.Review == ReviewSend:
		return ActSend // perhaps it has changed back; perhaps it has become enough
	}
	return ActHold
}

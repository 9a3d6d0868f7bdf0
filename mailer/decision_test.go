package mailer

import (
	"testing"
	"time"
)

func TestWhatIsDoneAboutASlot(t *testing.T) {
	slot := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	hold, send := Settings{Review: ReviewHold}, Settings{Review: ReviewSend}
	for _, c := range []struct {
		why      string
		record   Record
		late     time.Duration
		past     history
		settings Settings
		want     Action
	}{
		{"approved", Record{State: IssueApproved}, 0, history{}, hold, ActSend},
		{"nobody looked", Record{State: IssueDraft}, 0, history{}, hold, ActHold},
		{"nobody needs to look", Record{State: IssueDraft}, 0, history{}, send, ActSend},
		{"the last minute", Record{State: IssueDraft}, 24 * time.Hour, history{}, send, ActSend},
		{"too late", Record{State: IssueDraft}, 24*time.Hour + 1, history{}, send, ActMiss},
		{"too late, but there was no newsletter", Record{State: IssueDraft}, 25 * time.Hour, history{none: true}, send, ActWait},
		{"a later issue was made already", Record{State: IssueDraft}, time.Hour, history{beyond: true}, send, ActWait},
		{"approved although a later one was made", Record{State: IssueApproved, ApprovedAt: slot}, time.Hour, history{beyond: true}, hold, ActSend},
		{"approved in time, sent too late", Record{State: IssueApproved, ApprovedAt: slot.Add(-time.Hour)}, 25 * time.Hour, history{}, hold, ActMiss},
		{"approved late", Record{State: IssueApproved, ApprovedAt: slot.Add(30 * time.Hour)}, 31 * time.Hour, history{}, hold, ActSend},
		{"held by the editor", Record{State: IssueHeld, Reason: reasonEditor}, 0, history{}, send, ActHold},
		{"held for want of a look, and looked no more", Record{State: IssueHeld, Reason: reasonUnapproved}, 0, history{}, send, ActSend},
		{"held too long", Record{State: IssueHeld, Reason: reasonUnapproved}, 25 * time.Hour, history{}, hold, ActMiss},
		{"changed since approval: look again", Record{State: IssueHeld, Reason: reasonChanged}, 0, history{}, hold, ActSend},
		{"skipped", Record{State: IssueSkipped}, 0, history{}, send, ActWait},
		{"missed", Record{State: IssueMissed}, 25 * time.Hour, history{}, send, ActWait},
		{"under way", Record{State: IssueSending}, 48 * time.Hour, history{}, hold, ActFinish},
		{"paused", Record{State: IssuePaused}, 0, history{}, send, ActRest},
		{"sent", Record{State: IssueSent}, 0, history{}, send, ActWait},
	} {
		c.record.Slot = slot
		if got := decide(c.record, slot.Add(c.late), c.past, c.settings).Action; got != c.want {
			t.Errorf("%s: decide = %s, want %s", c.why, got, c.want)
		}
	}
}

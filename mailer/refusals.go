package mailer

import (
	"fmt"
	"strings"
	"time"
)

// A NotDueError means that there is nothing to send now.
type NotDueError struct {
	Next   time.Time // the next slot, in the schedule's zone
	Reason string    // why not before; may be empty
}

func (e *NotDueError) Error() string {
	text := "no issue is due before " + e.Next.Format("Mon 2 Jan 15:04")
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// Hint is the next step, for the person at the terminal.
func (e *NotDueError) Hint() string { return `"weekward preview" shows the draft` }

// A HeldError means that an issue is due and does not go out by itself.
type HeldError struct {
	Issue  int
	Reason string
	Thin   bool // it has too few stories
}

func (e *HeldError) Error() string { return fmt.Sprintf("issue %d is held: %s", e.Issue, e.Reason) }

// Hint is the next step, for the person at the terminal.
func (e *HeldError) Hint() string {
	return fmt.Sprintf(`"weekward preview" shows it and its fingerprint, "weekward approve %d --fingerprint X" lets it go`, e.Issue)
}

// A PausedError means that the presses are stopped.
type PausedError struct {
	Issue  int
	Reason string
}

func (e *PausedError) Error() string { return fmt.Sprintf("issue %d is paused: %s", e.Issue, e.Reason) }

// Hint is the next step, for the person at the terminal.
func (e *PausedError) Hint() string {
	return fmt.Sprintf(`"weekward resume %d" lets it go on`, e.Issue)
}

// A TooLateError means that the slot of an issue is too long ago.
type TooLateError struct {
	Issue int
	Slot  time.Time // in the schedule's zone
	Limit time.Duration
}

func (e *TooLateError) Error() string {
	return fmt.Sprintf("issue %d was due on %s, more than %s ago: it is marked as missed", e.Issue, e.Slot.Format("Mon 2 Jan 15:04"), e.Limit)
}

// Hint is the next step, for the person at the terminal.
func (e *TooLateError) Hint() string {
	return fmt.Sprintf(`"weekward approve %d" lets it go all the same, "weekward send --now" sends the coming one today`, e.Issue)
}

// A ChangedError means that an issue is not the one that was approved.
type ChangedError struct {
	Issue    int
	Approved string   // fingerprint
	Composed string   // fingerprint of what would go out now
	Diff     []string // what changed, in words
}

func (e *ChangedError) Error() string {
	text := fmt.Sprintf("issue %d has changed: %s was approved, it is %s now", e.Issue, e.Approved, e.Composed)
	if len(e.Diff) > 0 {
		text += " (" + strings.Join(e.Diff, "; ") + ")"
	}
	return text
}

// Hint is the next step, for the person at the terminal.
func (e *ChangedError) Hint() string {
	return fmt.Sprintf(`"weekward preview" shows it, "weekward approve %d --fingerprint %s" approves it as it is now`, e.Issue, e.Composed)
}

// A FaultyError means that the lint found what must not be sent.
type FaultyError struct {
	Issue  int
	Faults []string // rule and message
}

func (e *FaultyError) Error() string {
	return fmt.Sprintf("issue %d has a fault: %s", e.Issue, strings.Join(e.Faults, "; "))
}

// Hint is the next step, for the person at the terminal.
func (e *FaultyError) Hint() string { return `"weekward preview" lists every check` }

// A StateError means that an issue is not in a state for what was asked.
type StateError struct {
	Issue int
	State IssueState
	Asked string // as in "approve"
}

func (e *StateError) Error() string {
	return fmt.Sprintf("cannot %s issue %d: it is %s", e.Asked, e.Issue, e.State)
}

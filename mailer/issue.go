package mailer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"weekward/digest"
	"weekward/subscribers"
	"weekward/templates"
)

// An IssueState is where an issue stands.
type IssueState string

// The states of an issue. A draft is not stored: nobody has decided anything
// about it.
const (
	IssueDraft    IssueState = "draft"
	IssueApproved IssueState = "approved" // the editor's word, for one fingerprint
	IssueHeld     IssueState = "held"     // not sent until somebody says so
	IssueSkipped  IssueState = "skipped"  // the editor's word: no issue for this slot
	IssueMissed   IssueState = "missed"   // its slot is too long ago
	IssueSending  IssueState = "sending"  // frozen; deliveries are under way
	IssuePaused   IssueState = "paused"   // frozen; the presses are stopped
	IssueSent     IssueState = "sent"     // every delivery has ended
)

// Frozen reports whether the bytes and the audience are fixed.
func (s IssueState) Frozen() bool { return s == IssueSending || s == IssuePaused || s == IssueSent }

// Why an issue is held. Reasons are shown to the editor as they are.
const (
	reasonEditor     = "the editor holds it"
	reasonUnapproved = "nobody approved it"
	reasonThin       = "too few stories"
	reasonChanged    = "it has changed since it was approved"
)

// A Record is what is stored about an issue.
type Record struct {
	Number      int
	Slot        time.Time
	State       IssueState
	Reason      string // why it is held, missed or paused
	Fingerprint string // of Content
	Content     []byte // the issue in JSON, as approved or frozen
	ApprovedAt  time.Time
	FrozenAt    time.Time
	EndedAt     time.Time
}

// Issue returns the stored content.
func (r Record) Issue() (digest.Issue, error) {
	var issue digest.Issue
	if err := json.Unmarshal(r.Content, &issue); err != nil {
		return digest.Issue{}, fmt.Errorf("read stored issue %d: %w", r.Number, err)
	}
	return issue, nil
}

// ErrNoIssue means that nothing is stored about an issue or a slot.
var ErrNoIssue = errors.New("no such issue")

// A Move takes an issue from one state to another, or does nothing when it is
// in none of From. A draft is made by the move. The deliveries of a paused
// issue rest.
type Move struct {
	Record                     // as it shall be; State says where to
	From   []IssueState        // Draft stands for an issue that is not stored yet
	Letter *subscribers.Letter // queued in the same commit, when the issue moves
}

// A Frozen is all that is fixed in the one commit that starts a send.
type Frozen struct {
	Record
	From    []IssueState // states it may be frozen from
	Mailing Mailing
	// Variant renders the mail of the active subscribers that share a
	// language, topics and format. It is called once for each.
	Variant func(a Audience) (templates.Content, error)
	Rations []Ration // of the days the issue is spread over; nil is all at once
}

// An Audience is the active subscribers who get the same mail.
type Audience struct {
	Name   string   // of the variant
	Lang   string   // "" means the site's
	Topics []string // empty means all
	Format subscribers.Format
	Count  int
}

// Figures count the deliveries of an issue. Planned equals the sum of the rest.
type Figures struct {
	Planned   int
	Queued    int // not yet ended: queued, claimed or sending
	Sent      int
	Deferred  int
	Bounced   int
	Skipped   int
	Uncertain int
}

// Open is the number of deliveries that have not ended.
func (f Figures) Open() int { return f.Queued + f.Deferred }

// Add counts deliveries in a state.
func (f *Figures) Add(state State, count int) {
	switch state {
	case Queued, Claimed, Sending:
		f.Queued += count
	case Sent:
		f.Sent += count
	case Deferred:
		f.Deferred += count
	case Bounced:
		f.Bounced += count
	case Skipped:
		f.Skipped += count
	case Uncertain:
		f.Uncertain += count
	}
}

// Check returns an error when a delivery is unaccounted for.
func (f Figures) Check() error {
	if sum := f.Open() + f.Sent + f.Bounced + f.Skipped + f.Uncertain; sum != f.Planned {
		return fmt.Errorf("the ledger is wrong: %d deliveries planned, %d accounted for", f.Planned, sum)
	}
	return nil
}

// A Delivery is one line of an issue's ledger.
type Delivery struct {
	Recipient string    `json:"subscriber"` // ID
	State     State     `json:"state"`
	Attempts  int       `json:"attempts"`
	Doubts    int       `json:"doubts,omitempty"` // attempts that were never answered: the mail may have come by each of them
	Code      int       `json:"code,omitempty"`   // SMTP reply code
	Reply     string    `json:"reply,omitempty"`  // what the relay said, or why it was skipped
	DueAt     time.Time `json:"due,omitzero"`     // when it is tried again
	DoneAt    time.Time `json:"done,omitzero"`
}

// Retried is what became of a retry.
type Retried struct {
	Issue    int        `json:"issue"`
	State    IssueState `json:"state"`    // of the issue now
	Due      int        `json:"due"`      // deliveries that are due again
	Doubtful int        `json:"doubtful"` // of those, mails that were never answered: they may come twice
	Kept     int        `json:"kept"`     // left as they are, because their readers have left or are suppressed
}

// Issues stores issues and what is frozen of them.
type Issues interface {
	// Issue returns what is stored about the issue of that number, or
	// ErrNoIssue.
	Issue(ctx context.Context, number int) (Record, error)
	// IssueAt returns what is stored about the issue of that slot, or
	// ErrNoIssue.
	IssueAt(ctx context.Context, slot time.Time) (Record, error)
	// NextIssue returns the number of the next issue to be stored, 1 or more.
	NextIssue(ctx context.Context) (int, error)
	// SendingIssues returns the numbers of the issues in state IssueSending.
	SendingIssues(ctx context.Context) ([]int, error)
	// MoveIssue reports whether the issue moved; of two processes one moves it.
	MoveIssue(ctx context.Context, m Move) (bool, error)
	// FreezeIssue reports whether this call froze the issue; of two processes
	// one does.
	FreezeIssue(ctx context.Context, f Frozen) (bool, error)
	Watched
	// Audiences returns the active subscribers, grouped by the mail they get.
	Audiences(ctx context.Context) ([]Audience, error)
	// EachDelivery calls f for the deliveries of an issue that are in one of
	// the states, or for all when there are none.
	EachDelivery(ctx context.Context, number int, states []State, f func(Delivery) error) error
	// RetryIssue makes the deliveries in those states due again, unless their
	// reader is no longer to be mailed, and opens the issue again when it had
	// ended.
	RetryIssue(ctx context.Context, number int, states []State, now time.Time) (Retried, error)
}

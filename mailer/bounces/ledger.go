package bounces

import (
	"context"
	"time"

	"weekward/subscribers"
)

// An Entry is one finding on record. It holds no address.
type Entry struct {
	Message    string    `json:"-"`          // identity of the mail, or of the refused delivery
	Finding    int       `json:"-"`          // its number in the mail, from 0
	Subscriber string    `json:"subscriber"` // ID; "" for backscatter
	Issue      int       `json:"issue"`      // 0: a letter, or not known
	Kind       Kind      `json:"kind"`
	Reason     Reason    `json:"reason"`
	Action     string    `json:"action"`
	Status     string    `json:"status"`
	Diagnostic string    `json:"diagnostic"`
	Trust      string    `json:"trust"`
	Act        Act       `json:"act"`
	At         time.Time `json:"at"` // when we learnt of it
}

// A Refusal is a delivery that the relay refused for good while we spoke to
// it.
type Refusal struct {
	Sent
	Mailing string
	Code    int    // SMTP reply code
	Reply   string // what the relay said
	At      time.Time
}

// A Ledger keeps what came back.
type Ledger interface {
	People
	// RecordBounce stores an entry and reports whether it was not there
	// before.
	RecordBounce(ctx context.Context, e Entry) (bool, error)
	// HasBounce reports whether what a mail says of a subscriber is on record.
	HasBounce(ctx context.Context, message string, finding int, subscriber string) (bool, error)
	// PastIssues returns how the latest issues went for a subscriber, the
	// newest first.
	PastIssues(ctx context.Context, subscriber string, limit int) ([]Issue, error)
	// Refusals returns at most limit deliveries to people on the list that
	// were refused since a time and are not on record.
	Refusals(ctx context.Context, since time.Time, limit int) ([]Refusal, error)
	// RefusedForUs counts the subscribers whose mail of an issue came back
	// for what all its mails share, and those it was sent to.
	RefusedForUs(ctx context.Context, issue int) (refused, sent int, err error)
	// PauseIssue stops an issue that is being sent; others stay as they are.
	PauseIssue(ctx context.Context, issue int, reason string) (bool, error)
	// Unsubscribe ends the mails to a subscriber.
	Unsubscribe(ctx context.Context, id string, now time.Time) (subscribers.Subscriber, error)
	// ForgetBounces deletes what is older.
	ForgetBounces(ctx context.Context, before time.Time) error
}

// Package subscribers knows who gets the newsletter and how they said yes:
// states, consent, tokens, import, export and forgetting.
//
// What is mailed is left to mailer, the forms to web, and storing to whoever
// fulfils Store.
package subscribers

import (
	"errors"
	"time"
)

// A State is where a subscriber stands.
type State string

// The states. Only an active subscriber is mailed an issue.
const (
	Pending      State = "pending"      // asked, has not confirmed yet
	Active       State = "active"       // confirmed
	Unsubscribed State = "unsubscribed" // left
	Suppressed   State = "suppressed"   // must not be mailed: bounced for good, complained, or asked never again
)

// A Format is the form in which a subscriber gets an issue.
type Format string

// The formats. Both is a mail with an HTML and a plain text part.
const (
	Both Format = "html"
	Text Format = "text"
)

// A Subscriber is a person on the list. Logs name them by ID only.
type Subscriber struct {
	ID          string            `json:"id"`
	Email       string            `json:"email"`              // as mailed: domain in A-labels, local part as given
	Name        string            `json:"name,omitempty"`     // optional
	Lang        string            `json:"language,omitempty"` // BCP 47; "" means the site's language
	Zone        string            `json:"zone,omitempty"`     // IANA; "" means the site's zone
	Topics      []string          `json:"topics,omitempty"`   // empty means all
	Format      Format            `json:"format"`
	State       State             `json:"state"`
	Attributes  map[string]string `json:"attributes,omitempty"` // other columns of an import
	CreatedAt   time.Time         `json:"created_at"`
	ConfirmedAt time.Time         `json:"confirmed_at,omitzero"`
	LeftAt      time.Time         `json:"left_at,omitzero"` // kept while someone who left is pending again
	Epoch       int               `json:"-"`                // raised to make all older links of this person void
}

// A Consent is the record of one yes (GDPR, article 7(1)).
type Consent struct {
	Subscriber    string    `json:"-"`
	Version       string    `json:"version"`        // of the wording
	Wording       string    `json:"wording"`        // as shown, or the note of proof of an import
	Form          string    `json:"form"`           // address of the form, or "import"
	From          string    `json:"from,omitempty"` // keyed hash of the network (/24 or /48) it came from
	RequestedAt   time.Time `json:"requested_at"`
	ConfirmedAt   time.Time `json:"confirmed_at,omitzero"` // zero until confirmed
	ConfirmedFrom string    `json:"confirmed_from,omitempty"`
	WithdrawnAt   time.Time `json:"withdrawn_at,omitzero"` // zero until the person leaves
}

// A Reason says why an address is on the suppression list.
type Reason string

// The reasons. Left only keeps imports away: whoever left may sign up again.
const (
	ReasonLeft       Reason = "left"
	ReasonBounced    Reason = "bounced"
	ReasonComplained Reason = "complained"
	ReasonAsked      Reason = "asked"     // never again
	ReasonForgotten  Reason = "forgotten" // erased at their request
)

// A Suppression keeps an address from being mailed, without knowing it.
type Suppression struct {
	Hash   string    `json:"-"` // keyed hash of the address's key form
	Reason Reason    `json:"reason"`
	At     time.Time `json:"at"`
}

// Errors that callers choose by.
var (
	// ErrUnknownToken means a link is wrong, used or too old. The page for it
	// does not say which: a stranger learns nothing.
	ErrUnknownToken = errors.New("unknown token")
	// ErrNotFound means there is no such subscriber.
	ErrNotFound = errors.New("no such subscriber")
	// ErrTooMany means that too many sign-ups came from one network, for one
	// mail domain or in all: try again within the hour. It never depends on
	// the address that was typed.
	ErrTooMany = errors.New("too many sign-ups")
	// ErrSuppressed means that an address must not be mailed. It is for the
	// editor; a form never says so.
	ErrSuppressed = errors.New("the address is on the suppression list")
)

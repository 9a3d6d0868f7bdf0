package mailer

import (
	"context"
	"errors"
	"time"

	"weekward/subscribers"
	"weekward/templates"
)

// A State is where a delivery stands.
type State string

// The states of a delivery. Only a sending one can come twice: its message may
// be with the relay when this process dies.
const (
	Queued    State = "queued"
	Claimed   State = "claimed"   // in a sender's window, nothing said to the relay
	Sending   State = "sending"   // noted before the relay hears of it
	Sent      State = "sent"      // the relay took it
	Deferred  State = "deferred"  // tried again later
	Bounced   State = "bounced"   // refused for good
	Skipped   State = "skipped"   // the recipient was no longer to be mailed
	Uncertain State = "uncertain" // the relay never answered; not tried again
)

// The kinds of mailing.
const (
	KindIssue  = "issue"
	KindLetter = "letter"
)

// A Mailing is a batch of deliveries: an issue, or a letter to one person.
type Mailing struct {
	ID     string
	Kind   string            // KindIssue or KindLetter
	Issue  int               // its number; 0 for a letter
	Needs  subscribers.State // what a recipient must be; "" asks nothing
	Seed   string            // secret that Message-IDs, boundaries and slots are made of
	Header Header            // zero for a letter, which has the sender of the day
	Date   time.Time         // of all its messages
}

// A Header is the part of a message's head that all issues share.
type Header struct {
	Name    string `json:"name"` // of the newsletter
	From    string `json:"from"`
	ReplyTo string `json:"reply_to"`
	BaseURL string `json:"base_url"`
	Mailbox string `json:"mailbox,omitempty"` // that the program reads; "" where there is none
}

// HeaderOf returns the header of a site's mails.
func HeaderOf(site templates.Site) Header {
	return Header{Name: site.Name, From: site.From, ReplyTo: site.ReplyTo, BaseURL: site.BaseURL, Mailbox: site.Mailbox}
}

// A Claim is one delivery in a sender's window. A later claim of the same
// delivery has a higher Fence and makes this one void.
type Claim struct {
	Mailing  string
	Variant  string
	To       subscribers.Subscriber // ID, Email and Epoch; the rest is not read
	Fence    int64
	Attempts int
	Doubts   int       // attempts that were never answered
	FailedAt time.Time // the first failure; zero when there was none
	Stamp    int64     // the ledger's own; it only comes back in Note
	from     string    // sender of the envelope, once it is made
}

// A Standing is what the ledger says when a message is about to be sent.
type Standing int

// The standings of a claim.
const (
	Clear  Standing = iota // send it
	Gone                   // its recipient left meanwhile: it is skipped, or follows them to another address
	Rested                 // its mailing was paused; it is queued again
	Void                   // another sender has it
)

// An Outcome is how one attempt ended.
type Outcome struct {
	Claim
	State State
	At    time.Time
	DueAt time.Time // for Queued and Deferred
	Code  int       // SMTP reply code; 0 when there was none
	Reply string    // what the relay said
}

// A Backlog is what is left to do in mailings that are not paused.
type Backlog struct {
	Queued  bool      // something is queued, for now or for a moment from now
	Claimed bool      // something is in somebody's window
	Next    time.Time // when the first queued or deferred one is due; zero when there is none
}

// ErrNoMailing means that a mailing is not there any more: the one reader of a
// letter was erased, and the letter along with them.
var ErrNoMailing = errors.New("no such mailing")

// A Ledger is the record of deliveries. What it returned without an error from
// Claim survives a power cut; what it returned from Note survives kill -9.
type Ledger interface {
	// Claim takes up to limit deliveries that are due into sender's window,
	// letters first. Recipients who are no longer to be mailed are skipped.
	// It counts as a beat.
	Claim(ctx context.Context, sender string, limit int, now time.Time) ([]Claim, error)
	// Note begins some deliveries and ends others, the ends first, all or none
	// of them. It returns the standing of each one begun. Others see it when
	// the next window is claimed, and soon without one.
	Note(ctx context.Context, sender string, ends []Outcome, begins []Claim, now time.Time) ([]Standing, error)
	// Release queues the claims of sender that have not begun.
	Release(ctx context.Context, sender string) error
	// Pause stops an issue's mailing for a reason; a letter is not stopped.
	Pause(ctx context.Context, mailing, reason string) error
	// Trouble notes with the issues that are being sent why nothing goes out
	// for now; "" when it does.
	Trouble(ctx context.Context, reason string) error
	// Backlog says what is left to do.
	Backlog(ctx context.Context) (Backlog, error)
	// Mailing and Variant return what Claims point to, or ErrNoMailing.
	Mailing(ctx context.Context, id string) (Mailing, error)
	Variant(ctx context.Context, mailing, name string) (templates.Content, error)
}

// A Jotter is a Ledger that can note at once, without a commit. What it noted
// survives kill -9, as after Note.
type Jotter interface {
	// Jot is Note where all that is begun is Clear. It reports false, and has
	// noted nothing, when only Note can tell. Stale says that a Note, if only of
	// nothing, should come soon, so that others see what was noted.
	// More says that a beginning follows at once; ends may be noted with that.
	Jot(sender string, ends []Outcome, begins []Claim, more bool) (noted, stale bool)
}

// A Roster knows which senders are alive.
type Roster interface {
	// Join enlists a sender. Leave takes it off again.
	Join(ctx context.Context, sender string) error
	Leave(ctx context.Context, sender string) error
	// Beat says that sender lives, and returns the others.
	Beat(ctx context.Context, sender string) ([]Peer, error)
	// Bury takes a dead peer off the roster, unless it has beaten since, and
	// settles its claims: those that had not begun are queued, those under
	// way get the given state. It reports how many those were.
	Bury(ctx context.Context, dead Peer, underWay State, now time.Time) (claimed, sending int, err error)
}

// A Peer is another sender on the roster.
type Peer struct {
	ID    string
	Beats int64
	Dead  bool // known for certain; a peer that is not may be dead all the same
}

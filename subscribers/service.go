package subscribers

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"
)

// A Service decides who gets the newsletter. Its decisions are made inside the
// store's transactions, so that two of them never contradict each other.
type Service struct {
	Store Store
	Keys  Keys
	Now   func() time.Time // time.Now when nil
	// Letter renders a mail to one person around a link. Only Subject, HTML
	// and Text of what it returns are used. It is called inside a transaction
	// and must not touch the database.
	Letter  func(kind LetterKind, s Subscriber, link Link) (Letter, error)
	Limits  Limits
	Wording Wording // beside the sign-up button, for requests that bring none
	// Imported hears how far an Import is, after each batch; nil is nobody.
	Imported func(ImportReport)
}

// A Link is what a letter is sent for. Its address on the web is made by who
// knows the site: base URL, purpose, token.
type Link struct {
	Purpose Purpose
	Token   string    // "" in a letter that only tells something
	Leave   string    // token to unsubscribe; "" in letters that ask
	Asked   time.Time // when the person asked for it
	Form    string    // where
}

// A Wording is the sentence a person agrees to.
type Wording struct {
	Version string
	Text    string
}

// ConfirmWithin is how long a confirmation link is good for, and a sign-up
// that nobody confirmed is kept.
const ConfirmWithin = 7 * 24 * time.Hour

// A Store keeps subscribers. Its methods are transactions.
type Store interface {
	Joining
	Holding
	Listing
	Importing
	Erasing
}

// Joining is what signing up needs.
type Joining interface {
	// SignUp looks up what is known of an address, asks decide, and carries
	// out the Change it returns. When decide fails nothing is written and its
	// error is returned.
	SignUp(ctx context.Context, a Attempt, decide func(Known, Recent) (Change, error)) error
	// Confirm makes a pending subscriber active, closes the open consent and
	// lifts suppressions for having left. Whoever moved to this address leaves
	// the old one in the same commit, and takes mails not yet sent along.
	// ErrNotFound: nobody is pending there.
	Confirm(ctx context.Context, c Confirmation) (Subscriber, error)
}

// Holding is what the holder of a link needs.
type Holding interface {
	// Subscriber returns one subscriber, or ErrNotFound.
	Subscriber(ctx context.Context, id string) (Subscriber, error)
	// Unsubscribe makes a pending or active subscriber unsubscribed and marks
	// their consent as withdrawn. Others stay as they are.
	Unsubscribe(ctx context.Context, id string, now time.Time) (Subscriber, error)
	// SavePreferences stores language, zone, topics and format.
	SavePreferences(ctx context.Context, id string, p Preferences) (Subscriber, error)
}

// Listing is what the editor looks at.
type Listing interface {
	// SubscriberByKey returns the subscriber with that key form of the
	// address, or ErrNotFound.
	SubscriberByKey(ctx context.Context, key string) (Subscriber, error)
	// Subscribers returns a page, newest first.
	Subscribers(ctx context.Context, f Filter) ([]Subscriber, error)
	// CountSubscribers counts them by state.
	CountSubscribers(ctx context.Context) (map[State]int, error)
	// Record returns all that is known of a subscriber.
	Record(ctx context.Context, id string) (Record, error)
	// ExportSubscribers calls f for every subscriber with their latest
	// consent, oldest first.
	ExportSubscribers(ctx context.Context, f func(Subscriber, Consent) error) error
}

// Importing is what an import needs.
type Importing interface {
	// Known returns what is known of each address, in the order asked.
	Known(ctx context.Context, lookups []Lookup) ([]Known, error)
	// Import is Known, decide and the Changes it returns in one transaction.
	Import(ctx context.Context, lookups []Lookup, decide func([]Known) ([]Change, error)) error
}

// Erasing is what suppressing, forgetting and the rules of retention need.
type Erasing interface {
	// Suppress marks a subscriber as suppressed and remembers the hash.
	Suppress(ctx context.Context, id string, s Suppression) error
	// Suppression returns the first of the hashes that is on the list, or
	// ErrNotFound.
	Suppression(ctx context.Context, hashes []string) (Suppression, error)
	// Lift takes the hashes off the list; a suppressed subscriber with that
	// key becomes one who left.
	Lift(ctx context.Context, key string, hashes []string) error
	// Forget erases subscribers with everything that belongs to them, and
	// remembers the suppressions. Afterwards their addresses are in none of
	// the database's files.
	Forget(ctx context.Context, e ...Erasure) error
	// Expired returns at most limit subscribers that are not kept any longer.
	Expired(ctx context.Context, r Retention, limit int) ([]Subscriber, error)
	// ForgetSignUps deletes the records behind the limits from before a time.
	ForgetSignUps(ctx context.Context, before time.Time) error
	// RaiseEpoch makes all links of a subscriber void.
	RaiseEpoch(ctx context.Context, id string) error
}

// A Lookup names an address in the forms the store knows it by.
type Lookup struct {
	Key    string   // the key form, see AddressKey
	Hashes []string // keyed hashes of the key form, the current key's first
}

// Known is what the list knows of an address.
type Known struct {
	Subscriber Subscriber // ID "" when there is none
	Suppressed Reason     // "" when it is not on the suppression list
}

// barred tells an address that must not be mailed, whoever asks.
func (k Known) barred() bool {
	return k.Subscriber.State == Suppressed || k.Suppressed != "" && k.Suppressed != ReasonLeft
}

// left tells someone who left and has not come back.
func (k Known) left() bool {
	return k.Suppressed == ReasonLeft || k.Subscriber.State != Active && !k.Subscriber.LeftAt.IsZero()
}

// A Change is what becomes of an address. Its zero parts change nothing.
type Change struct {
	Subscriber  Subscriber // as it shall be; ID "": stays as it is
	Replaces    string     // ID of who leaves when Subscriber confirms, having moved; "": nobody
	Consent     Consent    // to add, in place of one not yet confirmed; Subscriber "": none
	Letter      Letter     // to queue; ID "": none
	Suppression Suppression
}

// A Confirmation is a yes, given through a link.
type Confirmation struct {
	ID     string
	Epoch  int
	At     time.Time
	From   string   // keyed hash of the network
	Hashes []string // of the address, to lift suppressions for having left
	// Letter is what follows, given who was confirmed and who left for it; the
	// latter's ID is "" when nobody moved.
	Letter func(confirmed, left Subscriber) (Letter, error)
}

// An Erasure takes a subscriber off every table. What stays is the hash.
type Erasure struct {
	ID          string
	Address     string      // the keyed hash that sign-ups are counted by
	Suppression Suppression // Hash "": none
}

// A Retention says until when things are kept: what is older goes.
type Retention struct {
	Pending      time.Time // asked and not confirmed
	Unsubscribed time.Time // left
	Suppressed   time.Time
}

func (s *Service) now() time.Time {
	if s.Now == nil {
		return time.Now().UTC()
	}
	return s.Now().UTC()
}

// lookup returns the forms of an address that ParseAddress returned.
func (s *Service) lookup(address string) Lookup {
	key := AddressKey(address)
	return Lookup{Key: key, Hashes: s.Keys.Hashes("suppression", key)}
}

// suppression is the entry that keeps an address away.
func (s *Service) suppression(address string, why Reason, now time.Time) Suppression {
	return Suppression{Hash: s.lookup(address).Hashes[0], Reason: why, At: now}
}

// letter renders a letter and addresses it.
func (s *Service) letter(kind LetterKind, to Subscriber, link Link) (Letter, error) {
	l, err := s.Letter(kind, to, link)
	l.ID, l.Kind, l.Subscriber, l.Address, l.At = newID(link.Asked), kind, to.ID, "", link.Asked
	return l, err
}

// newID returns an identity that nobody else has: 40 bits of time, in 32nds of
// a second, and 60 random ones. Identities made together sort together, so
// that a big import writes each page of an index once.
func newID(now time.Time) string {
	var beginning [8]byte
	binary.BigEndian.PutUint64(beginning[:], uint64(now.UnixMilli())*32/1000)
	ordered := base32.HexEncoding.EncodeToString(beginning[3:])
	return strings.ToLower(ordered + rand.Text()[:12])
}

package subscribers

import "time"

// A LetterKind names a mail to one person.
type LetterKind string

// The letters.
const (
	LetterConfirm     LetterKind = "confirm"     // asks for the confirmation of a sign-up
	LetterPreferences LetterKind = "preferences" // an active reader signed up again, or asked for the link
	LetterAddress     LetterKind = "address"     // asks a reader's new address for its confirmation
	LetterMoved       LetterKind = "moved"       // tells the old address that its reader has moved
	LetterWelcome     LetterKind = "welcome"     // follows a confirmation, once
	LetterNotice      LetterKind = "notice"      // tells the editor something
)

// A Letter is one mail to one person, rendered and ready to be queued. It goes
// through the same outbox as an issue, before it.
type Letter struct {
	ID         string
	Kind       LetterKind
	Subscriber string // ID; "" for a notice
	Address    string // only for a notice
	Subject    string
	HTML       string
	Text       string
	At         time.Time
}

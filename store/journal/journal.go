// Package journal is the file beside the database that remembers, across
// restored backups, what must not be undone: who was mailed what, who left, who
// was erased, and which issues were frozen.
//
// The file is only appended to. A Batch is what one transaction of the database
// tells: it is written before that transaction commits, and marked as settled
// after it. The database stores the number of the last entry it knows, so a
// database that knows less than what is settled in the file is one that was
// restored, and the difference says by how much.
//
// What an entry means for the database is left to store. The journal holds no
// address and no name: people are named by their ID, and those who were erased
// by keyed hashes only.
package journal

import "time"

// A Kind is what an entry tells of.
type Kind byte

// The kinds. Their numbers are in files: they never change.
const (
	Claimed    Kind = 1  // a sender is about to mail a delivery
	Returned   Kind = 2  // it did not: released, put off, refused for now
	Sent       Kind = 3  // the relay took it
	Bounced    Kind = 4  // the relay refused it for good; Number is its reply code
	Uncertain  Kind = 5  // the relay never answered
	Left       Kind = 6  // a subscriber unsubscribed
	Suppressed Kind = 7  // a subscriber must not be mailed any more; Reason, Hash
	Erased     Kind = 8  // somebody was erased: Person, Address, and Hash and Reason unless nothing stays
	Barred     Kind = 9  // a hash came to the suppression list; Reason
	Lifted     Kind = 10 // a hash was taken off the suppression list
	Joined     Kind = 11 // a subscriber confirmed
	Imported   Kind = 12 // Number subscribers came by an import
	Frozen     Kind = 13 // an issue's bytes and audience were fixed; Issue
	Moved      Kind = 14 // an issue came to another state; Issue's Number, Slot, State and Reason
	TakenBack  Kind = 15 // a post of a chat was erased: Person is a keyed hash of what it was known by
)

// ofDelivery reports whether an entry of that kind is about one delivery.
func (k Kind) ofDelivery() bool { return k >= Claimed && k <= Uncertain }

// An Entry is one thing to remember. Which fields count depends on its Kind.
type Entry struct {
	Kind       Kind
	Mailing    string // of a delivery
	Subscriber string // ID
	Number     int    // a reply code, or a count
	Reason     string
	Person     string // keyed hash of an ID
	Address    string // keyed hash that sign-ups are counted by
	Hash       string // keyed hash on the suppression list
	Issue      *Issue
}

// An Issue is what a frozen issue is made anew of.
type Issue struct {
	Number      int
	Slot        time.Time
	State       string
	Reason      string
	Fingerprint string
	Mailing     string    // ID
	Seed        string    // of Message-IDs and links
	Header      string    // JSON
	Date        time.Time // of its mails
	Content     []byte    // JSON
}

// A Batch is what one transaction tells. Its entries have the numbers after
// Base up to Last; after compaction there may be fewer entries than numbers.
type Batch struct {
	Base, Last int64
	At         time.Time // to the second
	Settled    bool      // the transaction is on the disk
	Entries    []Entry
}

package mailer

import "time"

// A Counter hears what a sender does, for the figures of whoever watches the
// machines. Many goroutines call it at once, and each call holds up a message.
type Counter interface {
	// Opened hears of each try to connect to the relay; err says why there is
	// no connection.
	Opened(err error)
	// Claimed hears of each window and how many deliveries it has.
	Claimed(deliveries int)
	// Tried hears how an attempt ended, for an issue or a letter (KindIssue,
	// KindLetter), and how long the relay took.
	Tried(kind string, o Outcome, took time.Duration)
}

// uncounted is a Counter for nobody.
type uncounted struct{}

func (uncounted) Opened(error)                         {}
func (uncounted) Claimed(int)                          {}
func (uncounted) Tried(string, Outcome, time.Duration) {}

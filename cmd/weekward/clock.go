package main

import (
	"time"
)

// A clock tells the time: the machine's, or a rehearsal's that starts at
// WEEKWARD_NOW and runs on from there.
type clock struct {
	offset     time.Duration
	rehearsing bool
}

// newClock reads WEEKWARD_NOW.
func newClock(now string) (clock, error) {
	if now == "" {
		return clock{}, nil
	}
	at, err := time.Parse(time.RFC3339, now)
	if err != nil {
		return clock{}, usage("write it like 2026-03-03T07:00:00Z", "WEEKWARD_NOW: %q is not a time in RFC 3339", now)
	}
	return clockAt(at), nil
}

// clockAt is a rehearsal that starts at t.
func clockAt(t time.Time) clock { return clock{offset: time.Until(t), rehearsing: true} }

// now is the current time, UTC.
func (c clock) now() time.Time { return time.Now().Add(c.offset).UTC() }

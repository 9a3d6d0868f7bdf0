package web

import (
	"strconv"
	"time"

	"weekward/subscribers"
)

// A person needs some seconds to type an address, a program does not; and a
// form that has been open for longer than a day may have been collected (SU-7).
const (
	youngestForm = 2 * time.Second
	oldestForm   = 24 * time.Hour
)

// A formAge is what the time stamp of a form says about who sent it.
type formAge int

const (
	ageUnknown formAge = iota // no stamp: a form on another page, or a script
	ageForged                 // a stamp that we did not write
	ageTooYoung
	ageRight
	ageTooOld
)

// stamp returns a signed mark of the time the form was shown.
func stamp(k Signer, shown time.Time) string {
	at := strconv.FormatInt(shown.UnixMilli(), 36)
	return k.Token(subscribers.PurposeForm, subscribers.Subscriber{ID: at}, time.Time{})
}

// age reads a stamp at the time the form came back.
func age(k Signer, stamp string, now time.Time) formAge {
	if stamp == "" {
		return ageUnknown
	}
	at, _, err := k.Verify(subscribers.PurposeForm, stamp, now)
	if err != nil {
		return ageForged
	}
	ms, err := strconv.ParseInt(at, 36, 64)
	if err != nil {
		return ageForged
	}
	switch open := now.Sub(time.UnixMilli(ms)); {
	case open < youngestForm:
		return ageTooYoung
	case open > oldestForm:
		return ageTooOld
	}
	return ageRight
}

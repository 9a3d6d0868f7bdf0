package feeds

import (
	"fmt"
	"net/http"
	"time"
)

// A State says how a source is, in one word.
type State string

// The states of a source. None of them deletes anything.
const (
	StateUnread  State = "unread"  // never read
	StateOK      State = "ok"      // the last try worked
	StateFailing State = "failing" // the last try did not
	StateMuted   State = "muted"   // it has failed for weeks and is tried once a week
	StateGone    State = "gone"    // it is not tried any more
)

// From when on a source that fails is tried less, or no more.
const (
	mutedFailures   = 20
	missingFailures = 10
	patience        = 14 * 24 * time.Hour
	mutedPace       = 7 * 24 * time.Hour
)

// State says how the source was at the last try.
func (v Visit) State() State {
	switch {
	case v.gone():
		return StateGone
	case v.Muted():
		return StateMuted
	case v.Failures > 0:
		return StateFailing
	case v.First.IsZero():
		return StateUnread
	}
	return StateOK
}

// Muted tells whether a source has failed so often and so long that it is
// tried once a week only: 20 times over 14 days.
func (v Visit) Muted() bool { return v.failing(mutedFailures) }

// gone tells whether the server says that there is nothing any more: at once
// with 410, with 404 when it has said so 10 times over 14 days (F15).
func (v Visit) gone() bool {
	return v.Failures > 0 && v.Status == http.StatusGone ||
		v.Status == http.StatusNotFound && v.failing(missingFailures)
}

func (v Visit) failing(times int) bool {
	return v.Failures >= times && v.Last.Sub(v.FailingSince) >= patience
}

// notice is what the editor should know about a source beyond its error; ""
// when that says enough.
func (v Visit) notice() string {
	days := int(v.Last.Sub(v.FailingSince).Hours() / 24)
	switch {
	case v.Failures > 0 && v.Status == http.StatusGone:
		return "it is gone for good and will not be read again; remove it, or give its new address"
	case v.gone():
		return fmt.Sprintf("nothing was found there for %d days, so it will not be read again; remove it, or give its new address", days)
	case v.Muted():
		return fmt.Sprintf("it has failed for %d days and is tried once a week from now on", days)
	}
	return ""
}

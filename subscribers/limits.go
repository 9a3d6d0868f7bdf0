package subscribers

import "time"

// Limits keep a sign-up form from being used against third parties: each
// letter that nobody asked for is spam, even if it only asks for a yes (SU-7).
// A zero value means the default, a negative one no limit.
type Limits struct {
	Pause   time.Duration // least time between two letters to one address; 10 minutes. Silent
	Daily   int           // letters to one address in 24 hours; 3. Silent
	Network int           // sign-ups from one /24 or /48 in an hour; 10. ErrTooMany
	Domain  int           // sign-ups for one mail domain in an hour; 300. ErrTooMany
	Total   int           // sign-ups in an hour; 1,000. ErrTooMany
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Pause:   orDefault(l.Pause, 10*time.Minute),
		Daily:   orDefault(l.Daily, 3),
		Network: orDefault(l.Network, 10),
		Domain:  orDefault(l.Domain, 300),
		Total:   orDefault(l.Total, 1000),
	}
}

func orDefault[T int | time.Duration](v, usual T) T {
	if v == 0 {
		return usual
	}
	return v
}

// An Attempt is one use of the sign-up form, in the hashes that limits go by.
type Attempt struct {
	Lookup
	Address string // keyed hash
	Network string // keyed hash; "" when unknown
	Domain  string // keyed hash
	At      time.Time
	Limits  Limits // how far it is worth counting
}

// Recent is what happened before an attempt.
type Recent struct {
	LastLetter time.Time // to this address, within 24 hours
	Letters    int       // to this address, within 24 hours
	Network    int       // sign-ups within the hour
	Domain     int
	Total      int
}

// tooMany tells whether the form is closed for now, whatever the address.
func (l Limits) tooMany(r Recent) bool {
	return l.Network > 0 && r.Network >= l.Network ||
		l.Domain > 0 && r.Domain >= l.Domain ||
		l.Total > 0 && r.Total >= l.Total
}

// mayMail tells whether this address may get another letter now.
func (l Limits) mayMail(r Recent, now time.Time) bool {
	paused := l.Pause > 0 && !r.LastLetter.IsZero() && now.Before(r.LastLetter.Add(l.Pause))
	return !paused && (l.Daily < 0 || r.Letters < l.Daily)
}

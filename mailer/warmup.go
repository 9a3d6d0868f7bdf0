package mailer

import (
	"context"
	"fmt"
	"math"
	"time"

	"weekward/digest"
)

// A Warmup spreads the first issues of a new sending address over days, so that
// mailbox providers learn to know it by a few mails before they get many. Who
// reads most cannot be known, because nothing is tracked; whoever confirmed
// first goes first.
type Warmup struct {
	Days     []int           // most mails of issues on the first, second, … day on which any go out; no limit after the last
	Address  string          // that warms up
	Schedule digest.Schedule // whose days these are, and at whose hour the rest goes on
}

// A Ration is how many mails of an issue are for one day.
type Ration struct {
	Count int
	DueAt time.Time // zero is at once
}

// rest is a ration of all that are left.
const rest = math.MaxInt32

func (w Warmup) location() *time.Location {
	if w.Schedule.Location == nil {
		return time.UTC
	}
	return w.Schedule.Location
}

// day is the day of a moment, as in "2026-03-03".
func (w Warmup) day(at time.Time) string { return at.In(w.location()).Format(time.DateOnly) }

// morning is when mails go on, some days after a moment.
func (w Warmup) morning(at time.Time, days int) time.Time {
	local := at.In(w.location())
	midnight := time.Date(local.Year(), local.Month(), local.Day()+days, 0, 0, 0, 0, w.location())
	s := w.Schedule
	s.Weekday = midnight.Weekday()
	return s.Next(midnight.Add(-time.Nanosecond))
}

// most is how many mails may go out on a day of sending, counted from 0.
func (w Warmup) most(day int) int {
	if day < len(w.Days) {
		return w.Days[day]
	}
	return rest
}

// A WarmupStanding is how far an address has warmed up.
type WarmupStanding struct {
	Day   int `json:"day"`  // of sending, counted from 1: the one of today
	Of    int `json:"of"`   // days with a limit
	Begun int `json:"sent"` // mails of today
	Most  int `json:"most"` // mails of today, at most
}

// Over reports whether there is no limit today.
func (s WarmupStanding) Over() bool { return s.Day > s.Of }

// Warming returns how far the sending address has warmed up. It is over where
// no warm-up is configured.
func (s *Sender) Warming(ctx context.Context, now time.Time) (WarmupStanding, error) {
	w := s.Warmup
	if len(w.Days) == 0 || s.Meter == nil {
		return WarmupStanding{Day: 1, Most: rest}, nil
	}
	before, begun, err := s.Meter.WarmupDay(ctx, w.Address, w.day(now))
	if err != nil {
		return WarmupStanding{}, err
	}
	return WarmupStanding{Day: before + 1, Of: len(w.Days), Begun: begun, Most: w.most(before)}, nil
}

// rations spreads an issue that is frozen now; nil is all at once.
func (s *Sender) rations(ctx context.Context, now time.Time) ([]Ration, error) {
	standing, err := s.Warming(ctx, now)
	if err != nil || standing.Over() {
		return nil, err
	}
	spread := []Ration{{Count: max(standing.Most-standing.Begun, 0)}}
	for k := 1; ; k++ {
		r := Ration{Count: s.Warmup.most(standing.Day - 1 + k), DueAt: s.Warmup.morning(now, k).UTC()}
		spread = append(spread, r)
		if r.Count == rest {
			return spread, nil
		}
	}
}

// warming keeps a run to the day's mails. It is used by one goroutine.
type warming struct {
	day  string
	most int // of the day
	left int // taken from it, not yet used
	over bool
}

// atOnce is how many mails are taken from a day's at once: the hundredth part,
// because what a kill -9 leaves unused is lost for the day.
func (w *warming) atOnce() int { return max(min(w.most/100, 100), 1) }

// ration reports whether one more mail of an issue may go out today.
func (r *run) ration(ctx context.Context, now time.Time) (bool, error) {
	w := &r.warming
	if day := r.Warmup.day(now); day != w.day {
		standing, err := r.Warming(ctx, now)
		if err != nil {
			return false, err
		}
		*w = warming{day: day, most: standing.Most}
	}
	if w.most == rest {
		return true, nil
	}
	if w.left == 0 && !w.over {
		granted, err := r.Meter.Ration(ctx, r.id, r.Warmup.Address, w.day, w.atOnce(), w.most)
		if err != nil {
			return false, err
		}
		w.left, w.over = granted, granted == 0
	}
	if w.over {
		return false, nil
	}
	w.left--
	return true, nil
}

// String says it for the editor: "day 2 of 5 of the warm-up, 34 of 100 mails
// sent today".
func (s WarmupStanding) String() string {
	return fmt.Sprintf("day %d of %d of the warm-up, %d of %d mails sent today", s.Day, s.Of, s.Begun, s.Most)
}

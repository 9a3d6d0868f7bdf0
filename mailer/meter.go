package mailer

import (
	"context"
	"sync"
	"time"
)

// A Meter keeps how fast mail goes where all senders of a newsletter see it,
// and where it outlives them.
type Meter interface {
	// Book books n moments, every apart, of the one rate that all senders
	// share, and returns the first, which is not before now. What is booked
	// and not used is gone.
	Book(ctx context.Context, sender string, n int, every time.Duration, now time.Time) (first time.Time, err error)
	// WarmupDay returns how many days before day mails of issues went out from
	// an address, and how many began on the day itself. A day is written as
	// in "2026-03-03".
	WarmupDay(ctx context.Context, address, day string) (before, begun int, err error)
	// Ration takes up to want mails of a day's most and returns how many it
	// got; none when they are used up.
	Ration(ctx context.Context, sender, address, day string, want, most int) (granted int, err error)
}

// bookAhead is for how long moments are booked at once: a commit of its own
// for each message would cost more than the message, and what is booked ahead
// is lost by a kill -9.
const bookAhead = time.Second

// farthestMoment is farther ahead than senders book, at one mail a minute, too.
// What seems to be beyond it was booked before a clock was set back.
const farthestMoment = 5 * time.Minute

// tickets are the moments at which a sender may send, booked a second's worth
// at a time.
type tickets struct {
	every time.Duration
	now   func() time.Time
	book  func(ctx context.Context, n int) (first time.Time, err error)

	mu   sync.Mutex
	next time.Time
	left int
}

// take returns the next moment.
func (t *tickets) take(ctx context.Context) (time.Time, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.left == 0 || t.next.Sub(t.now()) > farthestMoment {
		n := max(int(bookAhead/t.every), 1)
		first, err := t.book(ctx, n)
		if err != nil {
			return time.Time{}, err
		}
		t.next, t.left = first, n
	}
	at := t.next
	t.next, t.left = at.Add(t.every), t.left-1
	return at, nil
}

// tickets returns the moments of the configured rate, or nil when there is
// none. Without a Meter they are this run's own.
func (r *run) tickets() *tickets {
	if r.PerMinute <= 0 {
		return nil
	}
	t := &tickets{every: time.Minute / time.Duration(r.PerMinute), now: r.Now}
	t.book = func(ctx context.Context, n int) (first time.Time, err error) {
		err = r.bear(ctx, "book moments to send at", func() error {
			first, err = r.Meter.Book(ctx, r.id, n, t.every, r.Now())
			return err
		})
		return first, err
	}
	if r.Meter == nil {
		t.book = func(context.Context, int) (time.Time, error) { // after the last one booked
			if now := r.Now(); t.next.Before(now) || t.next.Sub(now) > farthestMoment {
				return now, nil
			}
			return t.next, nil
		}
	}
	return t
}

package mailer

import (
	"context"
	"testing"
	"time"
)

// Moments that were booked before a clock was set back are not waited for.
func TestMomentsFromBeforeAClockWasSetBackAreNotWaitedFor(t *testing.T) {
	now := noon
	booked := 0
	tk := &tickets{every: 10 * time.Millisecond, now: func() time.Time { return now }}
	tk.book = func(_ context.Context, n int) (time.Time, error) { booked += n; return now, nil }
	for i := range 3 {
		if at, err := tk.take(t.Context()); err != nil || at.Sub(now) != time.Duration(i)*tk.every {
			t.Errorf("moment %d: got %s from now, %v, want %s", i, at.Sub(now), err, time.Duration(i)*tk.every)
		}
	}
	now = now.Add(-2 * time.Hour)
	if at, err := tk.take(t.Context()); err != nil || at.Sub(now) > time.Second {
		t.Errorf("the moment after the clock was set back: got %s from now, %v, want at once", at.Sub(now), err)
	}
	if booked != 200 {
		t.Errorf("moments booked: got %d, want a second's worth before and one after", booked)
	}
}

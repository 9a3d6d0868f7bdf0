package mailer

import (
	"testing"
	"testing/synctest"
	"time"
)

// A relay that ends connections after the same number of messages is come
// before, and asked anew later: it may only have been in trouble.
func TestBoundOfAConnectionIsKeptForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n renewal
		for i, carried := range []int{7, 1, 1, 1, 7, 7, 7} {
			if n.ended(carried, time.Now()); n.least(100) != 100 {
				t.Fatalf("after %d ends, not four of them alike: got %d messages over one connection, want 100", i+1, n.least(100))
			}
		}
		n.ended(7, time.Now())
		if got := n.least(100); got != 7 {
			t.Errorf("after four ends at 7 messages: got %d over one connection, want 7", got)
		}
		time.Sleep(boundHolds + time.Second)
		if got := n.least(100); got != 100 {
			t.Errorf("an hour later: got %d messages over one connection, want 100", got)
		}
	})
}

package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"weekward/mailer"
	"weekward/store"
	"weekward/store/storetest"
)

// What lies between two deliveries that are due, and is not due itself, is left
// alone: it was put off, or sent already.
func TestWindowHoldsOnlyWhatIsDue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		freezeFor(t, s, 9)
		if err := s.Join(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		claims := claimSome(t, s, "a", 7)
		outcome := func(i int, state mailer.State, due time.Time) mailer.Outcome {
			return mailer.Outcome{Claim: claims[i], State: state, At: mailed, DueAt: due}
		}
		again := mailed.Add(time.Second)
		ends := []mailer.Outcome{outcome(1, mailer.Deferred, mailed.Add(time.Hour)), outcome(3, mailer.Sent, time.Time{}), outcome(5, mailer.Queued, again)}
		if _, err := s.Note(ctx, "a", ends, nil, mailed); err != nil {
			t.Fatal(err)
		}
		if err := s.Release(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			why   string
			now   time.Time
			limit int
			want  []string
		}{
			{"those due at once, over the gaps", mailed, 5, []string{"s0", "s2", "s4", "s6", "s7"}},
			{"due at two moments", again, 5, []string{"s5", "s8"}},
			{"all that is left, when it is due", mailed.Add(time.Hour), 5, []string{"s1"}},
		} {
			got, err := s.Claim(ctx, "a", c.limit, c.now)
			if err != nil {
				t.Fatalf("%s: %v", c.why, err)
			}
			ids := []string{}
			for _, claim := range got {
				ids = append(ids, claim.To.ID)
			}
			if slices.Sort(ids); !slices.Equal(ids, c.want) {
				t.Errorf("%s: got %v, want %v", c.why, ids, c.want)
			}
		}
	})
}

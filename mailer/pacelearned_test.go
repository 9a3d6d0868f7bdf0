package mailer

import (
	"math"
	"testing"
	"time"
)

// fixedWindow is a relay that takes so many messages in each minute.
type fixedWindow struct {
	most  int
	began time.Time
	taken int
}

func (w *fixedWindow) takes(now time.Time) bool {
	if now.Sub(w.began) >= time.Minute {
		w.began, w.taken = now, 0
	}
	w.taken++
	return w.taken <= w.most
}

// TestRelayWithARateIsLearned sends against a relay that takes so many a
// minute, with what the pace would wait.
func TestRelayWithARateIsLearned(t *testing.T) {
	for _, most := range []int{20, 50, 300} {
		relay, l := fixedWindow{most: most}, learned{released: noon}
		now, step := noon, time.Second
		taken, refused, row := 0, 0, 0
		end := noon.Add(30 * time.Minute)
		for now.Before(end) {
			now = now.Add(l.wait(now) + 10*time.Millisecond)
			if relay.takes(now) {
				if row > 0 {
					l.release(now, true)
				}
				taken, row, step = taken+1, 0, max(step*9/10, time.Second)
				l.took(now, math.MaxInt64)
				continue
			}
			refused++
			if row++; row >= mostRefusals || row > 4 && l.every > 0 {
				now, step = now.Add(step), min(2*step, longestStep)
			}
		}
		if share := float64(refused) / float64(taken+refused); share > 0.2 {
			t.Errorf("at %d a minute: got %d of %d tries refused, want less than a fifth", most, refused, taken+refused)
		}
		if least := 30 * most * 7 / 10; taken < least {
			t.Errorf("at %d a minute: got %d taken in 30 minutes, want at least %d", most, taken, least)
		}
	}
}

func TestRelayThatWasOnlyAwayIsNotTakenToBeSlow(t *testing.T) {
	l := learned{released: noon, taken: 100}
	l.release(noon.Add(time.Minute), false)
	if l.wait(noon.Add(time.Minute)) != 0 || l.every != 0 {
		t.Errorf("after a relay was away: got %s between messages, want no limit", l.every)
	}
}

package mailer

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// sendAt sends through a pace for a while, one message after the other, each in
// a hundredth of a second. The relay says whether it takes it, or 421.
func sendAt(t *testing.T, p *pace, lasting time.Duration, takes func() bool) (taken, refused int) {
	t.Helper()
	for end := time.Now().Add(lasting); time.Now().Before(end); {
		round, err := p.leave(t.Context())
		if err == nil {
			err = p.spend(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
		if takes() {
			p.progress(round)
			taken++
		} else {
			p.setback(round, true)
			refused++
		}
	}
	return taken, refused
}

// A relay that says 421 now and then, and takes the next message, has no limit
// that could be kept to.
func TestSingle421sDoNotMakeASendSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(nil, time.Second, time.Now)
		n := 0
		taken, refused := sendAt(t, p, 30*time.Minute, func() bool { n++; return n%300 != 0 })
		if most := 30 * 60 * 100; taken < most*7/10 || refused < 10 {
			t.Errorf("taken in 30 minutes, with a 421 for each three-hundredth: got %d, with %d refused, want most of %d", taken, refused, most)
		}
		if p.isLimited() {
			t.Errorf("the rate that was learned: got one message in %s, want none", p.learned.every)
		}
	})
}

// A relay with a limit speaks of it again as soon as we go on.
func TestLimitThatIsSpokenOfTwiceIsKeptTo(t *testing.T) {
	const lasting = 2 * time.Hour
	for _, c := range []struct {
		why  string
		span time.Duration
		most int
	}{
		{"100 in a minute", time.Minute, 100},
		{"20 in ten seconds", 10 * time.Second, 20},
		{"two in a second", time.Second, 2},
		{"three in a minute", time.Minute, 3},
	} {
		t.Run(c.why, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				taken, refused := sendAt(t, newPace(nil, time.Second, time.Now), lasting, inEach(c.span, c.most))
				if share := float64(refused) / float64(taken+refused); share > 0.2 {
					t.Errorf("refused: got %d of %d tries, want less than a fifth", refused, taken+refused)
				}
				if allowed := int(lasting/c.span) * c.most; taken < allowed*6/10 {
					t.Errorf("taken in two hours: got %d, want most of the %d that the relay allows", taken, allowed)
				}
			})
		})
	}
}

// inEach is a relay that takes so many messages in each span of time.
func inEach(span time.Duration, most int) func() bool {
	var began time.Time
	taken := 0
	return func() bool {
		if now := time.Now(); now.Sub(began) >= span {
			began, taken = now, 0
		}
		taken++
		return taken <= most
	}
}

// A sender that serves has nothing to do for hours. What it takes the relay to
// bear is measured while there is something to send.
func TestHoursWithoutMailAreNoSlowness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(nil, time.Second, time.Now)
		time.Sleep(6 * time.Hour)
		taken, _ := sendAt(t, p, 10*time.Minute, inEach(time.Minute, 300))
		if taken < 10*300*6/10 {
			t.Errorf("taken in 10 minutes by a relay that takes 300 a minute, after six hours without mail: got %d, want most of 3000", taken)
		}
	})
}

// Whoever waits in a trouble goes on when it is over, not when their own wait
// would be.
func TestAllGoOnWhenATroubleIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(nil, time.Second, time.Now)
		for range 10 { // up to a minute's wait
			round, err := p.leave(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			p.setback(round, false)
		}
		var waiting sync.WaitGroup
		began := make(chan int, 8)
		for range 8 {
			waiting.Go(func() {
				if round, err := p.leave(t.Context()); err == nil {
					began <- round
				}
			})
		}
		round := <-began // the one that asks
		synctest.Wait()  // and the others see that they must not, yet
		p.progress(round)
		at := time.Now()
		waiting.Wait()
		if waited := time.Since(at); waited > 0 || len(began) != 7 {
			t.Errorf("after the relay took a message: got %d of 7 going on within %s, want all at once", len(began), waited)
		}
	})
}

// An answer to what left before a setback says nothing new, when that trouble
// is over, too.
func TestLateAnswerIsNoNewTrouble(t *testing.T) {
	p := newPace(nil, time.Millisecond, time.Now)
	early, err := p.leave(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.setback(early, true)
	round, err := p.leave(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.progress(round)
	if lasted := p.setback(early, true); lasted != 0 || !p.free() {
		t.Errorf("setback of what left before the last one = %s of trouble, free %v, want none", lasted, p.free())
	}
}

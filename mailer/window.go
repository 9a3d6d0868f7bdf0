package mailer

import (
	"context"
	"sync"
	"time"

	"weekward/mailer/failpoint"
)

// The sizes of a window, in deliveries. It grows while windows empty within a
// second, so that commits to the disk stay rare, and shrinks when they last,
// so that a letter does not wait behind a long one.
const (
	firstWindow   = 32
	largestWindow = 1024
	shortWindow   = time.Second
	longWindow    = 4 * time.Second
)

// poll is how often a run that waits looks again.
const (
	pollBusy = 50 * time.Millisecond // while others are at work
	pollIdle = time.Second
)

// headStart is how long before the end of a window the next one is claimed, so
// that no connection waits for the disk. A letter waits for a window that was
// claimed before it came, and for no longer than this beside.
const headStart = 250 * time.Millisecond

// A window is some claims, or why there are none.
type window struct {
	claims []Claim
	err    error
}

// feed claims windows for the connections until nothing is left, or ctx ends.
// While one is handed out the next is claimed.
func (r *run) feed(ctx context.Context) error {
	var ahead sync.WaitGroup
	defer ahead.Wait()
	size := firstWindow
	w := r.open(ctx, size)
	for ctx.Err() == nil {
		if w.err != nil {
			return w.err
		}
		if len(w.claims) == 0 {
			if more, err := r.await(ctx); !more {
				return err
			}
			w = r.open(ctx, size)
			continue
		}
		next := make(chan window, 1)
		err := r.handOut(ctx, w.claims, func(took time.Duration) {
			size = r.nextSize(size, len(w.claims), took)
			ahead.Go(func() { next <- r.open(ctx, size) })
		})
		if err != nil {
			return err
		}
		w = <-next
	}
	return ctx.Err()
}

// open claims a window.
func (r *run) open(ctx context.Context, size int) window {
	claims, err := r.claim(ctx, size)
	return window{claims, err}
}

// handOut gives claims to the connections. A head start before the last it
// calls soon, once, with the time that all of them take.
func (r *run) handOut(ctx context.Context, claims []Claim, soon func(took time.Duration)) error {
	r.strays.atHand.Add(int64(len(claims)))
	began, told := time.Now(), false
	for i, c := range claims {
		if !told && i >= len(claims)/2 { // else it says little about the whole
			each := time.Since(began) / time.Duration(max(i, 1))
			left := len(claims) - i
			if told = left == 1 || each*time.Duration(left) <= headStart; told {
				soon(each * time.Duration(len(claims)))
			}
		}
		if r.restrained() {
			if ok, err := r.mayGo(ctx, c); err != nil {
				return err
			} else if !ok {
				continue
			}
		}
		select {
		case r.claims <- c:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// nextSize is the size of the next window after one of so many took so long.
func (r *run) nextSize(size, used int, took time.Duration) int {
	switch {
	case took > longWindow:
		return max(size/2, r.Connections)
	case took < shortWindow && used == size:
		return min(2*size, largestWindow)
	}
	return size
}

// claim takes the next window, and bears a database that is busy or full.
func (r *run) claim(ctx context.Context, size int) ([]Claim, error) {
	var claims []Claim
	err := r.bear(ctx, "claim deliveries", func() (err error) {
		failpoint.Pass("claim")
		claims, err = r.Ledger.Claim(ctx, r.id, size, r.Now())
		return failpoint.After("claimed", err)
	})
	if len(claims) > 0 {
		r.Counter.Claimed(len(claims))
	}
	return claims, err
}

// bear tries again what the database refuses, until ctx ends or the patience
// is over.
func (r *run) bear(ctx context.Context, what string, f func() error) error {
	began := time.Now()
	for {
		err := f()
		if err == nil || ctx.Err() != nil {
			return err
		}
		r.strays.doubted.Store(true)
		r.log.Warn("the database does not answer", "task", what, "err", err)
		r.giveUp(time.Since(began), err)
		if pause(ctx, r.Step) != nil {
			return context.Cause(ctx)
		}
	}
}

// await waits until there may be something to claim. It reports false when
// the run is over.
func (r *run) await(ctx context.Context) (more bool, err error) {
	for {
		var b Backlog
		err := r.bear(ctx, "look for deliveries", func() (err error) {
			b, err = r.Ledger.Backlog(ctx)
			return err
		})
		if err != nil {
			return false, err
		}
		now := r.Now()
		if !b.Next.IsZero() && !b.Next.After(now) {
			return true, nil
		}
		if b.Claimed && r.strays.possible() {
			return false, errStray
		}
		if !r.stay && !b.Queued && !b.Claimed {
			return false, nil
		}
		if err := r.rest(ctx, b, now); err != nil {
			return false, err
		}
	}
}

// rest waits for a moment, for the next delivery, for the last claim to be
// dealt with, or to be woken.
func (r *run) rest(ctx context.Context, b Backlog, now time.Time) error {
	d := pollIdle
	if b.Claimed || !r.stay {
		d = pollBusy
	}
	if !b.Next.IsZero() {
		d = max(min(d, b.Next.Sub(now)), time.Millisecond)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
	case <-r.strays.none:
	case <-r.wake:
	}
	return nil
}

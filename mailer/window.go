package mailer

import (
	"context"
	"time"
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

// feed claims windows for the connections until nothing is left, or ctx ends.
func (r *run) feed(ctx context.Context) error {
	for size := firstWindow; ctx.Err() == nil; {
		opened := time.Now()
		claims, err := r.claim(ctx, size)
		if err != nil {
			return err
		}
		if len(claims) == 0 {
			if more, err := r.await(ctx); !more {
				return err
			}
			continue
		}
		for _, c := range claims {
			select {
			case r.claims <- c:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		size = r.nextSize(size, len(claims), time.Since(opened))
	}
	return ctx.Err()
}

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
		claims, err = r.Ledger.Claim(ctx, r.id, size, r.Now())
		return err
	})
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
		if !r.stay && !b.Queued && !b.Claimed {
			return false, nil
		}
		if err := r.rest(ctx, b, now); err != nil {
			return false, err
		}
	}
}

// rest waits for a moment, for the next delivery, or to be woken.
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
	case <-r.wake:
	}
	return nil
}

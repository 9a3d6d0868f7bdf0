package feeds

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

const (
	// gathering is how long the saver waits between two commits, so that what was
	// read meanwhile shares one: a source that did not change costs less to ask
	// than to remember alone that it was asked. A process that is killed forgets
	// no more than what it read in that time.
	gathering = 50 * time.Millisecond
	// atOnce is how many readings share a commit at most.
	atOnce = 512
	// enoughItems fill a commit by themselves: others may want to write.
	enoughItems = 300
	// saveTime is how long keeping what was read may take after a stop.
	saveTime = 10 * time.Second
)

// A basket is between the workers, who put readings in, and the saver, who
// empties it now and then. Nobody is woken for a single reading.
type basket struct {
	brought chan *outcome // closed when there is no more
	items   *atomic.Int64 // items and posts in it
	enough  chan struct{} // told when it should be emptied at once
}

func newBasket() basket {
	return basket{make(chan *outcome, atOnce), new(atomic.Int64), make(chan struct{}, 1)}
}

// bring puts a reading into the basket. It waits while the basket is full.
func (b basket) bring(o *outcome) {
	items := b.items.Add(int64(o.items()))
	b.brought <- o
	if items >= enoughItems || len(b.brought) == cap(b.brought) {
		b.tell()
	}
}

// end says that nothing more comes.
func (b basket) end() {
	close(b.brought)
	b.tell()
}

// tell wakes the saver.
func (b basket) tell() {
	select {
	case b.enough <- struct{}{}:
	default: // it was told already
	}
}

// take empties the basket, or takes as much as fills a commit. It reports
// whether there may be more at another time.
func (b basket) take() (batch []*outcome, more bool) {
	for items := 0; len(batch) < atOnce && items < enoughItems; {
		select {
		case o, ok := <-b.brought:
			if !ok {
				return batch, false
			}
			batch = append(batch, o)
			items += o.items()
			b.items.Add(-int64(o.items()))
		default:
			return batch, true
		}
	}
	return batch, true
}

func (o *outcome) items() int { return len(o.reading.Items) + len(o.reading.Posts) }

// saveAll keeps what the workers bring until there is no more, and says from
// time to time that the run is alive.
func (r *run) saveAll(ctx context.Context, stop func()) {
	pause, alive := time.NewTicker(gathering), time.NewTicker(stillAlive)
	defer pause.Stop()
	defer alive.Stop()
	for more := true; more; {
		var err error
		select {
		case <-alive.C:
			err = r.extend(ctx)
		case <-pause.C:
			more, err = r.saveSome(ctx)
		case <-r.enough:
			more, err = r.saveSome(ctx)
		}
		if err != nil && r.failed == nil {
			r.failed = err
			stop()
		}
	}
}

// saveSome keeps what is in the basket. After a failure it only empties it, so
// that no worker waits for ever.
func (r *run) saveSome(ctx context.Context) (more bool, err error) {
	for {
		batch, more := r.take()
		if len(batch) > 0 && r.failed == nil && err == nil {
			err = r.save(ctx, batch)
		}
		if len(batch) == 0 || !more {
			return more, err
		}
	}
}

// extend says that the run is alive.
func (r *run) extend(ctx context.Context) error {
	if ctx.Err() != nil {
		return nil
	}
	return r.Store.ExtendClaim(ctx, r.claim())
}

// release gives back all that the run took, even when it is being stopped.
func (r *run) release(ctx context.Context) error {
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer done()
	return r.Store.ReleaseClaim(ctx, r.id)
}

// save keeps a batch and reports it. What was read is kept even when the run
// is being stopped.
func (r *run) save(ctx context.Context, batch []*outcome) error {
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer done()
	now := r.now()
	asked := make([]Reading, 0, len(batch))
	for _, o := range batch {
		if o.note == "" {
			asked = append(asked, o.reading)
		}
	}
	fresh, err := r.Store.SaveReadings(ctx, asked, now)
	if err != nil {
		return fmt.Errorf("save what %d sources gave: %w", len(asked), err)
	}
	for _, o := range batch {
		n := 0
		if o.note == "" {
			n, fresh = fresh[0], fresh[1:]
		}
		r.add(r.result(o, n, now), o.reading)
	}
	return nil
}

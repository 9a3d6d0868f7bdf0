package fetch

import (
	"context"
	"sync"
	"time"
)

// turns keep requests to one host apart: one at a time, and a pause between
// (F12).
type turns struct {
	pace  time.Duration
	mu    sync.Mutex
	hosts map[string]chan time.Time // holds the end of the last request; empty while one runs
}

func newTurns(pace time.Duration) *turns {
	return &turns{pace: pace, hosts: map[string]chan time.Time{}}
}

// wait waits for the host's turn. The caller ends it with done.
func (t *turns) wait(ctx context.Context, host string) (done func(), err error) {
	turn := t.of(host)
	select {
	case last := <-turn:
		pause := time.NewTimer(t.pace - time.Since(last))
		defer pause.Stop()
		select {
		case <-pause.C:
			return func() { turn <- time.Now() }, nil
		case <-ctx.Done():
			turn <- last
		}
	case <-ctx.Done():
	}
	return nil, ctx.Err()
}

func (t *turns) of(host string) chan time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	turn, ok := t.hosts[host]
	if !ok {
		turn = make(chan time.Time, 1)
		turn <- time.Time{}
		t.hosts[host] = turn
	}
	return turn
}

package main

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// Whoever stops a send must still hear of what went wrong beside it.
func TestStoppingHidesNothingElse(t *testing.T) {
	full := errors.New("disk full")
	stopped := fmt.Errorf("issue 31: %w", context.Canceled)
	for _, c := range []struct {
		why string
		err error
		bad bool
	}{
		{"nothing", nil, false},
		{"stopped", stopped, false},
		{"stopped twice", fmt.Errorf("send: %w", errors.Join(stopped, context.Canceled)), false},
		{"failed", full, true},
		{"failed beside it", errors.Join(stopped, full), true},
		{"failed beside it, and told together", fmt.Errorf("send: %w", errors.Join(stopped, full)), true},
		{"a verdict on being stopped", &verdict{exitFailed, stopped, ""}, false},
	} {
		if got := exceptStopped(c.err); (got != nil) != c.bad || c.bad && !errors.Is(got, full) {
			t.Errorf("%s: exceptStopped(%v) = %v, want an error: %v", c.why, c.err, got, c.bad)
		}
	}
}

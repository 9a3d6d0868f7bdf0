package main

import (
	"context"
	"errors"
)

// exceptStopped is err without what a signal explains: whoever stops a send
// got what they asked for, and that is no failure.
func exceptStopped(err error) error {
	several, ok := err.(interface{ Unwrap() []error })
	if !ok {
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	}
	var rest []error
	for _, one := range several.Unwrap() {
		rest = append(rest, exceptStopped(one))
	}
	return errors.Join(rest...)
}

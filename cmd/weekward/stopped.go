package main

import (
	"context"
	"errors"
)

// exceptStopped is err without what a signal explains: whoever stops a send
// got what they asked for, and that is no failure.
func exceptStopped(err error) error {
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		var rest []error
		for _, one := range e.Unwrap() {
			rest = append(rest, exceptStopped(one))
		}
		return errors.Join(rest...)
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil && exceptStopped(inner) == nil {
			return nil
		}
		return err // with what was being done
	}
	if errors.Is(err, context.Canceled) { // its own, or the net's word for it
		return nil
	}
	return err
}

package subscribers

import (
	"context"
	"fmt"
	"time"
)

// Someone who left is erased after 30 days, someone suppressed after 90:
// until then the editor can answer questions. The keyed hash stays.
const (
	keepUnsubscribed = 30 * 24 * time.Hour
	keepSuppressed   = 90 * 24 * time.Hour
	keepSignUps      = 24 * time.Hour
)

// Forget erases an address and everything that belongs to it (GDPR, article
// 17). A keyed hash stays on the suppression list, so that no later import
// brings the person back. ErrNotFound means the address is not on the list.
func (s *Service) Forget(ctx context.Context, address string) error {
	sub, err := s.find(ctx, address)
	if err != nil {
		return err
	}
	if err := s.Store.Forget(ctx, s.erasure(sub, ReasonForgotten)); err != nil {
		return fmt.Errorf("forget subscriber %s: %w", sub.ID, err)
	}
	return nil
}

// A PruneReport counts what was not kept any longer.
type PruneReport struct {
	Pending      int `json:"pending"`      // never confirmed
	Unsubscribed int `json:"unsubscribed"` // left; a hash stays
	Suppressed   int `json:"suppressed"`   // a hash stays
}

// Prune erases what the rules of retention do not keep: sign-ups that nobody
// confirmed in 7 days, those who left 30 days ago, those suppressed 90 days
// ago, and the counts behind the limits after a day.
func (s *Service) Prune(ctx context.Context) (PruneReport, error) {
	now := s.now()
	var report PruneReport
	for {
		n, err := s.pruneSome(ctx, now, &report)
		if err != nil {
			return report, fmt.Errorf("prune subscribers: %w", err)
		}
		if n == 0 {
			break
		}
	}
	if err := s.Store.ForgetSignUps(ctx, now.Add(-keepSignUps)); err != nil {
		return report, fmt.Errorf("prune sign-ups: %w", err)
	}
	return report, nil
}

// pruneSome erases one batch and returns its size.
func (s *Service) pruneSome(ctx context.Context, now time.Time, report *PruneReport) (int, error) {
	expired, err := s.Store.Expired(ctx, Retention{
		Pending:      now.Add(-ConfirmWithin),
		Unsubscribed: now.Add(-keepUnsubscribed),
		Suppressed:   now.Add(-keepSuppressed),
	}, 500)
	if err != nil || len(expired) == 0 {
		return 0, err
	}
	erasures := make([]Erasure, len(expired))
	for i, sub := range expired {
		erasures[i] = s.retire(sub)
	}
	if err := s.Store.Forget(ctx, erasures...); err != nil {
		return 0, err
	}
	for _, sub := range expired {
		switch sub.State {
		case Pending:
			report.Pending++
		case Unsubscribed:
			report.Unsubscribed++
		default:
			report.Suppressed++
		}
	}
	return len(expired), nil
}

// retire is the erasure of someone who is not kept any longer. What stays says
// no more than their state did; who only ever asked leaves nothing.
func (s *Service) retire(sub Subscriber) Erasure {
	e := s.erasure(sub, ReasonLeft)
	if sub.State == Pending && sub.LeftAt.IsZero() {
		e.Suppression = Suppression{}
	}
	return e
}

func (s *Service) erasure(sub Subscriber, why Reason) Erasure {
	return Erasure{ID: sub.ID, Address: s.addressHash(sub.Email), Suppression: s.suppression(sub.Email, why, s.now())}
}

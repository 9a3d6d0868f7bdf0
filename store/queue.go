package store

import (
	"context"
	"fmt"
	"time"

	"weekward/mailer"
)

// Queue counts the open deliveries of issues and letters: those due by now,
// those that wait for their time, and those in a sender's window. It reads rolls
// and the indexes of open deliveries only.
func (s *Store) Queue(ctx context.Context, now time.Time) (mailer.Queue, error) {
	var q mailer.Queue
	err := s.read.QueryRowContext(ctx, `
		SELECT (SELECT COUNT(*) FROM deliveries WHERE state IN ('queued', 'deferred') AND due_at <= $1) + (SELECT COALESCE(SUM(size), 0) FROM rolls),
		       (SELECT COUNT(*) FROM deliveries WHERE state IN ('queued', 'deferred') AND due_at > $1),
		       (SELECT COUNT(*) FROM deliveries WHERE state IN ('claimed', 'sending'))`, utc(now)).Scan(&q.Due, &q.Waiting, &q.UnderWay)
	if err != nil {
		return q, fmt.Errorf("count open deliveries: %w", err)
	}
	return q, nil
}

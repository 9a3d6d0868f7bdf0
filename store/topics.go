package store

import (
	"context"
	"fmt"
)

// Topics returns the newsletter's words that were set at the desk, with their
// weights from 0 to 5.
func (s *Store) Topics(ctx context.Context) (map[string]float64, error) {
	topics := map[string]float64{}
	err := each(ctx, s.read, func(row scanner) error {
		var word string
		var weight float64
		err := row.Scan(&word, &weight)
		topics[word] = weight
		return err
	}, "SELECT word, weight FROM topics")
	if err != nil {
		return nil, fmt.Errorf("read topics: %w", err)
	}
	return topics, nil
}

// SaveTopic stores the weight of a word, 0 to 5, in place of the one it had.
func (s *Store) SaveTopic(ctx context.Context, word string, weight float64) error {
	_, err := s.write.ExecContext(ctx, `
		INSERT INTO topics (word, weight) VALUES ($1, $2)
		ON CONFLICT (word) DO UPDATE SET weight = excluded.weight`, storable([]any{word, weight})...)
	if err != nil {
		return fmt.Errorf("save topic %q: %w", word, err)
	}
	return nil
}

// RemoveTopic deletes a word; one that is not there is none to delete.
func (s *Store) RemoveTopic(ctx context.Context, word string) error {
	if _, err := s.write.ExecContext(ctx, "DELETE FROM topics WHERE word = $1", storable([]any{word})...); err != nil {
		return fmt.Errorf("remove topic %q: %w", word, err)
	}
	return nil
}

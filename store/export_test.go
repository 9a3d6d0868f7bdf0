package store

import "context"

// Unmigrate takes the schema back to a version, for tests of the steps after it.
func Unmigrate(ctx context.Context, s *Store, version int64) error {
	p, err := s.migrator()
	if err != nil {
		return err
	}
	_, err = p.DownTo(ctx, version)
	return err
}

package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// scrub makes what was deleted leave SQLite's files: secure_delete has put
// zeros in its place, and the log, which still has the old pages, is emptied.
// Traces are texts that must not be found afterwards. They may be all the same:
// a backup is written without secure_delete, and where a page of it was divided
// the old one keeps what stood there. Then the whole file is written anew.
func (s *Store) scrub(ctx context.Context, traces ...string) error {
	if s.engine.name != "sqlite" {
		return nil
	}
	if err := s.emptyLog(ctx); err != nil {
		return err
	}
	left, err := s.lingers(traces)
	if err != nil || !left {
		return err
	}
	if _, err := s.write.ExecContext(ctx, "VACUUM"); err != nil {
		return fmt.Errorf("%w: write the file anew: %w", ErrLingers, err)
	}
	return s.emptyLog(ctx)
}

// emptyLog moves the write-ahead log into the database and cuts it to nothing.
func (s *Store) emptyLog(ctx context.Context) error {
	var busy, pages, moved int
	err := s.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved)
	if err == nil && busy != 0 {
		err = ErrLingers
	}
	return err
}

// lingers reports whether one of the texts is somewhere in the database's file.
func (s *Store) lingers(traces []string) (bool, error) {
	sought := newSought(traces)
	if sought.longest == 0 {
		return false, nil
	}
	kept, err := s.kept.file(s.address)
	if err != nil {
		return false, fmt.Errorf("look for what was erased: %w", err)
	}
	file := io.NewSectionReader(kept, 0, math.MaxInt64)
	buffer := make([]byte, 1<<20)
	over := 0 // octets of the last piece that a text may begin in
	for {
		n, err := io.ReadFull(file, buffer[over:])
		if sought.in(buffer[:over+n]) {
			return true, nil
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("look for what was erased: %w", err)
		}
		over = copy(buffer, buffer[len(buffer)-sought.longest:])
	}
}

// A soughtSet finds any of many texts in one pass: by the first four octets.
// Shorter texts are in no way telling, and left out.
type soughtSet struct {
	byStart map[uint32][]string
	maybe   [1 << 13]uint64 // a bit for the hash of each start
	longest int
}

func newSought(texts []string) *soughtSet {
	s := &soughtSet{byStart: make(map[uint32][]string)}
	for _, text := range texts {
		if len(text) < 4 {
			continue
		}
		start := uint32(text[0])<<24 | uint32(text[1])<<16 | uint32(text[2])<<8 | uint32(text[3])
		s.byStart[start] = append(s.byStart[start], text)
		bit := hashStart(start)
		s.maybe[bit>>6] |= 1 << (bit & 63)
		s.longest = max(s.longest, len(text))
	}
	return s
}

// hashStart spreads four octets over the bits of maybe (Knuth's multiplier).
func hashStart(start uint32) uint32 { return start * 2654435761 >> 13 }

func (s *soughtSet) in(data []byte) bool {
	var start uint32
	for i, octet := range data {
		start = start<<8 | uint32(octet)
		bit := hashStart(start)
		if s.maybe[bit>>6]&(1<<(bit&63)) == 0 || i < 3 {
			continue
		}
		for _, text := range s.byStart[start] {
			if rest := data[i-3:]; len(rest) >= len(text) && string(rest[:len(text)]) == text {
				return true
			}
		}
	}
	return false
}

// spellings are the texts by which a person is found.
func spellings(email, key, name string) []string {
	all := []string{email}
	if key != email {
		all = append(all, key)
	}
	if strings.TrimSpace(name) != "" {
		all = append(all, name)
	}
	return all
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"weekward/digest"
	"weekward/feeds"
	"weekward/store/journal"
)

// applyTakenBack erases again the posts of a chat that their authors took back,
// and keeps them away.
func (r *replay) applyTakenBack(ctx context.Context, tx *sql.Tx) error {
	if len(r.takenBack) == 0 || r.store.hashes == nil {
		return nil
	}
	var rows [][]any
	for _, h := range slices.Sorted(maps.Keys(r.takenBack)) {
		rows = append(rows, []any{h, utc(r.takenBack[h])})
	}
	if err := insertRows(ctx, tx, "INSERT INTO forgotten_posts (hash, forgotten_at)", rows, "ON CONFLICT (hash) DO NOTHING"); err != nil {
		return fmt.Errorf("keep out the posts that were taken back: %w", err)
	}
	var back []feeds.Post
	err := each(ctx, tx, func(row scanner) error {
		var p feeds.Post
		err := row.Scan(&p.ID, &p.URI, &p.URL, &p.RepostOf)
		if r.wasTakenBack(p.ID, p.URI, p.URL, p.RepostOf) {
			back = append(back, p)
		}
		return err
	}, "SELECT id, uri, url, repost_of FROM posts")
	if err != nil {
		return fmt.Errorf("look for posts that were taken back: %w", err)
	}
	for _, p := range back {
		if _, err := tx.ExecContext(ctx, "DELETE FROM posts WHERE id = $1", p.ID); err != nil {
			return err
		}
	}
	r.done.Posts = len(back)
	return eraseQuotes(ctx, tx, func(id, url string) bool { return r.wasTakenBack(id, url) })
}

// wasTakenBack reports whether one of the names of a post is one that was taken
// back.
func (r *replay) wasTakenBack(names ...string) bool {
	return slices.ContainsFunc(r.store.postHashes(names...), func(h string) bool { _, found := r.takenBack[h]; return found })
}

// eraseFromJournal takes the quotes of posts out of the issues in the journal,
// too. It is for whoever holds a transaction that writes.
func (s *Store) eraseFromJournal(ctx context.Context, tx *sql.Tx, isGone func(id, url string) bool) error {
	if s.tidings.path == "" {
		return nil
	}
	row, err := s.journalRow(ctx, tx)
	if err != nil {
		return err
	}
	s.tidings.filing.Lock()
	defer s.tidings.filing.Unlock()
	if err := s.openJournalFile(ctx, tx, &row); isLost(err) {
		return nil
	} else if err != nil {
		return err
	}
	err = s.tidings.file.Rewrite(func(b journal.Batch) []journal.Entry {
		for i := range b.Entries {
			if issue := b.Entries[i].Issue; issue != nil {
				issue.Content = withoutQuotes(issue.Content, isGone)
			}
		}
		return b.Entries
	})
	if err != nil {
		return fmt.Errorf("erase from the journal: %w", err)
	}
	return nil
}

// withoutQuotes is an issue in JSON without some quotes. What is no issue stays
// as it is.
func withoutQuotes(content []byte, isGone func(id, url string) bool) []byte {
	var issue digest.Issue
	if len(content) == 0 || json.Unmarshal(content, &issue) != nil || !dropQuotes(issue.Chats, isGone) {
		return content
	}
	data, err := json.Marshal(issue)
	if err != nil {
		return content
	}
	return data
}

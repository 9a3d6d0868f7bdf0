package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"weekward/feeds"
)

// pageTries is how often a page is asked whose site did not answer.
const pageTries = 3

// PagesToAsk returns items of the feeds that say too little, the newest first:
// news since a moment whose excerpt is shorter than so many characters, and
// whose page was not asked yet. An item that a feed brought late counts when it
// was first seen since then and is not older than late.
func (s *Store) PagesToAsk(ctx context.Context, since, late, now time.Time, shorter, most int) ([]feeds.Item, error) {
	items, err := queryItems(ctx, s.read, "SELECT "+itemColumns+` FROM items
		WHERE published >= $2 AND (published >= $1 OR first_seen >= $1)
		    AND LENGTH(excerpt) < $4 AND url <> ''
		    AND NOT EXISTS (SELECT 1 FROM item_pages
		        WHERE item_pages.item = items.id AND (again_at IS NULL OR again_at > $3 OR tries >= $5))
		ORDER BY published DESC, id LIMIT $6`, utc(since), utc(late), utc(now), shorter, pageTries, most)
	if err != nil {
		return nil, fmt.Errorf("list items that say too little: %w", err)
	}
	return items, nil
}

// ClaimPage writes down that the page of an item is about to be asked, and
// reports false when another process did so already. If nothing more comes of
// it, it may be asked again from the given moment on.
func (s *Store) ClaimPage(ctx context.Context, item string, now, again time.Time) (claimed bool, err error) {
	err = s.inCheapTx(ctx, func(tx *sql.Tx) error {
		return each(ctx, tx, func(scanner) error { claimed = true; return nil }, `
			INSERT INTO item_pages (item, asked_at, again_at) VALUES ($1, $2, $3)
			ON CONFLICT (item) DO UPDATE SET
			    asked_at = excluded.asked_at, again_at = excluded.again_at, tries = item_pages.tries + 1
			    WHERE item_pages.again_at <= excluded.asked_at
			RETURNING tries`, item, utc(now), utc(again))
	})
	if err != nil {
		return false, fmt.Errorf("claim the page of item %q: %w", item, err)
	}
	return claimed, nil
}

// SavePage keeps what the page of an item said, and completes the item with
// it. A page that failed gives no words; it is asked again from a moment on,
// or never when that is zero.
func (s *Store) SavePage(ctx context.Context, w feeds.Words, again time.Time) error {
	err := s.inCheapTx(ctx, func(tx *sql.Tx) error {
		// The item is held first: a reading of its feed that is being saved
		// must not put the feed's words back.
		it, err := scanItem(tx.QueryRowContext(ctx, "SELECT "+itemColumns+" FROM items WHERE id = $1 "+s.engine.hold, w.Item))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		row := storable([]any{utc(again), w.FeedTitle, w.Title, w.Summary, w.Excerpt, w.Author, w.Lang, w.Item})
		if _, err := tx.ExecContext(ctx, `
			UPDATE item_pages SET again_at = $1, feed_title = $2, title = $3, summary = $4, excerpt = $5, author = $6, lang = $7
			WHERE item = $8`, row...); err != nil {
			return err
		}
		it = w.Complete(it)
		row = storable([]any{it.Title, it.Summary, it.Excerpt, it.Author, it.Lang, folded(it.Title + "\n" + it.Summary), it.ID})
		_, err = tx.ExecContext(ctx, `
			UPDATE items SET title = $1, summary = $2, excerpt = $3, author = $4, lang = $5, folded = $6
			WHERE id = $7`, row...)
		if err != nil {
			return err
		}
		return s.indexItems(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("save the page of item %q: %w", w.Item, err)
	}
	return nil
}

// completed gives items, as their feeds tell them, what their pages said.
func completed(ctx context.Context, tx *sql.Tx, items []feeds.Item) ([]feeds.Item, error) {
	pages := map[string]feeds.Words{}
	err := queryIn(ctx, tx, `
		SELECT item, feed_title, title, summary, excerpt, author, lang FROM item_pages
		WHERE item IN ($in)`, ids(items, func(it feeds.Item) string { return it.ID }), func(row scanner) error {
		var w feeds.Words
		err := row.Scan(&w.Item, &w.FeedTitle, &w.Title, &w.Summary, &w.Excerpt, &w.Author, &w.Lang)
		pages[w.Item] = w
		return err
	})
	if err != nil || len(pages) == 0 {
		return items, err
	}
	all := make([]feeds.Item, len(items))
	for i, it := range items {
		all[i] = pages[it.ID].Complete(it)
	}
	return all, nil
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"weekward/feeds"
	"weekward/store/journal"
)

// ErrNoSecret means that posts were forgotten, and without the secret nobody
// can tell which: see UseHashes.
var ErrNoSecret = errors.New("the secret is needed to recognise forgotten posts")

const postColumns = "id, tag, network, uri, url, author, handle, text, lang, posted_at, edited_at, reply_to, repost_of, likes, reposts, replies, links, tags, never_quote, source, fetched_at"

// SavePosts stores imported posts, and returns how many were not known before.
// Edited words win; posts that were forgotten stay away.
func (s *Store) SavePosts(ctx context.Context, posts []feeds.Post) (fresh int, err error) {
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		fresh, err = s.savePosts(ctx, tx, posts)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("save posts: %w", err)
	}
	return fresh, nil
}

// Posts returns the posts of a chat from one time to before another, oldest
// first; tag "" means all chats.
func (s *Store) Posts(ctx context.Context, tag string, from, to time.Time) ([]feeds.Post, error) {
	posts, err := queryPosts(ctx, s.read, "SELECT "+postColumns+" FROM posts"+`
		WHERE (tag = $1 OR $1 = '') AND posted_at >= $2 AND posted_at < $3
		ORDER BY posted_at, id`, tag, utc(from), utc(to))
	if err != nil {
		return nil, fmt.Errorf("list posts: %w", err)
	}
	return posts, nil
}

func (s *Store) savePosts(ctx context.Context, tx *sql.Tx, posts []feeds.Post) (fresh int, err error) {
	posts = lastOfEach(posts, postID)
	if posts, err = s.withoutForgotten(ctx, tx, posts); err != nil {
		return 0, err
	}
	known := 0
	err = queryIn(ctx, tx, "SELECT id FROM posts WHERE id IN ($in)", ids(posts, postID), func(scanner) error { known++; return nil })
	if err != nil {
		return 0, err
	}
	rows := make([][]any, len(posts))
	for i, p := range posts {
		rows[i] = postRow(p)
	}
	err = insertRows(ctx, tx, "INSERT INTO posts ("+postColumns+")", rows, `
		ON CONFLICT (id) DO UPDATE SET
		    tag = excluded.tag, network = excluded.network, uri = excluded.uri, url = excluded.url, author = excluded.author,
		    handle = excluded.handle, text = excluded.text, lang = excluded.lang, posted_at = excluded.posted_at,
		    edited_at = excluded.edited_at, reply_to = excluded.reply_to, repost_of = excluded.repost_of,
		    likes = excluded.likes, reposts = excluded.reposts, replies = excluded.replies, links = excluded.links,
		    tags = excluded.tags, never_quote = excluded.never_quote, source = excluded.source, fetched_at = excluded.fetched_at`)
	return len(posts) - known, err
}

func postID(p feeds.Post) string { return p.ID }

func postRow(p feeds.Post) []any {
	return []any{
		p.ID, p.Tag, p.Network, p.URI, p.URL, p.Author, p.Handle, p.Text, p.Lang, utc(p.At), utc(p.EditedAt), p.ReplyTo, p.RepostOf,
		p.Likes, p.Reposts, p.Replies, listJSON(p.Links), listJSON(p.Tags), p.NeverQuote, p.Source, utc(p.FetchedAt),
	}
}

func queryPosts(ctx context.Context, db querier, query string, args ...any) ([]feeds.Post, error) {
	var posts []feeds.Post
	err := each(ctx, db, func(row scanner) error {
		p, err := scanPost(row)
		posts = append(posts, p)
		return err
	}, query, args...)
	return posts, err
}

func scanPost(row scanner) (feeds.Post, error) {
	var p feeds.Post
	var edited, fetched sql.NullTime
	err := row.Scan(&p.ID, &p.Tag, &p.Network, &p.URI, &p.URL, &p.Author, &p.Handle, &p.Text, &p.Lang, &p.At, &edited, &p.ReplyTo, &p.RepostOf,
		&p.Likes, &p.Reposts, &p.Replies, jsonText{&p.Links}, jsonText{&p.Tags}, &p.NeverQuote, &p.Source, &fetched)
	p.EditedAt, p.FetchedAt = edited.Time, fetched.Time
	return p, err
}

// withoutForgotten leaves out posts, and reposts of posts, that were taken
// back.
func (s *Store) withoutForgotten(ctx context.Context, tx *sql.Tx, posts []feeds.Post) ([]feeds.Post, error) {
	var some bool
	err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM forgotten_posts)").Scan(&some)
	if err != nil || !some || len(posts) == 0 {
		return posts, err
	}
	if s.hashes == nil {
		return nil, ErrNoSecret
	}
	var hashes []string
	for _, p := range posts {
		hashes = append(hashes, s.identities(p)...)
	}
	gone := map[string]bool{} // by hash, which many reposts may share
	err = queryIn(ctx, tx, "SELECT hash FROM forgotten_posts WHERE hash IN ($in)", hashes, func(row scanner) error {
		var h string
		err := row.Scan(&h)
		gone[h] = true
		return err
	})
	if err != nil || len(gone) == 0 {
		return posts, err
	}
	return slices.DeleteFunc(slices.Clone(posts), func(p feeds.Post) bool {
		return slices.ContainsFunc(s.identities(p), func(h string) bool { return gone[h] })
	}), nil
}

// identities returns the hashes that a post, or the one it repeats, is forgotten
// by.
func (s *Store) identities(p feeds.Post) []string {
	return s.postHashes(p.ID, p.URI, p.URL, p.RepostOf)
}

// postHashes returns the hashes of a post's identities under every key.
func (s *Store) postHashes(identities ...string) []string {
	var hashes []string
	for _, id := range identities {
		if id != "" {
			hashes = append(hashes, s.hashes("post", id)...)
		}
	}
	return hashes
}

// ForgetPost erases a post by its address, and every repost of it, from the
// pool and from the issues in the archive, without leaving a mark there
// (CH-22). Keyed hashes keep later imports away. Erased counts the posts that
// were there; zero is no error: the address is kept out all the same.
func (s *Store) ForgetPost(ctx context.Context, url string, now time.Time) (erased int, err error) {
	if s.hashes == nil {
		return 0, fmt.Errorf("forget post: %w", ErrNoSecret)
	}
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		gone, err := postsAt(ctx, tx, url)
		if err != nil {
			return err
		}
		erased = len(gone)
		if err := s.bury(ctx, tx, url, gone, now); err != nil {
			return err
		}
		isGone := quoteOf(url, gone)
		if err := s.eraseFromJournal(ctx, tx, isGone); err != nil {
			return err
		}
		return eraseQuotes(ctx, tx, isGone)
	})
	if err == nil {
		err = s.scrub(ctx)
	}
	if err != nil {
		return erased, fmt.Errorf("forget post: %w", err)
	}
	return erased, nil
}

// postsAt returns the posts with an address, and the reposts of them.
func postsAt(ctx context.Context, tx *sql.Tx, url string) ([]feeds.Post, error) {
	return queryPosts(ctx, tx, "SELECT "+postColumns+" FROM posts"+`
		WHERE url = $1 OR uri = $1 OR repost_of = $1
		   OR (repost_of <> '' AND repost_of IN (SELECT uri FROM posts WHERE url = $1 OR uri = $1))`, url)
}

// bury deletes posts and remembers hashes of what they were known by.
func (s *Store) bury(ctx context.Context, tx *sql.Tx, url string, gone []feeds.Post, now time.Time) error {
	hashes := s.postHashes(url)
	for _, p := range gone {
		hashes = append(hashes, s.postHashes(p.ID, p.URI, p.URL)...)
		if _, err := tx.ExecContext(ctx, "DELETE FROM posts WHERE id = $1", p.ID); err != nil {
			return err
		}
	}
	slices.Sort(hashes)
	var rows [][]any
	for _, h := range slices.Compact(hashes) {
		rows = append(rows, []any{h, utc(now)})
		s.tidings.tell(tx, journal.Entry{Kind: journal.TakenBack, Person: h})
	}
	return insertRows(ctx, tx, "INSERT INTO forgotten_posts (hash, forgotten_at)", rows, "ON CONFLICT (hash) DO NOTHING")
}

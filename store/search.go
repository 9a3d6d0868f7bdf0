package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pressly/goose/v3"

	"weekward/feeds"
)

// SearchedItems returns what a question about the items should be answered
// from: the items that hold a word beginning with one of the given ones, at
// most limit, those first that hold more and rarer of them; and beside them the
// newest items, at most as many, so that a misspelled word, too, finds what was
// meant. The order is by time, the newest first; which answers best is for
// digest.SearchItems to say.
//
// The beginnings are folded, as digest.Beginnings gives them. One of fewer than
// four letters is a whole word: "ai" is not meant by "air".
func (s *Store) SearchedItems(ctx context.Context, beginnings []string, limit int) ([]feeds.Item, error) {
	items, err := queryItems(ctx, s.read, "SELECT "+itemColumns+` FROM items
		WHERE id IN (
			SELECT id FROM (`+s.engine.searching+`) AS found
			UNION
			SELECT id FROM (SELECT id FROM items ORDER BY published DESC, id LIMIT $2) AS newest
		)
		ORDER BY published DESC, id`, s.engine.question(beginnings), limit)
	if err != nil {
		return nil, fmt.Errorf("search items: %w", err)
	}
	return items, nil
}

// sqliteSearching finds at most $2 items for the question $1, by FTS5's BM25.
const sqliteSearching = `
	SELECT item AS id FROM (
		SELECT rowid AS found FROM item_words WHERE item_words MATCH $1 ORDER BY bm25(item_words), rowid LIMIT $2
	) AS best JOIN searched_items ON number = found`

// sqliteQuestion asks FTS5 for any of the beginnings. In double quotes nothing
// has a meaning of its own but the quotes.
func sqliteQuestion(beginnings []string) string {
	parts := quoted(beginnings, func(b string) string { return `"` + strings.ReplaceAll(b, `"`, `""`) + `"` + ending(b, "*") })
	if len(parts) == 0 {
		return `""`
	}
	return strings.Join(parts, " OR ")
}

// postgresSearching finds at most $2 items for the question $1. What
// PostgreSQL counts is how many of the words an item holds and how often.
const postgresSearching = `
	SELECT id FROM (
		SELECT id FROM items, to_tsquery('simple', $1) AS asked WHERE words @@ asked
		ORDER BY ts_rank(words, asked) DESC, published DESC, id LIMIT $2
	) AS best`

// postgresQuestion asks PostgreSQL for any of the beginnings. In single quotes
// nothing has a meaning of its own but the quotes and the backslash.
func postgresQuestion(beginnings []string) string {
	escape := strings.NewReplacer(`\`, `\\`, "'", "''")
	return strings.Join(quoted(beginnings, func(b string) string { return "'" + escape.Replace(b) + "'" + ending(b, ":*") }), " | ")
}

// ending marks a beginning, unless it is too short to be one.
func ending(beginning, mark string) string {
	if utf8.RuneCountInString(beginning) < 4 {
		return ""
	}
	return mark
}

// quoted quotes what holds a letter or a digit; the rest finds nothing, and no
// text holds a NUL.
func quoted(beginnings []string, quote func(string) string) []string {
	var parts []string
	for _, b := range beginnings {
		b = strings.ReplaceAll(b, "\x00", "")
		if strings.ContainsFunc(b, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			parts = append(parts, quote(b))
		}
	}
	return parts
}

// sqliteFullText makes a full-text index of the items' folded words that holds
// no copy of them. FTS5 numbers its rows, and VACUUM renumbers those of a table
// with a key of text, hence the numbers of our own. Triggers note what changed,
// whoever writes an item; sqliteIndexing takes it into the index. A trigger that
// did so itself would have FTS5 write a part of its index for each single item,
// which is ten times slower.
var sqliteFullText = []string{
	`CREATE TABLE searched_items (
		number INTEGER PRIMARY KEY,
		item   TEXT NOT NULL UNIQUE,
		stale  INTEGER NOT NULL DEFAULT 1 CHECK (stale IN (0, 1, 2)) -- 1: not in the index yet, 2: changed since
	)`,
	`CREATE INDEX searched_items_stale ON searched_items (number) WHERE stale > 0`,
	`CREATE VIRTUAL TABLE item_words USING fts5(words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2')`,
	`CREATE TRIGGER item_words_insert AFTER INSERT ON items BEGIN
		INSERT INTO searched_items (item) VALUES (new.id);
	END`,
	`CREATE TRIGGER item_words_update AFTER UPDATE OF folded ON items WHEN old.folded <> new.folded BEGIN
		UPDATE searched_items SET stale = 2 WHERE item = new.id AND stale = 0;
	END`,
	`CREATE TRIGGER item_words_delete AFTER DELETE ON items BEGIN
		DELETE FROM item_words WHERE rowid = (SELECT number FROM searched_items WHERE item = old.id);
		DELETE FROM searched_items WHERE item = old.id;
	END`,
	`INSERT INTO searched_items (item) SELECT id FROM items ORDER BY id`,
}

// sqliteIndexing takes into the full-text index what changed since it was last
// done.
var sqliteIndexing = []string{
	`DELETE FROM item_words WHERE rowid IN (SELECT number FROM searched_items WHERE stale > 0 AND stale = 2)`,
	`INSERT INTO item_words (rowid, words) SELECT number, folded FROM searched_items JOIN items ON id = item WHERE stale > 0`,
	`UPDATE searched_items SET stale = 0 WHERE stale > 0`,
}

// indexItems brings the full-text index up to date. It belongs at the end of
// each transaction that writes items.
func (s *Store) indexItems(ctx context.Context, tx *sql.Tx) error {
	if err := execAll(ctx, tx, s.engine.indexing); err != nil {
		return fmt.Errorf("index items for the search: %w", err)
	}
	return nil
}

// sqliteNoFullText takes it away again.
var sqliteNoFullText = []string{
	`DROP TRIGGER item_words_insert`, `DROP TRIGGER item_words_update`, `DROP TRIGGER item_words_delete`,
	`DROP TABLE item_words`, `DROP TABLE searched_items`,
}

// postgresFullText does the same with a column that PostgreSQL fills itself.
// Words are folded before they are stored, so no dictionary is asked for.
var postgresFullText = []string{
	`ALTER TABLE items ADD COLUMN words TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, folded)) STORED`,
	`CREATE INDEX items_by_word ON items USING gin (words)`,
}

var postgresNoFullText = []string{`DROP INDEX items_by_word`, `ALTER TABLE items DROP COLUMN words`}

// searchVersion is the place of the full-text index among the migrations.
const searchVersion = 8

// searchMigration makes the full-text index, in which the engines' schemas
// differ. It is written in Go since the words of the items, until
// then in lower case only, lose their accents first.
func (s *Store) searchMigration() *goose.Migration {
	up := func(ctx context.Context, tx *sql.Tx) error {
		if err := foldItems(ctx, tx); err != nil {
			return fmt.Errorf("fold the words of items: %w", err)
		}
		if err := execAll(ctx, tx, s.engine.fullText); err != nil {
			return err
		}
		return s.indexItems(ctx, tx)
	}
	down := func(ctx context.Context, tx *sql.Tx) error { return execAll(ctx, tx, s.engine.noFullText) }
	return goose.NewGoMigration(searchVersion, &goose.GoFunc{RunTx: up}, &goose.GoFunc{RunTx: down})
}

func execAll(ctx context.Context, tx *sql.Tx, statements []string) error {
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// foldItems takes the accents off the words of the items stored so far. Most
// have none and stay as they are.
func foldItems(ctx context.Context, tx *sql.Tx) error {
	type change struct{ id, folded string }
	var changes []change
	err := each(ctx, tx, func(row scanner) error {
		var id, before string
		if err := row.Scan(&id, &before); err != nil {
			return err
		}
		if after := folded(before); after != before {
			changes = append(changes, change{id, after})
		}
		return nil
	}, "SELECT id, folded FROM items")
	if err != nil {
		return err
	}
	for _, c := range changes {
		if _, err := tx.ExecContext(ctx, "UPDATE items SET folded = $2 WHERE id = $1", c.id, c.folded); err != nil {
			return err
		}
	}
	return nil
}

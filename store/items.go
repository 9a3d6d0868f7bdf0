package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"weekward/feeds"
)

// ErrNoItem means that there is no such item.
var ErrNoItem = errors.New("no such item")

const itemColumns = "id, source, outlet, guid, url, title, summary, excerpt, author, lang, section, topic, weight, published, undated, first_seen"

// ItemFilter chooses items; its zero value chooses all.
type ItemFilter struct {
	Source string    // ID; "" means all
	Words  string    // each must occur in title or summary, in any case
	Since  time.Time // published or first seen from here on
	Before time.Time // published before; zero means no end
	Limit  int       // most items; 100 when 0
}

// Items returns items, the newest first.
func (s *Store) Items(ctx context.Context, f ItemFilter) ([]feeds.Item, error) {
	where, args := f.where()
	query := "SELECT " + itemColumns + " FROM items" + where + " ORDER BY published DESC, id LIMIT $" + strconv.Itoa(len(args)+1)
	if f.Limit <= 0 {
		f.Limit = 100
	}
	items, err := queryItems(ctx, s.read, query, append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("list items: %w", err)
	}
	return items, nil
}

// where is the condition of a filter. Values are parameters, always.
func (f ItemFilter) where() (string, []any) {
	var conditions []string
	var args []any
	add := func(condition string, value any) {
		args = append(args, value)
		conditions = append(conditions, strings.ReplaceAll(condition, "$n", "$"+strconv.Itoa(len(args))))
	}
	if f.Source != "" {
		add("source = $n", f.Source)
	}
	if !f.Since.IsZero() {
		add("(published >= $n OR first_seen >= $n)", utc(f.Since))
	}
	if !f.Before.IsZero() {
		add("published < $n", utc(f.Before))
	}
	for _, word := range strings.Fields(folded(f.Words)) {
		add(`folded LIKE $n ESCAPE '\'`, "%"+likeLiteral(word)+"%")
	}
	if len(conditions) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(conditions, " AND "), args
}

// likeLiteral takes the meaning from the signs that LIKE gives one.
func likeLiteral(word string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(word)
}

// Item returns the item with that ID, or ErrNoItem.
func (s *Store) Item(ctx context.Context, id string) (feeds.Item, error) {
	return s.oneItem(ctx, "SELECT "+itemColumns+" FROM items WHERE id = $1", id)
}

// ItemByURL returns the newest item with that canonical address, or ErrNoItem.
func (s *Store) ItemByURL(ctx context.Context, url string) (feeds.Item, error) {
	return s.oneItem(ctx, "SELECT "+itemColumns+" FROM items WHERE url = $1 ORDER BY published DESC, id LIMIT 1", url)
}

func (s *Store) oneItem(ctx context.Context, query, value string) (feeds.Item, error) {
	it, err := scanItem(s.read.QueryRowContext(ctx, query, value))
	if errors.Is(err, sql.ErrNoRows) {
		return feeds.Item{}, ErrNoItem
	}
	if err != nil {
		return feeds.Item{}, fmt.Errorf("read item: %w", err)
	}
	return it, nil
}

// SaveItems stores items that came by another way than a source, and returns
// how many were not known before.
func (s *Store) SaveItems(ctx context.Context, items []feeds.Item, now time.Time) (fresh int, err error) {
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		if fresh, err = s.saveItems(ctx, tx, items, now); err != nil {
			return err
		}
		return s.indexItems(ctx, tx)
	})
	if err != nil {
		return 0, fmt.Errorf("save items: %w", err)
	}
	return fresh, nil
}

func queryItems(ctx context.Context, db querier, query string, args ...any) ([]feeds.Item, error) {
	var items []feeds.Item
	err := each(ctx, db, func(row scanner) error {
		it, err := scanItem(row)
		items = append(items, it)
		return err
	}, query, args...)
	return items, err
}

func scanItem(row scanner) (feeds.Item, error) {
	var it feeds.Item
	err := row.Scan(&it.ID, &it.Source, &it.Outlet, &it.GUID, &it.URL, &it.Title, &it.Summary, &it.Excerpt, &it.Author, &it.Lang,
		&it.Section, &it.Topic, &it.Weight, &it.Published, &it.Undated, &it.FirstSeen)
	return it, err
}

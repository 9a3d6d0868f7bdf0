package store

import (
	"context"
	"database/sql"

	"weekward/feeds"
)

const (
	// renamedFrom is from how many items on a feed can be said to have renamed
	// all of them.
	renamedFrom = 3
	// renamedShare is the share of links that must be known for that, in
	// percent (S5).
	renamedShare = 80
)

// sameItems gives items the IDs they are known by. A feed that changed its
// system calls everything anew at once, under the old links: that makes no
// news, and what it calls its items now is remembered.
func sameItems(ctx context.Context, tx *sql.Tx, source string, items []feeds.Item) ([]feeds.Item, error) {
	unknown, err := unknownItems(ctx, tx, items)
	if err != nil || len(unknown) == 0 {
		return items, err
	}
	names, err := aliases(ctx, tx, unknown)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 && len(unknown) == len(items) && len(items) >= renamedFrom {
		if names, err = renamed(ctx, tx, source, items); err != nil {
			return nil, err
		}
	}
	if len(names) == 0 {
		return items, nil
	}
	known := make([]feeds.Item, len(items))
	for i, it := range items {
		if id, ok := names[it.ID]; ok {
			it.ID = id
		}
		known[i] = it
	}
	return known, nil
}

// unknownItems are the IDs that no stored item has.
func unknownItems(ctx context.Context, tx *sql.Tx, items []feeds.Item) (unknown []string, err error) {
	known := map[string]bool{}
	all := ids(items, func(it feeds.Item) string { return it.ID })
	err = queryIn(ctx, tx, "SELECT id FROM items WHERE id IN ($in)", all, func(row scanner) error {
		var id string
		err := row.Scan(&id)
		known[id] = true
		return err
	})
	for _, id := range all {
		if !known[id] {
			unknown = append(unknown, id)
		}
	}
	return unknown, err
}

// aliases says which stored items are meant by IDs.
func aliases(ctx context.Context, tx *sql.Tx, ids []string) (map[string]string, error) {
	names := map[string]string{}
	err := queryIn(ctx, tx, "SELECT alias, item FROM item_aliases WHERE alias IN ($in)", ids, func(row scanner) error {
		var alias, item string
		err := row.Scan(&alias, &item)
		names[alias] = item
		return err
	})
	return names, err
}

// renamed tells whether more than four fifths of the items are known by their
// links, and if so keeps and returns which is which. A link that several items
// share says nothing.
func renamed(ctx context.Context, tx *sql.Tx, source string, items []feeds.Item) (map[string]string, error) {
	read := map[string][]string{} // by link
	for _, it := range items {
		read[it.URL] = append(read[it.URL], it.ID)
	}
	stored, err := itemsByLink(ctx, tx, source, items)
	if err != nil {
		return nil, err
	}
	names, rows := map[string]string{}, [][]any{}
	for link, now := range read {
		if before := stored[link]; len(now) == 1 && len(before) == 1 {
			names[now[0]] = before[0]
			rows = append(rows, []any{now[0], before[0]})
		}
	}
	if len(names)*100 <= len(items)*renamedShare {
		return nil, nil
	}
	return names, insertRows(ctx, tx, "INSERT INTO item_aliases (alias, item)", rows, "ON CONFLICT (alias) DO NOTHING")
}

// itemsByLink are the stored items of a source that have the links of these.
func itemsByLink(ctx context.Context, tx *sql.Tx, source string, items []feeds.Item) (map[string][]string, error) {
	stored := map[string][]string{}
	err := queryIn(ctx, tx, "SELECT id, source, url FROM items WHERE url IN ($in)", ids(items, func(it feeds.Item) string { return it.URL }), func(row scanner) error {
		var id, from, link string
		err := row.Scan(&id, &from, &link)
		if from == source && link != "" {
			stored[link] = append(stored[link], id)
		}
		return err
	})
	return stored, err
}

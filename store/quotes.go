package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"weekward/digest"
	"weekward/digest/recap"
	"weekward/feeds"
)

// quoteOf tells the quotes of posts by their IDs, or by an address.
func quoteOf(url string, gone []feeds.Post) func(id, address string) bool {
	return func(id, address string) bool {
		return address == url || slices.ContainsFunc(gone, func(p feeds.Post) bool { return p.ID == id })
	}
}

// eraseQuotes takes the quotes of posts out of every stored issue. What was
// mailed is mailed; the archive forgets.
func eraseQuotes(ctx context.Context, tx *sql.Tx, isGone func(id, url string) bool) error {
	changes := map[int]string{}
	err := eachIssue(ctx, tx, func(number int, issue digest.Issue) error {
		if !dropQuotes(issue.Chats, isGone) {
			return nil
		}
		data, err := json.Marshal(issue)
		changes[number] = string(data)
		return err
	}, "SELECT number, content FROM issues WHERE content <> ''")
	if err != nil {
		return err
	}
	for number, content := range changes {
		if _, err := tx.ExecContext(ctx, "UPDATE issues SET content = $2 WHERE number = $1", number, content); err != nil {
			return err
		}
	}
	return nil
}

// dropQuotes takes quotes out of recaps, and reports whether there were any.
func dropQuotes(chats []recap.Recap, isGone func(id, url string) bool) bool {
	dropped := false
	for c := range chats {
		for q := range chats[c].Questions {
			question := &chats[c].Questions[q]
			before := len(question.Highlights)
			question.Highlights = slices.DeleteFunc(question.Highlights, func(h recap.Highlight) bool { return isGone(h.ID, h.URL) })
			dropped = dropped || len(question.Highlights) < before
		}
		before := len(chats[c].LeftOut)
		chats[c].LeftOut = slices.DeleteFunc(chats[c].LeftOut, func(l recap.LeftOut) bool { return isGone(l.ID, "") })
		dropped = dropped || len(chats[c].LeftOut) < before
	}
	return dropped
}

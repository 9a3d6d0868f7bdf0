package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"weekward/digest"
)

const (
	maxWeekItems = 20_000             // what the ranker looks at, news and related reading
	chatLead     = 7 * 24 * time.Hour // chats from before the week, for those whose day has passed
	pastIssues   = 8                  // issues that a story may repeat
)

// Week fills a week with what its issue is made of: the newest 20,000 items and
// the posts from before its freeze, the stories of the 8 issues before it, the
// editor's edits, and what they kept and dropped before. The same database
// gives the same week.
func (s *Store) Week(ctx context.Context, w digest.Week) (_ digest.Week, err error) {
	if w.Items, err = queryItems(ctx, s.read, "SELECT "+itemColumns+` FROM items
		WHERE published < $1
		ORDER BY published DESC, id LIMIT $2`, utc(w.Freeze), maxWeekItems); err != nil {
		return w, fmt.Errorf("read the week's items: %w", err)
	}
	if w.Posts, err = s.Posts(ctx, "", w.From.Add(-chatLead), w.Freeze); err != nil {
		return w, err
	}
	if w.Past, err = s.past(ctx, w.Number); err != nil {
		return w, fmt.Errorf("read past issues: %w", err)
	}
	if w.Edits, err = s.Edits(ctx, w.Number); err != nil {
		return w, err
	}
	if w.Judged, err = s.judged(ctx, w.Number); err != nil {
		return w, fmt.Errorf("read the editor's earlier judgements: %w", err)
	}
	return w, nil
}

// past returns what the issues before a number carried, the newest issue first.
func (s *Store) past(ctx context.Context, number int) ([]digest.PastStory, error) {
	var past []digest.PastStory
	err := eachIssue(ctx, s.read, func(number int, issue digest.Issue) error {
		past = append(past, carried(number, issue)...)
		return nil
	}, `
		SELECT number, content FROM issues
		WHERE number < $1 AND state IN ('sending', 'paused', 'sent') AND content <> ''
		ORDER BY number DESC LIMIT $2`, number, pastIssues)
	return past, err
}

// carried lists the stories of an issue and the items related to them.
func carried(number int, issue digest.Issue) []digest.PastStory {
	var list []digest.PastStory
	for _, story := range issue.Stories {
		list = append(list, digest.PastStory{Issue: number, ID: story.ID, URL: story.URL, Title: story.Title})
		for _, r := range story.Related {
			list = append(list, digest.PastStory{Issue: number, ID: r.ID, URL: r.URL, Title: r.Title})
		}
	}
	return list
}

// SaveEdit stores what the editor changed about one item or post of an issue,
// in place of what they said before. An edit that changes nothing is deleted.
func (s *Store) SaveEdit(ctx context.Context, issue int, e digest.Edit) error {
	var err error
	if e == (digest.Edit{Item: e.Item}) {
		_, err = s.write.ExecContext(ctx, "DELETE FROM edits WHERE issue = $1 AND item = $2", issue, e.Item)
	} else {
		_, err = s.write.ExecContext(ctx, `
			INSERT INTO edits (issue, item, dropped, pinned, place, note, title, text, evidence)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (issue, item) DO UPDATE SET
			    dropped = excluded.dropped, pinned = excluded.pinned, place = excluded.place,
			    note = excluded.note, title = excluded.title, text = excluded.text, evidence = excluded.evidence`,
			storable([]any{issue, e.Item, e.Drop, e.Pin, e.Order, e.Note, e.Title, e.Text, string(e.Evidence)})...)
	}
	if err != nil {
		return fmt.Errorf("save edit of issue %d: %w", issue, err)
	}
	return nil
}

// Edits returns the editor's changes to an issue, by item.
func (s *Store) Edits(ctx context.Context, issue int) ([]digest.Edit, error) {
	var edits []digest.Edit
	err := each(ctx, s.read, func(row scanner) error {
		var e digest.Edit
		err := row.Scan(&e.Item, &e.Drop, &e.Pin, &e.Order, &e.Note, &e.Title, &e.Text, &e.Evidence)
		edits = append(edits, e)
		return err
	}, "SELECT item, dropped, pinned, place, note, title, text, evidence FROM edits WHERE issue = $1 ORDER BY item", issue)
	if err != nil {
		return nil, fmt.Errorf("read edits of issue %d: %w", issue, err)
	}
	return edits, nil
}

// eachIssue calls f for each issue of a query, whose rows are a number and a
// content.
func eachIssue(ctx context.Context, db querier, f func(number int, issue digest.Issue) error, query string, args ...any) error {
	return each(ctx, db, func(row scanner) error {
		var number int
		var content string
		if err := row.Scan(&number, &content); err != nil {
			return err
		}
		var issue digest.Issue
		if err := json.Unmarshal([]byte(content), &issue); err != nil {
			return fmt.Errorf("issue %d: %w", number, err)
		}
		return f(number, issue)
	}, query, args...)
}

package store

import (
	"context"

	"weekward/digest"
)

const (
	judgedIssues = 26  // half a year of the editor's judgements
	maxJudged    = 500 // the latest of them
)

// judged returns what the editor kept in the issues before a number and what
// they threw out, the latest first. A quote of a chat is no news and is not
// among them.
func (s *Store) judged(ctx context.Context, number int) ([]digest.Judgement, error) {
	var list []digest.Judgement
	err := each(ctx, s.read, func(row scanner) error {
		var j digest.Judgement
		var dropped bool
		err := row.Scan(&j.Issue, &j.Title, &j.Lang, &dropped)
		j.Kept = !dropped
		list = append(list, j)
		return err
	}, `
		SELECT edits.issue, items.title, items.lang, edits.dropped FROM edits
		JOIN items ON items.id = edits.item
		WHERE edits.issue < $1 AND edits.issue >= $2 AND (edits.dropped OR edits.pinned OR edits.place > 0)
		ORDER BY edits.issue DESC, edits.item LIMIT $3`, number, number-judgedIssues, maxJudged)
	return list, err
}

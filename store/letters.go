package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"

	"weekward/mailer/failpoint"
	"weekward/subscribers"
	"weekward/templates"
)

// editor stands for the recipient of a notice in the ledger.
const editor = "editor"

// QueueLetter queues a letter in a commit of its own.
func (s *Store) QueueLetter(ctx context.Context, l subscribers.Letter) error {
	return s.inTx(ctx, func(tx *sql.Tx) error { return insertLetter(ctx, tx, l) })
}

// insertLetter queues a letter inside another commit: the mail exists exactly
// when what it tells of happened. Queueing it twice changes nothing.
func insertLetter(ctx context.Context, tx *sql.Tx, l subscribers.Letter) error {
	queued, err := changed(tx.ExecContext(ctx, `
		INSERT INTO mailings (id, kind, needs, address, seed, planned, created_at)
		VALUES ($1, 'letter', $2, $3, $4, 1, $5) ON CONFLICT DO NOTHING`,
		l.ID, letterNeeds(l.Kind), l.Address, rand.Text(), utc(l.At)))
	if err != nil || queued == 0 {
		return wrapLetter(l, err)
	}
	name, recipient := string(l.Kind), l.Subscriber
	if recipient == "" {
		recipient = editor
	}
	err = insertVariant(ctx, tx, l.ID, name, templates.Content{Subject: l.Subject, HTML: l.HTML, Text: l.Text})
	if err != nil {
		return wrapLetter(l, err)
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO deliveries (mailing, recipient, variant, priority) VALUES ($1, $2, $3, 0)", l.ID, recipient, name)
	return wrapLetter(l, failpoint.After("letter", err))
}

func wrapLetter(l subscribers.Letter, err error) error {
	if err != nil {
		return fmt.Errorf("queue %s letter: %w", l.Kind, err)
	}
	return nil
}

// letterNeeds is the state the recipient must still be in when a letter goes
// out: who has confirmed or left since is not bothered.
func letterNeeds(kind subscribers.LetterKind) subscribers.State {
	switch kind {
	case subscribers.LetterConfirm, subscribers.LetterAddress:
		return subscribers.Pending
	case subscribers.LetterPreferences, subscribers.LetterWelcome:
		return subscribers.Active
	}
	return ""
}

// deleteLetters removes every letter to a subscriber, sent or not: it belongs
// to forgetting a person.
func deleteLetters(ctx context.Context, tx *sql.Tx, subscriber string) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM mailings
		WHERE kind = 'letter' AND id IN (SELECT mailing FROM deliveries WHERE priority = 0 AND recipient = $1)`, subscriber)
	if err == nil { // where they do not go with their mailings: see freeMigration
		_, err = tx.ExecContext(ctx, `
			DELETE FROM deliveries
			WHERE priority = 0 AND recipient = $1 AND NOT EXISTS (SELECT 1 FROM mailings WHERE id = mailing)`, subscriber)
	}
	if err != nil {
		return fmt.Errorf("delete letters: %w", err)
	}
	return nil
}

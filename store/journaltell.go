package store

import (
	"context"
	"database/sql"
	"fmt"

	"weekward/mailer"
	"weekward/store/journal"
	"weekward/subscribers"
)

// claimed tells that deliveries are about to be mailed. The commit of their
// window waits until the journal is on the disk.
func (t *tidings) claimed(tx *sql.Tx, claims []mailer.Claim) {
	d := t.draft(tx)
	for i := 0; d != nil && i < len(claims); i++ {
		d.Delivery(journal.Claimed, claims[i].Mailing, 0, claims[i].To.ID)
	}
}

// ended tells how attempts ended.
func (t *tidings) ended(tx *sql.Tx, ends []mailer.Outcome) {
	d := t.draft(tx)
	for i := 0; d != nil && i < len(ends); i++ {
		o, code := &ends[i], 0
		if o.State == mailer.Bounced {
			code = o.Code
		}
		d.Delivery(endKind(o.State), o.Mailing, code, o.To.ID)
	}
}

// endKind is what the journal calls the end of an attempt.
func endKind(s mailer.State) journal.Kind {
	switch s {
	case mailer.Sent:
		return journal.Sent
	case mailer.Bounced:
		return journal.Bounced
	case mailer.Uncertain:
		return journal.Uncertain
	}
	return journal.Returned
}

// unbegun tells which claims will not be mailed after all.
func (t *tidings) unbegun(tx *sql.Tx, claims []mailer.Claim, standings []mailer.Standing) {
	for i := range claims {
		if standings[i] == mailer.Rested || standings[i] == mailer.Gone {
			t.tell(tx, journal.Entry{Kind: journal.Returned, Mailing: claims[i].Mailing, Subscriber: claims[i].To.ID})
		}
	}
}

// tellReleased tells which claims of a sender have not begun, before they are
// queued again.
func (s *Store) tellReleased(ctx context.Context, tx *sql.Tx, sender string) error {
	if s.tidings.path == "" {
		return nil
	}
	return each(ctx, tx, func(row scanner) error {
		e := journal.Entry{Kind: journal.Returned}
		err := row.Scan(&e.Mailing, &e.Subscriber)
		s.tidings.tell(tx, e)
		return err
	}, `SELECT mailing, recipient FROM deliveries WHERE sender = $1 AND state IN ('claimed', 'sending') AND state = 'claimed' ORDER BY mailing`, sender)
}

// tellErased tells of an erasure by keyed hashes only: whoever was erased is
// not in the journal either.
func (s *Store) tellErased(tx *sql.Tx, erasures []subscribers.Erasure) {
	if s.tidings.path == "" {
		return
	}
	for _, e := range erasures {
		entry := journal.Entry{Kind: journal.Erased, Address: e.Address, Hash: e.Suppression.Hash, Reason: string(e.Suppression.Reason)}
		if s.hashes != nil {
			entry.Person = s.hashes(personPurpose, e.ID)[0]
		}
		s.tidings.tell(tx, entry)
	}
}

// personPurpose is the purpose of the hashes by which erased people are known.
const personPurpose = "journal"

// tellChanges tells what a sign-up or an import changed: whom it must not bring
// back, and how many it brought.
func (t *tidings) tellChanges(tx *sql.Tx, changes []subscribers.Change) {
	brought := 0
	for _, c := range changes {
		switch c.Subscriber.State {
		case subscribers.Active:
			brought++
		case subscribers.Unsubscribed:
			t.tell(tx, journal.Entry{Kind: journal.Left, Subscriber: c.Subscriber.ID})
		case subscribers.Suppressed:
			t.tell(tx, journal.Entry{Kind: journal.Suppressed, Subscriber: c.Subscriber.ID, Reason: string(c.Suppression.Reason), Hash: c.Suppression.Hash})
			continue
		}
		if c.Suppression.Hash != "" {
			t.tell(tx, journal.Entry{Kind: journal.Barred, Reason: string(c.Suppression.Reason), Hash: c.Suppression.Hash})
		}
	}
	if brought > 0 {
		t.tell(tx, journal.Entry{Kind: journal.Imported, Number: brought})
	}
}

// tellLifted tells that hashes left the suppression list, all or those for one
// reason.
func (t *tidings) tellLifted(tx *sql.Tx, hashes []string, reason subscribers.Reason) {
	for _, h := range hashes {
		t.tell(tx, journal.Entry{Kind: journal.Lifted, Hash: h, Reason: string(reason)})
	}
}

// tellLeft tells that somebody left; the ID is "" when nobody did.
func (t *tidings) tellLeft(tx *sql.Tx, id string) {
	if id != "" {
		t.tell(tx, journal.Entry{Kind: journal.Left, Subscriber: id})
	}
}

// tellJoined tells that somebody said yes, which lifts what their leaving had
// put on the suppression list.
func (t *tidings) tellJoined(tx *sql.Tx, c subscribers.Confirmation) {
	t.tell(tx, journal.Entry{Kind: journal.Joined, Subscriber: c.ID})
	t.tellLifted(tx, c.Hashes, subscribers.ReasonLeft)
}

// tellFrozen tells all that is needed to print an issue again.
func (t *tidings) tellFrozen(ctx context.Context, tx *sql.Tx, f mailer.Frozen) error {
	if t.path == "" {
		return nil
	}
	i := journal.Issue{
		Number: f.Number, Slot: f.Slot, State: string(f.State), Fingerprint: f.Fingerprint, Content: f.Content,
		Mailing: f.Mailing.ID, Seed: f.Mailing.Seed, Date: f.Mailing.Date,
	}
	if err := tx.QueryRowContext(ctx, "SELECT header FROM mailings WHERE id = $1", f.Mailing.ID).Scan(&i.Header); err != nil {
		return fmt.Errorf("read its header: %w", err)
	}
	t.tell(tx, journal.Entry{Kind: journal.Frozen, Issue: &i})
	return nil
}

// tellMoved tells that an issue came to another state.
func (t *tidings) tellMoved(tx *sql.Tx, r mailer.Record) {
	t.tell(tx, journal.Entry{Kind: journal.Moved, Issue: &journal.Issue{
		Number: r.Number, Slot: r.Slot, State: string(r.State), Reason: r.Reason, Date: r.EndedAt,
	}})
}

// tellPaused tells that the issue of a mailing was stopped.
func (s *Store) tellPaused(ctx context.Context, tx *sql.Tx, mailing, reason string) error {
	if s.tidings.path == "" {
		return nil
	}
	r := mailer.Record{State: mailer.IssuePaused, Reason: reason}
	err := tx.QueryRowContext(ctx, "SELECT COALESCE(issue, 0) FROM mailings WHERE id = $1", mailing).Scan(&r.Number)
	if err == nil && r.Number > 0 {
		s.tidings.tellMoved(tx, r)
	}
	return err
}

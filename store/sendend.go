package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"time"

	"weekward/mailer"
)

// endAll writes how attempts ended, unless another sender has a delivery by
// now: in a few statements, however many they are. It is SQLite's; end does the
// same for one, on both engines.
func endAll(ctx context.Context, tx *sql.Tx, sender string, ends []mailer.Outcome) error {
	atOnce := make(map[batch][]byte)
	var others []mailer.Outcome
	var value []byte
	for _, o := range ends {
		if o.State != mailer.Sent || o.Attempts != 1 || o.Doubts != 0 || o.Code != 0 || !o.FailedAt.IsZero() {
			others = append(others, o)
			continue
		}
		b := batch{o.Mailing, o.Fence}
		value = append(o.At.UTC().AppendFormat(value[:0], fixedTime), o.Reply...)
		atOnce[b] = appendJSON(append(appendJSON(append(atOnce[b], ','), o.To.ID), ':'), value)
	}
	for b, list := range atOnce {
		list[0] = '{'
		if err := endSent(ctx, tx, sender, b, append(list, '}')); err != nil {
			return err
		}
	}
	return endOthers(ctx, tx, sender, others)
}

// A batch is what nearly all deliveries of a window share.
type batch struct {
	mailing string
	fence   int64
}

// fixedTime is a stored time of always the same length.
const fixedTime = "2006-01-02 15:04:05.000000-07:00"

// endSent writes those that were sent at the first attempt. The list is a JSON
// object of the time and the reply by recipient: what takes a row apart is
// most of what an outcome costs.
func endSent(ctx context.Context, tx *sql.Tx, sender string, b batch, list []byte) error {
	// The mailing is tied to the list, and the pluses are there, so that SQLite
	// looks each recipient up; else it walks over the whole mailing.
	_, err := tx.ExecContext(ctx, `
		UPDATE deliveries SET state = 'sent', sender = '', attempts = 1, doubts = 0, code = 0, failed_at = NULL,
		    reply = substr(value, 33), done_at = substr(value, 1, 32)
		FROM json_each($1)
		WHERE deliveries.mailing = $2 || substr(key, 1, 0) AND deliveries.recipient = key AND fence = $3
		  AND +sender = $4 AND +state IN ('claimed', 'sending')`, string(list), b.mailing, b.fence, sender)
	return err
}

// endOthers writes any outcomes in one statement.
func endOthers(ctx context.Context, tx *sql.Tx, sender string, ends []mailer.Outcome) error {
	if len(ends) == 0 {
		return nil
	}
	list := append(make([]byte, 0, 200*len(ends)), '[')
	for i, o := range ends {
		due, done := dueAndDone(o)
		if i > 0 {
			list = append(list, ',')
		}
		list = append(list, '[')
		for _, text := range []string{o.Mailing, o.To.ID, string(o.State), o.Reply} {
			list = append(appendJSON(list, text), ',')
		}
		for _, number := range []int64{o.Fence, int64(o.Attempts), int64(o.Doubts), int64(o.Code)} {
			list = append(strconv.AppendInt(list, number, 10), ',')
		}
		list = append(appendTime(list, o.FailedAt), ',')
		list = append(appendTime(list, due), ',')
		list = append(appendTime(list, done), ']')
	}
	list = append(list, ']')
	_, err := tx.ExecContext(ctx, `
		UPDATE deliveries SET state = value ->> 2, sender = '', reply = value ->> 3, attempts = value ->> 5, doubts = value ->> 6,
		    code = value ->> 7, failed_at = value ->> 8, due_at = value ->> 9, done_at = value ->> 10
		FROM json_each($1)
		WHERE deliveries.mailing = value ->> 0 AND deliveries.recipient = value ->> 1 AND fence = value ->> 4
		  AND +sender = $2 AND +state IN ('claimed', 'sending')`, string(list), sender)
	return err
}

// appendJSON writes a text as JSON.
func appendJSON[T string | []byte](dst []byte, text T) []byte {
	for i := range len(text) {
		if b := text[i]; b < ' ' || b >= 0x7f || b == '"' || b == '\\' {
			quoted, _ := json.Marshal(string(text)) // a string cannot fail
			return append(dst, quoted...)
		}
	}
	return append(append(append(dst, '"'), text...), '"')
}

// appendTime writes a time as JSON, in the form the driver stores times in.
func appendTime(dst []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(dst, "null"...)
	}
	dst = append(dst, '"')
	dst = t.UTC().Truncate(time.Microsecond).AppendFormat(dst, "2006-01-02 15:04:05.999999999-07:00")
	return append(dst, '"')
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A scanner is a row, or rows at one of them.
type scanner interface{ Scan(...any) error }

// A querier reads: a pool, or a transaction that must see its own writes.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// maxValues is how many values one statement carries. SQLite takes 32,766, but
// compares each placeholder with all before it, which soon costs more than
// another statement.
const maxValues = 400

// places returns the placeholders of rows of a given width, counted from $1:
// "($1, $2), ($3, $4)".
func places(rows, width int) string {
	var b strings.Builder
	for i := range rows * width {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%width == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i + 1))
	}
	b.WriteByte(')')
	return b.String()
}

// insertRows runs an insertion with as many rows a statement as is good. Its
// parts stand before and after the values.
func insertRows(ctx context.Context, tx *sql.Tx, before string, rows [][]any, after string) error {
	if len(rows) == 0 {
		return nil
	}
	width := len(rows[0])
	whole := maxValues / width
	if len(rows) >= 2*whole { // worth preparing once
		insert, err := tx.PrepareContext(ctx, before+" VALUES "+places(whole, width)+" "+after)
		if err != nil {
			return err
		}
		defer insert.Close()
		for ; len(rows) >= whole; rows = rows[whole:] {
			if _, err := insert.ExecContext(ctx, flat(rows[:whole])...); err != nil {
				return err
			}
		}
	}
	for len(rows) > 0 {
		n := min(len(rows), whole)
		if _, err := tx.ExecContext(ctx, before+" VALUES "+places(n, width)+" "+after, flat(rows[:n])...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// insertEach is insertRows where single rows are faster. SQLite keeps a journal
// of its own for a statement of many rows, so that it can be taken back alone,
// and looks for each placeholder from the first: both cost more than a call.
func insertEach(ctx context.Context, tx *sql.Tx, e engine, before string, rows [][]any, after string) error {
	if len(rows) < 2 || !e.rowByRow {
		return insertRows(ctx, tx, before, rows, after)
	}
	insert, err := tx.PrepareContext(ctx, before+" VALUES "+places(1, len(rows[0]))+" "+after)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, row := range rows {
		if _, err := insert.ExecContext(ctx, storable(row)...); err != nil {
			return err
		}
	}
	return nil
}

// flat is the values of rows, one after the other.
func flat(rows [][]any) []any {
	values := make([]any, 0, len(rows)*len(rows[0]))
	for _, row := range rows {
		values = append(values, storable(row)...)
	}
	return values
}

// textsJSON is a list of texts as engine.members reads it.
func textsJSON(list []string) string {
	out := make([]byte, 1, 40*len(list)+2)
	out[0] = '['
	for i, text := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendJSON(out, text)
	}
	return string(append(out, ']'))
}

// queryIn runs a query for some values at a time, which take the place of
// "($in)", and calls f for each row.
func queryIn(ctx context.Context, db querier, query string, values []string, f func(scanner) error) error {
	return in(query, values, func(query string, args []any) error { return each(ctx, db, f, query, args...) })
}

// execIn is queryIn for a statement that returns no rows.
func execIn(ctx context.Context, tx *sql.Tx, statement string, values []string) error {
	return in(statement, values, func(statement string, args []any) error {
		_, err := tx.ExecContext(ctx, statement, args...)
		return err
	})
}

func in(query string, values []string, run func(string, []any) error) error {
	for len(values) > 0 {
		n := min(len(values), maxValues)
		args := make([]any, n)
		for i, v := range values[:n] {
			args[i] = v
		}
		if err := run(strings.Replace(query, "($in)", places(1, n), 1), args); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// each calls f for each row of a query.
func each(ctx context.Context, db querier, f func(scanner) error, query string, args ...any) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// storable takes out of texts what PostgreSQL does not store: NUL, and octets
// that are not UTF-8.
func storable(row []any) []any {
	for i, v := range row {
		if text, ok := v.(string); ok && (strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text)) {
			row[i] = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\ufffd")
		}
	}
	return row
}

// listJSON is how a list of texts is stored; nil is an empty list.
func listJSON(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	data, _ := json.Marshal(list) // strings always marshal
	return string(data)
}

// A jsonText scans a JSON column into what To points to. An empty list or
// object leaves it nil.
type jsonText struct{ to any }

func (j jsonText) Scan(v any) error {
	text, ok := v.(string)
	if octets, isBytes := v.([]byte); isBytes {
		text, ok = string(octets), true
	}
	if !ok || text == "[]" || text == "{}" || text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), j.to)
}

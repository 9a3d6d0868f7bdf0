package subscribers

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// A row of a CSV file has at most this many octets and lines, so that a quote
// that is never closed spoils one line and not the rest of the file.
const (
	maxRow      = 64 << 10
	maxRowLines = 100
)

// A rowError says what is wrong with one row. Reading goes on behind it.
type rowError string

func (e rowError) Error() string { return string(e) }

const errUnclosed = rowError("has a quote that is not closed")

// A table reads a CSV file row by row.
type table struct {
	in    *bufio.Reader
	parse *bufio.Reader // of one row, kept to be used again
	comma byte
	line  int      // where the row read last begins, from 1
	read  int      // lines read so far
	ahead []lineOf // read in vain for the end of a quote, to be read again
}

// lineOf is a line with its end, or why it could not be read.
type lineOf struct {
	text string
	err  error
}

// newTable skips a byte order mark and finds out which sign separates the
// columns: the one that occurs most in the first line.
func newTable(r io.Reader) *table {
	t := &table{in: bufio.NewReaderSize(r, maxRow), parse: bufio.NewReader(nil), comma: ','}
	if mark, _ := t.in.Peek(3); string(mark) == "\ufeff" {
		t.in.Discard(3) // cannot fail: it was peeked
	}
	head, _ := t.in.Peek(maxRow) // less when the file is shorter
	head, _, _ = bytes.Cut(head, []byte("\n"))
	for _, c := range []byte(";\t") {
		if bytes.Count(head, []byte{c}) > bytes.Count(head, []byte{t.comma}) {
			t.comma = c
		}
	}
	return t
}

// next returns the fields of the next row that is not empty. After a rowError
// it may be called again; io.EOF and all others are final.
func (t *table) next() ([]string, error) {
	for {
		row, err := t.row()
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(row) == "" {
			continue
		}
		if !utf8.ValidString(row) {
			return nil, rowError("is not UTF-8: save the file as CSV UTF-8")
		}
		return t.fields(row)
	}
}

// fields takes one row apart (RFC 4180).
func (t *table) fields(row string) ([]string, error) {
	t.parse.Reset(strings.NewReader(row))
	c := csv.NewReader(t.parse)
	c.Comma, c.FieldsPerRecord = rune(t.comma), -1
	fields, err := c.Read()
	if errors.Is(err, csv.ErrBareQuote) {
		return nil, rowError("has a quote in the middle of a cell")
	}
	if err != nil {
		return nil, errUnclosed
	}
	return fields, nil
}

// row returns the text of the next row, which is more than one line when a
// quoted field holds line breaks.
func (t *table) row() (string, error) {
	text, err := t.readLine()
	t.line = t.read
	if err != nil {
		return "", err
	}
	var more []lineOf
	for t.quotes(text) == quoteOpen {
		if len(more) == maxRowLines || len(text) > maxRow {
			return "", t.unclosed(more)
		}
		next, err := t.readLine()
		if err != nil && !errors.As(err, new(rowError)) && err != io.EOF {
			return "", err
		}
		more = append(more, lineOf{next, err})
		if text += next; err != nil || t.quotes(text) == quoteBroken {
			return "", t.unclosed(more)
		}
	}
	return text, nil
}

// unclosed gives up on a row's quote and takes back the lines after its first.
func (t *table) unclosed(more []lineOf) error {
	t.ahead = append(slices.Clone(more), t.ahead...)
	t.read -= len(more)
	return errUnclosed
}

// readLine returns the next line with its end.
func (t *table) readLine() (string, error) {
	if len(t.ahead) > 0 {
		l := t.ahead[0]
		t.ahead = t.ahead[1:]
		t.read++
		return l.text, l.err
	}
	line, err := t.in.ReadSlice('\n')
	t.read++
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = t.in.ReadSlice('\n')
		}
		return "", rowError(fmt.Sprintf("is longer than %d octets", maxRow))
	case err == io.EOF && len(line) > 0:
		return string(line), nil
	}
	return string(line), err
}

// The states of the quotes of a row's beginning.
type quoteState int

const (
	quoteClosed quoteState = iota // nothing is open: the row ends here
	quoteOpen                     // the row goes on in the next line
	quoteBroken                   // something follows a closing quote: no row begins like this
)

// quotes reads the quotes of a row as encoding/csv does: a field that begins
// with one ends with the next single one.
func (t *table) quotes(row string) quoteState {
	for len(row) > 0 {
		if row[0] != '"' {
			_, rest, found := strings.Cut(row, string(t.comma))
			if !found {
				return quoteClosed
			}
			row = rest
			continue
		}
		end := closingQuote(row)
		if end < 0 {
			return quoteOpen
		}
		row = row[end+1:]
		if row == "" || row[0] == '\n' || strings.HasPrefix(row, "\r\n") {
			return quoteClosed
		}
		if row[0] != t.comma {
			return quoteBroken
		}
		row = row[1:]
	}
	return quoteClosed
}

// closingQuote returns where the quoted field that s begins with ends, or -1.
func closingQuote(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 == len(s) || s[i+1] != '"' {
			return i
		}
		i++
	}
	return -1
}

// formulaSigns begin a cell that a spreadsheet would run as a formula.
const formulaSigns = "=+-@\t\r\n|%＝＋－＠"

// neutral writes a cell so that no spreadsheet runs it: an apostrophe says
// that text follows. plainCell takes it back.
func neutral(cell string) string {
	if startsFormula(cell) {
		return "'" + cell
	}
	return cell
}

func plainCell(cell string) string {
	if strings.HasPrefix(cell, "'") && startsFormula(cell) {
		return cell[1:]
	}
	return cell
}

// startsFormula looks behind spaces and apostrophes that are there already, so
// that neutral and plainCell are each other's inverse.
func startsFormula(cell string) bool {
	rest := strings.TrimLeft(cell, "' ")
	return rest != "" && strings.ContainsRune(formulaSigns, []rune(rest)[0])
}

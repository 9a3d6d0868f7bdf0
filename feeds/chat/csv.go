package chat

import (
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxRowLines is how many lines one quoted cell may span. Beyond it a quote is
// taken as never closed: its row is damaged, and reading goes on below it.
const maxRowLines = 100

// readCSV reads a table whose first row names the columns.
func (in *importer) readCSV(content string) error {
	lines := strings.Split(content, "\n")
	first := slices.IndexFunc(lines, func(l string) bool { return strings.TrimSpace(l) != "" })
	if first < 0 {
		return errors.New("the file is empty")
	}
	comma := delimiter(lines[first])
	header, used, err := cells(lines[first:], comma)
	if err != nil {
		return fmt.Errorf("read the column names: %w", err)
	}
	columns, err := in.columns(header)
	if err != nil {
		return err
	}
	in.eachRow(lines, first+used, comma, columns)
	return nil
}

func (in *importer) eachRow(lines []string, from int, comma rune, columns map[string][]int) {
	for at := from; at < len(lines) && len(in.posts) <= maxPosts; {
		if strings.TrimSpace(lines[at]) == "" {
			at++
			continue
		}
		record, used, err := cells(lines[at:], comma)
		if err != nil {
			in.warn("line %d: %v, left out", at+1, err)
			at++
			continue
		}
		in.row(at+1, func(field string) string { return cell(record, columns[field]) })
		at += used
	}
}

// cell gives the first cell of a field's columns that says something; "NA" is
// how R writes nothing.
func cell(record []string, columns []int) string {
	for _, c := range columns {
		if c < len(record) {
			if value := strings.TrimSpace(record[c]); value != "" && value != "NA" {
				return value
			}
		}
	}
	return ""
}

// cells reads the row that starts at the first of these lines and says how
// many it took.
func cells(lines []string, comma rune) (record []string, used int, err error) {
	quotes := 0
	for used < len(lines) && used < maxRowLines && (used == 0 || !sameStart(lines[0], lines[used])) {
		quotes += strings.Count(lines[used], `"`)
		used++
		if quotes%2 == 0 {
			return parseRow(strings.Join(lines[:used], "\n"), comma, used)
		}
	}
	// A lone quote inside a cell ('5" screen') is no opened one.
	if record, _, err := parseRow(lines[0], comma, 1); err == nil && !openQuote(lines[0], comma) {
		return record, 1, nil
	}
	return nil, 0, errors.New("a quote is never closed")
}

// sameStart reports whether two lines open with a number or date of the same
// shape: then the second is a row of its own, and no part of a quoted cell.
func sameStart(a, b string) bool {
	const long = 8
	if len(a) < long || len(b) < long {
		return false
	}
	digits := 0
	for i := range long {
		digit := func(c byte) bool { return c >= '0' && c <= '9' }
		if digit(a[i]) != digit(b[i]) || !digit(a[i]) && a[i] != b[i] {
			return false
		}
		if digit(a[i]) {
			digits++
		}
	}
	return digits >= 4
}

// openQuote reports whether a cell of the line starts with a quote.
func openQuote(line string, comma rune) bool {
	return strings.HasPrefix(line, `"`) || strings.Contains(line, string(comma)+`"`)
}

func parseRow(row string, comma rune, used int) ([]string, int, error) {
	r := csv.NewReader(strings.NewReader(row))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = comma, true, -1
	record, err := r.Read()
	if err != nil {
		return nil, 0, fmt.Errorf("not a row: %w", err)
	}
	return record, used, nil
}

// delimiter is the mark that makes the most known columns of the first row.
func delimiter(header string) rune {
	best, most := ',', -1
	for _, comma := range []rune{',', ';', '\t', '|'} {
		record, _, err := parseRow(header, comma, 1)
		if err != nil {
			continue
		}
		if known := len(recognise(record)); known > most {
			best, most = comma, known
		}
	}
	return best
}

// looksCSV reports whether a text opens with a row of column names, one for
// the words and one more at least.
func looksCSV(start string) bool {
	header, _, _ := strings.Cut(start, "\n")
	record, _, err := parseRow(header, delimiter(header), 1)
	if err != nil {
		return false
	}
	columns := recognise(record)
	return len(columns["text"]) > 0 && len(columns) > 1
}

package subscribers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// importBatch is how many rows of an import share a transaction: enough that
// waiting for the disk costs little, few enough that a sign-up waits for a
// tenth of a second.
const importBatch = 2000

// importChunk is how many rows are read before they are stored, in the order of
// their addresses: what lies together in the index of addresses is then written
// once a chunk and not once a batch.
const importChunk = 20_000

// maxBadRows is how many faulty rows a report names; the rest are counted.
const maxBadRows = 1000

// An ImportReport says what became of each row. Rows is the sum of the others.
type ImportReport struct {
	Rows       int      `json:"rows"`
	Active     int      `json:"active"`     // with proof of consent
	Pending    int      `json:"pending"`    // without: a confirmation letter goes out
	Known      int      `json:"known"`      // on the list already, left alone
	Suppressed int      `json:"suppressed"` // left or suppressed, here or by the file; not mailed
	Folded     int      `json:"folded"`     // the same address again
	Faulty     int      `json:"faulty"`     // could not be read
	Bad        []BadRow `json:"bad"`        // the first 1,000 of those
}

// A BadRow is a row that could not be imported.
type BadRow struct {
	Line   int    `json:"line"` // of the file, from 1
	Reason string `json:"reason"`
}

// A HeaderError says why the first row of a file cannot name its columns.
type HeaderError struct{ Problem string }

func (e *HeaderError) Error() string { return e.Problem }

// Import reads subscribers from a CSV file with a header row, separated by
// comma, semicolon or tab. It takes what Export writes, and the exports of
// other newsletter programs: the names of the columns are in columnNames.
// Other columns are kept as attributes.
//
// A row with the time and the proof of a consent becomes active; one without
// is pending and gets a confirmation letter. Whoever left or is suppressed,
// here or by the state column of the file, stays away: that wins over
// everything. Faulty rows are reported and keep nobody else out. A dry run
// writes nothing and reports the same numbers.
//
// It holds a part of the file at a time, and a few octets for each row it has
// seen. Rows are stored in batches, after each of which Imported is called. When
// an import breaks off it may be run again: rows that were stored are known then.
func (s *Service) Import(ctx context.Context, r io.Reader, dryRun bool) (ImportReport, error) {
	t := newTable(r)
	head, err := t.next()
	if err == io.EOF {
		return ImportReport{}, fmt.Errorf("import subscribers: %w", &HeaderError{"the file is empty"})
	}
	if err != nil {
		return ImportReport{}, fmt.Errorf("import subscribers: read the header row: %w", err)
	}
	m, err := newMapping(head)
	if err != nil {
		return ImportReport{}, fmt.Errorf("import subscribers: %w", err)
	}
	im := &importing{Service: s, table: t, mapping: m, dryRun: dryRun, now: s.now(), seen: newFingerprints()}
	im.report.Bad = []BadRow{}
	for err == nil {
		err = im.chunk(ctx)
	}
	if err != io.EOF {
		return im.report, fmt.Errorf("import subscribers: line %d: %w", t.line, err)
	}
	return im.report, nil
}

// importing is one import under way.
type importing struct {
	*Service
	table   *table
	mapping mapping
	dryRun  bool
	now     time.Time
	seen    fingerprints // of the key forms of the rows before
	report  ImportReport
	bad     []BadRow // of the chunk under way
}

// chunk reads, decides and stores some batches. It returns io.EOF after the
// last.
func (im *importing) chunk(ctx context.Context) error {
	lines, readErr := im.read()
	if readErr != nil && readErr != io.EOF {
		return readErr
	}
	defer im.tellBad()
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.place, b.place) })
	for len(lines) > 0 {
		n := min(importBatch, len(lines))
		if err := im.batch(ctx, lines[:n]); err != nil {
			return err
		}
		clear(lines[:n]) // their memory is free for the next
		lines = lines[n:]
		if im.Imported != nil {
			im.Imported(im.report)
		}
	}
	return readErr
}

// batch decides about some rows and stores them.
func (im *importing) batch(ctx context.Context, lines []line) error {
	rows, err := im.rows(lines)
	if err != nil {
		return err
	}
	lookups := make([]Lookup, len(rows))
	for i, row := range rows {
		lookups[i] = im.lookup(row.Email)
	}
	return im.store(ctx, rows, lookups)
}

// store carries out a batch, or only counts it. The counts are taken from the
// last try: the store may decide twice when others write at the same time.
func (im *importing) store(ctx context.Context, rows []row, lookups []Lookup) error {
	if len(rows) == 0 {
		return nil
	}
	if im.dryRun {
		known, err := im.Store.Known(ctx, lookups)
		if err != nil {
			return err
		}
		_, report, err := im.decide(rows, known)
		im.report = report
		return err
	}
	var after ImportReport
	err := im.Store.Import(ctx, lookups, func(known []Known) (changes []Change, err error) {
		changes, after, err = im.decide(rows, known)
		return changes, err
	})
	if err == nil {
		im.report = after
	}
	return err
}

// A line is a row as it stands in the file.
type line struct {
	cells  []string
	number int    // of the file, from 1
	place  uint64 // among the addresses
}

// read returns the next rows of the file, and counts those that are none.
func (im *importing) read() ([]line, error) {
	lines := make([]line, 0, importChunk)
	for len(lines) < importChunk {
		cells, err := im.table.next()
		if err == io.EOF {
			return lines, err
		}
		im.report.Rows++
		if err == nil {
			lines = append(lines, line{cells, im.table.line, im.mapping.place(cells)})
		} else if err = im.refuse(err, im.table.line); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// rows returns those of some lines that can be imported, each address once, and
// counts those that cannot.
func (im *importing) rows(lines []line) ([]row, error) {
	rows := make([]row, 0, len(lines))
	at := make(map[string]int, len(lines)) // places in rows, by key form
	for _, l := range lines {
		r, err := im.mapping.row(l.cells, im.now)
		if err == nil {
			rows = im.add(rows, at, r)
		} else if err = im.refuse(err, l.number); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// add adds a row to a batch. An address that comes again is folded into its
// first row, with one exception: someone who has left by a later row of the
// file has left, even if an earlier row brought them in.
func (im *importing) add(rows []row, at map[string]int, r row) []row {
	key := AddressKey(r.Email)
	i, here := at[key]
	again := im.seen.has(key)
	switch {
	case again && !r.away():
		im.report.Folded++
	case here:
		im.report.Folded++
		if !rows[i].away() {
			rows[i] = r
		}
	default:
		r.again = again
		im.seen.add(key)
		at[key] = len(rows)
		rows = append(rows, r)
	}
	return rows
}

// isBadRow tells a fault of one row from one of the file.
func isBadRow(err error) bool {
	return errors.As(err, new(rowError)) || errors.As(err, new(*AddressError))
}

// refuse counts a row with a fault, or returns err when it is about more than
// one row.
func (im *importing) refuse(err error, line int) error {
	if !isBadRow(err) {
		return err
	}
	im.report.Faulty++
	im.bad = append(im.bad, BadRow{line, err.Error()})
	return nil
}

// tellBad names the faulty rows of a chunk, in the order of the file.
func (im *importing) tellBad() {
	slices.SortFunc(im.bad, func(a, b BadRow) int { return cmp.Compare(a.Line, b.Line) })
	room := maxBadRows - len(im.report.Bad)
	im.report.Bad = append(im.report.Bad, im.bad[:min(room, len(im.bad))]...)
	im.bad = im.bad[:0]
}

// decide says what becomes of each row, and how the report reads then.
func (im *importing) decide(rows []row, known []Known) ([]Change, ImportReport, error) {
	report := im.report
	changes := make([]Change, 0, len(rows))
	for i, row := range rows {
		k := known[i]
		switch {
		case row.away():
			changes = append(changes, im.leave(row, k))
			count(&report, row, &report.Suppressed)
		case k.barred() || k.left():
			report.Suppressed++
		case row.proven() && (k.Subscriber.ID == "" || k.Subscriber.State == Pending):
			changes = append(changes, im.activate(row, k))
			report.Active++
		case k.Subscriber.ID != "":
			report.Known++
		default:
			c, err := im.invite(row)
			if err != nil {
				return nil, report, err
			}
			changes = append(changes, c)
			report.Pending++
		}
	}
	return changes, report, nil
}

// count counts a row that may be the second one of its address.
func count(report *ImportReport, r row, as *int) {
	if r.again {
		report.Folded++
		return
	}
	*as++
}

// leave keeps away whom the file says to keep away.
func (im *importing) leave(r row, k Known) Change {
	c := Change{Suppression: im.suppression(r.Email, r.reason, im.now)}
	if sub := k.Subscriber; sub.State == Pending || sub.State == Active {
		sub.State, sub.LeftAt = Unsubscribed, im.now
		if r.reason != ReasonLeft {
			sub.State = Suppressed
		}
		c.Subscriber = sub
	}
	return c
}

// activate takes in someone whose yes is on record elsewhere.
func (im *importing) activate(r row, k Known) Change {
	sub := r.Subscriber
	sub.ID, sub.CreatedAt = newID(im.Service.now()), im.now
	if old := k.Subscriber; old.ID != "" {
		sub.ID, sub.CreatedAt, sub.Epoch = old.ID, old.CreatedAt, old.Epoch
	}
	sub.State = Active
	consent := r.consent
	consent.Subscriber = sub.ID
	return Change{Subscriber: sub, Consent: consent}
}

// invite asks someone whose yes nobody can prove.
func (im *importing) invite(r row) (Change, error) {
	c, err := im.ask(r.Email, Request{Form: "import", Lang: r.Lang, Topics: r.Topics}, Known{}, im.now)
	c.Subscriber.Name, c.Subscriber.Zone = r.Name, r.Zone
	c.Subscriber.Format, c.Subscriber.Attributes = r.Format, r.Attributes
	return c, err
}

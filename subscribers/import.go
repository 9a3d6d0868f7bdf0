package subscribers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// importBatch is how many rows of an import share a transaction.
const importBatch = 1000

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
// Rows are stored in batches. When an import breaks off it may be run again:
// rows that were stored are known then.
func (s *Service) Import(ctx context.Context, r io.Reader, dryRun bool) (ImportReport, error) {
	t := newTable(r)
	head, err := t.next()
	if err != nil {
		return ImportReport{}, fmt.Errorf("import subscribers: read the header row: %w", err)
	}
	m, err := newMapping(head)
	if err != nil {
		return ImportReport{}, fmt.Errorf("import subscribers: %w", err)
	}
	im := &importing{Service: s, table: t, mapping: m, dryRun: dryRun, now: s.now(), seen: map[string]bool{}}
	im.report.Bad = []BadRow{}
	for err == nil {
		err = im.batch(ctx)
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
	seen    map[string]bool // key forms of the rows before
	report  ImportReport
}

// batch reads, decides and stores some rows. It returns io.EOF after the last.
func (im *importing) batch(ctx context.Context) error {
	rows, readErr := im.read()
	if readErr != nil && readErr != io.EOF {
		return readErr
	}
	lookups := make([]Lookup, len(rows))
	for i, row := range rows {
		lookups[i] = im.lookup(row.Email)
	}
	if err := im.store(ctx, rows, lookups); err != nil {
		return err
	}
	return readErr
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

// read returns the next rows that can be imported, each address once, and
// counts those that cannot.
func (im *importing) read() ([]row, error) {
	var rows []row
	at := map[string]int{} // places in rows, by key form
	for len(rows) < importBatch {
		cells, err := im.table.next()
		if err == io.EOF {
			return rows, err
		}
		im.report.Rows++
		var r row
		if err == nil {
			r, err = im.mapping.row(cells, im.now)
		}
		if err != nil {
			if !isBadRow(err) {
				return rows, err
			}
			im.bad(err)
			continue
		}
		rows = im.add(rows, at, r)
	}
	return rows, nil
}

// add adds a row to a batch. An address that comes again is folded into its
// first row, with one exception: someone who has left by a later row of the
// file has left, even if an earlier row brought them in.
func (im *importing) add(rows []row, at map[string]int, r row) []row {
	key := AddressKey(r.Email)
	i, here := at[key]
	switch {
	case im.seen[key] && !r.away():
		im.report.Folded++
	case here:
		im.report.Folded++
		if !rows[i].away() {
			rows[i] = r
		}
	default:
		r.again = im.seen[key]
		im.seen[key], at[key] = true, len(rows)
		rows = append(rows, r)
	}
	return rows
}

// isBadRow tells a fault of one row from one of the file.
func isBadRow(err error) bool {
	return errors.As(err, new(rowError)) || errors.As(err, new(*AddressError))
}

func (im *importing) bad(err error) {
	im.report.Faulty++
	if len(im.report.Bad) < maxBadRows {
		im.report.Bad = append(im.report.Bad, BadRow{im.table.line, err.Error()})
	}
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

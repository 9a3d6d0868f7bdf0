package subscribers

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// A column is what a column of a CSV file is about; columnOther is kept as an
// attribute.
type column string

const (
	columnOther         column = ""
	columnEmail         column = "email"
	columnName          column = "name"
	columnFirst         column = "first_name"
	columnLast          column = "last_name"
	columnLang          column = "language"
	columnZone          column = "zone"
	columnTopics        column = "topics"
	columnFormat        column = "format"
	columnState         column = "state"
	columnConfirmed     column = "confirmed_at"
	columnConsent       column = "consent"
	columnWording       column = "consent_wording"
	columnForm          column = "consent_form"
	columnRequested     column = "requested_at"
	columnFrom          column = "requested_from"
	columnConfirmedFrom column = "confirmed_from"
	columnAttributes    column = "attributes" // one JSON object
)

// What a file may hold at most, and words in it that mean nothing.
const (
	maxColumns = 100
	maxCell    = 4000                    // characters
	zeroDate   = "0000-00-00"            // how MySQL writes that there is none
	noConsent  = " no n false 0 none - " // a consent that was not given
)

// columnNames maps the names that columns have in files to what they are about:
// ours, listmonk's and Mailchimp's.
func columnNames() map[string]column {
	return map[string]column{
		"email": columnEmail, "e_mail": columnEmail, "email_address": columnEmail, "mail": columnEmail,
		"name": columnName, "full_name": columnName, "first_name": columnFirst, "last_name": columnLast,
		"language": columnLang, "lang": columnLang, "locale": columnLang,
		"zone": columnZone, "timezone": columnZone, "time_zone": columnZone,
		"topics": columnTopics, "topic": columnTopics,
		"format": columnFormat, "email_type": columnFormat,
		"state": columnState, "status": columnState,
		"confirmed_at": columnConfirmed, "confirm_time": columnConfirmed,
		"consent": columnConsent, "consent_version": columnConsent,
		"consent_wording": columnWording, "consent_form": columnForm,
		"requested_at": columnRequested, "optin_time": columnRequested,
		"requested_from": columnFrom, "confirmed_from": columnConfirmedFrom,
		"attributes": columnAttributes,
	}
}

// awayReasons says what a state in a file means: "" for somebody to be mailed.
func awayReasons() map[string]Reason {
	return map[string]Reason{
		"": "", "active": "", "subscribed": "", "confirmed": "", "enabled": "", "pending": "", "unconfirmed": "",
		"unsubscribed": ReasonLeft, "left": ReasonLeft, "disabled": ReasonLeft, "inactive": ReasonLeft, "removed": ReasonLeft,
		"suppressed": ReasonAsked, "blocklisted": ReasonAsked, "blacklisted": ReasonAsked, "blocked": ReasonAsked,
		"bounced": ReasonBounced, "cleaned": ReasonBounced,
		"complained": ReasonComplained, "spam": ReasonComplained,
	}
}

// A row is one line of an import.
type row struct {
	Subscriber
	consent Consent
	reason  Reason // why the file says to keep them away; "" when it does not
	again   bool   // an earlier batch had the same address
}

// away tells somebody who must not be mailed.
func (r row) away() bool { return r.reason != "" }

// proven tells somebody whose yes is on record, with its time and a proof.
func (r row) proven() bool { return !r.ConfirmedAt.IsZero() && r.consent.Version != "" }

// A mapping says what the columns of a file are about.
type mapping struct {
	columns []column
	names   []string // as in the file
	reasons map[string]Reason
	email   int             // the column of addresses
	zones   map[string]bool // seen before, and whether they are zones: the system is slow to tell
}

func newMapping(head []string) (mapping, error) {
	if len(head) > maxColumns {
		return mapping{}, &HeaderError{fmt.Sprintf("the header row has %d columns, %d are allowed", len(head), maxColumns)}
	}
	m := mapping{reasons: awayReasons(), zones: make(map[string]bool)}
	known, taken := columnNames(), map[column]bool{}
	for _, name := range head {
		name = strings.TrimSpace(plainCell(name))
		c := known[strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(name))]
		if c != columnOther && taken[c] {
			return mapping{}, &HeaderError{fmt.Sprintf("the header row has two columns for %s", c)}
		}
		taken[c] = true
		if c == columnEmail {
			m.email = len(m.columns)
		}
		m.columns, m.names = append(m.columns, c), append(m.names, name)
	}
	if !taken[columnEmail] {
		return mapping{}, &HeaderError{"the header row has no column email"}
	}
	return m, nil
}

// row makes a row of its cells. A fault is a rowError or an *AddressError.
func (m mapping) row(cells []string, now time.Time) (row, error) {
	r := row{Subscriber: Subscriber{Format: Both, Attributes: map[string]string{}}, consent: Consent{Form: "import"}}
	for i, cell := range cells {
		cell = strings.TrimSpace(plainCell(cell))
		if cell == "" {
			continue
		}
		if i >= len(m.columns) {
			return row{}, rowError(fmt.Sprintf("has %d cells, the header row has %d", len(cells), len(m.columns)))
		}
		if strings.ContainsRune(cell, 0) {
			return row{}, rowError("has a NUL in column " + m.names[i])
		}
		if utf8.RuneCountInString(cell) > maxCell {
			return row{}, rowError(fmt.Sprintf("column %s has more than %d characters", m.names[i], maxCell))
		}
		if err := m.set(&r, i, cell); err != nil {
			return row{}, err
		}
	}
	if r.Email == "" {
		return row{}, &AddressError{AddressEmpty, "is empty"}
	}
	if r.ConfirmedAt.After(now) {
		return row{}, rowError("has a confirmed_at that is still to come")
	}
	return r.complete(), nil
}

// complete fills what follows from other columns.
func (r row) complete() row {
	r.Name = oneLine(r.Name)
	r.consent.ConfirmedAt = r.ConfirmedAt
	if r.consent.Wording == "" {
		r.consent.Wording = r.consent.Version
	}
	if r.consent.RequestedAt.IsZero() {
		r.consent.RequestedAt = r.ConfirmedAt
	}
	return r
}

// set puts a cell where its column says. A language, zone or format that we
// cannot use is kept as an attribute: it is no reason to lose a reader.
func (m mapping) set(r *row, i int, cell string) (err error) {
	switch m.columns[i] {
	case columnEmail:
		r.Email, err = ParseAddress(cell)
	case columnName:
		r.Name = cell
	case columnFirst:
		r.Name = cell + " " + r.Name
	case columnLast:
		r.Name += " " + cell
	case columnLang:
		if r.Lang, err = parseLang(cell); err != nil {
			return r.keep(m.names[i], cell)
		}
	case columnZone:
		if !m.isZone(cell) {
			return r.keep(m.names[i], cell)
		}
		r.Zone = cell
	case columnFormat:
		if f, err := parseFormat(cell); err == nil {
			r.Format = f
		} else {
			return r.keep(m.names[i], cell)
		}
	case columnTopics:
		r.Topics = cleanTopics(strings.FieldsFunc(cell, func(c rune) bool { return strings.ContainsRune(",;|", c) }))
	case columnAttributes:
		return r.keepJSON(cell)
	case columnOther:
		return r.keep(m.names[i], cell)
	default:
		return m.setConsent(r, i, cell)
	}
	return err
}

// mostZones bounds what is remembered of zones: there are about 600.
const mostZones = 2000

// isZone tells a time zone.
func (m mapping) isZone(cell string) bool {
	known, seen := m.zones[cell]
	if !seen {
		_, err := parseZone(cell)
		known = err == nil
		if len(m.zones) < mostZones {
			m.zones[strings.Clone(cell)] = known // not the row that it stands in
		}
	}
	return known
}

// place is where a row's address stands among all others, nearly: its first
// eight octets before the "@", in lower case. Two spellings of an address have
// the same place.
func (m mapping) place(cells []string) uint64 {
	if m.email >= len(cells) {
		return 0
	}
	local, _, _ := strings.Cut(strings.TrimSpace(plainCell(cells[m.email])), "@")
	var first [8]byte
	copy(first[:], local)
	for i, c := range first {
		if 'A' <= c && c <= 'Z' {
			first[i] = c + 'a' - 'A'
		}
	}
	return binary.BigEndian.Uint64(first[:])
}

// setConsent puts a cell of the columns that prove a yes, or a leaving.
func (m mapping) setConsent(r *row, i int, cell string) (err error) {
	switch m.columns[i] {
	case columnState:
		reason, known := m.reasons[strings.ToLower(cell)]
		if !known {
			return rowError("has an unknown word in column " + m.names[i])
		}
		r.reason = reason
	case columnConfirmed:
		r.ConfirmedAt, err = parseTime(m.names[i], cell)
	case columnRequested:
		r.consent.RequestedAt, err = parseTime(m.names[i], cell)
	case columnConsent:
		if !strings.Contains(noConsent, " "+strings.ToLower(cell)+" ") {
			r.consent.Version = cell
		}
	case columnWording:
		r.consent.Wording = cell
	case columnForm:
		r.consent.Form = cell
	case columnFrom:
		r.consent.From = cell
	case columnConfirmedFrom:
		r.consent.ConfirmedFrom = cell
	}
	return err
}

// keep keeps a cell as an attribute.
func (r *row) keep(name, cell string) error {
	if name != "" {
		r.Attributes[name] = cell
	}
	return nil
}

// keepJSON keeps the members of a JSON object as attributes; those that are
// not strings keep their JSON form.
func (r *row) keepJSON(cell string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(cell), &members); err != nil {
		return rowError("has attributes that are not a JSON object")
	}
	for name, value := range members {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		r.Attributes[name] = text
	}
	return nil
}

// parseTime reads the forms that exports write times in. A time without a zone
// is UTC.
func parseTime(name, cell string) (time.Time, error) {
	if strings.HasPrefix(cell, zeroDate) {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, cell); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, rowError("has a " + name + " that is not a time such as 2026-03-03 08:00:00")
}

// oneLine replaces control characters, so that a name never opens a new line.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || isControl(r) }), " ")
}

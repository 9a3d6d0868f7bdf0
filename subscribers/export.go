package subscribers

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// exportColumns are the columns of an export, in order; Import reads them all.
func exportColumns() []column {
	return []column{
		columnEmail, columnName, columnLang, columnZone, columnTopics, columnFormat, columnState,
		columnConfirmed, columnConsent, columnWording, columnForm, columnRequested, columnFrom, columnConfirmedFrom,
		columnAttributes,
	}
}

// Export writes all subscribers with the proof of their consent as CSV (RFC
// 4180), oldest first. Cells that a spreadsheet would run as a formula begin
// with an apostrophe, which Import takes off again.
func (s *Service) Export(ctx context.Context, w io.Writer) error {
	out := csv.NewWriter(w)
	head := make([]string, 0, 16)
	for _, c := range exportColumns() {
		head = append(head, string(c))
	}
	if err := out.Write(head); err != nil {
		return fmt.Errorf("export subscribers: %w", err)
	}
	err := s.Store.ExportSubscribers(ctx, func(sub Subscriber, c Consent) error {
		cells, err := exportRow(sub, c)
		if err != nil {
			return err
		}
		return out.Write(cells)
	})
	if err != nil {
		return fmt.Errorf("export subscribers: %w", err)
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("export subscribers: %w", err)
	}
	return nil
}

// exportRow is the counterpart of mapping.row.
func exportRow(sub Subscriber, c Consent) ([]string, error) {
	attributes := ""
	if len(sub.Attributes) > 0 {
		data, err := json.Marshal(sub.Attributes)
		if err != nil {
			return nil, err
		}
		attributes = string(data)
	}
	state := sub.State
	if state == Pending && !sub.LeftAt.IsZero() {
		state = Unsubscribed // asked to come back, has not confirmed: elsewhere that is someone who left
	}
	cells := []string{
		sub.Email, sub.Name, sub.Lang, sub.Zone, strings.Join(sub.Topics, "|"), string(sub.Format), string(state),
		timeCell(sub.ConfirmedAt), c.Version, c.Wording, c.Form, timeCell(c.RequestedAt), c.From, c.ConfirmedFrom,
		attributes,
	}
	for i := range cells {
		cells[i] = neutral(cells[i])
	}
	return cells, nil
}

func timeCell(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

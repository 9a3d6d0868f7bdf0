package bounces

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A labelledRow is what a real mail should be read as.
type labelledRow struct {
	Recipient  *string  `json:"recipient"`
	Recipients []string `json:"recipient_accept"`
	Kind       Kind     `json:"kind"`
	Kinds      []Kind   `json:"kind_accept"`
}

// TestRealMailsAreReadAsLabelled keeps what was reached on real mails of some
// eighty systems: recipients, kinds and, above all, hardly anybody suppressed
// who must not be.
func TestRealMailsAreReadAsLabelled(t *testing.T) {
	mails := labelledMails(t)
	data, err := os.ReadFile(filepath.Join(labelled, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string]struct {
		Rows []labelledRow `json:"rows"`
	}
	if err := json.Unmarshal(data, &expected); err != nil {
		t.Fatal(err)
	}
	var hits, extra, missed, kinds, rows int
	var wrong []string
	for file, want := range expected {
		left := Read(mails[file]).Findings
		for _, row := range want.Rows {
			rows++
			i := slices.IndexFunc(left, func(f Finding) bool { return row.names(f.Recipient) })
			if i < 0 {
				missed++
				continue
			}
			f := left[i]
			left = slices.Delete(left, i, i+1)
			hits++
			if f.Kind == row.Kind || slices.Contains(row.Kinds, f.Kind) {
				kinds++
			} else if f.Kind == Hard || f.Kind == Complaint {
				wrong = append(wrong, file)
			}
		}
		for _, f := range left {
			extra++
			if f.Kind == Hard || f.Kind == Complaint {
				wrong = append(wrong, file)
			}
		}
	}
	f1 := 2 * float64(hits) / float64(2*hits+extra+missed)
	right := float64(kinds) / float64(rows)
	t.Logf("%d mails: recipients %.3f, kinds %.3f, wrongly suppressed %v", len(mails), f1, right, wrong)
	if f1 < 0.98 || right < 0.97 || len(wrong) > 1 {
		t.Errorf("recipients %.3f, kinds %.3f, wrongly suppressed %v; want 0.98, 0.97 and one at most", f1, right, wrong)
	}
}

func (r labelledRow) names(address string) bool {
	if r.Recipient == nil {
		return true
	}
	return strings.EqualFold(strings.Trim(*r.Recipient, "<> "), address) || slices.ContainsFunc(r.Recipients, func(a string) bool { return strings.EqualFold(a, address) })
}

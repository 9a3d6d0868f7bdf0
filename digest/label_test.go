package digest

import (
	"strings"
	"testing"
)

func TestEditorsLabelIsPrinted(t *testing.T) {
	for _, test := range []struct {
		why           string
		source, edit  Evidence
		want, without Evidence
	}{
		{"over journalism", "", PressRelease, PressRelease, ""},
		{"over what the source is", Vendor, Opinion, Opinion, Vendor},
		{"journalism takes the label off", Vendor, Journalism, "", Vendor},
		{"no word leaves it", Vendor, "", Vendor, Vendor},
	} {
		o := DefaultOptions()
		w := quietWeek()
		before, _ := find(Compose(w, o), "ward")
		if test.source != "" {
			o.Evidence = map[string]Evidence{}
			for _, it := range w.Items {
				if it.ID == "ward" {
					o.Evidence[it.Source] = test.source
				}
			}
			before, _ = find(Compose(w, o), "ward")
		}
		w.Edits = []Edit{{Item: "ward", Evidence: test.edit}}
		s, n := find(Compose(w, o), "ward")
		if n < 0 || before.Evidence != test.without || s.Evidence != test.want {
			t.Errorf("%s: ward, place %d, is labelled %q after %q, want %q after %q", test.why, n, s.Evidence, before.Evidence, test.want, test.without)
		}
		s.Evidence, before.Evidence = "", ""
		if printed(t, Issue{Stories: []Story{s}}) != printed(t, Issue{Stories: []Story{before}}) {
			t.Errorf("%s: the label changed more than the label", test.why)
		}
	}
}

func TestEditorsLabelDoesNotChangeWhoTellsTheStory(t *testing.T) {
	s, n := find(edited(Edit{Item: "tele1", Evidence: PressRelease}), "tele1")
	if n != 0 || s.Evidence != PressRelease || len(s.Also) != 2 {
		t.Errorf("tele1 is at %d, labelled %q, also in %v; want it to lead as before, with the label", n, s.Evidence, s.Also)
	}
}

func TestLabelNeedsANewApproval(t *testing.T) {
	before, after := edited(), edited(Edit{Item: "tele1", Evidence: PressRelease})
	if before.Fingerprint() == after.Fingerprint() {
		t.Error("another label leaves the fingerprint as it was")
	}
	if diff := strings.Join(after.Diff(before), "\n"); !strings.Contains(diff, "evidence of “") || !strings.Contains(diff, "press-release") {
		t.Errorf("Diff = %q, want it to name the label", diff)
	}
}

func TestParseEvidenceNamesTheKinds(t *testing.T) {
	for _, kind := range append(Evidences(), "") {
		if got, err := ParseEvidence(" " + string(kind) + " "); err != nil || got != kind {
			t.Errorf("ParseEvidence(%q) = %q, %v", kind, got, err)
		}
	}
	_, err := ParseEvidence("Rumour")
	for _, kind := range Evidences() {
		if err == nil || !strings.Contains(err.Error(), string(kind)) {
			t.Errorf("ParseEvidence(Rumour) = %v, want an error that names %s", err, kind)
		}
	}
}

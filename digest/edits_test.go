package digest

import (
	"slices"
	"testing"
)

// edited composes the quiet week with the editor's words.
func edited(edits ...Edit) Issue {
	w := quietWeek()
	w.Edits = edits
	return Compose(w, DefaultOptions())
}

func TestEditorPlacesAStory(t *testing.T) {
	for _, test := range []struct {
		why   string
		edits []Edit
		id    string
		want  int // place from 0
	}{
		{"as lead", []Edit{{Item: "ward", Order: 1}}, "ward", 0},
		{"in third place", []Edit{{Item: "ward", Order: 3}}, "ward", 2},
		{"two of them", []Edit{{Item: "ward", Order: 2}, {Item: "ai", Order: 1}}, "ward", 1},
		{"behind the last", []Edit{{Item: "ward", Order: 40}}, "ward", 7},
		{"a weak one", []Edit{{Item: "bridge", Order: 2}}, "bridge", 1},
	} {
		i := edited(test.edits...)
		if _, n := find(i, test.id); n != test.want {
			t.Errorf("%s: %s is at %d, want %d: %v", test.why, test.id, n, test.want, stories(i))
		}
		if len(i.Stories) != 8 {
			t.Errorf("%s: %d stories, want 8", test.why, len(i.Stories))
		}
	}
}

func TestPinnedStoryIsPrintedWhateverItsScore(t *testing.T) {
	for _, id := range []string{"asthma", "bridge", "old-fund"} {
		i := edited(Edit{Item: id, Pin: true})
		if _, n := find(i, id); n < 0 {
			t.Errorf("%s was pinned and is not printed: %v", id, stories(i))
		}
	}
	w := quietWeek()
	w.Past = []PastStory{{Issue: 30, ID: "ward"}}
	w.Edits = []Edit{{Item: "ward", Pin: true}}
	if _, n := find(Compose(w, DefaultOptions()), "ward"); n < 0 {
		t.Errorf("a story of the last issue was pinned and is not printed again")
	}
}

func TestPinnedOutletTellsTheStory(t *testing.T) {
	i := edited(Edit{Item: "tele2", Pin: true})
	s, n := find(i, "tele2")
	if n < 0 || len(s.Also) != 2 {
		t.Errorf("pinned outlet is at %d with %v, want it to tell the story of three outlets", n, s.Also)
	}
	if _, n := find(i, "tele1"); n >= 0 {
		t.Errorf("the story is told twice: %v", stories(i))
	}
}

func TestDroppedStoryIsGoneWithAllItsOutlets(t *testing.T) {
	i := edited(Edit{Item: "tele1", Drop: true})
	for _, id := range []string{"tele1", "tele2", "tele3"} {
		if _, n := find(i, id); n >= 0 {
			t.Errorf("%s is printed after the editor dropped its story", id)
		}
	}
	if got := why(i, "Ministry opens national telehealth platform for rural clinics"); got != "dropped by the editor" {
		t.Errorf("left out for %q, want it named as dropped", got)
	}
}

func TestDroppedOutletLeavesTheStory(t *testing.T) {
	whole, _ := find(edited(), "tele1")
	s, _ := find(edited(Edit{Item: "tele2", Drop: true}), "tele1")
	if len(s.Also) != 1 || s.Also[0].Source != "gazette" || s.Why.Coverage >= whole.Why.Coverage {
		t.Errorf("also in %v, coverage %v; want the gazette only, and less than %v", s.Also, s.Why.Coverage, whole.Why.Coverage)
	}
}

func TestDroppedItemIsNotRelated(t *testing.T) {
	i := edited(Edit{Item: "old-tele", Drop: true})
	if got := related0(i); slices.Contains(got, "old-tele") || len(got) != 3 {
		t.Errorf("related = %v, want three others than the dropped one", got)
	}
}

func TestEditorsWordsArePrinted(t *testing.T) {
	i := edited(Edit{Item: "tele1", Title: "Clinics join up", Text: "Forty clinics.", Note: "We *tried* it."})
	s := i.Stories[0]
	if s.Title != "Clinics join up" || s.Excerpt != "Forty clinics." || s.Note != "We *tried* it." || i.Subject != "Clinics join up" {
		t.Errorf("lead = %q, %q, %q, subject %q; want the editor's words", s.Title, s.Excerpt, s.Note, i.Subject)
	}
}

func TestEditWithoutWordsChangesNothing(t *testing.T) {
	want, got := edited(), edited(Edit{Item: "ward"}, Edit{Item: "nothing of this week", Pin: true, Order: 1})
	if want.Fingerprint() != got.Fingerprint() {
		t.Errorf("an empty edit changed the issue: %q", got.Diff(want))
	}
}

// related0 is what stands under the lead.
func related0(i Issue) []string {
	var ids []string
	for _, r := range i.Stories[0].Related {
		ids = append(ids, r.ID)
	}
	return ids
}

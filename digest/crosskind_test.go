package digest

import (
	"slices"
	"testing"
)

func TestStorySharedInAChatPointsAtItsQuestion(t *testing.T) { // RN-6
	i := Compose(withChat(quietWeek(), 4, "https://journal.example.org/ward"), DefaultOptions())
	s, _ := find(i, "ward")
	if d := s.Discussed; d.Tag != "wardtalk" || d.Question != "T1" || !slices.Equal(d.Why, []string{sharedLink}) {
		t.Errorf("discussed = %+v, want #wardtalk T1 by its link", d)
	}
	if got := i.About("wardtalk", "T1"); !slices.Contains(got, s.Title) {
		t.Errorf("T1 is about %q, want %q among them", got, s.Title)
	}
}

func TestStoryOfWhichAChatTalkedPointsAtItsQuestion(t *testing.T) { // RN-6
	for _, test := range []struct {
		why, title, summary string
		want                bool
	}{
		{"of rosters and shifts", "Nurses swap shifts without a form", "A ward lets nurses change their rosters themselves.", true},
		{"one word in common", "Bank opens branch for nurses", "Loans and cards near the tram depot.", false},
		{"nothing in common", "A choir sings in the park", "On Sunday at four.", false},
	} {
		w := withChat(quietWeek(), 4, "https://elsewhere.example.org/page")
		w.Items[0].Title, w.Items[0].Summary, w.Items[0].Excerpt = test.title, test.summary, test.summary
		w.Edits = []Edit{{Item: w.Items[0].ID, Pin: true}}
		s, _ := find(Compose(w, DefaultOptions()), w.Items[0].ID)
		d := s.Discussed
		if got := d.Tag != ""; got != test.want {
			t.Errorf("%s: discussed = %+v, want something: %v", test.why, d, test.want)
		}
		if test.want && (d.Question != "T1" || len(d.Why) < discussedWords) {
			t.Errorf("%s: discussed = %+v, want T1 and the words", test.why, d)
		}
	}
}

func TestReasonsOfADiscussionAreNotWhatReadersSee(t *testing.T) {
	i := Compose(withChat(quietWeek(), 4, "https://journal.example.org/ward"), DefaultOptions())
	before := i.Fingerprint()
	for n := range i.Stories {
		i.Stories[n].Discussed.Why = nil
	}
	if got := i.Fingerprint(); got != before {
		t.Errorf("Fingerprint = %s without the reasons, want %s", got, before)
	}
	_, n := find(i, "ward")
	i.Stories[n].Discussed = Discussed{}
	if got := i.Fingerprint(); got == before {
		t.Error("the fingerprint does not change when a story no longer points at its question")
	}
}

package digest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFingerprintIsOfWhatReadersSee(t *testing.T) {
	base := Compose(withChat(quietWeek(), 4, "https://journal.example.org/ward"), DefaultOptions())
	if !regexp.MustCompile(`^[0-9a-f]{16}$`).MatchString(base.Fingerprint()) {
		t.Fatalf("Fingerprint = %q, want 16 hex digits", base.Fingerprint())
	}
	for _, test := range []struct {
		why     string
		change  func(i *Issue)
		differs bool
	}{
		{"score", func(i *Issue) { i.Stories[0].Score = 9 }, false},
		{"reasons", func(i *Issue) { i.Stories[0].Why, i.Stories[0].Also[0].Reason = Why{}, "x" }, false},
		{"left out", func(i *Issue) { i.LeftOut = nil }, false},
		{"related news of another story", func(i *Issue) { i.Stories[1].Related = []Related{{Title: "x"}} }, true},
		{"score of a quote", func(i *Issue) { i.Chats[0].Questions[0].Highlights[0].Why.Total++ }, false},
		{"no list instead of an empty one", func(i *Issue) { i.Stories[3].Also = nil }, false},
		{"title", func(i *Issue) { i.Stories[2].Title += "!" }, true},
		{"note", func(i *Issue) { i.Stories[2].Note = "x" }, true},
		{"order", func(i *Issue) { i.Stories[2], i.Stories[3] = i.Stories[3], i.Stories[2] }, true},
		{"related news", func(i *Issue) { i.Stories[0].Related = i.Stories[0].Related[1:] }, true},
		{"a quote", func(i *Issue) { i.Chats[0].Questions[0].Highlights[0].Text += "!" }, true},
		{"a time of a quote", func(i *Issue) { h := &i.Chats[0].Questions[0].Highlights[0]; h.At = h.At.AddDate(0, 0, 1) }, true},
		{"subject", func(i *Issue) { i.Subject += "!" }, true},
		{"number", func(i *Issue) { i.Number++ }, true},
	} {
		i := copied(t, base)
		test.change(&i)
		if got := i.Fingerprint() != base.Fingerprint(); got != test.differs {
			t.Errorf("%s changed: fingerprint differs = %v, want %v", test.why, got, test.differs)
		}
		if got := len(i.Diff(base)) > 0; got != test.differs {
			t.Errorf("%s changed: Diff = %q", test.why, i.Diff(base))
		}
	}
}

// copied is an issue as the archive keeps it.
func copied(t testing.TB, i Issue) Issue {
	t.Helper()
	b, err := json.Marshal(i)
	if err != nil {
		t.Fatal(err)
	}
	var out Issue
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestArchiveKeepsTheFingerprint(t *testing.T) {
	i := Compose(withChat(quietWeek(), 4, "https://journal.example.org/ward"), DefaultOptions())
	if got, want := copied(t, i).Fingerprint(), i.Fingerprint(); got != want {
		t.Errorf("fingerprint after the archive = %s, want %s", got, want)
	}
}

func TestDiffSpeaksOfMoves(t *testing.T) {
	was := Issue{Stories: []Story{{ID: "a", Title: "A"}, {ID: "b", Title: "B"}, {ID: "c", Title: "C"}, {ID: "d", Title: "D"}, {ID: "e", Title: "E"}}}
	now := Issue{Stories: []Story{{ID: "a", Title: "A"}, {ID: "e", Title: "E"}, {ID: "c", Title: "See", Note: "Read this."}, {ID: "d", Title: "D"}, {ID: "f", Title: "F"}}}
	got := now.Diff(was)
	want := []string{
		"out: “B”",
		"moved from 5 to 2: “E”",
		"title: “See”, was “C”",
		"note of “See”: “Read this.”, was “”",
		"in at 5: “F”",
	}
	if !slices.Equal(got, want) {
		t.Errorf("Diff = %q, want %q", got, want)
	}
	if got := was.Diff(was); len(got) != 0 {
		t.Errorf("Diff of the same issue = %q, want nothing", got)
	}
}

func TestDiffNamesRelatedNewsAndChats(t *testing.T) {
	was := Compose(withChat(quietWeek(), 4, "https://journal.example.org/ward"), DefaultOptions())
	now := copied(t, was)
	now.Stories[0].Related = now.Stories[0].Related[1:]
	now.Chats[0].Questions[0].Highlights = nil
	got := now.Diff(was)
	if len(got) < 2 || !strings.HasPrefix(got[0], "related out of “Ministry opens") || !strings.HasPrefix(got[1], "quote out of “#wardtalk”") {
		t.Errorf("Diff = %q, want the related item and the quotes that went", got)
	}
	if got := (Issue{}).Diff(was); !slices.Contains(got, "out: chat #wardtalk") {
		t.Errorf("Diff of nothing against the issue = %q, want the chat among what went", got)
	}
}

func TestDiffIsEmptyExactlyWhenTheFingerprintIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyWeek(t)
		was := Compose(w, DefaultOptions())
		for range rapid.IntRange(0, 2).Draw(t, "more edits") {
			if len(w.Items) > 0 {
				it := rapid.SampledFrom(w.Items).Draw(t, "edited")
				w.Edits = append(w.Edits, Edit{Item: it.ID, Note: rapid.SampledFrom([]string{"", "n"}).Draw(t, "note"), Order: rapid.IntRange(0, 4).Draw(t, "order")})
			}
		}
		now := Compose(w, DefaultOptions())
		if diff := now.Diff(was); (len(diff) == 0) != (now.Fingerprint() == was.Fingerprint()) {
			t.Fatalf("Diff = %q, fingerprints %s and %s", diff, now.Fingerprint(), was.Fingerprint())
		}
	})
}

func TestIssueForSomeTopics(t *testing.T) {
	w := quietWeek()
	item(t, &w, "pump1").Topic = "devices"
	item(t, &w, "ward").Topic = "nursing"
	i := Compose(w, DefaultOptions())
	before := printed(t, i)
	some := i.For([]string{"nursing", "policy"})
	if _, n := find(some, "pump1"); n >= 0 {
		t.Errorf("a story about devices is in the issue for nursing: %v", stories(some))
	}
	if _, n := find(some, "ward"); n < 0 || len(some.Stories) != len(i.Stories)-1 {
		t.Errorf("stories for nursing = %v, want all but the one about devices", stories(some))
	}
	if some.Subject != i.Subject || some.Preheader == "" {
		t.Errorf("subject = %q, preheader %q", some.Subject, some.Preheader)
	}
	if all := i.For(nil); len(all.Stories) != len(i.Stories) {
		t.Errorf("no topics give %d stories, want all %d", len(all.Stories), len(i.Stories))
	}
	if printed(t, i) != before {
		t.Errorf("For changed the issue itself")
	}
}

func TestIssueForTopicsKeepsTheLead(t *testing.T) {
	w := quietWeek()
	for n := range w.Items {
		w.Items[n].Topic = "devices"
	}
	some := Compose(w, DefaultOptions()).For([]string{"nursing"})
	if len(some.Stories) != 1 || some.Stories[0].ID != "tele1" {
		t.Errorf("stories = %v, want the lead alone", stories(some))
	}
}

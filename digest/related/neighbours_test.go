package related

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func ids(list []Neighbour) []string {
	var ids []string
	for _, n := range list {
		ids = append(ids, n.ID)
	}
	return ids
}

func TestNeighboursComeNearestFirst(t *testing.T) {
	x := NewIndex(week())
	got := ids(x.Neighbours(week()[0], Question{Least: 0.1}))
	want := []string{"a2", "a3"}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("Neighbours of %q = %v, want %v", week()[0].Title, got, want)
	}
}

func TestTextFromOutsideFindsItsNeighbours(t *testing.T) {
	x := NewIndex(week())
	text := Document{Title: "Recalls of insulin pumps", Body: "What patients should know when software fails.", Lang: "en"}
	got := ids(x.Neighbours(text, Question{Least: 0.1}))
	if len(got) != 2 || !strings.HasPrefix(got[0], "b") || !strings.HasPrefix(got[1], "b") {
		t.Errorf("Neighbours of a text about pumps = %v, want b1 and b2", got)
	}
	if again := ids(x.Neighbours(text, Question{Least: 0.1})); !slices.Equal(got, again) {
		t.Errorf("asked again: %v, first %v: a question must leave the index as it was", again, got)
	}
}

func TestOldNewsIsWorthLessButNotNothing(t *testing.T) {
	old, recent := week()[3], week()[3]
	old.ID, old.Day = "old", day(-60)
	recent.ID, recent.Day = "recent", day(-3)
	x := NewIndex(append(week(), old, recent))
	list := x.Neighbours(week()[4], Question{Least: 0.1})
	if got, want := ids(list), []string{"b1", "recent", "old"}; !slices.Equal(got, want) {
		t.Fatalf("Neighbours = %v, want %v", got, want)
	}
	if share := list[2].Score / list[2].Theme; share < 0.5 || share > 0.51 {
		t.Errorf("after two months a likeness counts %.3f, want about a half", share)
	}
	if list[2].Same != 0 {
		t.Errorf("after two months Same = %v, want 0", list[2].Same)
	}
}

func TestQuestionIsKept(t *testing.T) {
	x := NewIndex(week())
	all := x.Neighbours(week()[0], Question{})
	if slices.Contains(ids(all), "a1") {
		t.Errorf("a document is its own neighbour")
	}
	for _, n := range x.Neighbours(week()[0], Question{Least: 0.3}) {
		if n.Like < 0.3 {
			t.Errorf("asked for 0.3, got %v", n)
		}
	}
	if got := x.Neighbours(week()[0], Question{Limit: 1}); len(got) != 1 || got[0] != all[0] {
		t.Errorf("the one nearest = %v, want %v", got, all[:1])
	}
	skipped := x.Neighbours(week()[0], Question{Skip: func(id string) bool { return id == all[0].ID }})
	if slices.Contains(ids(skipped), all[0].ID) {
		t.Errorf("%s was to be skipped and came", all[0].ID)
	}
}

func TestSharedWordsOccurInBothTexts(t *testing.T) {
	vocabulary := []string{"hospital", "hospitals", "l'hôpital", "nurse’s", "nurses", "O’Brien", "Krankenhaus", "Krankenhäuser", "Υγεία", "ΥΓΕΊΑΣ",
		"tele-health", "telehealth", "COVID-19", "3.5", "app", "apps", "Straße", "naïve", "naive", "the", "and", "für"}
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(vocabulary), 1, 12).Draw(t, "words"), " ")
	})
	rapid.Check(t, func(t *rapid.T) {
		lang := rapid.SampledFrom([]string{"", "en", "de", "fr", "el"}).Draw(t, "language")
		a := Document{ID: "a", Title: text.Draw(t, "title"), Body: text.Draw(t, "body"), Lang: lang}
		b := Document{ID: "b", Title: text.Draw(t, "other title"), Body: text.Draw(t, "other body"), Lang: lang}
		for _, w := range NewIndex([]Document{b}).Shared(a, "b") {
			for _, d := range []Document{a, b} {
				if !strings.Contains(strings.ToLower(d.Title+" "+d.Body), w) {
					t.Fatalf("Shared names %q, which is not in %q", w, d.Title+" "+d.Body)
				}
			}
		}
	})
}

func TestCompoundsAreNeighbours(t *testing.T) {
	x := NewIndex([]Document{
		{ID: "1", Title: "Neue Telemedizinplattform für Krankenhäuser", Lang: "de", Day: day(0)},
		{ID: "2", Title: "Rezepte aus dem Garten der Nachbarn", Lang: "de", Day: day(0)},
	})
	got := x.Neighbours(Document{Title: "Telemedizin im Krankenhaus", Lang: "de", Day: day(0)}, Question{Least: 0.1})
	if len(got) != 1 || got[0].ID != "1" {
		t.Errorf("Neighbours of Telemedizin = %v, want the Telemedizinplattform only", got)
	}
}

func TestLikenessIsOneForTheSameAndNoneForNothing(t *testing.T) {
	x := NewIndex(week())
	d := week()[0]
	if got := x.Likeness(d, d); got < 0.999 || got > 1.001 {
		t.Errorf("Likeness of a text with itself = %v, want 1", got)
	}
	if got := x.Likeness(d, Document{Title: "the of and"}); got != 0 {
		t.Errorf("Likeness with a text without words = %v, want 0", got)
	}
	if a, b := x.Likeness(d, week()[1]), x.Likeness(week()[1], d); a-b > 1e-6 || b-a > 1e-6 {
		t.Errorf("Likeness = %v one way and %v the other", a, b)
	}
}

func TestDaysAreRoundedNotCut(t *testing.T) {
	late := time.Date(2026, 3, 1, 23, 50, 0, 0, time.UTC)
	if got := daysBetween(late, late.Add(20*time.Minute)); got != 0 {
		t.Errorf("20 minutes over midnight are %d days, want 0", got)
	}
}

package related

import (
	"fmt"
	"testing"
)

func TestTableNumbersEachStringOnce(t *testing.T) {
	below := newTable(nil)
	words := []string{"", "a", "ab", "ba", "eightlet", "nineletters", "nineletterz", "\x00", "υγεια"}
	for i := range 5000 { // more than a table begins with, of both lengths
		words = append(words, fmt.Sprint("w", i), fmt.Sprint("a-long-word-", i))
	}
	half := len(words) / 2
	for i, w := range words[:half] {
		if n, isNew := below.number(w); int(n) != i || !isNew {
			t.Fatalf("number(%q) = %d, %v, want %d, true", w, n, isNew, i)
		}
	}
	above := newTable(&below)
	for round := range 2 {
		for i, w := range words {
			n, isNew := above.number(w)
			if want := round == 0 && i >= half; int(n) != i || isNew != want {
				t.Fatalf("round %d: number(%q) = %d, %v, want %d, %v", round, w, n, isNew, i, want)
			}
		}
	}
	if below.size() != half || above.size() != len(words) {
		t.Errorf("sizes = %d and %d, want %d and %d", below.size(), above.size(), half, len(words))
	}
}

func TestQuestionsLeaveNoTraceOnTheNext(t *testing.T) {
	docs := stock(300)
	stranger := Document{Title: "Neverheard " + docs[1].Title, Body: docs[2].Body + " unheardof", Lang: "en", Day: docs[0].Day}
	fresh, asked := NewIndex(docs), NewIndex(docs)
	for _, d := range docs[:50] {
		d.ID = ""
		asked.Neighbours(d, Question{})
		asked.Likeness(d, stranger)
	}
	if got, want := asked.Likeness(stranger, docs[1]), fresh.Likeness(stranger, docs[1]); got != want {
		t.Errorf("Likeness after other questions = %v, want %v", got, want)
	}
	got, want := asked.Neighbours(stranger, Question{}), fresh.Neighbours(stranger, Question{})
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("Neighbours after other questions = %v, want %v", got, want)
	}
}

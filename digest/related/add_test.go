package related

import (
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func TestIndexThatGrewTellsTheSameStories(t *testing.T) {
	docs := append(stock(600), week()...)
	want := partition(NewIndex(docs).Clusters(0))
	for _, step := range []int{40, 300} { // under and over the growth that renews the weights
		x := NewIndex(docs[:len(docs)-step])
		x.Clusters(0) // so that its pairs are known
		x.Add(docs[len(docs)-step:])
		got, differ := partition(x.Clusters(0)), 0
		for id := range want {
			if got[id] != want[id] {
				differ++
			}
		}
		if len(got) != len(want) || differ > len(want)/100 {
			t.Errorf("%d documents added to %d: %d of %d are in another story than in an index made at once", step, len(docs)-step, differ, len(want))
		}
	}
}

func TestGrownByATenthTheWeightsAreNew(t *testing.T) {
	docs := stock(300)
	x := NewIndex(docs[:200])
	x.Add(docs[200:])
	whole := NewIndex(docs)
	for i := range docs[:50] {
		a, b := docs[i], docs[i+100]
		if got, want := x.Likeness(a, b), whole.Likeness(a, b); math.Abs(got-want) > 1e-4 {
			t.Fatalf("Likeness(%s, %s) = %v in an index that grew, %v in one made at once", a.ID, b.ID, got, want)
		}
	}
}

func TestStoriesKeepTheirIDsAsNewsComesIn(t *testing.T) {
	docs := ordered(append(stock(120), week()...))
	age := map[string]int{}
	for i, d := range docs {
		age[d.ID] = i
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "newest")
		x := NewIndex(docs[:len(docs)-n])
		before := x.Clusters(0)
		x.Add(docs[len(docs)-n:])
		after := partition(x.Clusters(0))
		for _, c := range before {
			if id := after[c.ID()]; age[id] > age[c.ID()] {
				t.Fatalf("story %s goes by %s after %d newer documents came in", c.ID(), id, n)
			}
		}
	})
}

func TestDocumentsAddedBeforeAnyQuestionAreComparedToo(t *testing.T) {
	docs := append(stock(300), week()...)
	x := NewIndex(docs[10:])
	x.Add(docs[:10]) // older ones, into an index that nobody has asked
	if got, want := partition(x.Clusters(0)), partition(NewIndex(docs).Clusters(0)); !reflect.DeepEqual(got, want) {
		t.Errorf("Clusters = %v, want %v", got, want)
	}
}

func TestStoriesFromBeforeStillAnswer(t *testing.T) {
	x := NewIndex(stock(300))
	s := x.Stories(x.Clusters(0))
	x.Add(week()[:2])
	if got := ids(s.Neighbours(week()[0], Question{Least: 0.1})); len(got) == 0 || got[0] != "a2" {
		t.Errorf("Neighbours of a1 = %v, want a2 first", got)
	}
}

func TestDocumentThatIsKnownIsNotAddedAgain(t *testing.T) {
	x := NewIndex(week())
	want := x.Clusters(0)
	changed := week()[0]
	changed.Title = "Another title"
	x.Add([]Document{changed, week()[1]})
	if got := x.Clusters(0); !reflect.DeepEqual(got, want) {
		t.Errorf("Clusters after known documents came again = %v, want %v", got, want)
	}
}

func TestAddedDocumentIsFound(t *testing.T) {
	x := NewIndex(stock(200))
	x.Clusters(0)
	x.Add(week()[:2])
	got := ids(x.Neighbours(week()[0], Question{Least: 0.1}))
	if len(got) == 0 || got[0] != "a2" {
		t.Errorf("Neighbours of a1 = %v, want a2 first", got)
	}
}

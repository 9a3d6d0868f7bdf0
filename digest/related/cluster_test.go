package related

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func day(n int) time.Time { return time.Date(2026, 3, 1+n, 9, 0, 0, 0, time.UTC) }

// week is a small week: three stories and what stands alone.
func week() []Document {
	return []Document{
		{ID: "a1", Title: "Ministry opens national telehealth platform for rural clinics", Body: "The ministry of health opened a telehealth platform that links rural clinics with specialists.", Lang: "en", Day: day(0)},
		{ID: "a2", Title: "Rural clinics get telehealth platform from health ministry", Body: "A national telehealth platform for rural clinics was opened by the ministry.", Lang: "en", Day: day(0)},
		{ID: "a3", Title: "UPDATE 1-Ministry opens national telehealth platform for rural clinics", Lang: "en", Day: day(1)},
		{ID: "b1", Title: "Insulin pump recalled after software fault", Body: "The maker recalls an insulin pump whose software may stop.", Lang: "en", Day: day(0)},
		{ID: "b2", Title: "Software fault: maker recalls insulin pump", Body: "An insulin pump is recalled because its software may stop.", Lang: "en", Day: day(0)},
		{ID: "c1", Title: "Nurses write their own ward roster app", Body: "Nurses of one ward wrote an app for their roster.", Lang: "en", Day: day(2)},
		{ID: "d1", Title: "Die elektronische Patientenakte kommt", Body: "Ab dem Frühjahr bekommen alle Versicherten eine Akte.", Lang: "de", Day: day(0)},
	}
}

// partition is the clusters by the ID of each member.
func partition(clusters []Cluster) map[string]string {
	p := map[string]string{}
	for _, c := range clusters {
		for _, id := range c.IDs {
			p[id] = c.IDs[0]
		}
	}
	return p
}

func TestStoriesComeTogether(t *testing.T) {
	got := partition(NewIndex(week()).Clusters(0))
	want := map[string]string{"a1": "a1", "a2": "a1", "a3": "a1", "b1": "b1", "b2": "b1", "c1": "c1", "d1": "d1"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Clusters = %v, want %v", got, want)
	}
}

func TestOrderOfDocumentsDoesNotMatter(t *testing.T) {
	docs := append(week(), stock(60)...)
	want := NewIndex(docs).Clusters(0)
	near := NewIndex(docs).Neighbours(docs[0], Question{})
	rapid.Check(t, func(t *rapid.T) {
		x := NewIndex(rapid.Permutation(docs).Draw(t, "documents"))
		if got := x.Clusters(0); !reflect.DeepEqual(got, want) {
			t.Fatalf("Clusters of another order = %v, want %v", got, want)
		}
		if got := x.Neighbours(docs[0], Question{}); !reflect.DeepEqual(got, near) {
			t.Fatalf("Neighbours in another order = %v, want %v", got, near)
		}
	})
}

func TestEveryDocumentIsInOneCluster(t *testing.T) {
	docs := stock(2000)
	seen := map[string]int{}
	for _, c := range NewIndex(docs).Clusters(0) {
		if len(c.Merges) != len(c.IDs)-1 {
			t.Fatalf("a cluster of %d has %d merges, want one fewer than documents", len(c.IDs), len(c.Merges))
		}
		for _, id := range c.IDs {
			seen[id]++
		}
	}
	for _, d := range docs {
		if seen[d.ID] != 1 {
			t.Fatalf("%s is in %d clusters, want 1", d.ID, seen[d.ID])
		}
	}
}

func TestReasonOfAMerge(t *testing.T) {
	base := Document{ID: "1", Title: "Insulin pump recalled after software fault", Body: "The maker recalls a pump.", Lang: "en", Day: day(0)}
	for _, test := range []struct {
		why   string
		other Document
		want  Reason
	}{
		{"same key", Document{Title: "Something else entirely", Key: "k", Day: day(5)}, SameKey},
		{"same title in other signs", Document{Title: "Insulin Pump Recalled: After Software Fault!", Body: "Its maker acts.", Day: day(1)}, SameTitle},
		{"a word changed", Document{Title: "Insulin pump recalled after serious software fault", Body: base.Body, Day: day(1)}, SameWords},
		{"told in other words", Document{Title: "Maker takes back insulin pump as software may stop", Day: day(0)}, SameStory},
		{"the same title three weeks later", Document{Title: base.Title, Body: base.Body, Day: day(21)}, ""},
		{"another story", Document{Title: "Nurses write their own ward roster app", Day: day(0)}, ""},
		{"the same name only", Document{Title: "Insulin prices fall", Body: "Three firms cut prices of insulin in half.", Day: day(0)}, ""},
	} {
		a, b := base, test.other
		b.ID, b.Lang = "2", "en"
		a.Key = b.Key
		docs := append([]Document{a, b}, stock(100)...)
		for i := range 8 { // insulin is often in the news
			docs = append(docs, Document{ID: fmt.Sprint("old", i), Title: "Insulin " + spell(uint64(900+i)), Body: "Prices and " + spell(uint64(i)), Lang: "en", Day: day(-30 * (i + 1))})
		}
		var got Reason
		for _, c := range NewIndex(docs).Clusters(0) {
			if slices.Contains(c.IDs, "1") && slices.Contains(c.IDs, "2") {
				m, _ := c.Joined("1", "2")
				got = m.Reason
			}
		}
		if got != test.want {
			t.Errorf("%s: %q was joined to it for %q, want %q", test.why, b.Title, got, test.want)
		}
	}
}

// TestGroupsMustBeSurerInASmallCollection takes two texts that share a phrase,
// days apart: likelier one story than not, and no more.
func TestGroupsMustBeSurerInASmallCollection(t *testing.T) {
	pair := []Document{
		{ID: "1", Title: "Insulin pump recalled after software fault", Body: "The maker recalls a pump.", Lang: "en", Day: day(0)},
		{ID: "2", Title: "Software fault stops trains in three cities", Lang: "en", Day: day(3)},
	}
	for _, test := range []struct {
		others int
		limit  float64
		want   bool
	}{{100, StoryLimit, true}, {100, 0, false}, {5000, 0, true}} {
		story := partition(NewIndex(append(slices.Clone(pair), stock(test.others)...)).Clusters(test.limit))
		if got := story["1"] == story["2"]; got != test.want {
			t.Errorf("Clusters(%v) of %q, %q and %d others joins the two = %v, want %v", test.limit, pair[0].Title, pair[1].Title, test.others, got, test.want)
		}
	}
}

func TestColumnThatComesBackIsNotACopy(t *testing.T) {
	var docs []Document
	for i := range 4 {
		docs = append(docs, Document{ID: fmt.Sprint(i), Title: "Health links of the week", Lang: "en", Day: day(7 * i)})
	}
	if got := NewIndex(docs).Clusters(0); len(got) != 4 {
		t.Errorf("four weeks of one column make %d clusters, want 4", len(got))
	}
}

func TestNothingToCluster(t *testing.T) {
	if got := NewIndex(nil).Clusters(0); len(got) != 0 {
		t.Errorf("Clusters of no documents = %v, want none", got)
	}
	blank := []Document{{ID: "1"}, {ID: "2", Title: "the and of"}, {ID: "2", Title: "again"}}
	if got := NewIndex(blank).Clusters(0); len(got) != 2 {
		t.Errorf("documents without words make %d clusters, want 2", len(got))
	}
}

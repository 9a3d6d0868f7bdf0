package related

import (
	"slices"
	"testing"
)

func TestStorySpeaksForEachOfItsDocuments(t *testing.T) {
	docs := append(stock(100),
		Document{ID: "lead", Title: "Minister opens platform", Lang: "en", Day: day(0)},
		Document{ID: "twin", Title: "Minister opens platform for telehealth in rural clinics", Lang: "en", Day: day(0)},
		Document{ID: "theme", Title: "Rural clinics wait for telehealth", Lang: "en", Day: day(-20)},
		Document{ID: "other", Title: "Platform for opera singers", Lang: "en", Day: day(-20)},
	)
	x := NewIndex(docs)
	lead := docs[100]
	together := []Cluster{{IDs: []string{"lead", "twin"}}}
	got := ids(x.Stories(together).Neighbours(lead, Question{}))
	if slices.Contains(got, "theme") {
		t.Errorf("Neighbours = %v: theme shares no word with the lead itself", got)
	}
	lead = docs[101]
	got = ids(x.Stories([]Cluster{{IDs: []string{"lead", "twin"}}}).Neighbours(lead, Question{}))
	if len(got) < 2 || got[0] != "lead" || got[1] != "theme" {
		t.Errorf("Neighbours = %v, want its own story first, then the theme", got)
	}
}

package digest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestNoDiseaseFillsTheIssue(t *testing.T) {
	w := quietWeek()
	for n, title := range []string{
		"School in Porto sends forty pupils home over measles", "Harbour doctors plan a measles clinic for sailors and their families",
		"Museum remembers the measles year of 1962 with letters", "Mountain villages wait for measles vaccine after the thaw", "Parliament debates who pays when measles grounds a flight",
	} {
		w.Items = append(w.Items, news(fmt.Sprint("measles", n), fmt.Sprint("paper", n), 2+24*n, title, ""))
	}
	i := Compose(w, DefaultOptions())
	n := 0
	for _, s := range i.Stories {
		if slices.Contains(s.Why.Words, "measles") {
			n++
		}
	}
	if most := DefaultOptions().PerTopic; n != most {
		t.Errorf("%d stories about measles, want %d: %v", n, most, stories(i))
	}
	if got := printed(t, i); !strings.Contains(got, "cap of 3 about measles") {
		t.Errorf("nothing says that measles was capped: %v", i.LeftOut)
	}
}

func TestABareHeadlineDoesNotLead(t *testing.T) {
	w := quietWeek()
	for _, id := range []string{"tele1", "tele2", "tele3"} {
		it := item(t, &w, id)
		it.Summary, it.Excerpt = "", ""
	}
	i := Compose(w, DefaultOptions())
	if _, n := find(i, "tele1"); n != 1 || i.Stories[0].Excerpt == "" {
		t.Errorf("the bare headline is at %d of %v, want it second, behind a story with an excerpt", n, stories(i))
	}
	w.Edits = []Edit{{Item: "tele1", Order: 1}}
	if _, n := find(Compose(w, DefaultOptions()), "tele1"); n != 0 {
		t.Errorf("the editor's lead is at %d, want it first, excerpt or not", n)
	}
}

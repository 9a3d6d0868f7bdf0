package digest_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"weekward/digest"
	"weekward/feeds"
)

func printedTitles(found []digest.Printed) []string {
	var titles []string
	for _, f := range found {
		titles = append(titles, fmt.Sprintf("%d %s", f.Issue, f.Title))
	}
	return titles
}

// issueOf makes an issue of stories with the titles, each with one related item.
func issueOf(number int, titles ...string) digest.Issue {
	issue := digest.Issue{Number: number, Slot: time.Date(2010, 3, 2, 7, 0, 0, 0, time.UTC).AddDate(0, 0, 7*number)}
	for i, title := range titles {
		issue.Stories = append(issue.Stories, digest.Story{ID: fmt.Sprint(number, i), Title: title, URL: fmt.Sprintf("https://wire.example.org/%d/%d", number, i), Lang: "en",
			Related: []digest.Related{{ID: fmt.Sprint(number, i, "r"), Title: "Beside it: " + title, URL: fmt.Sprintf("https://wire.example.org/%d/%d/beside", number, i), Lang: "en"}}})
	}
	return issue
}

func TestTheArchiveFindsStoriesAndWhatStoodBesideThem(t *testing.T) {
	a := digest.NewArchive([]digest.Issue{issueOf(1, "Virtual wards open", "Bank rates stay"), issueOf(2, "Records on paper")})
	got := printedTitles(a.Find("virtual ward", 5))
	slices.Sort(got)
	if want := []string{"1 Beside it: Virtual wards open", "1 Virtual wards open"}; !slices.Equal(got, want) {
		t.Errorf("Find(virtual ward) = %q, want %q", got, want)
	}
}

func TestTheArchiveFindsTheEditorsWords(t *testing.T) {
	issue := issueOf(1, "Virtual wards open", "Bank rates stay")
	issue.Stories[0].Note = "Remember the matron from Utrecht?"
	if got := printedTitles(digest.NewArchive([]digest.Issue{issue}).Find("matron utrecht", 5)); len(got) != 1 || got[0] != "1 Virtual wards open" {
		t.Errorf("Find(matron utrecht) = %q, want the story with the note", got)
	}
}

func TestAPageThatCameTwiceIsFoundOnceInTheNewestIssue(t *testing.T) {
	first, second := issueOf(1, "Virtual wards open"), issueOf(2, "Virtual wards open")
	second.Stories[0].URL = first.Stories[0].URL
	first.Stories[0].Related, second.Stories[0].Related = nil, nil
	for _, issues := range [][]digest.Issue{{first, second}, {second, first}} {
		if got, want := printedTitles(digest.NewArchive(issues).Find("virtual", 5)), []string{"2 Virtual wards open"}; !slices.Equal(got, want) {
			t.Errorf("Find(virtual) = %q, want %q", got, want)
		}
	}
}

func TestAnEmptyArchiveFindsNothing(t *testing.T) {
	if got := digest.NewArchive(nil).Find("virtual", 5); len(got) > 0 {
		t.Errorf("Find(virtual) in an empty archive = %v, want nothing", got)
	}
}

func TestSearchGivesTheItemsThatFitBest(t *testing.T) {
	var items []feeds.Item
	for i, title := range []string{"Ward reopens", "Virtual ward opens on the island", "Virtual reality for surgeons", "Bank rates stay", "Islands want doctors"} {
		items = append(items, feeds.Item{ID: fmt.Sprint(i), Title: title, Lang: "en", Published: time.Date(2010, 3, 2+i, 0, 0, 0, 0, time.UTC)})
	}
	first := digest.SearchItems(items, "virtual wards island", 3)
	if len(first) != 3 || first[0].Title != "Virtual ward opens on the island" {
		t.Errorf("SearchItems(virtual wards island) = %v, want the one with all words first, of three", first)
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	if again := digest.SearchItems(items, "virtual wards island", 3); !slices.Equal(first, again) {
		t.Errorf("SearchItems with the items in another order = %v, want %v", again, first)
	}
	if got := digest.SearchItems(items, "quaternion", 3); len(got) > 0 {
		t.Errorf("SearchItems(quaternion) = %v, want nothing", got)
	}
}

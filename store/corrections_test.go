package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/digest"
	"weekward/feeds"
	"weekward/mailer"
	"weekward/store"
	"weekward/store/storetest"
)

// sentWith stores an issue that readers got, frozen at the end of its slot's day.
func sentWith(t *testing.T, s *store.Store, number int, stories ...digest.Story) {
	t.Helper()
	putIssue(t, s, number, digest.Issue{Number: number, Stories: stories})
	r, err := s.Issue(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	r.FrozenAt = r.Slot
	if moved, err := s.MoveIssue(t.Context(), mailer.Move{Record: r, From: []mailer.IssueState{mailer.IssueSent}}); err != nil || !moved {
		t.Fatalf("MoveIssue(%d) = %v, %v", number, moved, err)
	}
}

func corrections(t *testing.T, s *store.Store, issue int) []digest.Correction {
	t.Helper()
	list, err := s.CorrectionsOf(t.Context(), issue)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestCorrectionOfWhatAnIssueCarriedIsRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		lead, other, beside, unprinted := item("lead"), item("other"), item("beside"), item("unprinted")
		other.URL += "?a=1&b=100%_"
		all := []feeds.Item{lead, other, beside, unprinted}
		save(t, s, reading(all), monday)
		sentWith(t, s, 1, digest.Story{ID: "lead", Title: "The lead as printed", URL: lead.URL, Also: []digest.Also{{URL: other.URL, Title: "Title other"}},
			Related: []digest.Related{{ID: "beside", Title: "Title beside", URL: beside.URL}}})

		later := monday.AddDate(0, 0, 8)
		for i := range all {
			all[i].Title = "Retracted: " + all[i].Title
		}
		save(t, s, reading(all), later)
		save(t, s, reading(all), later.AddDate(0, 0, 1)) // read again, nothing new
		want := []digest.Correction{
			{Issue: 1, Item: "beside", URL: beside.URL, Source: "Ward Notes", Printed: "Title beside", Title: "Retracted: Title beside", Sign: "Retracted", Seen: later},
			{Issue: 1, Item: "lead", URL: lead.URL, Source: "Ward Notes", Printed: "The lead as printed", Title: "Retracted: Title lead", Sign: "Retracted", Seen: later},
			{Issue: 1, Item: "other", URL: other.URL, Source: "Ward Notes", Printed: "Title other", Title: "Retracted: Title other", Sign: "Retracted", Seen: later},
		}
		if diff := cmp.Diff(want, corrections(t, s, 1)); diff != "" {
			t.Errorf("CorrectionsOf(1) (-want +got):\n%s", diff)
		}
	})
}

func TestWhatIsNoCorrectionIsNotRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		it := item("lead")
		save(t, s, reading([]feeds.Item{it}), monday)
		it.Title = "Corrected: Title lead"
		save(t, s, reading([]feeds.Item{it}), monday.Add(time.Hour)) // before anybody got it
		sentWith(t, s, 1, digest.Story{ID: "lead", Title: it.Title, URL: it.URL})
		it.Title, it.Summary = "Corrected: The title lead", "Summary, and a sentence more"
		save(t, s, reading([]feeds.Item{it}), monday.AddDate(0, 0, 8))
		if got := corrections(t, s, 1); len(got) != 0 {
			t.Errorf("CorrectionsOf(1) = %+v, want none: nothing was taken back after the issue", got)
		}
	})
}

func TestCorrectionIsOpenUntilTheNextIssue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		it := item("lead")
		save(t, s, reading([]feeds.Item{it}), monday)
		open := func() int {
			list, err := s.OpenCorrections(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		if n := open(); n != 0 {
			t.Errorf("OpenCorrections before any issue: %d, want none", n)
		}
		sentWith(t, s, 1, digest.Story{ID: "lead", Title: it.Title, URL: it.URL})
		it.Summary = "Erratum: it was the other ward."
		save(t, s, reading([]feeds.Item{it}), monday.AddDate(0, 0, 8))
		if n := open(); n != 1 {
			t.Errorf("OpenCorrections before the next issue: %d, want 1", n)
		}
		sentWith(t, s, 2)
		if n := open(); n != 0 {
			t.Errorf("OpenCorrections after the next issue: %d, want none", n)
		}
		if got := corrections(t, s, 1); len(got) != 1 {
			t.Errorf("CorrectionsOf(1) after the next issue = %+v, want it kept", got)
		}
	})
}

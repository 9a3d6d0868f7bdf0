package store_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/feeds"
	"weekward/store"
	"weekward/store/storetest"
)

const enough = 110 // characters of an excerpt

// pagesToAsk are the IDs of the items whose pages wait, a day after Monday.
func pagesToAsk(t *testing.T, s *store.Store, now time.Time, most int) []string {
	t.Helper()
	items, err := s.PagesToAsk(t.Context(), monday.Add(-7*24*time.Hour), monday.Add(-9*24*time.Hour), now, enough, most)
	if err != nil {
		t.Fatalf("PagesToAsk = %v", err)
	}
	var got []string
	for _, it := range items {
		got = append(got, it.ID)
	}
	return got
}

func claimPage(t *testing.T, s *store.Store, item string, now time.Time) bool {
	t.Helper()
	claimed, err := s.ClaimPage(t.Context(), item, now, now.Add(time.Hour))
	if err != nil {
		t.Fatalf("ClaimPage(%q) = %v", item, err)
	}
	return claimed
}

func savePage(t *testing.T, s *store.Store, w feeds.Words, again time.Time) {
	t.Helper()
	if err := s.SavePage(t.Context(), w, again); err != nil {
		t.Fatalf("SavePage(%+v) = %v", w, err)
	}
}

func TestPagesAreAskedForFreshItemsThatSayTooLittle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		full, old, late, bare, newest := item("full"), item("old"), item("late"), item("bare"), item("newest")
		full.Excerpt = strings.Repeat("ü", enough)
		old.Published = monday.Add(-30 * 24 * time.Hour)
		late.Published = monday.Add(-8 * 24 * time.Hour)
		bare.URL = ""
		newest.Published, newest.Excerpt = monday, strings.Repeat("ü", enough-1)
		save(t, s, reading([]feeds.Item{full, old, late, bare, item("a"), newest}), monday)
		if diff := cmp.Diff([]string{"newest", "a", "late"}, pagesToAsk(t, s, monday, 10)); diff != "" {
			t.Errorf("PagesToAsk (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"newest"}, pagesToAsk(t, s, monday, 1)); diff != "" {
			t.Errorf("PagesToAsk of at most one (-want +got):\n%s", diff)
		}
	})
}

func TestPageIsAskedOnceByOneProcess(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		save(t, s, reading([]feeds.Item{item("a")}), monday)
		if first, second := claimPage(t, s, "a", monday), claimPage(t, s, "a", monday); !first || second {
			t.Errorf("ClaimPage twice = %v, %v, want true, false", first, second)
		}
		if got := pagesToAsk(t, s, monday.Add(30*time.Minute), 10); len(got) != 0 {
			t.Errorf("PagesToAsk during the claim = %q, want nothing", got)
		}
		if got := pagesToAsk(t, s, monday.Add(2*time.Hour), 10); len(got) != 1 {
			t.Errorf("PagesToAsk after a claim that nothing came of = %q, want the item", got)
		}
		savePage(t, s, feeds.Words{Item: "a"}, time.Time{})
		if got := pagesToAsk(t, s, monday.Add(1000*time.Hour), 10); len(got) != 0 || claimPage(t, s, "a", monday.Add(1000*time.Hour)) {
			t.Errorf("PagesToAsk of what was asked = %q, want nothing, for good", got)
		}
	})
}

func TestPageThatFailsIsGivenUpAfterThreeTries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		save(t, s, reading([]feeds.Item{item("a")}), monday)
		now, tries := monday, 0
		for ; len(pagesToAsk(t, s, now, 10)) == 1 && tries < 10; tries++ {
			if !claimPage(t, s, "a", now) {
				t.Fatalf("ClaimPage at try %d = false", tries+1)
			}
			savePage(t, s, feeds.Words{Item: "a"}, now.Add(time.Hour))
			if got := pagesToAsk(t, s, now, 10); len(got) != 0 {
				t.Errorf("PagesToAsk right after a failure = %q, want nothing", got)
			}
			now = now.Add(time.Hour)
		}
		if tries != 3 {
			t.Errorf("a page that fails was tried %d times, want 3", tries)
		}
		if it, err := s.Item(t.Context(), "a"); err != nil || it != item("a") {
			t.Errorf("Item after failures = %+v, %v, want it as its feed tells it", it, err)
		}
	})
}

// TestS1WordsOfThePageStayWhenTheFeedIsReadAgain: the same bytes change
// nothing, and a feed that comes to say more has the word.
func TestS1WordsOfThePageStayWhenTheFeedIsReadAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		thin := item("a")
		thin.Author, thin.Lang, thin.Title = "", "", "Shared records"
		save(t, s, reading([]feeds.Item{thin}), monday)
		claimPage(t, s, "a", monday)
		words := feeds.Words{Item: "a", FeedTitle: "Shared records", Title: "Shared records help nurses", Author: "Ada Moss", Lang: "en",
			Summary: "Écoles and nurses share what they know.", Excerpt: "Écoles and nurses share."}
		savePage(t, s, words, time.Time{})
		want := words.Complete(thin)
		check := func(when string, want feeds.Item) {
			t.Helper()
			got, err := s.Item(t.Context(), "a")
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s: Item = %v, -want +got:\n%s", when, err, diff)
			}
		}
		check("after its page was read", want)
		if fresh := save(t, s, reading([]feeds.Item{thin}), monday.Add(time.Hour)); fresh != 0 {
			t.Errorf("the same reading again = %d fresh, want 0", fresh)
		}
		check("the feed says the same again", want)
		if found, err := s.Items(t.Context(), store.ItemFilter{Words: "écoles help"}); err != nil || len(found) != 1 {
			t.Errorf("Items with words of the page = %d, %v, want 1", len(found), err)
		}
		changed := thin
		changed.Title = "A corrected title"
		save(t, s, reading([]feeds.Item{changed}), monday.Add(2*time.Hour))
		check("the feed has another title", words.Complete(changed))
		more := thin
		more.Summary, more.Excerpt = strings.Repeat("All of it. ", 20), strings.Repeat("All of it. ", 12)
		save(t, s, reading([]feeds.Item{more}), monday.Add(3*time.Hour))
		more.Title, more.Author, more.Lang = "Shared records help nurses", "Ada Moss", "en"
		check("the feed says more than the page", more)
	})
}

// TestPageAndFeedSavedAtOnceKeepBoth: whichever is first, the item ends with
// the words of its page.
func TestPageAndFeedSavedAtOnceKeepBoth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i := range 20 {
			thin := item(string(rune('a' + i)))
			save(t, s, reading([]feeds.Item{thin}), monday)
			claimPage(t, s, thin.ID, monday)
			var both sync.WaitGroup
			both.Go(func() {
				if _, err := s.SaveItems(t.Context(), []feeds.Item{thin}, monday); err != nil {
					t.Errorf("SaveItems = %v", err)
				}
			})
			both.Go(func() {
				if err := s.SavePage(t.Context(), feeds.Words{Item: thin.ID, Summary: "Words of the page.", Excerpt: "Words of the page."}, time.Time{}); err != nil {
					t.Errorf("SavePage = %v", err)
				}
			})
			both.Wait()
			if it, err := s.Item(t.Context(), thin.ID); err != nil || it.Excerpt != "Words of the page." {
				t.Fatalf("Excerpt in round %d = %q, %v, want the page's", i, it.Excerpt, err)
			}
		}
	})
}

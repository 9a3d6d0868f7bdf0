package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
	"weekward/store"
	"weekward/store/storetest"
)

// titled makes an item that only its title tells from others, a minute newer
// than the one before.
func titled(n int, title string) feeds.Item {
	return feeds.Item{ID: fmt.Sprintf("item-%04d", n), Source: "wire", URL: fmt.Sprintf("https://wire.example.org/%d", n), Title: title,
		Published: monday.Add(time.Duration(n) * time.Minute), Weight: 1}
}

func saveItems(t *testing.T, s *store.Store, items ...feeds.Item) {
	t.Helper()
	if _, err := s.SaveItems(t.Context(), items, monday); err != nil {
		t.Fatalf("SaveItems: %v", err)
	}
}

// searchedTitles asks for the items that answer a question, and leaves out the
// newest ones that come with every answer.
func searchedTitles(t *testing.T, s *store.Store, limit int, beginnings ...string) []string {
	t.Helper()
	items, err := s.SearchedItems(t.Context(), beginnings, limit)
	if err != nil {
		t.Fatalf("SearchedItems(%q): %v", beginnings, err)
	}
	var titles []string
	for _, it := range items {
		if !strings.HasPrefix(it.Title, "Newest") {
			titles = append(titles, it.Title)
		}
	}
	return titles
}

// withNewest adds items that are newer than those of the test and speak of
// something else.
func withNewest(t *testing.T, s *store.Store, n int) {
	t.Helper()
	for i := range n {
		saveItems(t, s, titled(5000+i, fmt.Sprintf("Newest word of the %dth hour", i)))
	}
}

func TestSearchFindsOldItemsByTheBeginningsOfTheirWords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		saveItems(t, s, titled(1, "Virtual wards open on the islands"), titled(2, "Bank rates stay"), titled(3, "Ärztekammer: Sanità e dati"), titled(4, "Ο ΓΙΑΤΡΌΣ στο νησί"))
		withNewest(t, s, 2)
		for _, c := range []struct {
			name       string
			beginnings []string
			want       []string
		}{
			{"a word", []string{"islands"}, []string{"Virtual wards open on the islands"}},
			{"a beginning", []string{"virtu"}, []string{"Virtual wards open on the islands"}},
			{"either word", []string{"bank", "ward"}, []string{"Bank rates stay", "Virtual wards open on the islands"}},
			{"accents are no matter", []string{"arztekammer"}, []string{"Ärztekammer: Sanità e dati"}},
			{"at the end of a word", []string{"sanita"}, []string{"Ärztekammer: Sanità e dati"}},
			{"nor are Greek ones", []string{"γιατροσ"}, []string{"Ο ΓΙΑΤΡΌΣ στο νησί"}},
			{"a short word is whole", []string{"is"}, nil},
			{"not in the middle of a word", []string{"slands"}, nil},
			{"no word at all", nil, nil},
		} {
			if got := searchedTitles(t, s, 2, c.beginnings...); !slices.Equal(got, c.want) {
				t.Errorf("%s: SearchedItems(%q) = %q, want %q", c.name, c.beginnings, got, c.want)
			}
		}
	})
}

func TestSearchPrefersItemsWithMoreOfTheWords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i := range 20 {
			saveItems(t, s, titled(i, fmt.Sprintf("Hospital opens door %d", i)))
		}
		saveItems(t, s, titled(30, "Hospital tries telehealth"))
		withNewest(t, s, 3)
		got := searchedTitles(t, s, 1, "hospital", "telehealth")
		if want := []string{"Hospital tries telehealth"}; !slices.Equal(got, want) {
			t.Errorf("SearchedItems(hospital, telehealth; 1) = %q, want %q", got, want)
		}
	})
}

// TestSearchTakesAWordForAWord: what a stranger types is never read as the
// database's own language.
func TestSearchTakesAWordForAWord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		saveItems(t, s, titled(1, "Virtual wards"))
		withNewest(t, s, 1)
		for _, hostile := range []string{`"`, `""`, `'`, `''`, `\`, `\'`, `*`, `a" OR "b`, `a' | 'b`, `NEAR(`, `words:`, `!`, `&`, `(`, `:*`, `^`, `-`, "\x00", "", " ", "{a b}", `$1`} {
			if got := searchedTitles(t, s, 1, hostile); len(got) > 0 && strings.Trim(hostile, " a'b|\"OR:*{}") != "" {
				t.Errorf("SearchedItems(%q) = %q, want nothing", hostile, got)
			}
			if got := searchedTitles(t, s, 1, hostile, "virtual"); len(got) != 1 {
				t.Errorf("SearchedItems(%q, virtual) = %q, want the item about virtual wards", hostile, got)
			}
		}
	})
}

func TestSearchKnowsTheLastWordsOfAnItem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		saveItems(t, s, titled(1, "Virtual wards"))
		withNewest(t, s, 1)
		saveItems(t, s, titled(1, "Telehealth on the islands"))
		if got := searchedTitles(t, s, 1, "virtual"); len(got) > 0 {
			t.Errorf("SearchedItems(virtual) after the title changed = %q, want nothing", got)
		}
		if got, want := searchedTitles(t, s, 1, "telehealth"), []string{"Telehealth on the islands"}; !slices.Equal(got, want) {
			t.Errorf("SearchedItems(telehealth) after the title changed = %q, want %q", got, want)
		}
	})
}

// TestSearchKnowsWhatAPageAdded: an item may be completed after it was saved.
func TestSearchKnowsWhatAPageAdded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		saveItems(t, s, titled(1, "Virtual wards"))
		withNewest(t, s, 1)
		later := monday.Add(time.Hour)
		if _, err := s.ClaimPage(t.Context(), "item-0001", monday, later); err != nil {
			t.Fatal(err)
		}
		if err := s.SavePage(t.Context(), feeds.Words{Item: "item-0001", FeedTitle: "Virtual wards", Title: "Virtual wards", Summary: "Oxygen is measured at home.", Excerpt: "Oxygen is measured at home."}, later); err != nil {
			t.Fatal(err)
		}
		if got, want := searchedTitles(t, s, 1, "oxygen"), []string{"Virtual wards"}; !slices.Equal(got, want) {
			t.Errorf("SearchedItems(oxygen) after the page was read = %q, want %q", got, want)
		}
	})
}

func TestSearchForgetsADeletedItem(t *testing.T) {
	path := filepath.Join(t.TempDir(), "subscribers.db")
	for name, c := range map[string]struct{ driver, address string }{
		"sqlite":   {"sqlite", path},
		"postgres": {"pgx", storetest.Postgres(t)},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.OpenAt(t, c.address)
			saveItems(t, s, titled(1, "Virtual wards"))
			withNewest(t, s, 1)
			execute(t, c.driver, c.address, "DELETE FROM items WHERE id = 'item-0001'")
			if got := searchedTitles(t, s, 1, "virtual"); len(got) > 0 {
				t.Errorf("SearchedItems(virtual) after the item was deleted = %q, want nothing", got)
			}
			saveItems(t, s, titled(1, "Virtual wards"))
			if got := searchedTitles(t, s, 1, "virtual"); len(got) != 1 {
				t.Errorf("SearchedItems(virtual) after the item came back = %q, want it", got)
			}
		})
	}
}

// TestSearchFindsWhatWasStoredBeforeThereWasASearch: the migration fills the
// index with items that are there, whose words had accents then.
func TestSearchFindsWhatWasStoredBeforeThereWasASearch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "subscribers.db")
	for name, c := range map[string]struct{ driver, address string }{
		"sqlite":   {"sqlite", path},
		"postgres": {"pgx", storetest.Postgres(t)},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := store.Open(t.Context(), c.address)
			if err != nil {
				t.Fatal(err)
			}
			saveItems(t, s, titled(1, "Sanità digitale"), titled(2, "Newest word"))
			if err := store.Unmigrate(t.Context(), s, 7); err != nil {
				t.Fatalf("migrate back: %v", err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			execute(t, c.driver, c.address, "UPDATE items SET folded = 'sanità digitale' WHERE id = 'item-0001'")
			again := storetest.OpenAt(t, c.address)
			if got, want := searchedTitles(t, again, 1, "sanita"), []string{"Sanità digitale"}; !slices.Equal(got, want) {
				t.Errorf("SearchedItems(sanita) after the migration = %q, want %q", got, want)
			}
		})
	}
}

// TestSearchWorksInABackup: the copy numbers its rows anew.
func TestSearchWorksInABackup(t *testing.T) {
	s := storetest.Open(t)
	for i := range 50 {
		saveItems(t, s, titled(i, fmt.Sprintf("Ward %d opens", i)))
	}
	saveItems(t, s, titled(60, "Virtual wards"))
	withNewest(t, s, 1)
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := s.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	if got, want := searchedTitles(t, storetest.OpenAt(t, copied), 1, "virtual"), []string{"Virtual wards"}; !slices.Equal(got, want) {
		t.Errorf("SearchedItems(virtual) in a backup = %q, want %q", got, want)
	}
}

func execute(t *testing.T, driver, address, statement string) {
	t.Helper()
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

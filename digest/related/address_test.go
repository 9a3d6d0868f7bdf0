package related

import (
	"slices"
	"strings"
	"testing"
)

func TestAddressNamesItsSubject(t *testing.T) {
	for _, test := range []struct{ why, address, want string }{
		{"words between hyphens", "https://news.example.org/2026/03/17/insulin-pump-recall.html", "insulin pump recall"},
		{"a section", "https://news.example.org/health/insulin_pump", "health insulin pump"},
		{"a code is no word", "https://news.example.org/article/us-insulin-idUSBREA3F0RP20140416", "article us insulin"},
		{"another alphabet", "https://news.example.org/%CF%85%CE%B3%CE%B5%CE%AF%CE%B1/", "υγεία"},
		{"the query says nothing", "https://news.example.org/?utm_source=insulin", ""},
		{"a home page", "https://insulin.example.org", ""},
		{"no address", "", ""},
		{"not an address", "https://[", ""},
	} {
		if got := strings.Join(addressWords(test.address), " "); got != test.want {
			t.Errorf("%s: addressWords(%q) = %q, want %q", test.why, test.address, got, test.want)
		}
	}
}

func TestPostIsComparedWithoutLinksAndCredits(t *testing.T) {
	for _, test := range []struct{ why, text, want string }{
		{"a link", "Pumps recalled https://short.example.org/x1 today", "pumps recalled today"},
		{"a shortened link", "Pumps recalled bit.ly/x1", "pumps recalled"},
		{"whom it repeats", "RT @ward: Pumps recalled via @news", "ward pumps recalled"},
		{"a fraction stays", "1 and/or 2", "1 and or 2"},
		{"a word with RT in it stays", "SHORT breath", "short breath"},
	} {
		if got := strings.Join(tokens(withoutLinks(test.text)), " "); got != test.want {
			t.Errorf("%s: words of %q = %q, want %q", test.why, test.text, got, test.want)
		}
	}
}

func TestAddressBringsAStoryTogether(t *testing.T) {
	docs := append(stock(200),
		Document{ID: "a", Title: "Maker acts after fault in its software", Lang: "en", Day: day(0), Address: "https://one.example.org/insulin-pump-recall"},
		Document{ID: "b", Title: "Patients told to check devices", Lang: "en", Day: day(0), Address: "https://two.example.org/insulin-pump-recall"},
	)
	if p := partition(NewIndex(docs).Clusters(0)); p["a"] != p["b"] {
		t.Errorf("two pages named insulin-pump-recall are stories %s and %s, want one", p["a"], p["b"])
	}
	for i := range docs {
		docs[i].Address = ""
	}
	if p := partition(NewIndex(docs).Clusters(0)); p["a"] == p["b"] {
		t.Errorf("without their addresses the two are one story, want two")
	}
}

func TestPostsWithoutWordsInCommonAreNoCopies(t *testing.T) {
	docs := []Document{
		{ID: "1", Body: "Insulin pumps are recalled after a fault", Lang: "en"},
		{ID: "2", Body: "Insulin pumps are praised by nurses on wards", Lang: "en"},
	}
	for _, c := range NewIndex(docs).Clusters(PointLimit) {
		for _, m := range c.Merges {
			if slices.Contains([]Reason{SameTitle, SameWords, SameKey}, m.Reason) {
				t.Errorf("two posts were joined for %q", m.Reason)
			}
		}
	}
}

package digest

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weekward/feeds"
)

func TestIssueOfAQuietWeek(t *testing.T) {
	i := Compose(quietWeek(), DefaultOptions())
	if len(i.Stories) != 8 {
		t.Fatalf("stories = %v, want 8", stories(i))
	}
	lead := i.Stories[0]
	if lead.ID != "tele1" || lead.Why.Coverage < 2 || len(lead.Also) != 2 {
		t.Errorf("lead = %s, coverage %v, also %v; want tele1, told by three outlets", lead.ID, lead.Why.Coverage, lead.Also)
	}
	if len(lead.Related) != 3 {
		t.Errorf("related to the lead = %v, want three", lead.Related)
	}
	for _, r := range lead.Related {
		if !strings.HasPrefix(r.ID, "old-") || len(r.Why) == 0 {
			t.Errorf("related: %q because of %q, want an older item and a reason", r.Title, r.Why)
		}
	}
	if _, n := find(i, "bank"); n >= 0 && n < 5 {
		t.Errorf("news of a bank is story %d, before news of health: %v", n+1, stories(i))
	}
	if i.Number != 31 || !i.Slot.Equal(slot) || i.Minutes < 1 || i.Empty() {
		t.Errorf("issue = No %d for %v, %d minutes, empty %v", i.Number, i.Slot, i.Minutes, i.Empty())
	}
}

func TestScoreIsTheProductOfItsParts(t *testing.T) {
	for _, s := range Rank(quietWeek(), DefaultOptions()) {
		w := s.Why
		if got := rounded(w.Topic * w.Coverage * w.Freshness * w.Source * w.Chat * w.Novelty); got != s.Score {
			t.Errorf("%s: the parts %+v make %v, the score is %v", s.ID, w, got, s.Score)
		}
	}
}

func TestWhatIsNews(t *testing.T) {
	for _, test := range []struct {
		why             string
		published, seen time.Time
		want            bool
	}{
		{"in the week", hours(24), hours(24), true},
		{"at its first moment", from, from, true},
		{"at the freeze", freeze, freeze, false},
		{"after the freeze", freeze.Add(time.Minute), freeze, false},
		{"in the week, read long after it", hours(24), freeze.AddDate(1, 0, 0), true},
		{"the week before, seen in this one", from.AddDate(0, 0, -3), hours(24), true},
		{"the week before, seen then", from.AddDate(0, 0, -3), from.AddDate(0, 0, -3), false},
		{"two weeks before, seen in this one", from.AddDate(0, 0, -8), hours(24), false},
	} {
		p := newPool(Week{From: from, Freeze: freeze}, Options{})
		if got := p.news(feeds.Item{Published: test.published, FirstSeen: test.seen}); got != test.want {
			t.Errorf("%s: news = %v, want %v", test.why, got, test.want)
		}
	}
}

func TestNothingNewerThanTheFreezeIsPrinted(t *testing.T) {
	w := quietWeek()
	late := news("late", "herald", 0, "Telehealth platform for rural clinics fails on its second day", "The telehealth platform of the ministry fails.")
	late.Published = freeze.Add(30 * time.Minute)
	w.Items = append(w.Items, late)
	w.Edits = []Edit{{Item: "late", Pin: true}}
	if i := Compose(w, DefaultOptions()); strings.Contains(printed(t, i), late.URL) {
		t.Errorf("an item of half an hour after the freeze is in the issue")
	}
}

func TestNoSourceFillsTheIssue(t *testing.T) {
	w := quietWeek()
	for n, title := range []string{"Hospital opens patient portal in nine languages", "Telecare for heart patients spreads to islands", "Medical app warns of pollen", "Digital health fund invests in sensors"} {
		w.Items = append(w.Items, news(fmt.Sprint("loud", n), "loud", 3+n, title, ""))
	}
	i := Compose(w, DefaultOptions())
	n := 0
	for _, s := range i.Stories {
		if s.Source == "loud" {
			n++
		}
	}
	if n != 2 {
		t.Errorf("stories of one source = %d, want 2: %v", n, stories(i))
	}
	if got := printed(t, i); !strings.Contains(got, "cap of 2 from loud") {
		t.Errorf("nothing says that the source was capped: %v", i.LeftOut)
	}
}

func TestTrustedOutletTellsTheStory(t *testing.T) {
	w := quietWeek()
	item(t, &w, "tele3").Weight = 1.5
	i := Compose(w, DefaultOptions())
	s, _ := find(i, "tele3")
	if len(s.Also) != 2 || s.Why.Source != 1.5 {
		t.Errorf("the outlet with weight 1.5 does not tell the story: %v", stories(i))
	}
	item(t, &w, "tele3").Weight = 1
	if _, n := find(Compose(w, DefaultOptions()), "tele1"); n < 0 {
		t.Errorf("of equal outlets the earliest does not tell the story")
	}
}

func TestSamePageOfTwoSourcesIsOneStory(t *testing.T) {
	w := quietWeek()
	alone, _ := find(Compose(w, DefaultOptions()), "tele1")
	again := news("again", "reader", 25, "Ministry opens national telehealth platform for rural clinics", "Seen elsewhere.")
	again.URL = "http://www.herald.example.org/tele1/"
	w.Items = append(w.Items, again)
	i := Compose(w, DefaultOptions())
	s, _ := find(i, "tele1")
	if math.Abs(s.Why.Coverage-alone.Why.Coverage) > 0.05 { // the copy changes how rare words are, no more
		t.Errorf("coverage = %v, want about %v as without the copy: a page counts once", s.Why.Coverage, alone.Why.Coverage)
	}
	if got := why(i, again.Title); !strings.HasPrefix(got, "same address") {
		t.Errorf("the copy was left out for %q, want the same address", got)
	}
}

func TestHomePageIsNoIdentity(t *testing.T) {
	w := quietWeek()
	for _, id := range []string{"ward", "asthma"} {
		item(t, &w, id).URL = "https://journal.example.org/news"
	}
	told := map[string]bool{}
	for _, s := range Rank(w, DefaultOptions()) {
		told[s.ID] = true
	}
	if !told["ward"] || !told["asthma"] {
		t.Errorf("two items that link to one page fell together: %v", told)
	}
	i := Compose(w, DefaultOptions())
	got := why(i, "Asthma app cuts visits to emergency rooms") + why(i, "Nurses write their own ward roster app")
	if !strings.HasPrefix(got, "same page") {
		t.Errorf("the second link to one page was left out for %q", got)
	}
}

// S3: an item keeps its ID when its title changes, and is not sent again.
func TestStoryOfALastIssueStaysOut(t *testing.T) {
	for _, test := range []struct {
		why  string
		past PastStory
		want string
	}{
		{"same item", PastStory{Issue: 30, ID: "ward", URL: "https://elsewhere.example.org/x", Title: "Nothing alike"}, "already in No 30"},
		{"same page", PastStory{Issue: 29, ID: "x", URL: "http://www.journal.example.org/ward/", Title: "Nothing alike"}, "already in No 29"},
		{"same title", PastStory{Issue: 23, ID: "x", URL: "https://elsewhere.example.org/x", Title: "Nurses write their own roster app"}, "already in No 23"},
		{"nine issues ago", PastStory{Issue: 22, ID: "ward", URL: "https://elsewhere.example.org/x", Title: "Nurses write their own roster app"}, ""},
		{"this very issue", PastStory{Issue: 31, ID: "ward"}, ""},
		{"another story", PastStory{Issue: 30, ID: "x", URL: "https://elsewhere.example.org/x", Title: "A prize for nurses"}, ""},
	} {
		w := quietWeek()
		w.Past = []PastStory{test.past}
		i := Compose(w, DefaultOptions())
		if got := why(i, "Nurses write their own ward roster app"); got != test.want {
			t.Errorf("%s: left out for %q, want %q", test.why, got, test.want)
		}
	}
}

func TestStoryLikeAnEarlierOneCountsLess(t *testing.T) {
	w := quietWeek()
	w.Past = []PastStory{{Issue: 30, ID: "x", Title: "Insulin pump software may stop, warns maker"}}
	i := Compose(w, DefaultOptions())
	s, n := find(i, "pump1")
	if n < 0 || s.Why.Novelty >= 1 || s.Why.Novelty < 1-repeated {
		t.Errorf("novelty of a story like one of last week = %v, want less than 1", s.Why.Novelty)
	}
}

func TestProfileMayBeEmpty(t *testing.T) {
	o := DefaultOptions()
	o.Topics = nil
	i := Compose(quietWeek(), o)
	for _, s := range i.Stories {
		if s.Why.Topic != 1 {
			t.Errorf("%s: topic = %v, want 1 when there are no words", s.ID, s.Why.Topic)
		}
	}
	if len(i.Stories) != 8 || len(i.Stories[0].Related) == 0 {
		t.Errorf("stories = %v, related to the lead %v", stories(i), i.Stories[0].Related)
	}
}

func TestWeekWithoutNewsIsEmpty(t *testing.T) {
	w := quietWeek()
	w.Items = w.Items[12:]
	i := Compose(w, DefaultOptions())
	if !i.Empty() || i.Subject != "" || i.Stories == nil || i.Chats == nil {
		t.Errorf("issue without news = %s", printed(t, i))
	}
	if i := Compose(Week{}, Options{}); !i.Empty() {
		t.Errorf("issue of nothing = %s", printed(t, i))
	}
}

func TestHostileTitleIsCarriedAsText(t *testing.T) {
	w := quietWeek()
	title := "Telehealth \"platform\" </script><script>alert(1)</script> {{.Secret}} \u202egnp.exe\r\nBcc: all@example.org"
	hostile := item(t, &w, "tele1")
	hostile.Title, hostile.Weight = title, 2
	i := Compose(w, DefaultOptions())
	if i.Stories[0].Title != title {
		t.Errorf("title = %q, want it as it came: %q", i.Stories[0].Title, title)
	}
	if strings.ContainsAny(i.Subject+i.Preheader, "\r\n\u202e\x00") {
		t.Errorf("subject = %q, preheader %q: want one line without marks", i.Subject, i.Preheader)
	}
}

func TestItemWithoutTitleOrAddressIsNamed(t *testing.T) {
	w := quietWeek()
	item(t, &w, "ward").URL = ""
	item(t, &w, "asthma").Title = " "
	i := Compose(w, DefaultOptions())
	if got := why(i, "Nurses write their own ward roster app"); got != "no address" {
		t.Errorf("an item without address was left out for %q", got)
	}
	if got := why(i, "https://journal.example.org/asthma"); got != "no title" {
		t.Errorf("an item without title was left out for %q", got)
	}
}

// anyWeek draws a week of small news: few words, so that stories, copies and
// neighbours are many.
func anyWeek(t *rapid.T) Week {
	words := []string{"telehealth", "platform", "rural", "clinics", "ministry", "insulin", "pump", "recall", "nurses", "roster", "app", "the", "Krankenhaus", "santé", "υγεία", "UPDATE 2-", "O’Brien’s"}
	text := func(name string, least, most int) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), least, most).Draw(t, name), " ")
	}
	w := Week{Number: 31, Slot: slot, From: from, Freeze: freeze}
	for n := range rapid.IntRange(0, 40).Draw(t, "items") {
		it := news(fmt.Sprint("i", n), rapid.SampledFrom([]string{"herald", "courier", "gazette", "journal"}).Draw(t, "source"),
			rapid.IntRange(-3, 24*20).Draw(t, "age"), text("title", 0, 8), text("summary", 0, 20))
		it.Lang = rapid.SampledFrom([]string{"en", "", "de"}).Draw(t, "language")
		it.Weight = rapid.SampledFrom([]float64{0, 1, 1, 2}).Draw(t, "weight")
		if rapid.IntRange(0, 9).Draw(t, "page") == 0 {
			it.URL = "https://wire.example.org/story"
		}
		w.Items = append(w.Items, it)
		switch rapid.IntRange(0, 14).Draw(t, "fate") {
		case 0:
			w.Past = append(w.Past, PastStory{Issue: 28, ID: it.ID, URL: it.URL, Title: it.Title})
		case 1:
			w.Edits = append(w.Edits, Edit{Item: it.ID, Pin: true, Order: rapid.IntRange(0, 9).Draw(t, "order")})
		case 2:
			w.Edits = append(w.Edits, Edit{Item: it.ID, Drop: true})
		case 3, 4:
			w.Judged = append(w.Judged, Judgement{Issue: rapid.IntRange(20, 30).Draw(t, "issue"), Title: it.Title, Lang: it.Lang, Kept: rapid.Bool().Draw(t, "kept")})
		}
	}
	return w
}

func TestOrderOfInputDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyWeek(t)
		want := printed(t, Compose(w, DefaultOptions()))
		w.Items = rapid.Permutation(w.Items).Draw(t, "items in another order")
		w.Past = rapid.Permutation(w.Past).Draw(t, "past in another order")
		w.Edits = rapid.Permutation(w.Edits).Draw(t, "edits in another order")
		w.Judged = rapid.Permutation(w.Judged).Draw(t, "judgements in another order")
		if got := printed(t, Compose(w, DefaultOptions())); got != want {
			t.Fatalf("the same input in another order made another issue:\n%s\nwas\n%s", got, want)
		}
	})
}

func TestPromisesOfAnyIssue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, o := anyWeek(t), DefaultOptions()
		i := Compose(w, o)
		texts, past, pinned := map[string]string{}, map[string]bool{}, map[string]bool{}
		for _, it := range w.Items {
			texts[it.ID] = strings.ToLower(it.Title + " " + it.Summary)
		}
		for _, p := range w.Past {
			past[p.ID] = true
		}
		for _, e := range w.Edits {
			pinned[e.Item] = e.Pin
		}
		seen := map[string]bool{}
		once := func(marks ...string) {
			for _, mark := range marks {
				if seen[mark] {
					t.Fatalf("%s is printed twice in\n%s", mark, printed(t, i))
				}
				seen[mark] = true
			}
		}
		for _, s := range i.Stories {
			if pinned[s.ID] {
				seen[s.ID], seen[s.URL] = true, true // the editor may print a page twice
			} else {
				once(s.ID, s.URL)
			}
		}
		for _, s := range i.Stories {
			for _, term := range s.Why.Terms {
				for _, word := range strings.Fields(term.Text) {
					if !strings.Contains(texts[s.ID], word) {
						t.Fatalf("%q is named and does not stand in %q", term.Text, texts[s.ID])
					}
				}
			}
			for _, a := range s.Also {
				once(a.URL)
			}
			if len(s.Related) > o.Related {
				t.Fatalf("%s has %d related items", s.ID, len(s.Related))
			}
			outlets := map[string]int{}
			for _, r := range s.Related {
				once(r.ID, r.URL)
				if outlets[r.Source]++; outlets[r.Source] > 2 {
					t.Fatalf("%s has three related items of %s", s.ID, r.Source)
				}
				if past[r.ID] || !r.Published.Before(freeze) {
					t.Fatalf("%s is related to %s: printed before, or newer than the freeze", r.ID, s.ID)
				}
				for _, word := range r.Why {
					if !strings.Contains(texts[s.ID], word) || !strings.Contains(texts[r.ID], word) {
						t.Fatalf("%q is named between %q and %q", word, texts[s.ID], texts[r.ID])
					}
				}
			}
		}
		for _, e := range w.Edits {
			if e.Drop && seen[e.Item] {
				t.Fatalf("%s was dropped and is printed", e.Item)
			}
		}
	})
}

package digest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"weekward/feeds"
)

// lead composes the week and gives its first story.
func lead(t *testing.T, w Week) Story {
	t.Helper()
	i := Compose(w, DefaultOptions())
	if len(i.Stories) == 0 {
		t.Fatal("the week has no story")
	}
	return i.Stories[0]
}

// withOld adds older items about the lead's matter, each of an outlet of its own.
func withOld(w Week, titles ...string) Week {
	for n, title := range titles {
		w.Items = append(w.Items, news(fmt.Sprint("old-more", n), fmt.Sprint("outlet", n), 24*(12+n), title, title+", say clinics that tried telehealth in rural places."))
	}
	return w
}

func TestThreeRelatedItemsByDefault(t *testing.T) { // RN-2
	w := withOld(quietWeek(), "Telehealth on the islands", "Rural telehealth and its nurses", "What telehealth costs a rural clinic")
	if got := lead(t, w).Related; len(got) != 3 {
		t.Errorf("related to the lead = %v, want three of the seven that fit", got)
	}
}

func TestRelatedItemsAreNeverOfTheLeadsOwnCluster(t *testing.T) { // RN-2
	s := lead(t, quietWeek())
	for _, r := range s.Related {
		if strings.HasPrefix(r.ID, "tele") {
			t.Errorf("beside %q stands its own story: %q", s.Title, r.Title)
		}
	}
}

func TestRelatedItemOfAnIssueComesBackAfterEight(t *testing.T) { // RN-2
	for _, test := range []struct {
		issue int
		want  bool
	}{{30, false}, {23, false}, {22, true}} {
		w := quietWeek() // No 31
		w.Past = []PastStory{{Issue: test.issue, ID: "old-plat"}}
		if got := slices.Contains(related0(Compose(w, DefaultOptions())), "old-plat"); got != test.want {
			t.Errorf("carried in No %d: stands beside the lead of No 31: %v, want %v", test.issue, got, test.want)
		}
	}
}

func TestNothingNewerThanTheFreezeIsRelated(t *testing.T) { // RN-2
	w := quietWeek()
	item(t, &w, "old-plat").Published = freeze
	if got := related0(Compose(w, DefaultOptions())); slices.Contains(got, "old-plat") {
		t.Errorf("related = %v, want nothing from the freeze on", got)
	}
}

func TestFewerGoodItemsMeanFewerRelated(t *testing.T) { // RN-3
	for keep := range 3 {
		w := quietWeek()
		old := []string{"old-tele", "old-plat", "old-spec", "old-fund"}
		w.Items = slices.DeleteFunc(w.Items, func(it feeds.Item) bool { return slices.Contains(old[keep:], it.ID) })
		if got := related0(Compose(w, DefaultOptions())); len(got) > keep {
			t.Errorf("of %d items that fit, %v stand beside the lead: padded", keep, got)
		}
	}
}

func TestNearDuplicatesFoldAndAreNamed(t *testing.T) { // RN-4
	const release = "The maker says that its hearing aid counts a patient's steps and tells a nurse by phone when somebody has fallen."
	for _, test := range []struct {
		why    string
		weight float64 // of the second copy's source
		teller string
	}{
		{"the earliest tells it", 1, "copy0"},
		{"the preferred source does", 1.5, "copy1"},
	} {
		w := quietWeek()
		for n, outlet := range []string{"wire", "mirror", "echo"} {
			w.Items = append(w.Items, news(fmt.Sprint("copy", n), outlet, 40-n, "Hearing aid tells a nurse when a patient has fallen", release+strings.Repeat(" It is on sale.", n)))
		}
		item(t, &w, "copy1").Weight = test.weight
		i := Compose(w, DefaultOptions())
		if s, n := find(i, test.teller); n < 0 || len(s.Also) != 2 || s.Also[0].Reason == "" || s.Also[1].Reason == "" {
			t.Errorf("%s: %s is story %d, also in %+v; want it printed with both copies and the reasons", test.why, test.teller, n, s.Also)
		}
		if got := strings.Count(printed(t, i), `"title": "Hearing aid tells a nurse`); got != 3 {
			t.Errorf("%s: the title stands there %d times, want 3: the story and its two copies", test.why, got)
		}
	}
}

func TestThirdRelatedItemBringsANewAngle(t *testing.T) { // RN-5
	w := withOld(quietWeek(),
		"Why telehealth platforms fail in rural places today",  // what old-plat says
		"Why telehealth platforms fail in rural places, again") // and once more
	same := 0
	related := lead(t, w).Related
	for _, r := range related {
		if strings.HasPrefix(r.Title, "Why telehealth platforms fail") {
			same++
		}
		if len(r.Why) == 0 {
			t.Errorf("%q stands there without a reason", r.Title)
		}
	}
	if same > 1 || len(related) < 2 {
		t.Errorf("related = %v, want one of the three that say the same and others", related)
	}
}

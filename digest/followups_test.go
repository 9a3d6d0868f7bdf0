package digest

import (
	"fmt"
	"testing"
	"time"
)

// issueOf makes an issue of one story, which came out the day before it, and
// of one related item.
func issueOf(number int, title, excerpt, relatedTitle string) Issue {
	due := slot.AddDate(0, 0, 7*number)
	url := func(name string) string { return fmt.Sprintf("https://news.example.org/%s-%d", name, number) }
	return Issue{Number: number, Slot: due, Stories: []Story{{
		ID: fmt.Sprint("story", number), Title: title, Excerpt: excerpt, URL: url("story"), Source: "Ward Notes", Lang: "en", Published: due.AddDate(0, 0, -1),
		Related: []Related{{ID: fmt.Sprint("related", number), Title: relatedTitle, URL: url("related"), Source: "Open Drawer", Lang: "en", Published: due.AddDate(0, 0, -2)}},
	}}}
}

func archiveOfFive() []Issue {
	return []Issue{
		issueOf(1, "Insulin pump recalled after software fault", "The alarm may stay silent when the reservoir is empty.", "A choir sings in the park"),
		issueOf(2, "Parliament votes on telehealth fees", "Video visits are paid like others.", "How insulin pumps are tested before a recall"),
		issueOf(3, "Insulin pump maker ends recall", "The software fault is mended in all pumps.", "Old clocks of a hospital"),
		issueOf(4, "Nurses swap shifts in an app", "Rosters without forms.", "Insulin pump recall: the report about the alarm"),
		issueOf(5, "A tram depot becomes a clinic", "Two hundred people came.", "Waiting rooms, quietly"),
	}
}

func TestOldIssueNamesWhatCameAfter(t *testing.T) { // RN-7
	issues := archiveOfFive()
	got := NewFollowUps(issues).Of(issues[0])
	if len(got) != 1 || got[0].Story != issues[0].Stories[0].Title {
		t.Fatalf("Of(issue 1) = %+v, want the pump's story", got)
	}
	in := map[int]bool{}
	for _, f := range got[0].FollowUps {
		in[f.Issue] = true
		if len(f.Why) == 0 || !f.Published.After(issues[0].Slot) {
			t.Errorf("%q of %v because of %q, want a reason and a day after %v", f.Title, f.Published, f.Why, issues[0].Slot)
		}
	}
	if len(got[0].FollowUps) != 3 || !in[2] || !in[3] || !in[4] {
		t.Errorf("follow-ups = %+v, want those of issues 2, 3 and 4", got[0].FollowUps)
	}
}

func TestFollowUpsFollowTheirRules(t *testing.T) { // RN-7
	for _, test := range []struct {
		why    string
		change func(issues []Issue)
	}{
		{"older than the issue", func(l []Issue) { l[2].Stories[0].Published = l[0].Slot.Add(-time.Hour) }},
		{"in another language", func(l []Issue) { l[2].Stories[0].Lang = "nl" }},
		{"in an earlier issue", func(l []Issue) { l[2].Number = 0 }},
		{"the same item again", func(l []Issue) { l[2].Stories[0].ID = l[0].Stories[0].ID }},
		{"about something else", func(l []Issue) { l[2].Stories[0].Title, l[2].Stories[0].Excerpt = "A flower show", "Roses." }},
	} {
		issues := archiveOfFive()
		test.change(issues)
		for _, s := range NewFollowUps(issues).Of(issues[0]) {
			for _, f := range s.FollowUps {
				if f.URL == issues[2].Stories[0].URL {
					t.Errorf("%s: Of(issue 1) names %q", test.why, f.Title)
				}
			}
		}
	}
	if got := NewFollowUps(archiveOfFive()).Of(archiveOfFive()[4]); len(got) != 0 {
		t.Errorf("Of(the last issue) = %+v, want nothing", got)
	}
}

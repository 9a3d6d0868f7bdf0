package digest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"weekward/feeds"
)

// The week of these tests: an issue for Tuesday 10 March 2026, 07:00 UTC.
var (
	slot   = time.Date(2026, 3, 10, 7, 0, 0, 0, time.UTC)
	freeze = slot.Add(-time.Hour)
	from   = freeze.AddDate(0, 0, -7)
)

// hours is a moment so many hours before the freeze.
func hours(n int) time.Time { return freeze.Add(-time.Duration(n) * time.Hour) }

// news makes an item of a source, so many hours before the freeze.
func news(id, source string, age int, title, summary string) feeds.Item {
	return feeds.Item{
		ID: id, Source: source, Outlet: source, URL: "https://" + source + ".example.org/" + id,
		Title: title, Summary: summary, Excerpt: summary, Lang: "en", Weight: 1,
		Published: hours(age), FirstSeen: hours(age).Add(20 * time.Minute),
	}
}

// quietWeek is twelve stories of six sources, two of them told twice and more,
// and what was there before.
func quietWeek() Week {
	return Week{
		Number: 31, Slot: slot, From: from, Freeze: freeze,
		Items: []feeds.Item{
			news("tele1", "herald", 30, "Ministry opens national telehealth platform for rural clinics", "The ministry of health opened a telehealth platform that links forty rural clinics with specialists."),
			news("tele2", "courier", 28, "Rural clinics get telehealth platform from health ministry", "A national telehealth platform for rural clinics was opened by the ministry of health."),
			news("tele3", "gazette", 20, "National telehealth platform opens for rural clinics", "Forty rural clinics are linked with specialists by a platform of the ministry of health."),
			news("pump1", "herald", 60, "Insulin pump recalled after software fault", "The maker recalls an insulin pump whose software may stop without a warning to the patient."),
			news("pump2", "bulletin", 55, "Software fault: maker recalls insulin pump", "An insulin pump is recalled because its software may stop without warning."),
			news("ward", "journal", 80, "Nurses write their own ward roster app", "Nurses of one hospital wrote a mobile app for their roster, and two hundred wards now use it."),
			news("record", "courier", 90, "Patients read their electronic health record at home", "A patient portal shows the electronic health record to patients of nine hospitals."),
			news("ai", "gazette", 100, "Medical AI misreads scans of darker skin, study finds", "A study of clinical AI finds that it misreads scans more often for darker skin."),
			news("data", "bulletin", 110, "Who owns health data from a wearable?", "A court asks who owns the health data that a wearable sends to its maker."),
			news("asthma", "journal", 120, "Asthma app cuts visits to emergency rooms", "Children whose parents used an asthma app came to emergency rooms less often."),
			news("bank", "observer", 40, "Central bank leaves interest rates where they are", "The bank sees no reason to move interest rates before the summer."),
			news("bridge", "observer", 50, "Old bridge over the river closes for a year", "Drivers must take the tunnel while the bridge is repaired."),
			news("old-tele", "journal", 24*40, "Telehealth visits in rural clinics doubled last year", "Rural clinics held twice as many telehealth visits with specialists as the year before."),
			news("old-plat", "bulletin", 24*70, "Why telehealth platforms fail in rural places", "A platform needs a network first, say clinics that tried telehealth."),
			news("old-spec", "courier", 24*25, "Specialists see rural patients by video", "Two specialists tell how telehealth changed their week with rural patients."),
			news("old-fund", "courier", 24*30, "Fund for rural clinics doubled by ministry", "The ministry doubles a fund for rural clinics."),
			news("old-pump", "gazette", 24*90, "How an insulin pump talks to a phone", "An insulin pump and a phone speak a protocol that patients opened."),
		},
	}
}

// item finds an item of the week, to be changed.
func item(t testing.TB, w *Week, id string) *feeds.Item {
	t.Helper()
	for i := range w.Items {
		if w.Items[i].ID == id {
			return &w.Items[i]
		}
	}
	t.Fatalf("the week has no item %q", id)
	return nil
}

// find gives the story that an item tells, and its place from 0; -1 for none.
func find(i Issue, id string) (Story, int) {
	for n, s := range i.Stories {
		if s.ID == id {
			return s, n
		}
	}
	return Story{}, -1
}

// why gives the reason a title was left out for; "" when it was not.
func why(i Issue, title string) string {
	for _, l := range i.LeftOut {
		if l.Title == title {
			return l.Reason
		}
	}
	return ""
}

func stories(i Issue) []string {
	var list []string
	for _, s := range i.Stories {
		list = append(list, fmt.Sprintf("%s %.4f", s.ID, s.Score))
	}
	return list
}

// printed is all of an issue, what it left out included.
func printed(t interface{ Fatal(...any) }, i Issue) string {
	b, err := json.MarshalIndent(struct {
		Issue
		LeftOut []LeftOut
	}{i, i.LeftOut}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

package digest

import (
	"testing"

	"weekward/feeds"
)

func TestWhatCountsAsACorrection(t *testing.T) {
	for _, test := range []struct {
		why, title, summary string
		newTitle, newText   string
		sign                string
		want                bool
	}{
		{"retracted", "Trial finds fewer falls", "In two wards.", "RETRACTED: Trial finds fewer falls", "In two wards.", "RETRACTED", true},
		{"an erratum below", "Trial finds fewer falls", "In two wards.", "Trial finds fewer falls", "In two wards. Erratum: it was three.", "Erratum", true},
		{"an editor's note", "Trial finds fewer falls", "In two wards.", "Trial finds fewer falls", "Editor’s note: the figures were mixed up.", "Editor s note", true},
		{"German", "Studie zu Stürzen", "Weniger Stürze.", "Studie zu Stürzen zurückgezogen", "Weniger Stürze.", "zurückgezogen", true},
		{"Dutch", "Onderzoek naar vallen", "Minder vallen.", "Onderzoek naar vallen", "Rectificatie: het waren er drie.", "Rectificatie", true},
		{"French", "Étude sur les chutes", "Moins de chutes.", "Étude sur les chutes", "Article corrigé le 3 mars.", "corrigé", true},
		{"Spanish", "Estudio de caídas", "Menos caídas.", "Fe de erratas: Estudio de caídas", "Menos caídas.", "Fe de erratas", true},
		{"Italian", "Studio sulle cadute", "Meno cadute.", "Studio sulle cadute", "Errata corrige: erano tre.", "Errata", true},
		{"Greek", "Μελέτη για πτώσεις", "Λιγότερες.", "Διόρθωση: Μελέτη για πτώσεις", "Λιγότερες.", "Διόρθωση", true},
		{"another title", "Trial finds fewer falls", "", "Ministry halts study after complaint", "", "", true},
		{"nothing changed", "Trial finds fewer falls", "In two wards.", "Trial finds fewer falls", "In two wards.", "", false},
		{"a word more", "Trial finds fewer falls", "", "Trial finds far fewer falls on wards", "", "", false},
		{"a longer summary", "Trial finds fewer falls", "In two wards.", "Trial finds fewer falls", "In two wards of a hospital in Utrecht, nurses say.", "", false},
		{"it was about a correction before", "A correction of vision", "By laser.", "A correction of vision", "By laser, at once.", "", false},
		{"another form of the word", "Lens for children", "", "Lens corrects sight in children", "", "", false},
	} {
		before, after := feeds.Item{Title: test.title, Summary: test.summary}, feeds.Item{Title: test.newTitle, Summary: test.newText}
		if sign, yes := Corrects(before, after); yes != test.want || sign != test.sign {
			t.Errorf("%s: Corrects(%q → %q) = %q, %v, want %q, %v", test.why, test.title+" "+test.summary, test.newTitle+" "+test.newText, sign, yes, test.sign, test.want)
		}
	}
}

func TestAnIssueKnowsWhatItCarried(t *testing.T) {
	i := Issue{Stories: []Story{{ID: "a", Title: "Lead", Also: []Also{{Title: "Beside", URL: "https://b.example.org/1"}}, Related: []Related{{ID: "c", Title: "Older"}}}}}
	for _, test := range []struct {
		item feeds.Item
		want string
	}{
		{feeds.Item{ID: "a"}, "Lead"},
		{feeds.Item{ID: "b", URL: "https://b.example.org/1"}, "Beside"},
		{feeds.Item{ID: "c"}, "Older"},
		{feeds.Item{ID: "d", URL: "https://b.example.org/2"}, ""},
		{feeds.Item{ID: "e"}, ""},
	} {
		if got := i.CarriedTitle(test.item); got != test.want {
			t.Errorf("CarriedTitle(%+v) = %q, want %q", test.item, got, test.want)
		}
	}
}

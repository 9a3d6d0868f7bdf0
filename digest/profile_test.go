package digest

import (
	"slices"
	"testing"

	"weekward/feeds"
)

func TestProfileFindsItsWords(t *testing.T) {
	p := newProfile(DefaultTopics())
	for _, test := range []struct{ why, lang, title, want string }{
		{"a phrase", "en", "Electronic health records at home", "electronic health record"},
		{"a plural", "en", "Two hospitals merge", "hospital"},
		{"a hyphen", "en", "E-health in schools", "e-health"},
		{"German compound", "de", "Neue Telemedizinplattform", "telemedizin"},
		{"German plural", "de", "Krankenhäuser schließen", "krankenhaus"},
		{"Dutch", "nl", "Ziekenhuizen en beeldbellen", "beeldbellen"},
		{"Italian without accent", "it", "La sanita digitale", "sanità digitale"},
		{"French with article", "fr", "L’hôpital et la télémédecine", "télémédecine"},
		{"Spanish", "es", "Vacunas y salud digital", "salud digital"},
		{"Greek", "el", "Η τηλεϊατρική στα νησιά", "τηλεϊατρική"},
		{"a language nobody named", "", "Die elektronische Patientenakte kommt", "patientenakte"},
	} {
		fit, words := p.fit(feeds.Item{Title: test.title, Lang: test.lang})
		if !slices.Contains(words, test.want) || fit <= 0 || fit >= 1 {
			t.Errorf("%s: fit of %q = %.2f by %q, want %q among them", test.why, test.title, fit, words, test.want)
		}
	}
}

func TestProfileIsNotFooledByChance(t *testing.T) {
	p := newProfile(DefaultTopics())
	for _, test := range []struct{ lang, title string }{
		{"it", "La Santa Sede e la sera"},
		{"en", "All is well that ends well"},
		{"en", "A bridge closes for a year"},
		{"nl", "De fiets staat op straat"},
	} {
		if fit, words := p.fit(feeds.Item{Title: test.title, Lang: test.lang}); fit != 0 {
			t.Errorf("fit of %q = %.2f by %q, want 0", test.title, fit, words)
		}
	}
}

func TestTitleCountsMoreThanSummary(t *testing.T) {
	p := newProfile(map[string]float64{"telecare": 3})
	title, _ := p.fit(feeds.Item{Title: "Telecare", Lang: "en"})
	summary, _ := p.fit(feeds.Item{Title: "News", Summary: "Telecare, and telecare again", Lang: "en"})
	if summary <= 0 || title <= summary {
		t.Errorf("fit by title = %.2f, by summary = %.2f; want the title to count more", title, summary)
	}
}

func TestDefaultTopicsSpeakSevenLanguages(t *testing.T) {
	topics := DefaultTopics()
	if len(topics) < 150 {
		t.Errorf("DefaultTopics has %d words, want 150 or more", len(topics))
	}
	for word, weight := range topics {
		if weight < 1 || weight > 3 {
			t.Errorf("weight of %q = %v, want 1 to 3", word, weight)
		}
	}
}

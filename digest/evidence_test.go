package digest

import (
	"testing"

	"weekward/feeds"
)

func TestEvidenceIsToldByPlaceAndTitle(t *testing.T) {
	a := newArchivist(Options{Evidence: map[string]Evidence{"maker": Vendor, "paper": Journalism}})
	for _, test := range []struct {
		why, source, url, title string
		want                    Evidence
	}{
		{"a journal", "", "https://www.nejm.org/doi/full/10.1056/x", "A trial", PeerReviewed},
		{"a paper of a journal that prints news, too", "", "https://www.nature.com/articles/s41591-025-1", "A trial", PeerReviewed},
		{"its news", "", "https://www.nature.com/articles/d41586-025-1", "Why trials fail", ""},
		{"a preprint", "", "https://www.medrxiv.org/content/10.1101/1", "A trial", Preprint},
		{"a journal's preprints", "", "https://preprints.jmir.org/preprint/1", "A trial", Preprint},
		{"a regulator's own press release", "", "https://www.fda.gov/news-events/press-releases/1", "FDA clears a pump", Regulator},
		{"a registry", "", "https://clinicaltrials.gov/study/NCT1", "A trial", TrialRegistry},
		{"a wire of press releases", "", "https://www.prnewswire.com/news-releases/1.html", "We are great", PressRelease},
		{"a company's press page", "", "https://pump.example.org/press-releases/1", "We are great", PressRelease},
		{"German", "", "https://pump.example.org/pressemitteilungen/1", "Wir sind groß", PressRelease},
		{"opinion by path", "", "https://paper.example.org/opinion/1", "Apps will not save us", Opinion},
		{"opinion by title", "", "https://paper.example.org/1", "Opinion: apps will not save us", Opinion},
		{"Greek opinion", "", "https://paper.example.org/1", "Γνώμη: Οι εφαρμογές δεν αρκούν", Opinion},
		{"a journal's blog", "", "https://blogs.bmj.com/bmj/1", "On apps", Opinion},
		{"what the editor says", "maker", "https://www.nejm.org/doi/1", "A trial", Vendor},
		{"what the editor says is journalism", "paper", "https://doctolib.fr/blog/1", "A trial", ""},
		{"an opinion poll", "", "https://paper.example.org/1", "Opinion polls favour reform", ""},
		{"a paper", "", "https://paper.example.org/news/1", "Hospital opens", ""},
		{"no host of that name", "", "https://notnejm.org/1", "Hospital opens", ""},
		{"no address", "", "::", "Hospital opens", ""},
	} {
		if got := a.evidence(feeds.Item{Source: test.source, URL: test.url, Title: test.title}); got != test.want {
			t.Errorf("%s: evidence of %q, %q = %q, want %q", test.why, test.url, test.title, got, test.want)
		}
	}
}

func TestEveryPlaceIsOfOneKind(t *testing.T) {
	met, kinds := map[string]bool{}, map[Evidence]bool{}
	for host, places := range newArchivist(Options{}).places {
		for _, p := range places {
			if met[host+"/"+p.path] {
				t.Errorf("%s/%s stands in the table twice", host, p.path)
			}
			met[host+"/"+p.path], kinds[p.kind] = true, true
		}
	}
	if want := len(Evidences()) - 1; len(kinds) != want {
		t.Errorf("the table has %d kinds, want %d: all but journalism", len(kinds), want)
	}
}

func TestIndependentOutletTellsWhatAPressReleaseSays(t *testing.T) {
	w := quietWeek()
	release := item(t, &w, "tele1")
	release.URL, release.Weight = "https://www.prnewswire.com/news-releases/tele.html", 2
	i := Compose(w, DefaultOptions())
	if _, n := find(i, "tele1"); n >= 0 {
		t.Errorf("the press release tells the story, though others report it: %v", stories(i))
	}
	s, n := find(i, "tele2")
	if n < 0 {
		s, n = find(i, "tele3")
	}
	if n < 0 || s.Evidence != "" || len(s.Also) != 2 {
		t.Errorf("story = %+v at %d, want it told by an independent outlet, with the press release among its others", s, n)
	}
}

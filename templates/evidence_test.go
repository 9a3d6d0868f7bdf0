package templates_test

import (
	"strings"
	"testing"

	"weekward/digest"
)

func TestAStorySaysWhatItRestsOn(t *testing.T) {
	set := newSet(t)
	for _, test := range []struct {
		lang     string
		evidence digest.Evidence
		want     string
	}{
		{"en", digest.Preprint, "Ward Notes · preprint · "},
		{"de", digest.PressRelease, "Ward Notes · Pressemitteilung · "},
		{"en", digest.Journalism, ""},
		{"en", "", ""},
		{"en", "palm reading", ""}, // of a later version
	} {
		i := sampleIssue()
		i.Stories[0].Source, i.Stories[0].Evidence = "Ward Notes", test.evidence
		m, err := set.Mail(i, sampleSite(), sampleLinks(), test.lang)
		if err != nil {
			t.Fatalf("Mail: %v", err)
		}
		text := strings.Join(strings.Fields(m.Text), " ")
		if !strings.Contains(text, strings.TrimSpace(test.want)) || test.want == "" && strings.Contains(m.Text, "palm") {
			t.Errorf("%s: %q is not printed as %q in\n%s", test.lang, test.evidence, test.want, m.Text)
		}
	}
}

package templates_test

import (
	"strings"
	"testing"

	"weekward/digest"
	"weekward/templates"
)

// sampleCorrections are of the lead, of another outlet that told it, and of an
// item related to it.
func sampleCorrections() []digest.Correction {
	return []digest.Correction{
		{Issue: 31, Item: "aaaaaaaaaaaaaaaaaaaa", URL: "https://ehealthpost.example.org/2010/04/berlin-notes?lang=en&s=1", Source: "E-Health Post",
			Printed: "Sixty clinicians compare notes at a Berlin unconference", Title: "Forty clinicians compare notes at a Berlin unconference", Sign: "Correction", Seen: at("2010-04-12T08:00:00Z")},
		{Issue: 31, Item: "pulsblatt-17", URL: "https://pulsblatt.example.org/berlin", Source: "Pulsblatt", Printed: "Unconference in Berlin", Title: "Was in Berlin geschah", Seen: at("2010-04-13T08:00:00Z")},
		{Issue: 31, Item: "dddddddddddddddddddd", URL: "https://openrecord.example.org/2010/trial", Source: "Open Record",
			Printed: "Patients who read their record ask fewer questions twice", Title: "Patients who read their record ask fewer questions twice", Sign: "withdrawn", Seen: at("2010-05-02T08:00:00Z")},
	}
}

func sampleFollowUps() []digest.Followed {
	return []digest.Followed{
		{Story: "Sixty clinicians compare notes at a Berlin unconference", Lang: "en", FollowUps: []digest.FollowUp{
			{Issue: 35, Title: "What the Berlin unconference changed on two wards", URL: "https://wardnotes.example.org/after-berlin", Source: "Ward Notes", Lang: "en", Published: at("2010-05-03T10:00:00Z")},
			{Issue: 44, Title: "The unconference comes to Utrecht", URL: "https://ehealthpost.example.org/utrecht", Source: "E-Health Post", Lang: "en", Published: at("2010-07-04T10:00:00Z")},
		}},
		{Story: "Ministry asks for comments on rules for telecare", Lang: "en", FollowUps: []digest.FollowUp{
			{Issue: 40, Title: "Telecare rules: what three hundred answers said", URL: "https://policydesk.example.org/telecare-answers", Source: "Policy Desk", Lang: "en", Published: at("2010-06-07T10:00:00Z")},
		}},
	}
}

func TestAProposedCorrectionSaysWhatWasPrintedWhereAndWhatBecameOfIt(t *testing.T) {
	for _, c := range []struct {
		why, lang string
		change    func(*digest.Correction)
		want      string
	}{
		{"signed", "en", func(*digest.Correction) {}, "Correction: No 31 had “Sixty clinicians compare notes at a Berlin unconference”. E-Health Post has corrected it since (“Correction”)."},
		{"only another title", "en", func(c *digest.Correction) { c.Sign = "" }, "E-Health Post has changed it since."},
		{"in German", "de", func(*digest.Correction) {}, "E-Health Post hat das inzwischen berichtigt („Correction“)."},
	} {
		site, correction := sampleSite(), sampleCorrections()[0]
		site.Lang = c.lang
		c.change(&correction)
		if got, err := newSet(t).CorrectionNote(correction, site); err != nil || !strings.Contains(got, c.want) {
			t.Errorf("%s: CorrectionNote = %q, %v, want %q in it", c.why, got, err, c.want)
		}
	}
}

// TestWhatCameLaterLeavesTheIssueAsItWas takes away from the page what stands
// in its own places, and compares with the page of the first day (RN-7).
func TestWhatCameLaterLeavesTheIssueAsItWas(t *testing.T) {
	issue := sampleIssue()
	page := func(p templates.Page) string {
		var b strings.Builder
		p.Site, p.Issue = sampleSite(), &issue
		if err := newSet(t).Page(&b, templates.PageIssue, p); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	first, later := page(templates.Page{}), page(templates.Page{FollowUps: sampleFollowUps()})
	start := strings.Index(later, `<section class="leaf since">`)
	if start < 0 {
		t.Fatal("the page has no part for later issues")
	}
	end := start + strings.Index(later[start:], "</section>\n") + len("</section>\n")
	if got := later[:start] + later[end:]; got != first {
		t.Errorf("the page without its later part differs from the first day's:\n%s\nwant\n%s", got, first)
	}
}

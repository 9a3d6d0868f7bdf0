package templates_test

import (
	"strings"
	"testing"

	"weekward/templates"
)

func TestRelatedReadingOlderThanThirtyDaysBearsItsDate(t *testing.T) { // RN-3
	for _, c := range []struct{ why, published, mail, page string }{
		{"a few days", "2010-04-01T10:00:00Z", "5 days ago", "1 Apr 2010"},
		{"thirty days", "2010-03-07T10:00:00Z", "4 weeks ago", "7 Mar 2010"},
		{"one more", "2010-03-06T10:00:00Z", "6 Mar 2010", "6 Mar 2010"},
		{"the year before", "2009-01-02T10:00:00Z", "2 Jan 2009", "2 Jan 2009"},
	} {
		issue := sampleIssue() // of 6 April 2010
		issue.Stories[0].Related = issue.Stories[0].Related[:1]
		issue.Stories[0].Related[0].Source, issue.Stories[0].Related[0].Published = "The Attic", at(c.published)
		mail, err := newSet(t).Mail(issue, sampleSite(), sampleLinks(), "en")
		if err != nil {
			t.Fatal(err)
		}
		var page strings.Builder
		if err := newSet(t).Page(&page, templates.PageIssue, templates.Page{Site: sampleSite(), Issue: &issue}); err != nil {
			t.Fatal(err)
		}
		for _, got := range []struct{ where, text, want string }{{"HTML", mail.HTML, c.mail}, {"text", mail.Text, c.mail}, {"page", page.String(), c.page}} {
			if want := "The Attic · " + got.want; !strings.Contains(got.text, want) {
				t.Errorf("%s: the %s has no %q", c.why, got.where, want)
			}
		}
	}
}

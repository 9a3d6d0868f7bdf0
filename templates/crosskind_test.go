package templates_test

import (
	"strings"
	"testing"

	"weekward/digest"
)

func TestAStoryAndItsChatQuestionPointAtEachOther(t *testing.T) { // RN-6
	for _, c := range []struct {
		why          string
		shared       int
		in           digest.Discussed
		lang         string
		story, under string // beside the story, and under the question
	}{
		{"found by words", 0, digest.Discussed{Tag: "wardround", Question: "Q2"}, "en", "discussed in #wardround, Q2", "About “District hospital"},
		{"its address was shared there", 1, digest.Discussed{Tag: "wardround", Question: "Q2"}, "en", "shared once in #wardround · discussed under Q2", "About “District hospital"},
		{"in German", 3, digest.Discussed{Tag: "wardround", Question: "Q2"}, "de", "3× geteilt in #wardround · besprochen unter Q2", "Zu „District hospital"},
		{"the whole chat", 0, digest.Discussed{Tag: "wardround"}, "en", "discussed in #wardround", ""},
		{"not at all", 0, digest.Discussed{}, "en", "", ""},
	} {
		issue := sampleIssue()
		issue.Stories[0].Discussed = digest.Discussed{}
		s := &issue.Stories[1]
		s.Shared, s.SharedIn, s.Discussed = c.shared, "wardround", c.in
		mail, err := newSet(t).Mail(issue, sampleSite(), sampleLinks(), c.lang)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(mail.Text), " ")
		for _, part := range []string{mail.HTML, text} {
			if !strings.Contains(part, c.story) || !strings.Contains(part, c.under) {
				t.Errorf("%s: Mail has no %q or no %q:\n%s", c.why, c.story, c.under, part)
			}
		}
		if c.in.Tag == "" && (strings.Contains(text, "discussed") || strings.Contains(text, "in this issue")) {
			t.Errorf("%s: Mail points somewhere:\n%s", c.why, text)
		}
	}
}

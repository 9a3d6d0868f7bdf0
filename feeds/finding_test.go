package feeds

import (
	"strings"
	"testing"
	"time"
)

func TestSummaryEndsWithTheStory(t *testing.T) {
	long := strings.Repeat("Nurses in four hospitals tried a shared record. ", 40)
	tests := []struct{ name, summary, want string }{
		{"where it was first", "Errors went away. The post Shared records appeared first on Ward Notes.", "Errors went away."},
		{"after a long text", long + "The post Shared records appeared first on Ward Notes.", strings.TrimSpace(long)},
		{"a button", "Errors went away. Read more", "Errors went away."},
		{"cut by the publisher", "Most of the errors at handover […]", "Most of the errors at handover…"},
		{"nothing hung on it", "The post office keeps records.", "The post office keeps records."},
		{"no space to begin at", strings.Repeat("記", 900), strings.Repeat("記", 900)},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		it, ok := Finding{Title: "Shared records", Summary: tt.summary}.Item(Source{ID: "s"}, time.Now())
		if !ok || it.Summary != tt.want {
			t.Errorf("%s: Item of %q has the summary %q, want %q", tt.name, tt.summary, it.Summary, tt.want)
		}
	}
}

// A reader that leaves the content out when nobody wants it must print the
// same as one that does not.
func TestContentCountsOnlyBehindAShortSummary(t *testing.T) {
	content := strings.Repeat("The whole story is told here. ", 20)
	for _, n := range []int{0, 1, excerptLeast - 1, excerptLeast, excerptLeast + 1, 600} {
		f := Finding{Title: "Shared records", Summary: strings.Repeat("é", n)}
		without, _ := f.Item(Source{ID: "s"}, time.Unix(1, 0))
		f.Content = content
		with, _ := f.Item(Source{ID: "s"}, time.Unix(1, 0))
		if counts := with != without; counts != f.WantsContent() {
			t.Errorf("with a summary of %d characters the content counts: %t, WantsContent() = %t", n, counts, f.WantsContent())
		}
	}
}

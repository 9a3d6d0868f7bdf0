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

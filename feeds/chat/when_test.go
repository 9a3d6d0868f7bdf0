package chat

import (
	"testing"
	"time"
)

func TestTimesAreReadInTheChatsZone(t *testing.T) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	in := importer{ImportOptions: ImportOptions{Location: zone}}
	for text, want := range map[string]string{
		"2010-04-02 12:03":               "2010-04-02T11:03:00Z",
		"2010-03-12 12:03":               "2010-03-12T12:03:00Z", // winter
		"2010-04-02T12:03:04+02:00":      "2010-04-02T10:03:04Z",
		"2010-04-02T12:03:04.5Z":         "2010-04-02T12:03:04Z",
		"Fri Apr 02 12:03:24 +0000 2010": "2010-04-02T12:03:24Z",
		"4/2/2010 8:01 pm":               "2010-04-02T19:01:00Z",
		"2 avril 2010":                   "2010-04-01T23:00:00Z",
		"3. April 2010 12:00":            "2010-04-03T11:00:00Z",
		"1270206300":                     "2010-04-02T11:05:00Z",
		"1270206300000":                  "2010-04-02T11:05:00Z",
		"Fri, 02 Apr 2010 12:03:00 GMT":  "2010-04-02T12:03:00Z",
	} {
		m, err := in.when(text)
		if got := m.at.UTC().Format(time.RFC3339); err != nil || got != want {
			t.Errorf("when(%q) = %s, %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "noon", "25:00", "2010-13-01 10:00", "0001-01-01", "99999-01-01"} {
		if m, err := in.when(text); err == nil {
			t.Errorf("when(%q) = %s, want an error", text, m.at)
		}
	}
}

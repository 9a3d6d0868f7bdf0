package templates

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWrapKeepsWordsAndWidth(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.StringMatching(`[a-zä漢😀]{1,90}`)).Draw(r, "words"), " ")
		prefix := rapid.SampledFrom([]string{"", "> ", "    "}).Draw(r, "prefix")
		got := wrap(prefix, text)
		var back strings.Builder
		for l := range strings.SplitSeq(got, "\n") {
			if span(l) > columns {
				r.Fatalf("wrap(%q, %q): got a line of %d columns: %q", prefix, text, span(l), l)
			}
			if got != "" && !strings.HasPrefix(l, prefix) {
				r.Fatalf("wrap(%q, %q): got line %q without its prefix", prefix, text, l)
			}
			back.WriteString(strings.TrimPrefix(l, prefix))
		}
		squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if squeeze(back.String()) != squeeze(text) {
			r.Fatalf("wrap(%q, %q): got %q, which has lost words", prefix, text, got)
		}
	})
}

func TestWrapNeverBreaksAnAddress(t *testing.T) {
	long := "https://example.org/" + strings.Repeat("path/", 30)
	if got := wrap("> ", "see "+long+" there"); !strings.Contains(got, "> "+long+"\n") {
		t.Errorf("wrap(long address): got %q, want it whole on its line", got)
	}
}

func TestHangIndentsUnderTheMark(t *testing.T) {
	got := hang("- ", strings.Repeat("word ", 20))
	want := "- " + strings.TrimSpace(strings.Repeat("word ", 14)) + "\n  " + strings.TrimSpace(strings.Repeat("word ", 6))
	if got != want {
		t.Errorf("hang: got\n%s\nwant\n%s", got, want)
	}
}

func TestMomentNamesTheOffsetOfItsOwnDay(t *testing.T) {
	set, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, at, zone, want string }{
		{"London in summer is not GMT", "2010-04-09T11:00:00Z", "Europe/London", "Fri 9 April 2010, 12:00 London (UTC+1)"},
		{"London in winter", "2010-01-08T12:00:00Z", "Europe/London", "Fri 8 January 2010, 12:00 London (UTC)"},
		{"west, and the day before", "2010-04-09T01:00:00Z", "America/New_York", "Thu 8 April 2010, 21:00 New York (UTC-4)"},
		{"half an hour", "2010-04-09T11:00:00Z", "Asia/Kolkata", "Fri 9 April 2010, 16:30 Kolkata (UTC+5:30)"},
		{"half an hour west", "2010-01-08T12:00:00Z", "America/St_Johns", "Fri 8 January 2010, 08:30 St Johns (UTC-3:30)"},
		{"unknown zone is UTC and says so", "2010-04-09T11:00:00Z", "Mars/Olympus", "Fri 9 April 2010, 11:00 UTC"},
	} {
		at, err := time.Parse(time.RFC3339, tc.at)
		if err != nil {
			t.Fatal(err)
		}
		p := &printer{locale: set.edition("en").locale}
		if got := p.moment(at.In(zone(tc.zone))); got != tc.want || p.err != nil {
			t.Errorf("%s: moment(%s in %s): got %q, %v, want %q", tc.name, tc.at, tc.zone, got, p.err, tc.want)
		}
	}
}

func TestMarkedWordsKeepNoControlCharacters(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"line ends", "a\r\nb\u2028c\u2029d", "a b c d"},
		{"invisible", "a\u200bb\ufeffc", "abc"},
		{"overrides", "a\u202eb\u202c \u2067c\u2069", "ab c"},
		{"joined emoji stay whole", "👩‍⚕️", "👩‍⚕️"},
		{"not UTF-8", "a\xffb", "a\uFFFDb"},
		{"spaces of all kinds", " a\u00a0\t b ", "a b"},
	} {
		if got := line(tc.in); got != tc.want {
			t.Errorf("%s: line(%q): got %q, want %q", tc.name, tc.in, got, tc.want)
		}
	}
}

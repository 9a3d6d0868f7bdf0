package digest

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"weekward/digest/recap"
)

func TestSubjectIsTheLeadsTitle(t *testing.T) {
	for _, test := range []struct{ why, title, want string }{
		{"short", "Nurses write their own app", "Nurses write their own app"},
		{"as long as it may be", strings.Repeat("abcd ", 12) + "abcde", strings.Repeat("abcd ", 12) + "abcde"},
		{"cut at a word", "A ministry opens the national telehealth platform for all rural clinics today", "A ministry opens the national telehealth platform for all rural…"},
		{"no comma before the ellipsis", "A ministry opens the national telehealth platform in spring, today, for all", "A ministry opens the national telehealth platform in spring…"},
		{"one endless word", strings.Repeat("ä", 90), strings.Repeat("ä", 64) + "…"},
		{"line breaks", "One\r\nBcc: two@example.org", "One Bcc: two@example.org"},
		{"marks that turn the text", "One \u202etwo\u2066 three\u0000", "One two three"},
	} {
		if got := subject(Issue{Stories: []Story{{Title: test.title}}}); got != test.want {
			t.Errorf("%s: subject of %q = %q, want %q", test.why, test.title, got, test.want)
		}
	}
}

func TestPreheaderNamesTheRest(t *testing.T) {
	story := func(title string) Story { return Story{Title: title} }
	chat := []recap.Recap{{Tag: "wardtalk"}}
	for _, test := range []struct {
		why  string
		in   Issue
		want string
	}{
		{"two stories and a chat", Issue{Stories: []Story{story("Lead"), story("Insulin pump recalled"), story("Nurses write an app")}, Chats: chat},
			"Insulin pump recalled · Nurses write an app · #wardtalk"},
		{"as many as fit", Issue{Stories: []Story{story("Lead"), story("Insulin pump recalled after a software fault"), story("Nurses write their own roster app for the ward"), story("More")}},
			"Insulin pump recalled after a software fault · Nurses write their own roster app for the…"},
		{"only a lead", Issue{Stories: []Story{{Title: "Lead", Excerpt: "The ministry opened a platform that links clinics."}}},
			"The ministry opened a platform that links clinics."},
		{"too little beside the lead", Issue{Stories: []Story{{Title: "Lead", Excerpt: "The ministry opened a platform."}}, Chats: chat},
			"#wardtalk · The ministry opened a platform."},
		{"nothing", Issue{}, ""},
	} {
		if got := preheader(test.in); got != test.want {
			t.Errorf("%s: preheader = %q, want %q", test.why, got, test.want)
		}
	}
}

func TestHeaderLinesStayInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var i Issue
		for range rapid.IntRange(0, 5).Draw(t, "stories") {
			i.Stories = append(i.Stories, Story{Title: rapid.String().Draw(t, "title"), Excerpt: rapid.String().Draw(t, "excerpt")})
		}
		for range rapid.IntRange(0, 3).Draw(t, "chats") {
			i.Chats = append(i.Chats, recap.Recap{Tag: rapid.String().Draw(t, "tag"), Title: rapid.String().Draw(t, "chat")})
		}
		for line, most := range map[string]int{subject(i): longSubject, preheader(i): longPreheader} {
			if n := utf8.RuneCountInString(line); n > most || strings.ContainsAny(line, "\r\n\x00\u202e") || !utf8.ValidString(line) {
				t.Fatalf("header line %q of %d characters, want at most %d and no controls", line, n, most)
			}
		}
	})
}

func TestReadingTimeCountsWhatIsShown(t *testing.T) {
	text := strings.Repeat("word ", 200)
	lead := Story{Title: "One two", Excerpt: text, Related: []Related{{Title: "Three four", Excerpt: text}}}
	second := Story{Title: "Five six", Excerpt: text, Related: []Related{{Excerpt: text}, {Excerpt: text}}}
	quoted := recap.Recap{Questions: []recap.Question{{Text: text, Highlights: []recap.Highlight{{Text: text}}}}}
	for _, test := range []struct {
		why  string
		in   Issue
		want int
	}{
		{"nothing", Issue{}, 1},
		{"a lead with its related news", Issue{Stories: []Story{lead}}, 2},
		{"related news that is not shown", Issue{Stories: []Story{lead, second}}, 3},
		{"a chat", Issue{Stories: []Story{lead, second}, Chats: []recap.Recap{quoted}}, 5},
	} {
		if got := readingTime(test.in); got != test.want {
			t.Errorf("%s: %d minutes, want %d", test.why, got, test.want)
		}
	}
}

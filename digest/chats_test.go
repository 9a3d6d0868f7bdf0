package digest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
)

// withChat adds a session of a chat in which so many people share a page.
func withChat(w Week, people int, page string) Week {
	w.Chats = append(w.Chats, feeds.Chat{Tag: "wardtalk", Title: "Ward talk", Zone: "UTC", Weekday: time.Friday, Start: "12:00", Minutes: 60, Style: "T",
		Moderators: []string{"host"}, Policy: feeds.NamedWithLink, Networks: []string{"mastodon"}})
	start := time.Date(2026, 3, 6, 12, 0, 0, 0, time.UTC)
	post := func(n int, handle, text string, links ...string) {
		uri := fmt.Sprintf("https://social.example.org/%d", n)
		w.Posts = append(w.Posts, feeds.Post{ID: fmt.Sprint("p", n), Tag: "wardtalk", Network: "mastodon", URI: uri, URL: uri, Author: handle, Handle: handle,
			Text: text, Lang: "en", At: start.Add(time.Duration(n) * time.Minute), Links: links, Tags: []string{"wardtalk"}})
	}
	post(1, "host", "T1: What would you change about rosters? #wardtalk")
	for n := range people {
		post(2+n, fmt.Sprint("nurse", n), fmt.Sprintf("T1 Let nurses swap shifts number %d without a form, it works in ward %d #wardtalk %s", n, n, page), page)
	}
	return w
}

func TestStorySharedInAChatRises(t *testing.T) {
	before, _ := find(Compose(quietWeek(), DefaultOptions()), "ward")
	i := Compose(withChat(quietWeek(), 4, "http://www.journal.example.org/ward/"), DefaultOptions())
	s, _ := find(i, "ward")
	if s.Shared != 4 || s.SharedIn != "wardtalk" {
		t.Errorf("shared by %d in %q, want 4 in wardtalk", s.Shared, s.SharedIn)
	}
	if s.Why.Chat != rounded(1.69897) || s.Score <= before.Score {
		t.Errorf("chat part = %v, score %v after %v; want 1 + log10(5) and a higher score", s.Why.Chat, s.Score, before.Score)
	}
	if len(i.Chats) != 1 || len(i.Chats[0].Links) != 1 || i.Chats[0].Links[0].Title != "Nurses write their own ward roster app" {
		t.Fatalf("chats = %+v, want one whose link has the item's title", i.Chats)
	}
	if !strings.Contains(i.Preheader, "#wardtalk") {
		t.Errorf("preheader %q does not name the chat", i.Preheader)
	}
}

func TestChatAloneMakesAnIssue(t *testing.T) {
	w := withChat(Week{Number: 1, Slot: slot, From: from, Freeze: freeze}, 5, "https://journal.example.org/ward")
	i := Compose(w, DefaultOptions())
	if i.Empty() || len(i.Chats) != 1 || !strings.Contains(i.Subject, "#wardtalk") {
		t.Errorf("issue = %s", printed(t, i))
	}
}

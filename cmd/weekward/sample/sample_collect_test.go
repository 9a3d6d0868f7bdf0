package sample

import (
	"bytes"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
	"weekward/feeds/chat"
	"weekward/feeds/fetch"
	"weekward/feeds/news"
)

// collect reads every source of the sample over HTTP, as the demo does, and
// gives what each held and why it failed.
func collect(t *testing.T) (map[string]feeds.Reading, map[string]error) {
	t.Helper()
	server := httptest.NewServer(Handler(slot))
	t.Cleanup(server.Close)
	fetcher := fetch.New(fetch.Options{Allow: []string{server.Listener.Addr().String()}, Pace: time.Nanosecond})
	t.Cleanup(func() { fetcher.Close() })
	now := func() time.Time { return slot }
	readers := map[feeds.Kind]feeds.Reader{
		feeds.KindFeed:     &news.Reader{Fetch: fetcher, Now: now},
		feeds.KindMastodon: chat.Mastodon{Fetch: fetcher, Now: now},
	}
	readings, failures := map[string]feeds.Reading{}, map[string]error{}
	for _, src := range Sources(server.URL) {
		if readers[src.Kind] == nil {
			continue
		}
		r, err := readers[src.Kind].Read(t.Context(), src, feeds.Visit{})
		if err != nil {
			failures[src.ID] = err
			continue
		}
		readings[src.ID] = r
	}
	return readings, failures
}

func TestTheWeekIsReadAsMeant(t *testing.T) {
	readings, failures := collect(t)
	if len(failures) != 1 || failures["field-letter"] == nil {
		t.Errorf("failed: %v, want field-letter alone", failures)
	}
	fresh, old, outlets := 0, 0, map[string]bool{}
	from := slot.AddDate(0, 0, -7)
	for id, r := range readings {
		for _, it := range r.Items {
			check(t, it)
			switch {
			case it.Published.Before(from):
				old++
			case it.Published.Before(slot.Add(-12 * time.Hour)):
				fresh++
				outlets[id] = true
			default:
				t.Errorf("%s: %q is of %s, after the freeze", id, it.Title, it.Published)
			}
		}
		if damaged := id == "night-desk"; (len(r.Warnings) > 0) != damaged {
			t.Errorf("%s: warnings %q, want some: %v", id, r.Warnings, damaged)
		}
	}
	if fresh < 24 || len(outlets) < 6 || old < 15 {
		t.Errorf("%d items of the week from %d outlets and %d older ones, want 24, 6 and 15", fresh, len(outlets), old)
	}
}

// check says what is wrong with an item as read.
func check(t *testing.T, it feeds.Item) {
	t.Helper()
	n := len([]rune(it.Excerpt))
	if n < 110 || n > 200 || strings.HasSuffix(it.Excerpt, "…") {
		t.Errorf("%s: %q has an excerpt of %d characters that does not end with a sentence: %q", it.Source, it.Title, n, it.Excerpt)
	}
	if !strings.HasPrefix(it.URL, "https://"+it.Source+".example.org/") || strings.Contains(it.URL, "utm_") {
		t.Errorf("%s: %q is at %s", it.Source, it.Title, it.URL)
	}
	if it.Undated {
		t.Errorf("%s: %q has no date", it.Source, it.Title)
	}
	want := map[string]string{"visitenbote": "de", "wachtkamerpost": "nl"}[it.Source]
	if got, _, _ := strings.Cut(it.Lang, "-"); got != want && (want != "" || got != "en") {
		t.Errorf("%s: %q is in %q, want %q", it.Source, it.Title, it.Lang, want)
	}
	if strings.Contains(it.Excerpt, "appeared first on") || strings.ContainsAny(it.Title+it.Summary, "<>") {
		t.Errorf("%s: %q holds markup or boilerplate: %q", it.Source, it.Title, it.Summary)
	}
}

func TestSyndicatedCopyHasAnotherAddress(t *testing.T) {
	readings, _ := collect(t)
	at := map[string][]string{}
	for _, r := range readings {
		for _, it := range r.Items {
			at[it.Title+"\n"+it.Excerpt] = append(at[it.Title+"\n"+it.Excerpt], it.URL)
		}
	}
	copies := 0
	for _, urls := range at {
		if len(urls) == 2 && urls[0] != urls[1] {
			copies++
		}
	}
	if copies != 1 {
		t.Errorf("%d stories are there word by word at two addresses, want one", copies)
	}
}

func TestTimelineAndTranscriptMakeTheWholeChat(t *testing.T) {
	readings, _ := collect(t)
	got := map[string]feeds.Post{}
	for _, p := range append(transcript(t), readings["wardchat-live"].Posts...) {
		if _, twice := got[p.URI]; twice {
			t.Errorf("%s comes from both", p.URI)
		}
		got[p.URI] = p
	}
	for _, want := range conversation(slot) {
		p, ok := got[want.url()]
		switch {
		case !ok:
			t.Errorf("%s was not collected", want.url())
		case p.Text != want.text:
			t.Errorf("%s reads %q, want %q", p.URI, p.Text, want.text)
		case want.replyTo != nil && p.ReplyTo != want.replyTo.url():
			t.Errorf("%s answers %q, want %q", p.URI, p.ReplyTo, want.replyTo.url())
		}
	}
}

// transcript reads the sample's transcript as "weekward chats import" would.
func transcript(t *testing.T) []feeds.Post {
	t.Helper()
	data, name := Transcript(slot)
	options, err := chat.For(Chat())
	if err != nil {
		t.Fatal(err)
	}
	in, err := chat.Import(bytes.NewReader(data), name, options)
	if err != nil || len(in.Warnings) > 0 {
		t.Fatalf("Import(%s): %v, warnings %q", name, err, in.Warnings)
	}
	return in.Posts
}

func TestTranscriptIsReadAsWritten(t *testing.T) {
	var want []*post
	for _, p := range conversation(slot) {
		if p.via == "transcript" {
			want = append(want, p)
		}
	}
	got := transcript(t)
	if len(got) != len(want) {
		t.Fatalf("Import gave %d posts, want %d", len(got), len(want))
	}
	for i, p := range want {
		if got[i].URI != p.url() || got[i].Text != p.text || !got[i].At.Equal(p.at) || got[i].Handle != p.handle || got[i].Likes != p.likes {
			t.Errorf("post %d was read as %+v, want %+v", i, got[i], *p)
		}
		if p.replyTo != nil && got[i].ReplyTo != p.replyTo.url() {
			t.Errorf("post %d answers %q, want %q", i, got[i].ReplyTo, p.replyTo.url())
		}
	}
}

func TestChatSharesNewsOfTheWeek(t *testing.T) {
	var all string
	for _, name := range names(t) {
		if name != "wardchat.csv" {
			all += string(file(name, slot))
		}
	}
	sharers := map[string][]string{}
	for _, p := range conversation(slot) {
		for _, word := range strings.Fields(p.text) {
			link, _, _ := strings.Cut(word, "?")
			if strings.HasPrefix(link, "https://") && strings.Contains(all, link) && p.handle != moderator && !slices.Contains(sharers[link], p.handle) {
				sharers[link] = append(sharers[link], p.handle)
			}
		}
	}
	several := 0
	for _, people := range sharers {
		if len(people) >= 2 {
			several++
		}
	}
	if len(sharers) < 6 || several < 4 {
		t.Errorf("the chat shares %d stories, %d of them by several people, want 6 and 4: %v", len(sharers), several, sharers)
	}
}

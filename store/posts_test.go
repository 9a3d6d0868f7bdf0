package store_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/digest"
	"weekward/digest/recap"
	"weekward/feeds"
	"weekward/mailer"
	"weekward/store"
	"weekward/store/storetest"
	"weekward/subscribers"
)

func post(id string) feeds.Post {
	return feeds.Post{
		ID: id, Tag: "wardchat", Network: "mastodon", URI: "https://social.example.org/posts/" + id, URL: "https://social.example.org/@ann/" + id,
		Author: "Ann", Handle: "ann@social.example.org", Text: "A1: words of " + id, Lang: "en", At: monday,
		ReplyTo: "https://social.example.org/posts/q", Likes: 3, Reposts: 2, Replies: 1,
		Links: []string{"https://news.example.org/a"}, Tags: []string{"wardchat"}, NeverQuote: true, Source: "import", FetchedAt: monday,
	}
}

func keys(t *testing.T) subscribers.Keys {
	t.Helper()
	k, err := subscribers.ParseKeys("a secret of the tests, long enough for them")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func savePosts(t *testing.T, s *store.Store, posts ...feeds.Post) int {
	t.Helper()
	fresh, err := s.SavePosts(t.Context(), posts)
	if err != nil {
		t.Fatalf("SavePosts: %v", err)
	}
	return fresh
}

func postIDs(t *testing.T, s *store.Store) string {
	t.Helper()
	posts, err := s.Posts(t.Context(), "wardchat", monday, monday.Add(time.Hour))
	if err != nil {
		t.Fatalf("Posts: %v", err)
	}
	var list []string
	for _, p := range posts {
		list = append(list, p.ID)
	}
	return strings.Join(list, " ")
}

func TestEditedPostWins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		savePosts(t, s, post("a"))
		edited := post("a")
		edited.Text, edited.EditedAt = "A1: better words", monday.Add(time.Hour)
		if fresh := savePosts(t, s, edited); fresh != 0 {
			t.Errorf("SavePosts(edited) = %d fresh, want 0", fresh)
		}
		posts, err := s.Posts(t.Context(), "", monday, monday.Add(time.Hour))
		if diff := cmp.Diff([]feeds.Post{edited}, posts); err != nil || diff != "" {
			t.Errorf("Posts() = %v, -want +got:\n%s", err, diff)
		}
	})
}

func TestForgottenPostNeverComesBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		s.UseHashes(keys(t).Hashes)
		repost := post("r")
		repost.RepostOf, repost.Text = post("a").URI, post("a").Text
		savePosts(t, s, post("a"), repost, post("b"))

		erased, err := s.ForgetPost(t.Context(), post("a").URL, monday)
		if err != nil || erased != 2 {
			t.Errorf("ForgetPost() = %d, %v, want the post and its repost", erased, err)
		}
		if got := postIDs(t, s); got != "b" {
			t.Errorf("posts after ForgetPost() = %q, want b", got)
		}
		other := post("other-id")
		other.URI, other.URL = "", post("a").URL
		for why, p := range map[string]feeds.Post{"the same": post("a"), "its address": other, "a repost": repost} {
			if fresh := savePosts(t, s, p); fresh != 0 || postIDs(t, s) != "b" {
				t.Errorf("%s again: SavePosts() = %d fresh, posts %q, want none and b", why, fresh, postIDs(t, s))
			}
		}
		second := repost
		second.ID, second.URI, second.URL = "r2", post("r2").URI, post("r2").URL
		if fresh := savePosts(t, s, second, repost); fresh != 0 || postIDs(t, s) != "b" {
			t.Errorf("two reposts at once: SavePosts() = %d fresh, posts %q, want none and b", fresh, postIDs(t, s))
		}
		if fresh := save(t, s, reading(nil, post("a"), post("c")), monday); fresh != 1 || postIDs(t, s) != "b c" {
			t.Errorf("SaveReadings() = %d fresh, posts %q, want only c", fresh, postIDs(t, s))
		}
	})
}

func TestPostIsKeptOutBeforeItWasEverSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		s.UseHashes(keys(t).Hashes)
		if erased, err := s.ForgetPost(t.Context(), post("a").URL, monday); err != nil || erased != 0 {
			t.Errorf("ForgetPost(unknown) = %d, %v, want 0", erased, err)
		}
		if fresh := savePosts(t, s, post("a")); fresh != 0 {
			t.Errorf("SavePosts() = %d fresh, want 0", fresh)
		}
	})
}

func TestForgottenPostLeavesTheArchiveAndTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "subscribers.db")
	s := storetest.OpenAt(t, path)
	s.UseHashes(keys(t).Hashes)
	savePosts(t, s, post("a"), post("b"))
	putIssue(t, s, 7, digest.Issue{Number: 7, Chats: []recap.Recap{{
		Questions: []recap.Question{{Highlights: []recap.Highlight{
			{ID: "a", Text: post("a").Text, URL: post("a").URL}, {ID: "b", Text: post("b").Text, URL: post("b").URL}}}},
		LeftOut: []recap.LeftOut{{ID: "a", Text: post("a").Text}},
	}}})
	if _, err := s.ForgetPost(t.Context(), post("a").URL, monday); err != nil {
		t.Fatalf("ForgetPost: %v", err)
	}
	issue := storedIssue(t, s, 7)
	if h := issue.Chats[0].Questions[0].Highlights; len(h) != 1 || h[0].ID != "b" || len(issue.Chats[0].LeftOut) != 0 {
		t.Errorf("highlights of the stored issue = %v, left out %v, want only b", h, issue.Chats[0].LeftOut)
	}
	for _, file := range []string{path, path + "-wal"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("words of a")) || bytes.Contains(data, []byte("@ann/a")) {
			t.Errorf("%s still holds the forgotten post", filepath.Base(file))
		}
	}
}

func TestForgottenPostsNeedTheSecret(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if _, err := s.ForgetPost(t.Context(), post("a").URL, monday); !errors.Is(err, store.ErrNoSecret) {
			t.Errorf("ForgetPost() without a secret = %v, want ErrNoSecret", err)
		}
		savePosts(t, s, post("b")) // nothing was forgotten: no secret is needed
		s.UseHashes(keys(t).Hashes)
		if _, err := s.ForgetPost(t.Context(), post("a").URL, monday); err != nil {
			t.Fatal(err)
		}
		s.UseHashes(nil)
		if _, err := s.SavePosts(t.Context(), []feeds.Post{post("c")}); !errors.Is(err, store.ErrNoSecret) {
			t.Errorf("SavePosts() without the secret = %v, want ErrNoSecret", err)
		}
	})
}

// putIssue stores an issue as sent.
func putIssue(t *testing.T, s *store.Store, number int, issue digest.Issue) {
	t.Helper()
	content, err := json.Marshal(issue)
	if err != nil {
		t.Fatal(err)
	}
	moved, err := s.MoveIssue(t.Context(), mailer.Move{
		Record: mailer.Record{Number: number, Slot: monday.AddDate(0, 0, 7*number), State: mailer.IssueSent, Content: content},
		From:   []mailer.IssueState{mailer.IssueDraft},
	})
	if err != nil || !moved {
		t.Fatalf("MoveIssue(%d) = %v, %v", number, moved, err)
	}
}

func storedIssue(t *testing.T, s *store.Store, number int) digest.Issue {
	t.Helper()
	r, err := s.Issue(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	var issue digest.Issue
	if err := json.Unmarshal(r.Content, &issue); err != nil {
		t.Fatal(err)
	}
	return issue
}

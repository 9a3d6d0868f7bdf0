package chat

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
)

func TestC7ARefusedSearchEndsWithOneClearMessage(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   string
		closed bool
	}{
		{403, `<html>Forbidden</html>`, "the server answers only people who are signed in: sign in with an app password, or name authors to read (403)", true},
		{401, `{"error":"AuthMissing"}`, "the server answers only people who are signed in: sign in with an app password, or name authors to read (401 AuthMissing)", true},
		{400, `{"error":"BadQueryString","message":"q"}`, "the server does not understand the question (400 BadQueryString)", false},
		{404, ``, `there is no Bluesky server (the server answered 404 Not Found); a Mastodon server needs kind = "mastodon"`, false},
	} {
		got, err := sky(t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.body)
		}, nil)
		if err == nil || !strings.HasPrefix(err.Error(), "read #hcsmeu on http://") || !strings.HasSuffix(err.Error(), ": "+c.want) || errors.Is(err, ErrClosed) != c.closed || got.Visit.Status != c.status {
			t.Errorf("%d %s: Read = status %d, %v, want %q, ErrClosed %v", c.status, c.body, got.Visit.Status, err, c.want, c.closed)
		}
	}
}

func TestC8ABlueskyRateLimitWaitsUntilTheReset(t *testing.T) {
	reset := friday13.Add(4 * time.Minute)
	for _, status := range []int{200, 429} {
		requests := 0
		got, err := sky(t, func(w http.ResponseWriter, r *http.Request) {
			requests++
			w.Header().Set("ratelimit-limit", "3000")
			w.Header().Set("ratelimit-remaining", "0")
			w.Header().Set("ratelimit-reset", fmt.Sprint(reset.Unix()))
			w.Header().Set("ratelimit-policy", "3000;w=300")
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"cursor":"1","posts":[%s]}`, chirp(1, friday13.Add(-time.Hour), ""))
		}, nil)
		if (err != nil) != (status == 429) || requests != 1 || !got.NotBefore.Equal(reset) || got.Visit.Status != status {
			t.Errorf("%d: Read: %d requests, not before %s, %v, want one request and a wait until %s", status, requests, got.NotBefore, err, reset)
		}
	}
}

func TestWhereTheSearchIsRefusedAuthorsAreLookedThrough(t *testing.T) {
	at := friday13.Add(-time.Hour)
	stray := strings.ReplaceAll(chirp(7, at, ""), "#hcsmeu", "lunch")
	var actors []string
	got, err := sky(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		switch {
		case r.URL.Path != authorPath:
			w.WriteHeader(http.StatusForbidden)
		case q.Get("actor") == "gone.example.org":
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"InvalidRequest","message":"Profile not found"}`)
		default:
			actors = append(actors, q.Get("actor")+" "+q.Get("limit")+" "+q.Get("cursor"))
			wrap := func(posts ...string) (all []string) {
				for _, p := range posts {
					all = append(all, `{"post":`+p+`}`)
				}
				return all
			}
			if q.Get("actor") == "a.example.org" {
				skyPages("feed", wrap(chirp(1, at, ""), stray), wrap(chirp(2, at, "")))(w, r)
				return
			}
			skyPages("feed", wrap(chirp(3, at, "")), wrap(chirp(4, at, "")))(w, r)
		}
	}, func(_ string, b *Bluesky, _ *feeds.Source) {
		b.Authors = []string{"@a.example.org", "gone.example.org", "b.example.org"}
	})
	if err != nil || !slices.Equal(keys(got.Posts), []string{"1", "2", "3", "4"}) || got.Visit.Status != 200 {
		t.Errorf("Read = %q, status %d, %v, want the tagged posts of both authors", keys(got.Posts), got.Visit.Status, err)
	}
	if want := []string{"a.example.org 100 ", "a.example.org 100 1", "b.example.org 100 ", "b.example.org 100 1"}; !slices.Equal(actors, want) {
		t.Errorf("Read asked for %q, want %q", actors, want)
	}
	if len(got.Warnings) != 2 || !strings.Contains(got.Warnings[0], "authors are looked through instead") || !strings.Contains(got.Warnings[1], "gone.example.org") {
		t.Errorf("warnings %q, want why the search was left, and who could not be read", got.Warnings)
	}
}

func TestWhenNoAuthorCanBeReadTheRefusalIsTheError(t *testing.T) {
	got, err := sky(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) },
		func(_ string, b *Bluesky, _ *feeds.Source) { b.Authors = []string{"a.example.org"} })
	if !errors.Is(err, ErrClosed) || got.Visit.Status != http.StatusForbidden {
		t.Errorf("Read = status %d, %v, want ErrClosed and 403", got.Visit.Status, err)
	}
}

func TestAnotherNetworksPageSaysWhichKindToUse(t *testing.T) {
	at := friday13.Add(-time.Hour)
	var other *OtherKindError
	_, err := sky(t, pages([]string{toot(1, at, "")}), nil)
	if !errors.As(err, &other) || other.Kind != feeds.KindMastodon || !strings.Contains(err.Error(), `needs kind = "mastodon"`) {
		t.Errorf("a Mastodon timeline as bluesky: %v, want the kind to use", err)
	}
	_, err = read(t, skyPages("posts", []string{chirp(1, at, "")}), friday13, 0)
	if !errors.As(err, &other) || other.Kind != feeds.KindBluesky || !strings.Contains(err.Error(), `needs kind = "bluesky"`) {
		t.Errorf("a Bluesky page as mastodon: %v, want the kind to use", err)
	}
	_, err = read(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404) }, friday13, 0)
	if err == nil || !strings.Contains(err.Error(), `kind = "bluesky"`) {
		t.Errorf("no Mastodon server: %v, want a hint at the other kind", err)
	}
}

func TestHostileBodiesAreBoundedAndClean(t *testing.T) {
	at := friday13.Add(-time.Hour)
	digits := strings.Repeat("9", 1<<20)
	many := make([]string, 1000)
	for i := range many {
		many[i] = `{"uri":7}`
	}
	for _, c := range []struct {
		why, body string
		posts     int
		fails     bool
	}{
		{"nothing", "", 0, true},
		{"no JSON", "<html>maintenance</html>", 0, true},
		{"a number", digits, 0, true},
		{"posts of a wrong type", `{"posts":{"a":1}}`, 0, true},
		{"posts that are a number", `{"posts":` + digits + `}`, 0, true},
		{"no posts", `{"error":"x"}`, 0, true},
		{"deep", `{"posts":` + strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20) + `}`, 0, true},
		{"deep in a post", `{"posts":[` + strings.Repeat(`{"record":`, 9000) + `1` + strings.Repeat("}", 9000) + `]}`, 0, false},
		{"huge likes", `{"posts":[` + chirp(1, at, `,"likeCount":`+digits) + `,` + chirp(2, at, "") + `]}`, 1, false},
		{"likes of a wrong type", `{"posts":[` + chirp(1, at, `,"likeCount":{}`) + `,` + chirp(2, at, "") + `]}`, 1, false},
		{"a cursor of a wrong type", `{"cursor":[1],"posts":[` + chirp(1, at, "") + `]}`, 1, false},
		{"many damaged", `{"posts":[` + strings.Join(many, ",") + `,` + chirp(1, at, "") + `]}`, 1, false},
		{"control characters", `{"posts":[` + chirp(1, at, `,"likeCount":"\u0000\u202e"`) + `,{"uri":"a","record":{"createdAt":"\u001b[31m\r\nx"}}]}`, 0, false},
	} {
		got, err := sky(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, c.body) }, nil)
		if (err != nil) != c.fails || len(got.Posts) != c.posts {
			t.Errorf("%s: Read = %d posts, %.300v, want %d, failure %v", c.why, len(got.Posts), err, c.posts, c.fails)
		}
		said := got.Warnings
		if err != nil {
			said = append(said, err.Error())
		}
		if len(said) > maxWarnings+1 {
			t.Errorf("%s: %d warnings, want at most %d and a count", c.why, len(said), maxWarnings)
		}
		for _, s := range said {
			if len(s) > 500 || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x202e }) {
				t.Errorf("%s: said %.80q… (%d bytes), want one short clean line", c.why, s, len(s))
			}
		}
	}
}

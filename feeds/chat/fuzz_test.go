package chat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

func fuzzImport(f *testing.F, name string, seeds ...string) {
	for _, file := range seeds {
		data, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := Import(bytes.NewReader(data), name, london(t))
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, p := range in.Posts {
			if seen[p.ID] || p.ID == "" || !plausible(p.At) && p.At.Year() != 1989 {
				t.Fatalf("Import(%q): post %+v is double or incomplete", data, p)
			}
			seen[p.ID] = true
			if _, err := json.Marshal(p); err != nil || strings.ContainsAny(p.Text, "\x00\u202e") {
				t.Fatalf("Import(%q): post %+v cannot be printed: %v", data, p, err)
			}
		}
		again, err := Import(bytes.NewReader(data), name, london(t))
		if err != nil || !reflect.DeepEqual(in.Posts, again.Posts) {
			t.Fatalf("Import(%q) twice gives two results", data)
		}
	})
}

func FuzzImportCSV(f *testing.F)  { fuzzImport(f, "x.csv", "plain.csv", "tags.csv") }
func FuzzImportHTML(f *testing.F) { fuzzImport(f, "x.html", "signed.html") }
func FuzzImportJSON(f *testing.F) {
	fuzzImport(f, "x.json", "rows.jsonl", "statuses.json", "v2.json", "bluesky.json", "archive.js")
}
func FuzzImportText(f *testing.F) {
	fuzzImport(f, "x-2010-04-02.txt", "stamped.txt", "clock-2010-04-02.txt", "handles-2010-04-02.txt", "headed-2010-04-02.txt", "lines.txt")
}

// FuzzPages feeds what a server could answer to the readers of both networks.
func FuzzPages(f *testing.F) {
	at := friday13.Add(-time.Hour)
	for _, page := range []string{
		"[" + toot(1, at, "") + "]", "[" + toot(2, at, `,"sensitive":true,"edited_at":"x"`) + "]",
		`{"cursor":"a","posts":[` + chirp(1, at, "") + `]}`, `{"feed":[{"post":` + chirp(2, at, `,"labels":[{"val":"!no-unauthenticated"}]`) + `,"reason":{}}]}`,
		`{"posts":[{"uri":"a/b","author":{"handle":"m"},"record":{"text":"é #hcsmeu","createdAt":"2026-11-13T12:00:00Z","facets":[{"index":{"byteStart":1,"byteEnd":2},"features":[{"uri":"https://a.example.org"}]}]}}]}`,
	} {
		f.Add([]byte(page))
	}
	f.Fuzz(func(t *testing.T, page []byte) {
		src := feeds.Source{ID: "one", URL: "https://one.example.org", Tag: "hcsmeu"}
		statuses := statusWalk{walk: newWalk(src, src.URL, src.Tag, friday13, 0), numbers: map[string]string{}}
		sky := skyWalk{walk: newWalk(src, src.URL, src.Tag, friday13, 0), address: src.URL + "/xrpc/x?q=1", cursors: map[string]bool{}}
		for _, w := range []struct {
			timeline
			*walk
		}{{&statuses, &statuses.walk}, {&sky, &sky.walk}} {
			next, err := w.take(fetch.Response{Body: page, Header: http.Header{"Link": {"<" + string(page) + `>; rel="next"`}}})
			if next != "" && !strings.HasPrefix(strings.ToLower(next), src.URL+"/") {
				t.Fatalf("take(%q): the next page is %q, on another server", page, next)
			}
			for _, said := range append(w.finish().Warnings, fmt.Sprint(err)) {
				if len(said) > 1000 {
					t.Fatalf("take(%q) says %d bytes", page, len(said))
				}
			}
			seen := map[string]bool{}
			for _, p := range w.reading.Posts {
				if seen[p.URI] || p.At.Before(w.from) || strings.ContainsAny(p.Text+p.Author+p.Handle, "\x00\u202e") || p.Tag != "hcsmeu" {
					t.Fatalf("take(%q): post %+v is double, too old or unclean", page, p)
				}
				seen[p.URI] = true
			}
		}
	})
}

// FuzzSession reads what a log-in could answer: a token never breaks out of
// its header.
func FuzzSession(f *testing.F) {
	f.Add([]byte(`{"accessJwt":"a.b-c_d","refreshJwt":"r="}`))
	f.Add([]byte(`{"accessJwt":"a\r\nX: y","refreshJwt":7}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var a Account
		if a.take(body) && strings.ContainsFunc(a.session.Access+a.session.Refresh, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Fatalf("take(%q) keeps %+v", body, a.session)
		}
	})
}

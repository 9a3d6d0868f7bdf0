package chat

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
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

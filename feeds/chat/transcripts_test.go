package chat

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestC9PublishedTranscriptsGiveTheirMessages reads the openings of transcripts
// as they were published in their time.
func TestC9PublishedTranscriptsGiveTheirMessages(t *testing.T) {
	folder := filepath.Join("..", "..", "..", "shared", "data", "chat", "transcripts")
	index, err := os.Open(filepath.Join(folder, "expected.jsonl"))
	if err != nil {
		t.Skipf("published transcripts are not here: %v", err)
	}
	defer index.Close()
	lines := bufio.NewScanner(index)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var want struct {
			File     string
			Messages []struct {
				User, Text string
				Hashtags   []string
				URLs       []string
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		got := transcript(t, filepath.Join(folder, want.File))
		if len(got.Posts) != len(want.Messages) {
			t.Errorf("Import(%s) gives %d messages, want %d", want.File, len(got.Posts), len(want.Messages))
			continue
		}
		for i, m := range want.Messages {
			p := got.Posts[i]
			if !strings.EqualFold(p.Handle, m.User) || squeezed(p.Text) != squeezed(m.Text) || !sameSet(p.Tags, m.Hashtags) || !sameSet(p.Links, m.URLs) {
				t.Errorf("Import(%s), message %d = %q: %q %q %q, want %+v", want.File, i+1, p.Handle, p.Text, p.Tags, p.Links, m)
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func transcript(t *testing.T, path string) Imported {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	in, err := Import(file, path, ImportOptions{KeepPersonal: true})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// squeezed is a text without its spaces: where its lines broke is not what it says.
func squeezed(text string) string { return strings.Join(strings.Fields(text), "") }

func sameSet(a, b []string) bool {
	sorted := func(list []string) []string {
		list = slices.Clone(list)
		for i := range list {
			list[i] = strings.ToLower(list[i])
		}
		slices.Sort(list)
		return slices.Compact(list)
	}
	return slices.Equal(sorted(a), sorted(b))
}

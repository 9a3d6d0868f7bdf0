package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRankingAnswersWhatItIsAsked(t *testing.T) {
	data, out := t.TempDir(), filepath.Join(t.TempDir(), "answers")
	input := filepath.Join(data, "input")
	if err := os.Mkdir(input, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"news.jsonl": `{"id":"a","title":"Hospital opens telehealth platform for islands","publisher":"P","date":"2014-03-17","week":"2014-W12"}
{"id":"b","title":"UPDATE 1-Hospital opens telehealth platform for islands","publisher":"Q","date":"2014-03-17","week":"2014-W12"}
{"id":"c","title":"Bank leaves rates alone","publisher":"P","date":"2014-03-18","week":"2014-W12"}
`,
		"news_related_queries.tsv": "query\nb\n",
	} {
		if err := os.WriteFile(filepath.Join(input, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := ranking(data, out); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"news_clusters": "a\ta\nb\ta\nc\tc\n",
		"news_related":  "b\ta\t",
		"weekly_digest": "2014-W12\ta\t",
	} {
		got, err := os.ReadFile(filepath.Join(out, name+".tsv"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(got), want) {
			t.Errorf("%s = %q, want it to begin %q", name, got, want)
		}
	}
	if _, err := os.Stat(filepath.Join(out, "chat_clusters.tsv")); err == nil {
		t.Errorf("answers about chats were written without a question")
	}
}

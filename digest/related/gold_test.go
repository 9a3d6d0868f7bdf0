package related

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
	"time"
)

// gold is where news whose stories people or an aggregator have marked lies,
// when it is beside the project.
const gold = "../../../shared/data/ranking/"

// openGold opens a file of it, or skips the test.
func openGold(t *testing.T, name string) *bufio.Scanner {
	t.Helper()
	f, err := os.Open(gold + name)
	if err != nil {
		t.Skipf("marked news is not here: %v", err)
	}
	t.Cleanup(func() { f.Close() })
	return bufio.NewScanner(f)
}

func goldNews(t *testing.T) (docs []Document, story map[string]string) {
	for s := openGold(t, "input/news.jsonl"); s.Scan(); {
		var row struct{ ID, Title, Date, URL string }
		if err := json.Unmarshal(s.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		day, err := time.Parse(time.DateOnly, row.Date)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, Document{ID: row.ID, Title: row.Title, Lang: "en", Day: day, Address: row.URL})
	}
	story = map[string]string{}
	for s := openGold(t, "gold/news_stories.tsv"); s.Scan(); {
		if f := strings.Split(s.Text(), "\t"); len(f) > 1 {
			story[f[0]] = f[1]
		}
	}
	return docs, story
}

func TestMarkedNewsFallsIntoItsStories(t *testing.T) {
	docs, story := goldNews(t)
	const floor = 0.83 // B-cubed F1; 0.836 was measured when this was written
	if f1 := bcubed(NewIndex(docs).Clusters(0), story); f1 < floor {
		t.Errorf("B-cubed F1 of %d headlines = %.4f, want %v or more", len(docs), f1, floor)
	}
}

func TestMarkedNewsFindsItsNeighbours(t *testing.T) {
	docs, story := goldNews(t)
	x := NewIndex(docs)
	const floor = 0.85 // nDCG@3; 0.860 was measured
	sum, n := 0.0, 0
	for s := openGold(t, "input/news_related_queries.tsv"); s.Scan(); {
		i, known := x.place[s.Text()]
		if !known {
			continue // the header
		}
		n++
		sum += ndcg(x.Neighbours(x.docs[i].Document, Question{Limit: 3}), s.Text(), story)
	}
	if mean := sum / float64(n); mean < floor {
		t.Errorf("nDCG@3 of %d headlines = %.4f, want %v or more", n, mean, floor)
	}
}

// goldTexts reads a packed collection: its documents by chat, or all together.
func goldTexts(t *testing.T, texts, stories string, column int) (groups map[string][]Document, story map[string]string) {
	t.Helper()
	f, err := os.Open(gold + texts)
	if err != nil {
		t.Skipf("marked texts are not here: %v", err)
	}
	defer f.Close()
	lines := json.NewDecoder(f)
	if strings.HasSuffix(texts, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		lines = json.NewDecoder(z)
	}
	groups, story = map[string][]Document{}, map[string]string{}
	for lines.More() {
		var row struct{ ID, Title, Text, Date, Time, Chat string }
		if err := lines.Decode(&row); err != nil {
			t.Fatal(err)
		}
		day, err := time.Parse(time.DateOnly, row.Date)
		if err != nil {
			day, _ = time.Parse(time.RFC3339, row.Time)
		}
		groups[row.Chat] = append(groups[row.Chat], Document{ID: row.ID, Title: row.Title, Body: row.Text, Lang: "en", Day: day})
	}
	for s := openGold(t, stories); s.Scan(); {
		if f := strings.Split(s.Text(), "\t"); f[column] != "-" {
			story[f[0]] = f[column]
		}
	}
	return groups, story
}

func TestMarkedTextsFallIntoTheirGroups(t *testing.T) {
	for _, test := range []struct {
		why, texts, stories string
		column              int
		limit, floor        float64 // measured when this was written: 0.841 and 0.732
	}{
		{"articles picked by editors", "input/roundups.jsonl.gz", "gold/roundup_stories.tsv", 1, StoryLimit, 0.835},
		{"posts that make one point", "input/chat_posts.jsonl", "gold/chat_clusters.tsv", 2, PointLimit, 0.725},
	} {
		groups, story := goldTexts(t, test.texts, test.stories, test.column)
		var clusters []Cluster
		for _, docs := range groups {
			clusters = append(clusters, NewIndex(docs).Clusters(test.limit)...)
		}
		if f1 := bcubed(marked(clusters, story), story); f1 < test.floor {
			t.Errorf("%s: B-cubed F1 = %.4f, want %v or more", test.why, f1, test.floor)
		}
	}
}

// marked leaves out the documents that no story is known of.
func marked(clusters []Cluster, story map[string]string) []Cluster {
	var list []Cluster
	for _, c := range clusters {
		var ids []string
		for _, id := range c.IDs {
			if story[id] != "" {
				ids = append(ids, id)
			}
		}
		list = append(list, Cluster{IDs: ids})
	}
	return list
}

// bcubed is the harmonic mean of, for each document, how much of its cluster
// is of its story and how much of its story is in its cluster.
func bcubed(clusters []Cluster, story map[string]string) float64 {
	size := map[string]int{}
	for _, s := range story {
		size[s]++
	}
	var precision, recall, n float64
	for _, c := range clusters {
		inside := map[string]int{}
		for _, id := range c.IDs {
			inside[story[id]]++
		}
		for s, k := range inside {
			precision += float64(k*k) / float64(len(c.IDs))
			recall += float64(k*k) / float64(size[s])
			n += float64(k)
		}
	}
	precision, recall = precision/n, recall/n
	return 2 * precision * recall / (precision + recall)
}

// ndcg is the share of the best possible gain that the first three carry.
func ndcg(list []Neighbour, query string, story map[string]string) float64 {
	others := -1 // the query itself
	for _, s := range story {
		if s == story[query] {
			others++
		}
	}
	var gain, best float64
	for i := range 3 {
		weight := 1 / math.Log2(float64(i)+2)
		if i < others {
			best += weight
		}
		if i < len(list) && story[list[i].ID] == story[query] {
			gain += weight
		}
	}
	return gain / best
}

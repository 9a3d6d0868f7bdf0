package related

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestMarkedQuestionsFindTheirDocuments asks questions whose answers people
// have graded. Words alone (BM25) reach 0.456 on the first collection and 0.302
// on the second.
func TestMarkedQuestionsFindTheirDocuments(t *testing.T) {
	for _, c := range []struct {
		name  string
		every int     // so many questions are asked once
		floor float64 // nDCG@10; 0.544 and 0.333 were measured when this was written
	}{{"cf", 1, 0.53}, {"nfcorpus", 4, 0.325}} {
		f := NewFinder(goldDocuments(t, c.name))
		grades := goldGrades(t, c.name)
		sum, n, seen := 0.0, 0, 0
		for s := openGold(t, "input/"+c.name+"_queries.tsv"); s.Scan(); {
			id, question, _ := strings.Cut(s.Text(), "\t")
			if grades[id] == nil {
				continue // the header
			}
			if seen++; seen%c.every != 0 {
				continue
			}
			n++
			sum += gain(f.Find(question, 10), grades[id])
		}
		if mean := sum / float64(n); mean < c.floor {
			t.Errorf("nDCG@10 of %d questions to %s = %.4f, want %v or more", n, c.name, mean, c.floor)
		}
	}
}

func goldDocuments(t testing.TB, name string) []Document {
	t.Helper()
	f, err := os.Open(gold + "input/" + name + "_docs.jsonl.gz")
	if err != nil {
		t.Skipf("marked questions are not here: %v", err)
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var docs []Document
	for lines := json.NewDecoder(bufio.NewReader(unpacked)); lines.More(); {
		var row struct{ ID, Title, Text string }
		if err := lines.Decode(&row); err != nil {
			t.Fatal(err)
		}
		docs = append(docs, Document{ID: row.ID, Title: row.Title, Body: row.Text, Lang: "en"})
	}
	return docs
}

// goldGrades are the grades of documents, by question.
func goldGrades(t *testing.T, name string) map[string]map[string]float64 {
	grades := map[string]map[string]float64{}
	for s := openGold(t, "gold/"+name+"_qrels.tsv"); s.Scan(); {
		row := strings.Split(s.Text(), "\t")
		grade, err := strconv.ParseFloat(row[2], 64)
		if err != nil {
			continue // the header
		}
		if grades[row[0]] == nil {
			grades[row[0]] = map[string]float64{}
		}
		grades[row[0]][row[1]] = grade
	}
	return grades
}

// gain is nDCG of the answers to one question (Järvelin and Kekäläinen 2002).
func gain(found []Found, grades map[string]float64) float64 {
	var got, best float64
	for i, f := range found {
		got += grades[f.ID] / math.Log2(float64(i+2))
	}
	var ideal []float64
	for _, g := range grades {
		ideal = append(ideal, g)
	}
	slices.Sort(ideal)
	slices.Reverse(ideal)
	for i, g := range ideal[:min(len(ideal), 10)] {
		best += g / math.Log2(float64(i+2))
	}
	if best == 0 {
		return 0
	}
	return got / best
}

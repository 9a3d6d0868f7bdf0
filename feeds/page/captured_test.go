package page

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"
)

// TestArticlesOfCapturedPages keeps the shares of hand-annotated pages whose
// title, day, authors and description come out right from falling.
func TestArticlesOfCapturedPages(t *testing.T) {
	const folder = "../../../shared/data/extract/"
	index, err := os.Open(folder + "expected.jsonl")
	if err != nil {
		t.Skip("the captured pages are not here")
	}
	defer index.Close()
	right, pages := map[string]float64{}, map[string]float64{}
	count := func(field, want string, share float64) {
		if want != "" {
			pages[field]++
			right[field] += share
		}
	}
	lines := bufio.NewScanner(index)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var want struct{ File, URL, Suite, Title, Byline, Excerpt, Published string }
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(folder + "files/" + want.File)
		if err != nil || want.Suite != "trafilatura" {
			continue
		}
		got, err := ReadArticle(data, "", want.URL, time.Now())
		if err != nil {
			t.Errorf("%s: %v", want.File, err)
		}
		count("title", want.Title, share(letters(got.Title) == letters(want.Title)))
		count("day", want.Published, share(strings.HasPrefix(want.Published, got.Date.Format(time.DateOnly))))
		count("byline", want.Byline, share(overlap(got.Byline, want.Byline) == 1))
		count("excerpt", want.Excerpt, overlap(got.Excerpt, want.Excerpt))
	}
	for field, least := range map[string]float64{"title": 0.82, "day": 0.85, "byline": 0.68, "excerpt": 0.88} {
		if pages[field] == 0 || right[field]/pages[field] < least {
			t.Errorf("%s: right on %.1f of %.0f pages, want a share of %.2f", field, right[field], pages[field], least)
		}
	}
}

func share(right bool) float64 {
	if right {
		return 1
	}
	return 0
}

// overlap is the F1 of the words of two texts.
func overlap(a, b string) float64 {
	words := func(s string) []string {
		return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	x, y := words(a), words(b)
	left := map[string]int{}
	for _, w := range x {
		left[w]++
	}
	both := 0.0
	for _, w := range y {
		if left[w] > 0 {
			left[w]--
			both++
		}
	}
	if len(x)+len(y) == 0 {
		return 1
	}
	return 2 * both / float64(len(x)+len(y))
}

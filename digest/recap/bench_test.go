package recap

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
)

// crowded is a session of n posts with ten questions: words as rare as in real
// talk (Zipf), every fourth post a rewording of an earlier one, every sixth a
// repost, every third a reply.
func crowded(n int) []feeds.Post {
	rnd := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(rnd, 1.1, 8, 8000)
	start := time.Date(2010, 4, 2, 11, 0, 0, 0, time.UTC)
	posts := make([]feeds.Post, n)
	for i := range posts {
		p := feeds.Post{
			ID: fmt.Sprintf("b%05d", i), Tag: "hcsmeu", Network: "file", Handle: fmt.Sprint("p", rnd.IntN(n/5+1)),
			At: start.Add(time.Duration(i) * time.Hour / time.Duration(n)),
		}
		p.URI = p.ID
		words := make([]string, 18)
		for k := range words {
			words[k] = fmt.Sprintf("w%05dx", zipf.Uint64()*2654435761%99991)
		}
		p.Text = strings.Join(words, " ")
		switch earlier := posts[rnd.IntN(i+1)]; {
		case i%(n/10) == 0:
			p.Handle, p.Text = "mira_o", fmt.Sprintf("T%d: %s?", i/(n/10)+1, p.Text)
		case earlier.ID == "":
		case i%6 == 0:
			p.Text = "RT @" + earlier.Handle + ": " + earlier.Text
		case i%4 == 0:
			p.Text = strings.Join(append(strings.Fields(earlier.Text)[:10], words[:8]...), " ")
		case i%3 == 0:
			p.ReplyTo = earlier.URI
		}
		p.Text += " #hcsmeu"
		posts[i] = p
	}
	return posts
}

func BenchmarkASessionOf1500Posts(b *testing.B) {
	posts := crowded(1500)
	from := time.Date(2010, 3, 30, 7, 0, 0, 0, time.UTC)
	for b.Loop() {
		if r, ok := Make(hcsmeu(), posts, from, from.AddDate(0, 0, 7), Options{}); !ok || len(r.Questions) < 10 {
			b.Fatalf("Make found %d questions", len(r.Questions))
		}
	}
}

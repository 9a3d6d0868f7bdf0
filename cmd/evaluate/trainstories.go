package main

import (
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"weekward/digest/related"
)

// trainStories reads "--data DIR" and prints digest/related/judge.txt.
func trainStories(args []string, out io.Writer) error {
	f := flag.NewFlagSet("train stories", flag.ContinueOnError)
	data := f.String("data", "", "the `folder` that holds input/ and gold/")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *data == "" {
		return errors.New("usage: evaluate train stories --data DIR > digest/related/judge.txt")
	}
	samples, err := storySamples(*data)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(out, judgeNotes, boost(samples))
	return err
}

const judgeNotes = `# The judge of stories: see Judge. Written by "evaluate train stories"; do not edit.
# Fitted to pairs out of news grouped by an aggregator (UCI News Aggregator 2014,
# CC BY 4.0), round-ups picked by editors (AllSides), a news front page with its
# groups (2024) and posts grouped by people (TREC 2014 Tweet Timelines). It holds
# no words of theirs.
`

// A marked is a collection whose stories are known.
type marked struct {
	texts []labelled
	story map[string]string // "-" is none that is known
	parts int               // into how many the collection is also cut
	share float64           // what it counts in training
}

// partShare is what the parts of a collection count against the whole. At a
// half the judge trusts news of several days so much that stories of the whole
// run together (B-cubed F1 0.79 in place of 0.84); at none it trusts no two
// days, see published.
const partShare = 0.25

// storySamples reads all pairs to learn from. Each collection is learned from
// whole and in parts, so that what the judge knows about a crowd does not hold
// for one size only.
func storySamples(data string) ([]sample, error) {
	all, err := markedCollections(rankingRun{data: filepath.Join(data, "input")}, rankingRun{data: filepath.Join(data, "gold")})
	if err != nil {
		return nil, err
	}
	var samples []sample
	for _, m := range all {
		whole := m.whole()
		samples = append(samples, m.samples(whole, (1-partShare)*m.share)...)
		if m.parts > 1 {
			samples = append(samples, m.samples(m.cut(whole), partShare*m.share)...)
		}
	}
	return samples, nil
}

// markedCollections reads news, round-ups, front pages and chats. They count
// alike; the front page less, since it is small, and chats a little more,
// since they are not cut into parts. Doubling the chats changes no figure.
func markedCollections(input, gold rankingRun) ([]marked, error) {
	var list []marked
	for _, c := range []struct {
		texts, stories string
		column, parts  int
		share          float64
	}{
		{"news.jsonl", "news_stories.tsv", 1, 15, 1},
		{"roundups.jsonl.gz", "roundup_stories.tsv", 1, 25, 1},
		{"gnews.jsonl", "gnews_clusters.tsv", 1, 2, 0.5},
		{"chat_posts.jsonl", "chat_clusters.tsv", 2, 1, 1.3},
	} {
		texts, err := input.read(c.texts)
		if err != nil {
			return nil, err
		}
		rows, err := gold.table(c.stories)
		if err != nil {
			return nil, err
		}
		m := marked{texts: texts, story: map[string]string{}, parts: c.parts, share: c.share}
		for _, row := range rows {
			m.story[row[0]] = row[c.column]
		}
		list = append(list, m)
	}
	return list, nil
}

// whole gives the documents as they are compared: the posts of each chat by
// themselves, all news together.
func (m marked) whole() [][]related.Document {
	var list [][]related.Document
	at := map[string]int{}
	for _, l := range m.texts {
		n, met := at[l.Chat]
		if !met {
			n = len(list)
			at[l.Chat] = n
			list = append(list, nil)
		}
		list[n] = append(list[n], l.document())
	}
	return list
}

// dated finds the day in an address: /2014/06/28/ or /2014-06-28/.
var dated = regexp.MustCompile(`/(20\d\d)[/-](\d\d)[/-](\d\d)/`)

// published is the day an address tells, else the one it was found on. An
// aggregator finds most of a story in one moment; taken for days of publishing,
// that would teach that no story lasts two days.
func published(d related.Document) time.Time {
	if m := dated.FindStringSubmatch(d.Address); m != nil {
		if day, err := time.Parse("2006 01 02", strings.Join(m[1:], " ")); err == nil {
			return day
		}
	}
	return d.Day
}

// cut spreads the stories over parts and keeps every other document only, so
// that many stand alone in them: in a collection in which every story is told
// several times, whatever is nearest is the same story.
func (m marked) cut(whole [][]related.Document) [][]related.Document {
	parts := make([][]related.Document, m.parts)
	for _, docs := range whole {
		for _, d := range docs {
			if hashed(d.ID)%2 == 0 {
				continue
			}
			n := hashed(m.story[d.ID]) % uint32(m.parts)
			d.Day = published(d)
			parts[n] = append(parts[n], d)
		}
	}
	return parts
}

func hashed(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return h.Sum32()
}

// samples gives the pairs of some groups of documents, of so much weight
// together. Of two posts that nobody marked nothing is known.
func (m marked) samples(groups [][]related.Document, share float64) []sample {
	const total = 100_000
	var list []sample
	for _, docs := range groups {
		for _, p := range related.NewIndex(docs).Pairs() {
			a, b := m.story[p.A], m.story[p.B]
			if a == "-" && b == "-" {
				continue
			}
			s := sample{traits: p.Traits}
			if a == b {
				s.same = 1
			}
			list = append(list, s)
		}
	}
	for i := range list {
		list[i].weight = share * total / float64(len(list))
	}
	return list
}

package main

import (
	"fmt"
	"slices"
	"time"

	"weekward/digest"
	"weekward/digest/related"
)

func (r rankingRun) news() error {
	texts, err := r.read("news.jsonl")
	if err != nil {
		return err
	}
	x := index(texts)
	if err := r.clusters("news_clusters", x.Clusters(0)); err != nil {
		return err
	}
	return r.neighbours("news_related", "news_related_queries.tsv", x, texts)
}

func (r rankingRun) roundups() error {
	texts, err := r.read("roundups.jsonl.gz")
	if err != nil {
		return err
	}
	if err := r.clusters("roundup_clusters", index(texts).Clusters(0)); err != nil {
		return err
	}
	dated := slices.DeleteFunc(texts, func(l labelled) bool { return l.Date == "" })
	return r.neighbours("roundup_related", "roundup_related_queries.tsv", index(dated), dated)
}

// topical asks for what an editor prints under a lead: other stories about the
// same thing.
func (r rankingRun) topical() error {
	texts, err := r.read("roundups.jsonl.gz")
	if err != nil {
		return err
	}
	dated := slices.DeleteFunc(texts, func(l labelled) bool { return l.Date == "" })
	w, o := digest.Week{Freeze: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}, digest.DefaultOptions()
	o.Topics, o.Threshold = nil, 0.02
	for _, l := range dated {
		w.Items = append(w.Items, l.item())
	}
	relatedTo := digest.Relater(w, o)
	var lines []string
	for _, it := range w.Items {
		for _, n := range relatedTo(it, 3) {
			lines = append(lines, fmt.Sprintf("%s\t%s\t%.4f", it.ID, n.ID, n.Score))
		}
	}
	return r.write("roundup_topical", lines)
}

func (r rankingRun) googleNews() error {
	texts, err := r.read("gnews.jsonl")
	if err != nil {
		return err
	}
	x := index(texts)
	if err := r.clusters("gnews_clusters", x.Clusters(0)); err != nil {
		return err
	}
	return r.neighbours("gnews_related", "gnews_related_queries.tsv", x, texts)
}

// chatPosts clusters the posts of each chat by itself.
func (r rankingRun) chatPosts() error {
	texts, err := r.read("chat_posts.jsonl")
	if err != nil {
		return err
	}
	chats := map[string][]related.Document{}
	var order []string
	for _, l := range texts {
		if chats[l.Chat] == nil {
			order = append(order, l.Chat)
		}
		chats[l.Chat] = append(chats[l.Chat], l.document())
	}
	for name, limit := range map[string]float64{"chat_duplicates": related.RepeatLimit, "chat_clusters": related.PointLimit} {
		var all []related.Cluster
		for _, chat := range order {
			all = append(all, related.NewIndex(chats[chat]).Clusters(limit)...)
		}
		if err := r.clusters(name, all); err != nil {
			return err
		}
	}
	return nil
}

func (r rankingRun) clusters(name string, list []related.Cluster) error {
	var lines []string
	for _, c := range list {
		for _, id := range c.IDs {
			lines = append(lines, id+"\t"+c.ID())
		}
	}
	return r.write(name, lines)
}

func (r rankingRun) neighbours(name, queries string, x *related.Index, texts []labelled) error {
	questions, err := r.table(queries)
	if err != nil {
		return err
	}
	byID := map[string]labelled{}
	for _, l := range texts {
		byID[l.ID] = l
	}
	stories := x.Stories(x.Clusters(0))
	var lines []string
	for _, q := range questions {
		for _, n := range stories.Neighbours(byID[q[0]].document(), related.Question{Limit: 20}) {
			lines = append(lines, fmt.Sprintf("%s\t%s\t%.6f", q[0], n.ID, n.Score))
		}
	}
	return r.write(name, lines)
}

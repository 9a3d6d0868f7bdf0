package related

import (
	"cmp"
	"math"
)

// A Cluster is a group of documents that tell one story.
type Cluster struct {
	IDs    []string // by day, then ID
	Merges []Merge  // in the order they were made; one fewer than IDs
}

// A Merge says why two parts of a cluster came together.
type Merge struct {
	A, B   string // a document of either part
	Reason Reason
	Score  float64 // of copies, the likeness of the two; else how likely the parts tell one story
}

// A Reason is the rule that put two documents together.
type Reason string

// The reasons, from the surest.
const (
	SameKey   Reason = "same address"
	SameTitle Reason = "same title"
	SameWords Reason = "same words"
	SameStory Reason = "same story"
)

// Limits tell how sure two groups must be of belonging together: each is the
// likeness of groups from which on they are joined, 0 to 1.
const (
	// StoryLimit is for the news of one story, in a collection of thousands.
	StoryLimit = 0.5
	// PointLimit is for posts that make one point: lower, since posts have few
	// words. From 0.4 to 0.5 it makes no difference to chats left out of training.
	PointLimit = 0.45
	// RepeatLimit is for posts of which one is enough: a post too many passed
	// over does less harm than the same one printed twice.
	RepeatLimit = 0.2
)

const (
	// caution is what a small collection adds to StoryLimit, and settled the
	// number of documents by which all but a third of it is gone. Among a few
	// hundred texts every word is rare and nobody stands near, so that the judge
	// is too sure: of 300 pieces of marked news, drawn at random, 0.7 made better
	// stories than 0.5 by 0.01 to 0.03 of B-cubed F1, of 2,400 by 0.01.
	caution = 0.2
	settled = 1000
	// sameWords is the likeness from which on two texts are copies.
	sameWords = 0.8
	// copyDays is how many days apart a copy may appear. A title that comes
	// back after that is a column, not a copy.
	copyDays = 3
)

// Clusters groups all documents of the index into stories: copies first, then
// by the probability that documents tell one story, always the two groups that
// are most alike on the whole. The limit is one of the above; 0 stands for
// StoryLimit, and more in a small collection. Clusters are in the order of their first documents.
func (x *Index) Clusters(limit float64) []Cluster {
	pairs := x.judged()
	g := newGroups(len(x.docs))
	x.foldKeys(g)
	x.foldCopies(g, pairs)
	newLinkage(g, pairs, float32(cmp.Or(limit, x.storyLimit()))).run()
	return x.clusters(g)
}

// storyLimit is StoryLimit, raised where there is little to compare with.
func (x *Index) storyLimit() float64 {
	return StoryLimit + caution*math.Exp(-float64(len(x.docs))/settled)
}

// foldKeys puts documents with the same key together.
func (x *Index) foldKeys(g *groups) {
	first := map[string]int32{}
	for i := range x.docs {
		key := x.docs[i].Key
		if key == "" {
			continue
		}
		if a, met := first[key]; met {
			g.merge(a, int32(i), SameKey, 1)
			continue
		}
		first[key] = int32(i)
	}
}

// foldCopies puts together what has the same title or nearly the same words.
func (x *Index) foldCopies(g *groups, pairs []pair) {
	for _, p := range pairs {
		a, b := &x.docs[p.a], &x.docs[p.b]
		switch {
		case daysBetween(a.Day, b.Day) > copyDays:
		case a.exact == b.exact && p.like() >= sameWords/2:
			g.merge(p.a, p.b, SameTitle, p.like())
		case p.like() >= sameWords:
			g.merge(p.a, p.b, SameWords, p.like())
		}
	}
}

// clusters reads the groups out.
func (x *Index) clusters(g *groups) []Cluster {
	var list []Cluster
	at := make(map[int32]int, len(x.docs))
	for _, i := range x.inOrder() {
		root := g.root(i)
		n, met := at[root]
		if !met {
			n = len(list)
			at[root] = n
			list = append(list, Cluster{})
		}
		list[n].IDs = append(list[n].IDs, x.docs[i].ID)
	}
	for _, m := range g.merges {
		c := &list[at[g.root(m.a)]]
		c.Merges = append(c.Merges, Merge{A: x.docs[m.a].ID, B: x.docs[m.b].ID, Reason: m.reason, Score: float64(m.score)})
	}
	return list
}

// ID is what a story goes by: the ID of its first document. It stays as newer
// documents join; only an older one, or an older story it turns out to belong
// to, gives it another.
func (c Cluster) ID() string { return c.IDs[0] }

// Joined tells which merge brought two documents of the cluster together.
func (c Cluster) Joined(a, b string) (Merge, bool) {
	part := map[string]string{}
	root := func(id string) string {
		for part[id] != "" {
			id = part[id]
		}
		return id
	}
	for _, m := range c.Merges {
		if r, s := root(m.A), root(m.B); r != s {
			part[s] = r
		}
		if root(a) == root(b) {
			return m, true
		}
	}
	return Merge{}, false
}

// groups is a union-find over documents that remembers why it joined them.
type groups struct {
	parent []int32
	size   []int32
	merges []merge
}

type merge struct {
	a, b   int32
	reason Reason
	score  float32
}

func newGroups(n int) *groups {
	g := &groups{parent: make([]int32, n), size: make([]int32, n)}
	for i := range g.parent {
		g.parent[i], g.size[i] = int32(i), 1
	}
	return g
}

// root is the first document of the group that i is in.
func (g *groups) root(i int32) int32 {
	for g.parent[i] != i {
		g.parent[i] = g.parent[g.parent[i]]
		i = g.parent[i]
	}
	return i
}

// merge joins the groups of two documents, unless they are one already.
func (g *groups) merge(a, b int32, why Reason, score float32) {
	r, s := g.root(a), g.root(b)
	if r == s {
		return
	}
	if s < r {
		r, s = s, r
	}
	g.parent[s] = r
	g.size[r] += g.size[s]
	g.merges = append(g.merges, merge{a, b, why, score})
}

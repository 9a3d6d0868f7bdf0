package related

import "cmp"

// A Cluster is a group of documents that tell one story.
type Cluster struct {
	IDs    []string // by day, then ID
	Merges []Merge  // in the order they were made; one fewer than IDs
}

// A Merge says why two parts of a cluster came together.
type Merge struct {
	A, B   string // a document of either part
	Reason Reason
	Score  float64 // the likeness that decided, 0 to 1
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

const (
	// DefaultLimit is the mean likeness from which on two groups tell the same
	// story. It was fitted on news whose stories are known: bare headlines would
	// have it lower, whole paragraphs higher.
	DefaultLimit = 0.18
	// sameWords is the likeness from which on two texts are copies.
	sameWords = 0.8
	// copyDays is how many days apart a copy may appear. A title that comes
	// back after that is a column, not a copy.
	copyDays = 3
	// faint is the share of the limit under which a likeness counts as none.
	faint = 0.3
)

// Clusters groups all documents of the index into stories: copies first, then
// by average link, which asks that two groups are alike on the whole and not
// just at one end. The limit is the mean likeness it asks for; 0 stands for
// DefaultLimit. Clusters are in the order of their first documents.
func (x *Index) Clusters(limit float64) []Cluster {
	limit = cmp.Or(limit, DefaultLimit)
	pairs := x.pairs(float32(faint * limit))
	g := newGroups(len(x.docs))
	x.foldKeys(g)
	x.foldCopies(g, pairs)
	newLinkage(g, pairs, float32(limit)).run()
	return x.clusters(g)
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
		case a.exact == b.exact && p.like >= sameWords/2:
			g.merge(p.a, p.b, SameTitle, p.like)
		case p.like >= sameWords:
			g.merge(p.a, p.b, SameWords, p.like)
		}
	}
}

// clusters reads the groups out.
func (x *Index) clusters(g *groups) []Cluster {
	var list []Cluster
	at := make(map[int32]int, len(x.docs))
	for i := range x.docs {
		root := g.root(int32(i))
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

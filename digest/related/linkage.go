package related

import (
	"cmp"
	"container/heap"
	"slices"
)

const (
	// bestShare is what the likeliest pair of two groups counts against the mean
	// of all. Long stories grow at their ends, where the newest piece is like the
	// last one and not like the first; the mean alone cuts them in two, the best
	// pair alone chains what is not one story.
	bestShare = 0.4
	// faint is the probability under which a pair counts as none.
	faint = 0.005
)

// A linkage joins groups: always the two that are most likely one story on the
// whole, until none reaches the limit. Pairs that share no rare word count as 0.
type linkage struct {
	*groups
	limit float32
	links [][]link // by root, each in order of its to
	age   []int32  // how often a root has grown
	queue offers
}

// A link is what the pairs between two groups say.
type link struct {
	to   int32
	sum  float32 // of the probabilities
	best float32
}

// and adds what other pairs say to a link.
func (l link) and(other link) link {
	return link{l.to, l.sum + other.sum, max(l.best, other.best)}
}

// An offer is to join two groups. It lapses when one of them grows.
type offer struct {
	a, b       int32
	ageA, ageB int32
	score      float32
}

func newLinkage(g *groups, pairs []pair, limit float32) *linkage {
	l := &linkage{groups: g, limit: limit, links: make([][]link, len(g.parent)), age: make([]int32, len(g.parent))}
	for _, p := range pairs {
		if a, b := g.root(p.a), g.root(p.b); a != b && p.same >= faint {
			l.links[a] = append(l.links[a], link{b, p.same, p.same})
			l.links[b] = append(l.links[b], link{a, p.same, p.same})
		}
	}
	for a := range l.links {
		l.links[a] = summed(l.links[a])
		for _, to := range l.links[a] {
			if int32(a) < to.to {
				l.offer(int32(a), to)
			}
		}
	}
	return l
}

// run joins until no offer is left.
func (l *linkage) run() {
	heap.Init(&l.queue)
	for len(l.queue) > 0 {
		o := heap.Pop(&l.queue).(offer)
		if o.ageA == l.age[o.a] && o.ageB == l.age[o.b] {
			l.join(o)
		}
	}
}

// offer queues the join of a with another group if they are alike enough.
func (l *linkage) offer(a int32, to link) {
	mean := to.sum / float32(l.size[a]*l.size[to.to])
	score := float32((1-bestShare)*mean) + float32(bestShare*to.best)
	if score >= l.limit {
		b := to.to
		if b < a {
			a, b = b, a
		}
		l.queue = append(l.queue, offer{a, b, l.age[a], l.age[b], score})
	}
}

// join puts b into a and renews the offers of the larger group.
func (l *linkage) join(o offer) {
	a, b := o.a, o.b
	l.merge(a, b, SameStory, o.score)
	l.age[a]++
	l.age[b]++
	for _, to := range l.links[b] {
		if to.to != a {
			l.redirect(to.to, b, a)
		}
	}
	both := summed(append(l.links[a], l.links[b]...))
	l.links[b] = nil
	l.links[a] = slices.DeleteFunc(both, func(to link) bool { return to.to == a || to.to == b })
	for _, to := range l.links[a] {
		before := len(l.queue)
		l.offer(a, to)
		if len(l.queue) > before {
			heap.Fix(&l.queue, before)
		}
	}
}

// redirect makes the links of group c to b lead to a.
func (l *linkage) redirect(c, b, a int32) {
	links := l.links[c]
	if i, found := findLink(links, b); found {
		moved := links[i]
		links = slices.Delete(links, i, i+1)
		if i, found = findLink(links, a); found {
			links[i] = links[i].and(moved)
		} else {
			moved.to = a
			links = slices.Insert(links, i, moved)
		}
		l.links[c] = links
	}
}

func findLink(links []link, to int32) (int, bool) {
	return slices.BinarySearchFunc(links, to, func(l link, to int32) int { return cmp.Compare(l.to, to) })
}

// summed sorts links by where they lead and adds up those that lead to the same.
func summed(links []link) []link {
	slices.SortStableFunc(links, func(a, b link) int { return cmp.Compare(a.to, b.to) })
	out := links[:0]
	for _, l := range links {
		if n := len(out); n > 0 && out[n-1].to == l.to {
			out[n-1] = out[n-1].and(l)
		} else {
			out = append(out, l)
		}
	}
	return out
}

// offers is a heap, the likeliest first; then the older documents.
type offers []offer

func (q offers) Len() int { return len(q) }
func (q offers) Less(i, j int) bool {
	a, b := q[i], q[j]
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.a, b.a), cmp.Compare(a.b, b.b)) < 0
}
func (q offers) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *offers) Push(o any)   { *q = append(*q, o.(offer)) }
func (q *offers) Pop() any {
	last := len(*q) - 1
	o := (*q)[last]
	*q = (*q)[:last]
	return o
}

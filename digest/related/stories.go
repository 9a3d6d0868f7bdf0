package related

// Stories compares whole stories with one another: what an item leaves out,
// another of its story says. It may be asked by several goroutines. Documents
// that the index takes in later are stories by themselves to it.
type Stories struct {
	index   *Index
	of      []int32   // by document: its story
	members [][]int32 // by story: its documents
}

// ownShare is what the two documents themselves count in the theme of a
// neighbour, so that of several that tell one story the nearest comes first.
const ownShare = 0.1

// Stories groups the documents as the clusters say. A document in none is a
// story by itself.
func (x *Index) Stories(list []Cluster) *Stories {
	s := &Stories{index: x, of: make([]int32, len(x.docs))}
	for i := range s.of {
		s.of[i] = -1
	}
	for _, c := range list {
		for _, id := range c.IDs {
			if i, known := x.place[id]; known && s.of[i] < 0 {
				s.of[i] = int32(len(s.members))
			}
		}
		s.members = append(s.members, nil)
	}
	for i, n := range s.of {
		if n < 0 {
			n = int32(len(s.members))
			s.of[i], s.members = n, append(s.members, nil)
		}
		s.members[n] = append(s.members[n], int32(i))
	}
	return s
}

// Neighbours gives the documents nearest to one, as those of the index are, but
// by what their stories and its own have in common. Those of its own story are
// as likely to tell it as the limit of stories asks.
func (s *Stories) Neighbours(to Document, q Question) []Neighbour {
	d := s.index.document(to)
	themes, own := s.themes(d), s.own(d)
	return s.index.neighbours(d, q, func(p pair) (theme, same float32) {
		if int(p.a) >= len(s.of) {
			return p.words, 0
		}
		if s.of[p.a] == own {
			same = StoryLimit
		}
		return (1-ownShare)*themes[s.of[p.a]] + ownShare*p.words, same
	})
}

// own is the story a document is in, -1 for a text from outside.
func (s *Stories) own(d *document) int32 {
	if i, known := s.index.place[d.ID]; known && i < len(s.of) && d == &s.index.docs[i] {
		return s.of[i]
	}
	return -1
}

// themes is how alike each story's words are to those of a document's story:
// the mean cosine of all pairs of the two.
func (s *Stories) themes(d *document) []float32 {
	x := s.index
	voices := []*document{d}
	if own := s.own(d); own >= 0 {
		voices = nil
		for _, i := range s.members[own] {
			voices = append(voices, &x.docs[i])
		}
	}
	sums := make([]float32, len(x.docs))
	x.terms.add(sums, together(voices), x.crowd())
	themes := make([]float32, len(s.members))
	for n, members := range s.members {
		for _, i := range members {
			themes[n] += sums[i]
		}
		themes[n] /= float32(len(members) * len(voices))
	}
	return themes
}

// together adds up the words of some documents.
func together(docs []*document) vector {
	if len(docs) == 1 {
		return docs[0].terms
	}
	var sum vector
	at := map[int32]int{}
	for _, d := range docs {
		for k, dim := range d.terms.dims {
			n, met := at[dim]
			if !met {
				n = len(sum.dims)
				at[dim] = n
				sum.dims, sum.weights = append(sum.dims, dim), append(sum.weights, 0)
			}
			sum.weights[n] += d.terms.weights[k]
		}
	}
	return sum
}

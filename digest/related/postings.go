package related

// postings tell for each stem which documents have it, in their order.
type postings [][]posting

type posting struct {
	doc    int32
	weight float32
}

func post(docs []document, dims int) postings {
	counts := make([]int32, dims)
	total := 0
	for i := range docs {
		for _, d := range docs[i].terms.dims {
			counts[d]++
			total++
		}
	}
	room, p := make([]posting, total), make(postings, dims)
	for d, n := range counts {
		p[d], room = room[:0:n], room[n:]
	}
	for i := range docs {
		v := docs[i].terms
		for k, d := range v.dims {
			p[d] = append(p[d], posting{int32(i), v.weights[k]})
		}
	}
	return p
}

// add adds the cosine of a vector with each document, leaving out words that
// more than crowd documents have.
func (p postings) add(sums []float32, v vector, crowd int) {
	for k, dim := range v.dims {
		if int(dim) >= len(p) || len(p[dim]) > crowd {
			continue
		}
		for _, at := range p[dim] {
			sums[at.doc] += float32(at.weight * v.weights[k])
		}
	}
}

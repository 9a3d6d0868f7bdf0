package related

import "math"

// A vector is a text in one space (of stems or of pieces of words): the
// dimensions it has a weight in, and the weights, of length 1 together.
type vector struct {
	dims    []int32
	weights []float32
}

// dot is the cosine of a vector and one laid out over all dimensions.
func (v vector) dot(dense []float32) float32 {
	var sum float32
	for i, d := range v.dims {
		// The conversion keeps processors from fusing the two steps, which would
		// give other last digits on another machine.
		sum += float32(v.weights[i] * dense[d])
	}
	return sum
}

// lay writes the vector into a dense one; lift takes it out again.
func (v vector) lay(dense []float32) {
	for i, d := range v.dims {
		dense[d] = v.weights[i]
	}
}

func (v vector) lift(dense []float32) {
	for _, d := range v.dims {
		dense[d] = 0
	}
}

// weigh multiplies each dimension by its rarity and brings the whole to length
// 1. Dimensions beyond the table have not been met and are the rarest.
func (v vector) weigh(rarities []float32, rarest float32) {
	var square float64
	for i, d := range v.dims {
		w := rarest
		if int(d) < len(rarities) {
			w = rarities[d]
		}
		v.weights[i] *= w
		square += float64(v.weights[i]) * float64(v.weights[i])
	}
	if square == 0 {
		return
	}
	length := float32(math.Sqrt(square))
	for i := range v.weights {
		v.weights[i] /= length
	}
}

// A tally counts how often dimensions occur in a title and a body. It is used
// for one text after another, so that counting needs no memory of its own.
type tally struct {
	counts []count
	seen   []int32 // dimensions with a count, in the order of the text
}

type count struct{ title, body uint16 }

// add counts one more of a dimension.
func (t *tally) add(dim int32, title bool) {
	for int(dim) >= len(t.counts) {
		t.counts = append(t.counts, make([]count, len(t.counts)+1024)...)
	}
	c := &t.counts[dim]
	if *c == (count{}) {
		t.seen = append(t.seen, dim)
	}
	if title {
		c.title++
	} else {
		c.body++
	}
}

// take turns the counts into a vector without rarities yet, and forgets them.
// A word's tenth mention says little that its second did not, hence the
// logarithms.
func (t *tally) take() vector {
	v := vector{dims: make([]int32, len(t.seen)), weights: make([]float32, len(t.seen))}
	copy(v.dims, t.seen)
	for i, d := range t.seen {
		c := t.counts[d]
		v.weights[i] = damped(c.title) + bodyWeight*damped(c.body)
		t.counts[d] = count{}
	}
	t.seen = t.seen[:0]
	return v
}

// damped is 0 for none, 1 for one and grows with the logarithm.
func damped(n uint16) float32 {
	if n < 2 {
		return float32(n)
	}
	return 1 + float32(math.Log(float64(n)))
}

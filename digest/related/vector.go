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

// layWithin lays what lies within the dense one: a text from outside may have
// dimensions that no other has.
func (v vector) layWithin(dense []float32) {
	for i, d := range v.dims {
		if int(d) < len(dense) {
			dense[d] = v.weights[i]
		}
	}
}

// liftWithin takes out what layWithin laid.
func (v vector) liftWithin(dense []float32) {
	for _, d := range v.dims {
		if int(d) < len(dense) {
			dense[d] = 0
		}
	}
}

func (v vector) lift(dense []float32) {
	for _, d := range v.dims {
		dense[d] = 0
	}
}

// weigh takes the old rarity out of each weight, multiplies in the new one and
// brings the whole to length 1.
func (v vector) weigh(old, now *frequencies) {
	var square float64
	for i, d := range v.dims {
		v.weights[i] *= now.of(d) / old.of(d)
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
	counts  []count
	seen    []int32 // dimensions with a count, in the order of the text
	dims    room[int32]
	weights room[float32]
}

// A count is how often a dimension stands in the title, in the lower half, and
// in the body, in the upper one.
type count uint32

const inTitle, inBody count = 1, 1 << 16

func (c count) title() uint16 { return uint16(c) }
func (c count) body() uint16  { return uint16(c >> 16) }

// reach makes room for so many dimensions.
func (t *tally) reach(dims int) {
	if n := len(t.counts); dims > n {
		t.counts = append(t.counts, make([]count, dims-n+n/2+1024)...)
	}
}

// add counts one more of each dimension, in the title or the body.
func (t *tally) add(dims []int32, place count) {
	counts, seen := t.counts, t.seen
	for _, d := range dims {
		if counts[d] == 0 {
			seen = append(seen, d)
		}
		counts[d] += place
	}
	t.seen = seen
}

// take turns the counts into a vector without rarities yet, and forgets them.
// A word's tenth mention says little that its second did not, hence the
// logarithms.
func (t *tally) take() vector {
	v := vector{dims: t.dims.take(len(t.seen)), weights: t.weights.take(len(t.seen))}
	copy(v.dims, t.seen)
	for i, d := range t.seen {
		c := t.counts[d]
		v.weights[i] = damped(c.title()) + bodyWeight*damped(c.body())
		t.counts[d] = 0
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

package related

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

const (
	// oversampling is how many directions more than asked for are sought: the
	// last ones found are the least exact, and are left out.
	oversampling = 10
	// rounds is how often the sketch is passed through the texts again. Words
	// fall off slowly in importance, so that one pass does not tell the
	// directions apart; what a third would add to a search is under 0.004 nDCG.
	rounds = 2
	// negligible is the share of the greatest variance under which a direction
	// holds rounding errors only.
	negligible = 1e-12
)

// A Latent holds texts as points in a space of few directions, in which words
// that keep the same company lie near each other: "physician" and "doctor"
// meet there though no text holds both (latent semantic analysis, Deerwester
// et al. 1990).
//
// The directions are found by a randomised singular value decomposition
// (Halko, Martinsson and Tropp 2011), seeded with a constant: the same texts in
// the same order give the same points. It does not change once it is made, and
// may be asked by several goroutines.
type Latent struct {
	dims  int
	docs  []float32 // dims a text, of length 1
	words []float32 // dims a dimension of the vectors: where a text of that word alone lies
}

// newLatent places texts, given as vectors over size dimensions, in a space of
// at most dims directions; fewer texts or words make fewer. It takes time with
// dims times the words of all texts, and memory with dims times size.
func newLatent(rows []vector, size, dims int) *Latent {
	t := texts{rows: rows, columns: transposed(rows, size)}
	q := orthonormal(t.times(randomMatrix(size, dims+oversampling)))
	for range rounds {
		q = orthonormal(t.times(t.transposedTimes(q)))
	}
	return t.place(q, dims)
}

// Dims is the number of directions, 0 when there was nothing to read.
func (l *Latent) Dims() int { return l.dims }

// doc is the point of text i, of length 1, or all zero for a text of no words.
func (l *Latent) doc(i int) []float32 { return l.docs[i*l.dims : (i+1)*l.dims] }

// fold gives the point of a text that was not there when the space was made.
// Words that were not there say nothing.
func (l *Latent) fold(v vector) []float32 {
	point := make([]float32, l.dims)
	for i, d := range v.dims {
		if from := int(d) * l.dims; from < len(l.words) {
			for k, x := range l.words[from : from+l.dims] {
				point[k] += float32(v.weights[i] * x)
			}
		}
	}
	return toUnit(point)
}

// cosine is the likeness of two points of length 1, -1 to 1.
func cosine(a, b []float32) float32 {
	var sum float32
	b = b[:len(a)]
	for i, x := range a {
		sum += float32(x * b[i])
	}
	return sum
}

// toUnit brings a point to length 1; what has none stays.
func toUnit(point []float32) []float32 {
	var square float64
	for _, x := range point {
		square += float64(x) * float64(x)
	}
	if square > 0 {
		scale := float32(1 / math.Sqrt(square))
		for i := range point {
			point[i] *= scale
		}
	}
	return point
}

// texts are a sparse matrix, a text a row, kept by rows and by columns.
type texts struct {
	rows    []vector
	columns []vector
}

// transposed gives for each column the rows that have it, in their order.
func transposed(rows []vector, size int) []vector {
	columns := make([]vector, size)
	for i, v := range rows {
		for k, d := range v.dims {
			columns[d].dims = append(columns[d].dims, int32(i))
			columns[d].weights = append(columns[d].weights, v.weights[k])
		}
	}
	return columns
}

func (t texts) times(x *mat.Dense) *mat.Dense           { return sparseTimes(t.rows, x) }
func (t texts) transposedTimes(x *mat.Dense) *mat.Dense { return sparseTimes(t.columns, x) }

// sparseTimes multiplies sparse rows with a dense matrix.
func sparseTimes(rows []vector, x *mat.Dense) *mat.Dense {
	_, width := x.Dims()
	product := mat.NewDense(max(len(rows), 1), width, nil)
	for i, v := range rows {
		sum := blas64.Vector{N: width, Inc: 1, Data: product.RawRowView(i)}
		for k, d := range v.dims {
			blas64.Axpy(float64(v.weights[k]), blas64.Vector{N: width, Inc: 1, Data: x.RawRowView(int(d))}, sum)
		}
	}
	return product
}

// randomMatrix is the sketch to begin with: nothing depends on its numbers but
// the last digits, as long as they follow no pattern of the texts.
func randomMatrix(rows, columns int) *mat.Dense {
	random := rand.New(rand.NewPCG(1, 2))
	data := make([]float64, max(rows, 1)*columns)
	for i := range data {
		data[i] = random.NormFloat64()
	}
	return mat.NewDense(max(rows, 1), columns, data)
}

// orthonormal gives columns of length 1, at right angles to each other, that
// span what those of y span; there are fewer where y's depend on each other.
func orthonormal(y *mat.Dense) *mat.Dense {
	vectors, variances := principal(y)
	turned := mat.NewDense(1, 1, nil)
	turned.Reset()
	turned.Mul(y, vectors)
	scaleColumns(turned, variances, func(v float64) float64 { return 1 / math.Sqrt(v) })
	return turned
}

// principal gives the directions in which the rows of y vary, a direction a
// column, and how much, the greatest first. Directions that hold nothing are
// left out, but one always stays.
func principal(y *mat.Dense) (directions *mat.Dense, variances []float64) {
	_, width := y.Dims()
	gram := mat.NewSymDense(width, nil)
	gram.SymOuterK(1, y.T())
	var eigen mat.EigenSym
	if !eigen.Factorize(gram, true) { // only numbers that are none fail
		return mat.NewDense(width, 1, nil), []float64{1}
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	values := eigen.Values(nil) // the least first
	most := values[width-1]
	keep := 1
	for keep < width && values[width-1-keep] > most*negligible {
		keep++
	}
	directions = mat.NewDense(width, keep, nil)
	for k := range keep {
		from := width - 1 - k
		variances = append(variances, math.Max(values[from], math.SmallestNonzeroFloat32))
		for i := range width {
			directions.Set(i, k, vectors.At(i, from))
		}
	}
	return directions, variances
}

// scaleColumns multiplies each column by what its variance asks for.
func scaleColumns(m *mat.Dense, variances []float64, scale func(float64) float64) {
	factors := make([]float64, len(variances))
	for k, v := range variances {
		factors[k] = scale(v)
	}
	rows, _ := m.Dims()
	for i := range rows {
		row := m.RawRowView(i)
		for k, factor := range factors {
			row[k] *= factor
		}
	}
}

// place turns the orthonormal q, which spans the texts nearly, into the
// directions themselves, and gives texts and words their points.
func (t texts) place(q *mat.Dense, dims int) *Latent {
	b := t.transposedTimes(q)
	directions, variances := principal(b)
	dims = min(dims, len(variances))
	var docs, words mat.Dense
	docs.Mul(q, directions)
	words.Mul(b, directions)
	scaleColumns(&docs, variances, math.Sqrt)
	scaleColumns(&words, variances, func(v float64) float64 { return 1 / math.Sqrt(v) })
	l := &Latent{dims: dims, docs: single(&docs, len(t.rows), dims), words: single(&words, len(t.columns), dims)}
	for i := range t.rows {
		toUnit(l.doc(i))
	}
	return l
}

// single copies the first columns of a matrix, row after row.
func single(m *mat.Dense, rows, columns int) []float32 {
	list := make([]float32, 0, rows*columns)
	for i := range rows {
		for _, x := range m.RawRowView(i)[:columns] {
			list = append(list, float32(x))
		}
	}
	return list
}

package health

import "math"

// A regression is a logistic regression with a penalty on the squares of the
// weights (L2), over rows that are mostly empty. The bias bears no penalty.
type regression struct {
	penalty float64
	rows    []row
}

type row struct {
	at     []int // columns
	values []float64
	yes    bool
}

func (r *regression) add(at []int, values []float64, yes bool) {
	r.rows = append(r.rows, row{at, values, yes})
}

// rounds is enough for weights to stand still in the second decimal.
const rounds = 150

// solve finds the weights and the bias by accelerated gradient descent
// (Nesterov 1983). Each column's step is bounded by the curvature it can have
// at most, so no step is ever too long. Nothing in it is random.
func (r *regression) solve(columns int) (weights []float64, bias float64) {
	steps, biasStep := r.steps(columns)
	w, ahead, slope := make([]float64, columns), make([]float64, columns), make([]float64, columns)
	biasAhead, momentum := 0.0, 1.0
	for range rounds {
		biasSlope := r.slope(slope, ahead, biasAhead)
		next := (1 + math.Sqrt(1+4*momentum*momentum)) / 2
		push := (momentum - 1) / next
		momentum = next
		for k := range w {
			last := w[k]
			w[k] = ahead[k] - slope[k]*steps[k]
			ahead[k] = w[k] + push*(w[k]-last)
		}
		last := bias
		bias = biasAhead - biasSlope*biasStep
		biasAhead = bias + push*(bias-last)
	}
	return w, bias
}

// steps is how far each weight may move along its slope: the inverse of a
// bound on the curvature, which for logistic loss is a quarter of the squares.
func (r *regression) steps(columns int) (steps []float64, bias float64) {
	steps = make([]float64, columns)
	for _, row := range r.rows {
		size := 1.0
		for _, v := range row.values {
			size += math.Abs(v)
		}
		for i, k := range row.at {
			steps[k] += math.Abs(row.values[i]) * size / 4
		}
		bias += size / 4
	}
	for k, curve := range steps {
		steps[k] = 1 / (curve + r.penalty)
	}
	return steps, 1 / bias
}

// slope fills in how the loss changes with each weight, and gives that of the bias.
func (r *regression) slope(slope, weights []float64, bias float64) float64 {
	for k, w := range weights {
		slope[k] = r.penalty * w
	}
	total := 0.0
	for _, row := range r.rows {
		logit := bias
		for i, k := range row.at {
			logit += weights[k] * row.values[i]
		}
		miss := Odds(logit)
		if row.yes {
			miss--
		}
		for i, k := range row.at {
			slope[k] += miss * row.values[i]
		}
		total += miss
	}
	return total
}

package feeds

import (
	"context"
	"time"
)

// yieldWeeks is how many weeks a Yield goes back.
const yieldWeeks = 8

// YieldTime is how far back a Yield goes.
const YieldTime = yieldWeeks * week

const week = 7 * 24 * time.Hour

// A Yield is how many items of a source appeared in each of the last eight
// weeks, the oldest first: what the source is good for.
type Yield [yieldWeeks]int

// Total is the sum of all weeks.
func (y Yield) Total() (n int) {
	for _, items := range y {
		n += items
	}
	return n
}

// Yields is the Yield of each source, by its ID, as seen from now. since
// counts, by source, the items that appeared since a moment.
func Yields(ctx context.Context, since func(context.Context, time.Time) (map[string]int, error), now time.Time) (map[string]Yield, error) {
	yields := map[string]Yield{}
	counted := map[string]int{} // in the weeks after the one being counted
	for i := yieldWeeks - 1; i >= 0; i-- {
		counts, err := since(ctx, now.Add(-time.Duration(yieldWeeks-i)*week))
		if err != nil {
			return nil, err
		}
		for source, n := range counts {
			y := yields[source]
			y[i] = max(0, n-counted[source]) // an item may go between two questions
			yields[source] = y
		}
		counted = counts
	}
	return yields, nil
}

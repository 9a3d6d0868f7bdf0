package related

// A room hands out short slices of longer ones: thousands of small pieces cost
// the allocator and the collector more than what is in them.
type room[T any] struct {
	free []T
	size int // of the last block
}

const leastRoom, mostRoom = 64, 1 << 14

// take gives n zero values that nobody else has.
func (r *room[T]) take(n int) []T {
	if n > len(r.free) {
		r.size = min(max(2*r.size, leastRoom), mostRoom)
		r.free = make([]T, max(r.size, n))
	}
	piece := r.free[:n:n]
	r.free = r.free[n:]
	return piece
}

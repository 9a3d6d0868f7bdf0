package related

// A gramTable numbers grams, 3 or 4 letters in a row, as a table does strings.
type gramTable struct {
	under *gramTable // nil for most
	keys
}

// number gives the number of a gram, a new one when it has none.
func (t *gramTable) number(letters []rune) int32 {
	key := gram(letters)
	if t.under != nil {
		if n, known := t.under.find(key); known {
			return n
		}
	}
	n, known := t.find(key)
	if !known {
		n = int32(t.size())
		t.add(key, n)
	}
	return n
}

func (t *gramTable) size() int {
	if t.under == nil {
		return t.taken
	}
	return t.under.taken + t.taken
}

// gram packs letters, 16 bits each. Those beyond Unicode's first plane, with
// which no language here is written, are known by their last 16 bits.
func gram(letters []rune) uint64 {
	var g uint64
	for _, r := range letters {
		g = g<<16 | uint64(uint16(r))
	}
	return g
}

package related

import "math/bits"

// A table numbers strings in the order it meets them, going on where the table
// under it ends, which it reads and never changes. Most words have eight bytes
// or fewer: such a word is a number itself and found with one look at memory,
// which is what reading a large stock waits for.
type table struct {
	under *table // nil for most
	below int32  // how many strings the table under it holds
	short keys
	long  map[string]int32
}

// newTable returns a table over another one, which must not change any more, or
// over nil.
func newTable(under *table) table {
	t := table{under: under, long: map[string]int32{}}
	if under != nil {
		t.below = int32(under.size())
	}
	return t
}

// number gives the number of a string, a new one when it has none.
func (t *table) number(s string) (n int32, isNew bool) {
	key := packed(s)
	if t.under != nil {
		if n, known := t.under.find(s, key); known {
			return n, false
		}
	}
	if n, known := t.find(s, key); known {
		return n, false
	}
	n = int32(t.size())
	if key > 0 {
		t.short.add(key, n)
	} else {
		t.long[s] = n
	}
	return n, true
}

// find looks for a string in this table, not in the one under it.
func (t *table) find(s string, key uint64) (number int32, known bool) {
	if key > 0 {
		return t.short.find(key)
	}
	number, known = t.long[s]
	return number, known
}

func (t *table) size() int { return int(t.below) + t.short.taken + len(t.long) }

// packed is a string of up to eight bytes as a number; 0 for a longer one, for
// none, and for one that begins with a zero byte, as no word does.
func packed(s string) uint64 {
	if len(s) > 8 || s == "" || s[0] == 0 {
		return 0
	}
	var key uint64
	for i := range len(s) {
		key = key<<8 | uint64(s[i])
	}
	return key
}

// Keys give numbers to keys that are numbers themselves.
type keys struct {
	slots []slot // a power of two of them
	shift int    // that leaves of 64 bits as many as number the slots
	taken int
}

// A slot holds a key and its number plus 1; 0 says it is free.
type slot struct {
	key    uint64
	number int32
}

// leastSlots is how many there are when there are any.
const leastSlots = 64

func (k *keys) find(key uint64) (number int32, known bool) {
	if len(k.slots) == 0 {
		return 0, false
	}
	for i := k.place(key); k.slots[i].number > 0; i = (i + 1) & (len(k.slots) - 1) {
		if k.slots[i].key == key {
			return k.slots[i].number - 1, true
		}
	}
	return 0, false
}

// add gives a number to a key that has none. At least half of the slots stay
// free, so that a search soon ends.
func (k *keys) add(key uint64, number int32) {
	k.taken++
	if 2*k.taken > len(k.slots) {
		old := k.slots
		k.slots = make([]slot, max(leastSlots, 2*len(old)))
		k.shift = 64 - bits.TrailingZeros(uint(len(k.slots)))
		for _, s := range old {
			if s.number > 0 {
				k.settle(s)
			}
		}
	}
	k.settle(slot{key, number + 1})
}

func (k *keys) settle(s slot) {
	i := k.place(s.key)
	for k.slots[i].number > 0 {
		i = (i + 1) & (len(k.slots) - 1)
	}
	k.slots[i] = s
}

// place is where a key lies when no other does. Multiplied by 2^64 over the
// golden ratio, the upper bits of all keys differ, whether they begin or end
// alike.
func (k *keys) place(key uint64) int {
	const golden = 0x9E3779B97F4A7C15
	return int(key * golden >> k.shift)
}

package health

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
)

// A table gives values to words that are known by a short hash only. Of a
// thousand words it does not know, one or two meet a hash by chance.
type table struct {
	hashes []uint32 // in order, hashBits bits each
	values []int8
	unit   float64 // what 1 stands for
	starts []int32 // where the hashes begin whose first drawerBits bits are 0, 1, 2 …
}

// drawerBits cut the hashes into drawers of a few, so that a search is short.
const drawerBits = 12

// sorted fills in where the drawers start.
func (t *table) sorted() {
	t.starts = make([]int32, 1<<drawerBits+1)
	for _, h := range t.hashes {
		t.starts[h>>(hashBits-drawerBits)+1]++
	}
	for i := range t.starts[1:] {
		t.starts[i+1] += t.starts[i]
	}
}

// hashBits keeps the tables small: two bytes or less a word.
const hashBits = 24

func hash(key string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(key))
	sum := h.Sum32()
	return (sum ^ sum>>hashBits) & (1<<hashBits - 1)
}

// newTable keeps the values that are not 0 when written in one byte.
func newTable(values map[string]float64) table {
	most := 0.0
	for _, v := range values {
		most = max(most, math.Abs(v))
	}
	t := table{unit: most / math.MaxInt8}
	sums := map[uint32]float64{}
	var hashes []uint32
	for key, v := range values {
		h := hash(key)
		if old, met := sums[h]; !met || math.Abs(v) > math.Abs(old) || math.Abs(v) == math.Abs(old) && v > old {
			sums[h] = v
		}
		hashes = append(hashes, h)
	}
	slices.Sort(hashes)
	for _, h := range slices.Compact(hashes) {
		if v := int8(math.Round(sums[h] / t.unit)); v != 0 {
			t.hashes, t.values = append(t.hashes, h), append(t.values, v)
		}
	}
	t.sorted()
	return t
}

// at is the value of a word; 0 when it is not known.
func (t table) at(h uint32) float64 {
	if len(t.starts) == 0 {
		return 0
	}
	drawer := h >> (hashBits - drawerBits)
	for i := t.starts[drawer]; i < t.starts[drawer+1]; i++ {
		if t.hashes[i] == h {
			return float64(t.values[i]) * t.unit
		}
	}
	return 0
}

func (t table) all(keys []string) []float64 {
	values := make([]float64, len(keys))
	for i, key := range keys {
		values[i] = t.at(hash(key))
	}
	return values
}

// append writes a table: its unit, its length, the steps from hash to hash, the values.
func (t table) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(t.unit))
	b = binary.AppendUvarint(b, uint64(len(t.hashes)))
	last := uint32(0)
	for _, h := range t.hashes {
		b = binary.AppendUvarint(b, uint64(h-last))
		last = h
	}
	for _, v := range t.values {
		b = append(b, byte(v))
	}
	return b
}

var errCut = errors.New("the file ends too early")

// parseTable reads what append wrote and gives the rest.
func parseTable(b []byte) (t table, rest []byte, err error) {
	if len(b) < 8 {
		return t, nil, errCut
	}
	t.unit = math.Float64frombits(binary.LittleEndian.Uint64(b))
	b = b[8:]
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)) {
		return t, nil, errCut
	}
	b = b[used:]
	last := uint64(0)
	t.hashes = make([]uint32, n)
	for i := range t.hashes {
		step, used := binary.Uvarint(b)
		if used <= 0 {
			return t, nil, errCut
		}
		if last += step; last >= 1<<hashBits {
			return t, nil, fmt.Errorf("hash %d of %d is too large", i+1, n)
		}
		t.hashes[i], b = uint32(last), b[used:]
	}
	if uint64(len(b)) < n {
		return t, nil, errCut
	}
	t.values = make([]int8, n)
	for i := range t.values {
		t.values[i] = int8(b[i])
	}
	t.sorted()
	return t, b[n:], nil
}

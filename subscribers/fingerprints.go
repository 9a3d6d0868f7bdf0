package subscribers

import "hash/maphash"

// fingerprints are a set of texts of which only 64 bits each are kept, so that
// a million addresses take 16 MB and not 100. Two texts with the same bits are
// taken for one: that happens in one of 40 million imports of a million rows.
// The bits are of this process only: nobody can prepare texts that share them.
type fingerprints struct {
	seed  maphash.Seed
	slots []uint64 // at the place that the bits say, or the next free one; 0 is free
	count int
}

func newFingerprints() fingerprints {
	return fingerprints{seed: maphash.MakeSeed(), slots: make([]uint64, 1024)}
}

// place is where a text's bits are, or belong.
func (f *fingerprints) place(bits uint64) int {
	for i := int(bits) & (len(f.slots) - 1); ; i = (i + 1) & (len(f.slots) - 1) {
		if f.slots[i] == bits || f.slots[i] == 0 {
			return i
		}
	}
}

// of is never 0, which marks a free slot.
func (f *fingerprints) of(text string) uint64 { return max(maphash.String(f.seed, text), 1) }

func (f *fingerprints) has(text string) bool {
	bits := f.of(text)
	return f.slots[f.place(bits)] == bits
}

func (f *fingerprints) add(text string) {
	if 4*f.count > 3*len(f.slots) {
		f.grow()
	}
	bits := f.of(text)
	if i := f.place(bits); f.slots[i] == 0 {
		f.slots[i] = bits
		f.count++
	}
}

// grow doubles the room.
func (f *fingerprints) grow() {
	known := f.slots
	f.slots = make([]uint64, 2*len(known))
	for _, bits := range known {
		if bits != 0 {
			f.slots[f.place(bits)] = bits
		}
	}
}

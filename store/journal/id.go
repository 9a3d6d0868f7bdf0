package journal

import "encoding/binary"

// IDs of subscribers are twenty digits and small letters. As two numbers of
// base 36 they take fourteen octets: twelve characters fit into eight, eight
// into six.
const (
	packedID = 0x80 // before a packed ID; a smaller octet is the length of a plain one
	longID   = 0x81 // before the length of a plain one that has more characters
)

// appendID writes an ID: fifteen octets for one of ours.
func appendID(dst []byte, id string) []byte {
	if len(id) == 20 {
		if head, ok := base36(id[:12]); ok {
			if tail, ok := base36(id[12:]); ok {
				dst = binary.BigEndian.AppendUint64(append(dst, packedID), head)
				return append(dst, byte(tail>>40), byte(tail>>32), byte(tail>>24), byte(tail>>16), byte(tail>>8), byte(tail))
			}
		}
	}
	if len(id) < packedID {
		return append(append(dst, byte(len(id))), id...)
	}
	return appendText(append(dst, longID), id)
}

// base36 reads digits and small letters as a number.
func base36(s string) (n uint64, ok bool) {
	worst := byte(0)
	for i := range len(s) {
		v := valueOf[s[i]]
		worst |= v
		n = n*36 + uint64(v)
	}
	return n, worst < 64
}

// digits are those of base 36, and valueOf their values; 64 is none.
const digits = "0123456789abcdefghijklmnopqrstuvwxyz"

var valueOf = func() (values [256]byte) {
	for i := range values {
		values[i] = 64
	}
	for i := range len(digits) {
		values[digits[i]] = byte(i)
	}
	return values
}()

// id reads what appendID wrote.
func (r *reader) id() string {
	kind := r.octets(1)
	switch {
	case r.err != nil:
		return ""
	case kind[0] < packedID:
		return string(r.octets(uint64(kind[0])))
	case kind[0] == longID:
		return r.text()
	case kind[0] != packedID:
		r.fail()
		return ""
	}
	packed := r.octets(14)
	if r.err != nil {
		return ""
	}
	var tail uint64
	for _, octet := range packed[8:] {
		tail = tail<<8 | uint64(octet)
	}
	var id [20]byte
	writeBase36(id[:12], binary.BigEndian.Uint64(packed))
	writeBase36(id[12:], tail)
	return string(id[:])
}

// writeBase36 fills dst with the last digits of a number.
func writeBase36(dst []byte, n uint64) {
	for i := len(dst) - 1; i >= 0; i-- {
		dst[i] = digits[n%36]
		n /= 36
	}
}

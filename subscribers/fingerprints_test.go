package subscribers

import (
	"strconv"
	"testing"
)

func TestFingerprintsForgetNothing(t *testing.T) {
	f := newFingerprints()
	for i := range 20_000 {
		text := strconv.Itoa(i)
		if f.has(text) {
			t.Fatalf("has(%q) before it was added", text)
		}
		f.add(text)
		f.add(text)
	}
	for i := range 20_000 {
		if text := strconv.Itoa(i); !f.has(text) {
			t.Fatalf("has(%q) = false, want true", text)
		}
	}
	if f.count != 20_000 || f.has("other") {
		t.Errorf("count, has(other) = %d, %v, want 20000, false", f.count, f.has("other"))
	}
}

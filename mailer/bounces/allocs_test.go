//go:build !race

// The race detector takes things out of pools at random.

package bounces

import "testing"

func TestTokenCostsOneAllocation(t *testing.T) {
	path := testPath(t, "bounces@mail.example.org", testKeys(t, "a"))
	if got := testing.AllocsPerRun(1000, func() { path.Address(Sent{"05k3q9zzhgmnopqrst22", 118}) }); got > 1 {
		t.Errorf("Address: got %v allocations, want its string only", got)
	}
}

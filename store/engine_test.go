package store_test

import (
	"testing"

	"weekward/store/storetest"
)

// The last commits of a send that was stopped are those that a power cut must not
// take.
func TestStoppedCheapCommitLeavesTheNextOneDurable(t *testing.T) {
	s := storetest.Open(t)
	for range 300 {
		if err := s.StopCheaply(t.Context()); err == nil {
			t.Fatal("StopCheaply = nil, want that it was stopped")
		}
		if got, err := s.Synchronous(t.Context()); err != nil || got != 2 {
			t.Fatalf("after it the next commit waits for %d, %v, want 2, the disk", got, err)
		}
	}
}

package store_test

import (
	"testing"

	"weekward/store"
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

// A sender that was stopped in the midst of a transaction must not keep the
// others waiting for its locks.
func TestTransactionThatStandsStillIsEndedByTheServer(t *testing.T) {
	address := storetest.Postgres(t)
	for more, want := range map[string]string{"": "1min", "&idle_in_transaction_session_timeout=7s": "7s"} {
		got, err := store.Setting(t.Context(), storetest.OpenAt(t, address+more), "idle_in_transaction_session_timeout")
		if err != nil || got != want {
			t.Errorf("limit of a transaction that stands still, address with %q: got %q, %v, want %q", more, got, err, want)
		}
	}
}

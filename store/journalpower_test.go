package store_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"weekward/store"
	"weekward/store/storetest"
	"weekward/subscribers"
)

// A power cut may take what the database had not synced, and leave it in the
// journal: that is no restored backup.
func TestF06WhatThePowerCutTookComesBackFromTheJournal(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		keep(t, s)
		sendNotices(t, s)
		s.ForgetSender("a")
		// Five claims were synced, four ends were not.
		do(t, s, "UPDATE deliveries SET state = 'queued', sender = '', done_at = NULL", "UPDATE journal SET seq = 5", "DELETE FROM senders")
		if err := s.Join(ctx, "b"); err != nil {
			t.Fatalf("Join = %v, want no refusal", err)
		}
		wantTexts(t, s, deliveriesAre, "l000:sent l001:bounced l002:queued l003:sent l004:queued")
		if err := s.Leave(ctx, "b"); err != nil {
			t.Fatal(err)
		}
	})
}

// Somebody who was being erased when the power failed is erased by the next
// send, from the files, too.
func TestF06ErasureThatAPowerCutTookLeavesNoTrace(t *testing.T) {
	address := filepath.Join(t.TempDir(), "subscribers.db")
	path := store.JournalPath(address, "")
	s := storetest.OpenAt(t, address)
	s.UseHashes(keys(t).Hashes)
	s.UseJournal(path, func() time.Time { return mailed })
	gone := person("somebody-who-was-erased")
	do(t, s, gone)
	if err := s.Forget(t.Context(), subscribers.Erasure{ID: "somebody-who-was-erased", Address: "hash"}); err != nil {
		t.Fatal(err)
	}
	unsettle(t, path)
	do(t, s, gone, "UPDATE journal SET seq = 0, place = 0")
	again := storetest.OpenAt(t, address)
	again.UseHashes(keys(t).Hashes)
	again.UseJournal(path, func() time.Time { return mailed })
	if err := again.Join(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	wantTexts(t, again, peopleAre, "")
	for _, end := range []string{"", "-wal"} {
		if data, err := os.ReadFile(address + end); err != nil || bytes.Contains(data, []byte("somebody-who-was-erased")) {
			t.Errorf("subscribers.db%s has the octets of who was erased (%v)", end, err)
		}
	}
	if err := again.Leave(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
}

// unsettle has a journal's last batch be one whose transaction is not known to be
// on the disk.
func unsettle(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const settledAt = 12 // of the head of a batch
	data[bytes.LastIndex(data, []byte("wwj"))-1+settledAt] = 0
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

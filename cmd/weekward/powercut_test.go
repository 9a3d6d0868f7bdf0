//go:build unix

package main

import (
	"database/sql"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"weekward/store"
	"weekward/store/journal"
)

// powerCuts is the environment's word on how often TestF06PowerCutMissesNobody
// cuts the power; 2 when empty.
const powerCuts = "WEEKWARD_TEST_POWER_CUTS"

// A power cut takes what was not synced yet: any part of the write-ahead log
// behind the last window's commit, of the journal behind the same, and of the
// sender's notes. Nobody is missing, and only who was in an open window may
// be mailed twice.
func TestF06PowerCutMissesNobody(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program several times")
	}
	cuts := 2
	if s := os.Getenv(powerCuts); s != "" {
		var err error
		if cuts, err = strconv.Atoi(s); err != nil {
			t.Fatalf("%s: %v", powerCuts, err)
		}
	}
	d := newDrill(t, time.Millisecond)
	open, doubles := 0, 0
	for cut := range cuts {
		cmd, done := d.startSend(t)
		for target := restoreReaders * (2*cut + 1) / (2 * cuts); len(d.relay.count()) < target; {
			d.mailedUpTo(d.relay.total()+1, done)
		}
		time.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond)
		cmd.Process.Kill()
		<-done
		doubles = countDoubles(d.relay.count())
		if doubles > open {
			t.Errorf("cut %d: %d doubles so far, want at most the %d that were in open windows", cut, doubles, open)
		}
		open += d.cutPower()
	}
	d.want(exitDone, "", "send")
	t.Logf("%d power cuts: %d doubles, %d were in open windows", cuts, countDoubles(d.relay.count()), open)
	d.served(nil, open)
}

// cutPower has the disk forget some of what it was not asked to keep, and
// returns how many deliveries are in open windows then.
func (d *drill) cutPower() (open int) {
	d.Helper()
	os.Remove(d.database() + "-shm") // made anew from the log
	d.damageNotes()
	settled := d.damageJournal()
	whole, err := os.ReadFile(d.database() + "-wal")
	if err != nil && !os.IsNotExist(err) {
		d.Fatal(err)
	}
	// What was synced stays: a database that knows less than what is settled
	// in the journal would be one whose disk has lied.
	for range 20 {
		if d.try(damage(whole, rand.IntN(len(whole)+1))) >= settled {
			break
		}
		d.try(whole)
	}
	if got := d.try(nil); got < settled {
		d.Fatalf("the database knows %d entries, and %d are settled", got, settled)
	}
	db := d.raw()
	defer db.Close()
	var integrity string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&integrity); err != nil || integrity != "ok" {
		d.Errorf("integrity_check: got %q, %v, want ok", integrity, err)
	}
	if err := db.QueryRow("SELECT COUNT(*) FROM deliveries WHERE state IN ('claimed', 'sending')").Scan(&open); err != nil {
		d.Fatal(err)
	}
	return open
}

func (d *drill) raw() *sql.DB {
	d.Helper()
	db, err := sql.Open("sqlite", "file:"+d.database())
	if err != nil {
		d.Fatal(err)
	}
	return db
}

// try puts a log beside a copy of the database and returns how many entries of
// the journal that knows. With nil it asks the database as it is; else the log
// is put beside that, too.
func (d *drill) try(log []byte) (seq int64) {
	d.Helper()
	if log != nil {
		if err := os.WriteFile(d.database()+"-wal", log, 0o600); err != nil {
			d.Fatal(err)
		}
	}
	copied := filepath.Join(d.T.TempDir(), "copy.db")
	for _, end := range []string{"", "-wal"} {
		if data, err := os.ReadFile(d.database() + end); err == nil {
			os.WriteFile(copied+end, data, 0o600)
		}
	}
	db, err := sql.Open("sqlite", "file:"+copied)
	if err != nil {
		d.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow("SELECT seq FROM journal").Scan(&seq); err != nil {
		d.Fatalf("open what the power cut left: %v", err)
	}
	return seq
}

// damage cuts data at a place, or flips a bit there.
func damage(data []byte, at int) []byte {
	if rand.IntN(2) == 0 || at >= len(data) {
		return append([]byte{}, data[:at]...)
	}
	flipped := append([]byte{}, data...)
	flipped[at] ^= 1 << rand.IntN(8)
	return flipped
}

// damageNotes damages what the killed sender noted: none of it was synced.
func (d *drill) damageNotes() {
	d.Helper()
	notes, _ := filepath.Glob(d.database() + ".sender-*")
	for _, path := range notes {
		data, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, damage(data, rand.IntN(len(data)+1)), 0o600)
		}
		if err != nil {
			d.Fatal(err)
		}
	}
}

// damageJournal damages the journal behind the last batch that was synced, and
// returns the number of the last entry that is settled.
func (d *drill) damageJournal() (settled int64) {
	d.Helper()
	path := store.JournalPath(d.database(), "")
	data, err := os.ReadFile(path)
	if err != nil {
		d.Fatal(err)
	}
	settled = d.settled(path)
	for range 20 {
		torn := filepath.Join(d.T.TempDir(), "journal")
		damaged := damage(data, len(data)-rand.IntN(min(len(data), 4096)))
		if err := os.WriteFile(torn, damaged, 0o600); err != nil {
			d.Fatal(err)
		}
		if d.settled(torn) == settled {
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				d.Fatal(err)
			}
			break
		}
	}
	return settled
}

func (d *drill) settled(path string) int64 {
	f, err := journal.Open(path)
	if err != nil {
		return -1
	}
	defer f.Close()
	if err := f.CatchUp(); err != nil {
		d.Fatal(err)
	}
	return f.Settled
}

// What a disk that lies about its syncs has lost is not known to the database,
// but it is to the journal.
func TestF06LogThatIsGoneIsLikeARestoredBackup(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program")
	}
	d := newDrill(t, time.Millisecond)
	d.killSend(func() {})
	for _, end := range []string{"-wal", "-shm"} {
		if err := os.Remove(d.database() + end); err != nil {
			t.Fatal(err)
		}
	}
	if code, said := d.verb("send"); code == exitRefused {
		if !strings.Contains(said, "the journal is ahead of the database by") {
			t.Fatalf("send: exit %d and %q, want that the journal is ahead", code, said)
		}
		d.want(exitDone, "", "reconcile")
		d.want(exitDone, "", "send")
	} else if code != exitDone {
		t.Fatalf("send: exit %d and %q", code, said)
	}
	d.served(nil, stopConnections)
}

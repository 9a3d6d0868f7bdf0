package store_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"weekward/feeds"
	"weekward/store"
	"weekward/store/storetest"
)

// at reads a time of a test.
func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

var monday = at("2026-03-02T09:00:00Z")

func TestProcessesThatStartAtOnceAllFindTheSchema(t *testing.T) {
	open := func(t *testing.T, address string) {
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() {
				s, err := store.Open(t.Context(), address)
				if err != nil {
					errs[i] = err
					return
				}
				_, err = s.Visits(t.Context())
				errs[i] = errors.Join(err, s.Close())
			})
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Errorf("Open of one new database by %d at once = %v, want no error", len(errs), err)
		}
	}
	t.Run("sqlite", func(t *testing.T) { open(t, filepath.Join(t.TempDir(), "subscribers.db")) })
	t.Run("postgres", func(t *testing.T) { open(t, storetest.Postgres(t)) })
}

func TestReadingOnlyLeavesTheFileAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "subscribers.db")
	writer := storetest.OpenAt(t, path)
	addSource(t, writer, "first")

	reader, err := store.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatalf("OpenReadOnly beside a writer: %v", err)
	}
	before := fingerprint(t, path)
	if sources, err := reader.Sources(t.Context()); err != nil || len(sources) != 1 {
		t.Errorf("Sources() beside a writer = %d, %v, want 1", len(sources), err)
	}
	if err := reader.AddSource(t.Context(), feeds.Source{ID: "x", Kind: feeds.KindFeed}, monday); err == nil {
		t.Error("AddSource() on a read-only store succeeded, want an error")
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	if fingerprint(t, path) != before {
		t.Error("the database file changed while it was read only, want the same octets")
	}
	addSource(t, writer, "second") // the writer goes on as before
}

func TestReadingOnlyNeedsNoWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "subscribers.db")
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	addSource(t, s, "first")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before := fingerprint(t, path)
	reader, err := store.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatalf("OpenReadOnly: %v", err)
	}
	if sources, err := reader.Sources(t.Context()); err != nil || len(sources) != 1 {
		t.Errorf("Sources() = %d, %v, want 1", len(sources), err)
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	if fingerprint(t, path) != before {
		t.Error("the database file changed while it was read only, want the same octets")
	}
}

func TestReadingOnlyKeepsPostgresAsItIs(t *testing.T) {
	address := storetest.Postgres(t)
	addSource(t, storetest.OpenAt(t, address), "first")
	reader, err := store.OpenReadOnly(t.Context(), address)
	if err != nil {
		t.Fatalf("OpenReadOnly: %v", err)
	}
	defer reader.Close()
	if sources, err := reader.Sources(t.Context()); err != nil || len(sources) != 1 {
		t.Errorf("Sources() = %d, %v, want 1", len(sources), err)
	}
	if err := reader.AddSource(t.Context(), source("second"), monday); err == nil {
		t.Error("AddSource() on a read-only store succeeded, want an error")
	}
}

// TestSubscribersHoldNoMoreThanIsNeeded lists what is known of a person, so
// that a new column is a decision (GDPR, article 5(1)(c)).
func TestSubscribersHoldNoMoreThanIsNeeded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "subscribers.db")
	storetest.OpenAt(t, path)
	db := raw(t, path)
	for table, want := range map[string]string{
		"subscribers":  "id email email_key name lang zone topics format state attributes epoch created_at confirmed_at left_at",
		"consents":     "subscriber version wording form from_network requested_at confirmed_at confirmed_from withdrawn_at",
		"suppressions": "hash reason suppressed_at",
		"signups":      "address network domain mailed at_time",
	} {
		var got string
		err := db.QueryRow("SELECT GROUP_CONCAT(name, ' ') FROM (SELECT name FROM pragma_table_info($1) ORDER BY cid)", table).Scan(&got)
		if err != nil || got != want {
			t.Errorf("columns of %s = %s, %v, want %s", table, got, err, want)
		}
	}
}

func TestSchemaRefusesWhatTheRulesForbid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "subscribers.db")
	storetest.OpenAt(t, path)
	db := raw(t, path)
	insert := func(id, key, state string, confirmed any) error {
		_, err := db.Exec("INSERT INTO subscribers (id, email, email_key, state, created_at, confirmed_at) VALUES ($1, $2, $2, $3, '2026-03-02 09:00:00+00:00', $4)",
			id, key, state, confirmed)
		return err
	}
	if err := insert("a", "ann@example.org", "active", "2026-03-02 09:00:00+00:00"); err != nil {
		t.Fatalf("insert a subscriber: %v", err)
	}
	for why, err := range map[string]error{
		"a second one with that address": insert("b", "ann@example.org", "pending", nil),
		"active without a confirmation":  insert("c", "bob@example.org", "active", nil),
		"a state of no name":             insert("d", "cal@example.org", "friend", nil),
	} {
		if err == nil {
			t.Errorf("the schema takes %s, want it refused", why)
		}
	}
	if _, err := db.Exec("INSERT INTO consents (subscriber, requested_at) VALUES ('nobody', '2026-03-02 09:00:00+00:00')"); err == nil {
		t.Error("the schema takes a consent of nobody, want it refused")
	}
}

func TestReadingOnlySaysThatThereIsNoDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "subscribers.db")
	if _, err := store.OpenReadOnly(t.Context(), path); !errors.Is(err, store.ErrNoDatabase) {
		t.Errorf("OpenReadOnly(missing) = %v, want ErrNoDatabase", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after OpenReadOnly(missing) the file is there (%v), want none", err)
	}
}

func TestReadingOnlySaysThatTheDatabaseIsOld(t *testing.T) {
	path := filepath.Join(t.TempDir(), "subscribers.db")
	storetest.OpenAt(t, path)
	if _, err := raw(t, path).Exec("DELETE FROM goose_db_version WHERE version_id = (SELECT MAX(version_id) FROM goose_db_version)"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.OpenReadOnly(t.Context(), path); !errors.Is(err, store.ErrOldSchema) {
		t.Errorf("OpenReadOnly(a step behind) = %v, want ErrOldSchema", err)
	}
}

func TestDatabaseIsReadableByItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "subscribers.db")
	addSource(t, storetest.OpenAt(t, path), "first")
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("mode of %s = %04o, want 0600", filepath.Base(file), info.Mode().Perm())
		}
	}
}

func TestBackupIsACopyOfOneMoment(t *testing.T) {
	dir := t.TempDir()
	s := storetest.OpenAt(t, filepath.Join(dir, "subscribers.db"))
	addSource(t, s, "first")
	file := filepath.Join(dir, "copy.db")
	if err := s.Backup(t.Context(), file); err != nil {
		t.Fatalf("Backup: %v", err)
	}
	addSource(t, s, "second")

	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the backup = %v, %v, want 0600", info.Mode(), err)
	}
	copied := storetest.OpenAt(t, file)
	sources, err := copied.Sources(t.Context())
	if err != nil || len(sources) != 1 || sources[0].ID != "first" {
		t.Errorf("Sources() of the backup = %v, %v, want only the first", sources, err)
	}
	if h, err := copied.Health(t.Context()); err != nil || len(h.Problems) > 0 {
		t.Errorf("Health() of the backup = %v, %v, want no problems", h.Problems, err)
	}
}

func TestBackupNeverOverwrites(t *testing.T) {
	dir := t.TempDir()
	s := storetest.OpenAt(t, filepath.Join(dir, "subscribers.db"))
	file := filepath.Join(dir, "letters.txt")
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), file); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Backup(existing file) = %v, want fs.ErrExist", err)
	}
	if data, _ := os.ReadFile(file); string(data) != "mine" {
		t.Errorf("the existing file holds %q now, want it untouched", data)
	}
}

func TestBackupOfPostgresNamesItsTool(t *testing.T) {
	s := storetest.OpenAt(t, storetest.Postgres(t))
	if err := s.Backup(t.Context(), filepath.Join(t.TempDir(), "copy.db")); !errors.Is(err, store.ErrUsePgDump) {
		t.Errorf("Backup() on PostgreSQL = %v, want ErrUsePgDump", err)
	}
}

func TestHealthOfAGoodDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h, err := s.Health(t.Context())
		if err != nil || len(h.Problems) > 0 || h.Schema < 2 || h.Bytes == 0 || h.Engine == "" {
			t.Errorf("Health() = %+v, %v, want no problems, a schema of 2 or more, a size and an engine", h, err)
		}
	})
}

func TestHealthFindsADamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "subscribers.db")
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveItems(t.Context(), manyItems(500), monday); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(data) * 3 / 4; i < len(data)*3/4+3*4096; i++ { // behind the schema, among the items
		data[i] ^= 0x5a
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	reader, err := store.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if h, err := reader.Health(t.Context()); err == nil && len(h.Problems) < 2 {
		t.Errorf("Health() of a damaged file with mode 0644 = %v, want both faults", h.Problems)
	}
}

func TestNothingLeavesAMarkOnACancelledContext(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.AddSource(ctx, source("late"), monday); !errors.Is(err, context.Canceled) {
			t.Errorf("AddSource() when cancelled = %v, want context.Canceled", err)
		}
		if all, err := s.Sources(t.Context()); err != nil || len(all) != 0 {
			t.Errorf("Sources() = %v, %v, want none", all, err)
		}
	})
}

func source(id string) feeds.Source {
	return feeds.Source{ID: id, Kind: feeds.KindFeed, URL: "https://" + id + ".example.org/feed", Weight: 1}
}

func addSource(t *testing.T, s *store.Store, id string) {
	t.Helper()
	if err := s.AddSource(t.Context(), source(id), monday); err != nil {
		t.Fatalf("AddSource(%s): %v", id, err)
	}
}

func fingerprint(t *testing.T, path string) [32]byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(data)
}

// raw opens the same SQLite file beside the store, for what no method tells.
func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(ON)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

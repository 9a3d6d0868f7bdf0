// Package storetest opens stores for tests: a temporary SQLite file, and
// PostgreSQL where a server is installed.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"weekward/store"
)

// Each runs f once on SQLite and once on PostgreSQL, each time with an empty
// database.
func Each(t *testing.T, f func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, Open(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, OpenAt(t, PostgresWithSchema(t))) })
}

// Open opens an empty SQLite database in a temporary folder.
func Open(t testing.TB) *store.Store {
	t.Helper()
	return OpenAt(t, filepath.Join(t.TempDir(), "subscribers.db"))
}

// OpenAt opens the database at address and closes it when the test ends.
func OpenAt(t testing.TB, address string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), address)
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	return s
}

// Postgres makes an empty PostgreSQL database and returns its address. It asks
// WEEKWARD_TEST_POSTGRES for a server, else starts a private one that all tests
// of the process share. The test is skipped where no server is installed, or
// fails when WEEKWARD_REQUIRE_SERVERS is set.
func Postgres(t testing.TB) string {
	t.Helper()
	return postgres(t, false)
}

// PostgresWithSchema is Postgres with the schema in the database, for whoever
// opens a store on it.
func PostgresWithSchema(t testing.TB) string {
	t.Helper()
	return postgres(t, true)
}

// postgres makes a database, empty or with the schema in it: copying one is
// quicker than migrating.
func postgres(t testing.TB, migrated bool) string {
	t.Helper()
	server, template := os.Getenv("WEEKWARD_TEST_POSTGRES"), ""
	if server == "" {
		c, err := sharedPostgres()
		if errors.Is(err, errNotInstalled) {
			Missing(t, "PostgreSQL")
		}
		if err != nil {
			t.Fatalf("start PostgreSQL: %v", err)
		}
		if server = c.address; migrated {
			template = " TEMPLATE " + schemaDatabase
		}
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatalf("reach PostgreSQL: %v", err)
	}
	name := "weekward_" + strings.ToLower(rand.Text()[:12])
	if _, err := admin.Exec("CREATE DATABASE " + name + template); err != nil {
		t.Fatalf("make a PostgreSQL database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop the PostgreSQL database: %v", err)
		}
		admin.Close()
	})
	return database(server, name)
}

// database is the address of a database on a server.
func database(server, name string) string {
	return strings.Replace(server, "/postgres?", "/"+name+"?", 1)
}

// Missing skips the test with a clear line because a server is not installed,
// or fails it when WEEKWARD_REQUIRE_SERVERS is set.
func Missing(t testing.TB, server string) {
	t.Helper()
	if os.Getenv("WEEKWARD_REQUIRE_SERVERS") != "" {
		t.Fatalf("%s is not installed, and WEEKWARD_REQUIRE_SERVERS asks for it", server)
	}
	t.Skipf("%s is not installed", server)
}

var errNotInstalled = errors.New("PostgreSQL is not installed")

// A cluster is a private server. It lives until keeper is closed, by this
// process or by its end.
type cluster struct {
	address string
	keeper  io.Closer
}

// sharedPostgres is the private server of this process, started when a test
// first asks for it.
var sharedPostgres = sync.OnceValues(startPostgres)

// startPostgres starts a private cluster on a free loopback port. PostgreSQL
// refuses to run as root, so root hands it to the user postgres.
func startPostgres() (*cluster, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return nil, errNotInstalled
	}
	bin := filepath.Dir(found[len(found)-1])
	dir, err := os.MkdirTemp("", "weekward-postgres-")
	if err != nil {
		return nil, err
	}
	as := &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the tests; the server ends by itself
	if os.Geteuid() == 0 {
		uid, gid, err := postgresUser()
		if err != nil {
			return nil, err
		}
		if err := os.Chown(dir, uid, gid); err != nil {
			return nil, err
		}
		as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = as, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	keeper, err := serve(bin, dir, port, as)
	if err != nil {
		return nil, err
	}
	c := &cluster{fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port), keeper}
	return c, c.prepare()
}

// serve runs the server under a shell that waits for the end of its standard
// input, which this process holds open. However the tests end, the server
// stops and its files are removed.
func serve(bin, dir string, port int, as *syscall.SysProcAttr) (io.Closer, error) {
	const script = `"$1/postgres" -D "$2/data" -p "$3" -k "$2" -c listen_addresses=127.0.0.1 -c max_connections=100 -c fsync=off >"$2/log" 2>&1 &
		cat >/dev/null; kill -INT $!; wait; cd /; rm -rf "$2"`
	shell := exec.Command("/bin/sh", "-c", script, "sh", bin, dir, strconv.Itoa(port))
	shell.SysProcAttr, shell.Dir = as, dir
	keeper, err := shell.StdinPipe()
	if err != nil {
		return nil, err
	}
	return keeper, shell.Start()
}

// schemaDatabase holds the schema and nothing else.
const schemaDatabase = "weekward_schema"

// prepare waits for the server and makes schemaDatabase.
func (c *cluster) prepare() error {
	db, err := sql.Open("pgx", c.address)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := waitFor(db); err != nil {
		return err
	}
	if _, err := db.Exec("CREATE DATABASE " + schemaDatabase); err != nil {
		return err
	}
	s, err := store.Open(context.Background(), database(c.address, schemaDatabase))
	if err != nil {
		return err
	}
	return s.Close()
}

func waitFor(db *sql.DB) error {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		err := db.Ping()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("it did not answer within 30 s: %w", err)
		}
	}
}

func postgresUser() (uid, gid int, err error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		return 0, 0, fmt.Errorf("it does not run as root: %w", err)
	}
	uid, err = strconv.Atoi(u.Uid)
	if err == nil {
		gid, err = strconv.Atoi(u.Gid)
	}
	return uid, gid, err
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

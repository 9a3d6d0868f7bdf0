//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"weekward/store"
)

const restoreReaders = 240

// A drill is a newsletter whose database is lost around a send.
type drill struct {
	*newsletter
	*testing.T
	relay *relay
	slot  time.Time
	data  string // the folder of the database
}

func newDrill(t *testing.T, delay time.Duration) *drill { return newDrillIn(t, delay, "") }

// newDrillIn has the newsletter's files in a folder of the test's choice.
func newDrillIn(t *testing.T, delay time.Duration, dir string) *drill {
	t.Helper()
	d := &drill{T: t, relay: startRelay(t, delay), slot: time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)}
	feed := reads(smallWeek(t, d.slot))
	d.newsletter = newNewsletter(t, func(c *Config) {
		feed(c)
		c.Schedule.Review = "send" // nobody needs to approve it
		if dir != "" {
			c.Database.URL = filepath.Join(dir, "subscribers.db")
		}
	})
	if dir == "" {
		dir = d.dir
	}
	d.data = dir
	t.Setenv("WEEKWARD_NOW", d.slot.Format(time.RFC3339))
	t.Setenv("WEEKWARD_SMTP_URL", "smtp://"+d.relay.addr)
	d.weekward(t, nil, "collect")
	d.subscribe(t, restoreReaders)
	return d
}

// verb runs a verb and returns its exit code and all that it said.
func (d *drill) verb(args ...string) (code int, said string) {
	d.Helper()
	var out bytes.Buffer
	code = run(d.Context(), append(args, "--config", d.config()), strings.NewReader(""), &out, &out)
	return code, out.String()
}

// want runs a verb that must end with that code and say that.
func (d *drill) want(code int, saying string, args ...string) string {
	d.Helper()
	got, said := d.verb(args...)
	if got != code || !strings.Contains(said, saying) {
		d.Fatalf("weekward %s: exit %d and %q, want %d and %q", strings.Join(args, " "), got, said, code, saying)
	}
	return said
}

func (d *drill) database() string { return filepath.Join(d.data, "subscribers.db") }

func (d *drill) backup() string {
	d.Helper()
	file := filepath.Join(d.dir, fmt.Sprintf("backup-%d.db", rand.Int()))
	d.weekward(d.T, nil, "backup", file)
	return file
}

// restore puts a copy in the database's place by hand, as a person would.
func (d *drill) restore(file string) {
	d.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		d.Fatal(err)
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(d.database() + end); err != nil && !os.IsNotExist(err) {
			d.Fatal(err)
		}
	}
	if err := os.WriteFile(d.database(), data, 0o600); err != nil {
		d.Fatal(err)
	}
}

// killSend starts a send, has it stand still for do when half of the readers are
// mailed, and kills it soon after.
func (d *drill) killSend(do func()) {
	d.Helper()
	cmd, done := d.startSend(d.T)
	d.mailedUpTo(restoreReaders/2, done)
	cmd.Process.Signal(syscall.SIGSTOP)
	do()
	cmd.Process.Signal(syscall.SIGCONT)
	d.mailedUpTo(d.relay.total()+20, done)
	cmd.Process.Kill()
	<-done
}

// mailedUpTo waits until the relay took so many mails of a send.
func (d *drill) mailedUpTo(total int, done <-chan error) {
	d.Helper()
	for d.relay.total() < total {
		select {
		case err := <-done:
			d.Fatalf("the send ended by itself after %d mails: %v", d.relay.total(), err)
		case <-time.After(time.Millisecond):
		}
	}
}

// unmailed returns readers who got nothing yet.
func (d *drill) unmailed(n int) (found []string) {
	d.Helper()
	got := d.relay.count()
	for i := range restoreReaders {
		if a := fmt.Sprintf("reader%04d@example.org", i); got[a] == 0 {
			found = append(found, a)
		}
	}
	if len(found) < n {
		d.Fatalf("%d readers are not mailed yet, want %d", len(found), n)
	}
	return found[len(found)-n:]
}

// depart has four readers go who were not mailed yet: one leaves, one is
// suppressed, one is erased, one is erased who was mailed.
func (d *drill) depart() (gone []string, erased []string) {
	d.Helper()
	gone = d.unmailed(3)
	for address := range d.relay.count() {
		erased = []string{gone[2], address}
	}
	d.weekward(d.T, nil, "subscribers", "remove", gone[0])
	d.suppress(gone[1])
	for _, address := range erased {
		d.weekward(d.T, nil, "subscribers", "forget", address)
	}
	return gone, erased
}

// suppress reads a complaint about a reader.
func (d *drill) suppress(address string) {
	d.Helper()
	e := &environment{options: &options{config: d.config(), quiet: true}, terminal: &terminal{out: &bytes.Buffer{}, err: &bytes.Buffer{}}}
	a, err := e.open(d.Context())
	if err != nil {
		d.Fatal(err)
	}
	defer a.close()
	r, err := a.service().Show(d.Context(), address)
	if err == nil {
		err = a.service().Suppress(d.Context(), r.ID, "complained")
	}
	if err != nil {
		d.Fatal(err)
	}
}

// served checks that everybody but those who had gone was mailed, and how many
// came twice.
func (d *drill) served(gone []string, most int) {
	d.Helper()
	got := d.relay.count()
	for i := range restoreReaders {
		address := fmt.Sprintf("reader%04d@example.org", i)
		if slices.Contains(gone, address) != (got[address] == 0) {
			d.Errorf("%s: got %d mails; is it one who had gone: %v", address, got[address], slices.Contains(gone, address))
		}
	}
	if doubles := countDoubles(got); doubles > most {
		d.Errorf("doubles: got %d, want at most %d", doubles, most)
	}
	if len(d.relay.changed) > 0 {
		d.Errorf("second copies differ from the first: %v", d.relay.changed)
	}
}

// erasedEverywhere looks for the octets of addresses in the database's files.
func (d *drill) erasedEverywhere(addresses []string) {
	d.Helper()
	filepath.WalkDir(d.data, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasPrefix(e.Name(), "subscribers.db") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, address := range addresses {
			if bytes.Contains(data, []byte(address)) {
				d.Errorf("%s has the octets of %s, who was erased", e.Name(), address)
			}
		}
		return nil
	})
}

// states are those of the readers.
func (d *drill) states(addresses []string) string {
	d.Helper()
	var all []string
	for _, address := range addresses {
		var r struct {
			State string `json:"state"`
		}
		d.weekward(d.T, &r, "subscribers", "show", address)
		all = append(all, r.State)
	}
	return strings.Join(all, " ")
}

func TestF26RestoredBackupMailsNobodyTwice(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program several times")
	}
	t.Run("made before the issue was frozen", func(t *testing.T) {
		d := newDrill(t, 2*time.Millisecond)
		file := d.backup()
		d.killSend(func() {})
		d.goesOnFrom(file)
	})
	t.Run("made in mid-send", func(t *testing.T) {
		d := newDrill(t, 2*time.Millisecond)
		var file string
		d.killSend(func() { file = d.backup() })
		d.want(exitDone, "", "subscribers", "list", "--json") // somebody opens the database in between
		d.goesOnFrom(file)
	})
}

// goesOnFrom restores a backup after a send that was killed, and wants it to
// end as if nothing had been lost.
func (d *drill) goesOnFrom(file string) {
	d.Helper()
	gone, erased := d.depart()
	d.restore(file)
	before := d.relay.total()
	d.want(exitRefused, "the journal is ahead of the database by", "send")
	d.want(exitRefused, `hint: "weekward reconcile"`, "send", "--now", "--approve")
	said := d.want(exitDone, "Nothing was written", "reconcile", "--dry-run")
	if !regexp.MustCompile(`(?s)left +1\n.*suppressed +1\n.*erased again +2\n`).MatchString(said) {
		d.Errorf("reconcile --dry-run said %q, want 2 erased again, one suppressed and one who left", said)
	}
	d.want(exitRefused, "the journal is ahead of the database by", "send")
	if got := d.relay.total(); got != before {
		d.Errorf("mails before reconcile: got %d more, want none", got-before)
	}
	d.want(exitDone, "The database is up to its journal", "reconcile")
	d.want(exitNothing, "as far as its journal", "reconcile")
	if got := d.states(gone); got != "unsubscribed suppressed suppressed" {
		d.Errorf("states of who had gone: got %q, want unsubscribed, suppressed, and of the erased one only that it must not come back", got)
	}
	d.want(exitDone, "", "send")
	d.served(gone, stopConnections)
	d.erasedEverywhere(erased)
	d.want(exitNothing, "", "send")
}

func TestF26BackupFromBeforeAWholeIssueSendsNothingAgain(t *testing.T) {
	d := newDrill(t, 0)
	file := d.backup()
	d.want(exitDone, "", "send")
	d.restore(file)
	d.want(exitRefused, "the journal is ahead", "send")
	d.want(exitDone, "issue 1 is sent: 240 mailed, 0 to go; the backup did not know it", "reconcile")
	if got, said := d.verb("send"); got != exitNothing {
		d.Errorf("send after reconcile: exit %d and %q, want %d", got, said, exitNothing)
	}
	d.served(nil, 0)
	var r struct {
		State string `json:"state"`
		Sent  int    `json:"sent"`
	}
	d.weekward(t, &r, "status", "1")
	if r.State != "sent" || r.Sent != restoreReaders {
		d.Errorf("status 1: got %+v, want it sent to %d", r, restoreReaders)
	}
}

// Whoever leaves after a backup and before anything else happens is known,
// too, and so is what the editor decided.
func TestF26BackupKnowsOfOneDeparture(t *testing.T) {
	d := newDrill(t, 0)
	file := d.backup()
	d.weekward(t, nil, "subscribers", "remove", "reader0007@example.org")
	d.restore(file)
	d.want(exitRefused, "the journal is ahead of the database by 1 entry", "send")
	d.weekward(t, nil, "subscribers", "remove", "reader0008@example.org") // people may leave meanwhile
	d.want(exitRefused, "the journal is ahead of the database by 2 entries", "send")
	d.want(exitDone, "left", "reconcile")
	d.want(exitDone, "", "send")
	d.served([]string{"reader0007@example.org", "reader0008@example.org"}, 0)
}

func TestF26BackupWithoutItsJournalAsksFirst(t *testing.T) {
	d := newDrill(t, 0)
	d.weekward(t, nil, "subscribers", "remove", "reader0001@example.org")
	file := d.backup()
	journal := store.JournalPath(d.database(), "")
	if err := os.Rename(journal, journal+".away"); err != nil {
		t.Fatal(err)
	}
	d.restore(file)
	d.want(exitRefused, "is not there, and this database is a restored backup", "send")
	d.weekward(t, nil, "subscribers", "remove", "reader0002@example.org")
	d.want(exitRefused, "--without-journal", "send")
	d.want(exitDone, "", "reconcile", "--without-journal", "--dry-run")
	d.want(exitRefused, "is not there", "send")
	d.want(exitDone, "", "reconcile", "--without-journal")
	d.want(exitDone, "", "send")
	d.served([]string{"reader0001@example.org", "reader0002@example.org"}, 0)
}

// The database in use is whole by itself.
func TestF26LostJournalIsBegunAnew(t *testing.T) {
	d := newDrill(t, 0)
	d.weekward(t, nil, "subscribers", "remove", "reader0001@example.org")
	if err := os.Remove(store.JournalPath(d.database(), "")); err != nil {
		t.Fatal(err)
	}
	d.want(exitDone, "is missing, and a new one is begun", "send")
	if info, err := os.Stat(store.JournalPath(d.database(), "")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the new journal: got %v, %v, want mode 0600", info, err)
	}
	d.served([]string{"reader0001@example.org"}, 0)
	if err := os.WriteFile(store.JournalPath(d.database(), ""), []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.want(exitRefused, "cannot be read", "send")
}

// A sender on the database that was there before does not mail beside the one
// that replaced it.
func TestF26ReconcileWaitsForSendersToEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program")
	}
	d := newDrill(t, 2*time.Millisecond)
	file := d.backup()
	d.killSend(func() {
		d.restore(file)
		d.want(exitRefused, "a sender is at work", "reconcile")
	})
}

func TestRestorePutsABackupInPlace(t *testing.T) {
	d := newDrill(t, 0)
	file := d.backup()
	d.weekward(t, nil, "subscribers", "remove", "reader0001@example.org")
	broken := filepath.Join(d.dir, "broken.db")
	if err := os.WriteFile(broken, []byte("SQLite format 3, not"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.want(exitFailed, "not a whole backup", "restore", broken)
	d.want(exitFailed, "hint: name another file", "restore", broken)
	d.want(exitFailed, "no such file", "restore", filepath.Join(d.dir, "none.db"))
	d.want(exitDone, "weekward reconcile", "restore", file)
	d.want(exitRefused, "ahead of the database by 1 entry", "send")
	d.want(exitRefused, "still kept", "restore", file)
	d.want(exitDone, "left", "reconcile")
	if info, err := os.Stat(d.database()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the restored database: got %v, %v, want mode 0600", info, err)
	}
	if info, err := os.Stat(d.database() + ".replaced"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the one before: got %v, %v, want it kept", info, err)
	}
}

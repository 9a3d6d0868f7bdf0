package main

import (
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"weekward/store/storetest"
)

// A postfix is a private Postfix on loopback that keeps every mail to
// example.org in one Maildir.
type postfix struct {
	addr    string // host:port
	maildir string
}

// startPostfix starts a Postfix of the test's own: nothing of the system's
// configuration, queue or mail is touched. The test is skipped where Postfix
// is not installed or we are not root, whom its master process needs. Settings
// of main.cf override those below.
func startPostfix(t *testing.T, settings ...string) postfix {
	t.Helper()
	if _, err := exec.LookPath("postfix"); err != nil || os.Geteuid() != 0 {
		storetest.Missing(t, "Postfix (and root to start it)")
	}
	dir, err := os.MkdirTemp("", "weekward-postfix-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	listener.Close()
	conf := filepath.Join(dir, "etc")
	writePostfixConfig(t, dir, conf, addr, settings)
	if out, err := exec.Command("postfix", "-c", conf, "start").CombinedOutput(); err != nil {
		t.Fatalf("start Postfix: %v\n%s", err, out)
	}
	t.Cleanup(func() { stopPostfix(dir, conf) })
	if err := awaitGreeting(addr); err != nil {
		t.Fatalf("Postfix did not greet at %s: %v", addr, err)
	}
	return postfix{addr: addr, maildir: filepath.Join(dir, "mail", "inbox")}
}

// awaitGreeting waits for the first words of a relay, for some seconds.
func awaitGreeting(addr string) error {
	deadline := time.Now().Add(10 * time.Second)
	for {
		conn, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			conn.SetDeadline(deadline)
			_, err = conn.Read(make([]byte, 1))
			conn.Close()
		}
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// stopPostfix stops one politely, and when that takes long by its process.
func stopPostfix(dir, conf string) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if exec.CommandContext(ctx, "postfix", "-c", conf, "stop").Run() == nil {
		return
	}
	text, _ := os.ReadFile(filepath.Join(dir, "queue", "pid", "master.pid"))
	if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
		if master, err := os.FindProcess(pid); err == nil {
			master.Kill() //nolint:errcheck // it may be gone
		}
	}
}

// writePostfixConfig writes main.cf and master.cf for a Postfix that listens on
// addr, relays nothing, asks no DNS, and stores what comes for example.org. It
// has no log daemon of its own: a Postfix whose log daemon does not come up
// fills that one's socket, and then greets nobody for ever.
func writePostfixConfig(t *testing.T, dir, conf, addr string, settings []string) {
	t.Helper()
	mailUser := lookupUser(t, "nobody")
	postfixUser := lookupUser(t, "postfix")
	for _, sub := range []string{"etc", "queue", "data", "mail"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	os.Chmod(dir, 0o755)
	os.Chown(filepath.Join(dir, "data"), postfixUser.uid, postfixUser.gid)
	os.Chown(filepath.Join(dir, "mail"), mailUser.uid, mailUser.gid)
	main := fmt.Sprintf(`compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
syslog_name = weekward-test
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.org
mydestination =
mynetworks = 127.0.0.0/8
local_recipient_maps =
alias_maps =
smtpd_relay_restrictions = reject_unauth_destination
virtual_mailbox_domains = example.org
virtual_mailbox_base = %[1]s/mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:%[2]d
virtual_gid_maps = static:%[3]d
virtual_minimum_uid = 1
default_transport = error:no mail leaves this machine
disable_dns_lookups = yes
smtpd_client_connection_count_limit = 0
`, dir, mailUser.uid, mailUser.gid)
	services := addr + " inet n - n - - smtpd\n"
	for _, line := range []string{"cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr", "rewrite unix - - n - - trivial-rewrite",
		"bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce", "proxymap unix - - n - - proxymap",
		"smtp unix - - n - - smtp", "error unix - - n - - error", "retry unix - - n - - error", "virtual unix - n n - - virtual", "anvil unix - - n - 1 anvil"} {
		services += line + "\n"
	}
	for name, text := range map[string]string{"main.cf": main + strings.Join(settings, "\n") + "\n", "master.cf": services} {
		if err := os.WriteFile(filepath.Join(conf, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

type ids struct{ uid, gid int }

func lookupUser(t *testing.T, name string) ids {
	t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return ids{uid, gid}
}

// recipients waits until want mails have come or nothing has come for a while,
// and counts them by recipient.
func (p postfix) recipients(t *testing.T, want int) map[string]int {
	t.Helper()
	quiet := time.Now()
	for last := -1; ; time.Sleep(200 * time.Millisecond) {
		names, _ := filepath.Glob(filepath.Join(p.maildir, "new", "*"))
		if len(names) != last {
			last, quiet = len(names), time.Now()
		}
		if len(names) >= want || time.Since(quiet) > 20*time.Second {
			return countRecipients(t, p.maildir)
		}
	}
}

// countRecipients counts the mails of a folder by the address they are for.
func countRecipients(t *testing.T, dir string) map[string]int {
	t.Helper()
	count := map[string]int{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			if to, ok := strings.CutPrefix(line, "To: "); ok {
				count[strings.Trim(strings.TrimSpace(to), "<>")]++
				break
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return count
}

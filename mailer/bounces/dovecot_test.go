package bounces_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weekward/mailer/bounces"
	"weekward/store/storetest"
)

// startDovecot starts a Dovecot of the test's own on loopback, for a Maildir
// of the user nobody, and returns its address. The test is skipped where
// Dovecot is not installed or we are not root, whom its master process needs.
func startDovecot(t *testing.T, mails ...string) string {
	t.Helper()
	if _, err := exec.LookPath("dovecot"); err != nil || os.Geteuid() != 0 {
		storetest.Missing(t, "Dovecot (and root to start it)")
	}
	dir, err := os.MkdirTemp("", "weekward-dovecot-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	os.Chmod(dir, 0o755)
	box := filepath.Join(dir, "box")
	for i, mail := range mails {
		write(t, filepath.Join(box, "new", fmt.Sprintf("%d.test", i+1)), mail)
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("chown", "-R", "nobody:"+nobody.Gid, box).CombinedOutput(); err != nil {
		t.Fatalf("give the mails to nobody: %v %s", err, out)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().(*net.TCPAddr)
	listener.Close()
	conf := filepath.Join(dir, "dovecot.conf")
	write(t, conf, fmt.Sprintf(`base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:%[1]s/box
first_valid_uid = 1
namespace inbox {
  inbox = yes
}
passdb {
  driver = static
  args = password=right
}
userdb {
  driver = static
  args = uid=%[2]s gid=%[3]s home=%[1]s/box
}
service imap-login {
  inet_listener imap {
    port = %[4]d
  }
  inet_listener imaps {
    port = 0
  }
}
`, dir, nobody.Uid, nobody.Gid, addr.Port))
	os.Chmod(conf, 0o644)
	start := exec.Command("dovecot", "-c", conf) // its output goes nowhere: the server keeps the pipe open
	if err := start.Run(); err != nil {
		t.Fatalf("start Dovecot: %v", err)
	}
	t.Cleanup(func() { exec.Command("dovecot", "-c", conf, "stop").Run() })
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		conn, err := net.Dial("tcp", addr.String())
		if err == nil {
			conn.Close()
			return addr.String()
		}
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			t.Fatalf("Dovecot did not answer at %s: %v\n%s", addr, err, log)
		}
	}
}

func TestRealServerFilesWhatWasUnderstood(t *testing.T) {
	addr := startDovecot(t,
		"Subject: first\nMessage-ID: <1@example.org>\n\nbounce\n",
		"Subject: second\nMessage-ID: <2@example.org>\n\nhuman\n",
		"Subject: third\nMessage-ID: <3@example.org>\n\n"+strings.Repeat("a long bounce\n", 100_000)) // more than is looked at
	box := &bounces.IMAP{Host: "127.0.0.1", Address: addr, User: "u", Password: "right", Done: "Processed"}
	for visit, want := range []string{"first second third", "second"} {
		var u understands
		if err := box.Each(t.Context(), u.handle); err != nil {
			t.Fatalf("Each: %v", err)
		}
		if got := subjects(u.seen); got != want {
			t.Errorf("visit %d: got %s, want %s", visit+1, got, want)
		}
	}
	filed := &bounces.IMAP{Host: "127.0.0.1", Address: addr, User: "u", Password: "right", Folder: "Processed"}
	var u understands
	if err := filed.Each(t.Context(), u.handle); err != nil {
		t.Fatal(err)
	}
	if got := subjects(u.seen); got != "first third" {
		t.Errorf("filed are %s, want first third", got)
	}
}

// subjects are those of some mails, in order.
func subjects(mails []string) string {
	var list []string
	for _, mail := range mails {
		list = append(list, bounces.Read([]byte(mail)).Subject)
	}
	return strings.Join(list, " ")
}

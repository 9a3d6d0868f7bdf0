package mailer_test

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"weekward/mailer"
)

// A newer version finishes what an older one was killed over: the schema is
// brought up to date, the dead sender's own notes are still understood, and
// whoever had the issue does not get it again, but for messages under way
// (F31).
//
// testdata/halfsent.tar.gz was left by the version whose schema ended with
// 00011: it was killed, with four connections, while it mailed forty readers.
// relay.json is what the relay had by then: Message-IDs by recipient.
func TestNewerVersionFinishesWhatAnOlderOneBegan(t *testing.T) {
	const readers, connections = 40, 4
	dir := t.TempDir()
	unpack(t, "testdata/halfsent.tar.gz", dir)
	had := make(map[string]string)
	text, err := os.ReadFile(filepath.Join(dir, "relay.json"))
	if err == nil {
		err = json.Unmarshal(text, &had)
	}
	if err != nil || len(had) == 0 {
		t.Fatalf("relay.json: %d recipients, %v", len(had), err)
	}
	n := openNewsroomAt(t, filepath.Join(dir, "subscribers.db"))
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: readers, Sent: readers})

	id := regexp.MustCompile(`(?mi)^Message-ID:\s*<([^>]+)>`)
	doubles := 0
	for to := range n.Relay.count() {
		before, twice := had[to]
		if !twice {
			continue
		}
		doubles++
		if m := id.FindSubmatch(n.Relay.message(t, to)); m == nil || string(m[1]) != before {
			t.Errorf("Message-ID of the second copy to %s: got %q, want %q", to, m, before)
		}
	}
	if got := len(n.Relay.count()) + len(had) - doubles; got != readers {
		t.Errorf("recipients with a mail: got %d, want %d", got, readers)
	}
	if doubles > connections {
		t.Errorf("doubles: got %d, want at most %d", doubles, connections)
	}
	n.wantSound()
}

// unpack puts the files of an archive into a folder.
func unpack(t *testing.T, archive, dir string) {
	t.Helper()
	file, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for files := tar.NewReader(zipped); ; {
		head, err := files.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(files)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.Base(head.Name)), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Package dkimtest lets tests verify DKIM signatures by a program that has
// nothing to do with ours: dkimpy, in Debian's packages python3-dkim and
// python3-nacl.
package dkimtest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"weekward/mailer/dkim"
)

//go:embed verify.py
var script string

// Verify returns what dkimpy says about each signature of each mail: true,
// false, or an error in words. The test is skipped where dkimpy is not
// installed, and fails instead when WEEKWARD_REQUIRE_SERVERS is set.
func Verify(t testing.TB, records []dkim.Record, mails ...[]byte) [][]any {
	t.Helper()
	job := struct {
		Records map[string]string `json:"records"`
		Mails   [][]byte          `json:"mails"`
	}{map[string]string{}, mails}
	for _, r := range records {
		job.Records[r.Name] = r.Value
	}
	input, err := json.Marshal(job)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python(t), "-c", script)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run dkimpy: %v\n%s", err, out)
	}
	var all [][]any
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var found []any
		if err := d.Decode(&found); err != nil {
			t.Fatalf("read dkimpy's answer: %v\n%s", err, out)
		}
		all = append(all, found)
	}
	if len(all) != len(mails) {
		t.Fatalf("dkimpy answered about %d mails, want %d", len(all), len(mails))
	}
	return all
}

// python is the interpreter that has dkimpy: the system's, or the first in the
// path.
func python(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import dkim, nacl.signing").Run() == nil {
			return name
		}
	}
	const missing = "dkimpy (python3-dkim and python3-nacl) is not installed"
	if os.Getenv("WEEKWARD_REQUIRE_SERVERS") != "" {
		t.Fatal(missing + ", and WEEKWARD_REQUIRE_SERVERS asks for it")
	}
	t.Skip(missing)
	return ""
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A password that everybody on the machine can read is named; one that a
// service's group can read is in order.
func TestDoctorNamesPasswordsThatEverybodyReads(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bounces.password")
	if err := os.WriteFile(file, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := &app{dir: t.TempDir(), config: defaultConfig()}
	a.config.Bounces.PasswordFile = file
	for mode, level := range map[os.FileMode]string{0o600: "ok", 0o640: "ok", 0o644: "warn"} {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		if got := a.checkSecret(t.Context()); got.Level != level || level == "warn" && !strings.Contains(got.Found+got.Next, file) {
			t.Errorf("checkSecret with a password of mode %v = %+v, want %s", mode, got, level)
		}
	}
}

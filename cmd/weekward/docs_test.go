package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A document that names a test promises that it is there: a test that is
// renamed or removed must not leave the promise behind.
func TestPromisesInTheDocumentsHaveTheirTests(t *testing.T) {
	documents, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`([a-z/_]+_test\\.go):(Test[A-Za-z0-9_]+)`")
	seen := 0
	for _, document := range documents {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			seen++
			code, err := os.ReadFile(filepath.Join("../..", m[1]))
			if err != nil || !strings.Contains(string(code), "\nfunc "+m[2]+"(t *testing.T)") {
				t.Errorf("%s names %s in %s, which is not there", filepath.Base(document), m[2], m[1])
			}
		}
	}
	if seen == 0 {
		t.Error("no document names a test: the form of the names must have changed")
	}
}

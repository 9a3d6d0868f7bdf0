package main

import (
	"fmt"
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

// Every fault a send must bear has one row in the table, with a test.
func TestEveryFaultHasItsRow(t *testing.T) {
	text, err := os.ReadFile("../../docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^\| (F[0-9]{2}) .*_test\.go:Test.*\|$`)
	count := make(map[string]int)
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		count[m[1]]++
	}
	for n := 1; n <= 32; n++ {
		if fault := fmt.Sprintf("F%02d", n); count[fault] != 1 {
			t.Errorf("rows of %s with a test: got %d, want 1", fault, count[fault])
		}
	}
}

package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// docs/mail.md answers for each rule of standards, providers and law, by its
// number: a test, or why there is none.
func TestEveryRuleOfMailHasItsRow(t *testing.T) {
	text, err := os.ReadFile("../../docs/mail.md")
	if err != nil {
		t.Fatal(err)
	}
	const rules = 52
	for number := 1; number <= rules; number++ {
		_, row, found := strings.Cut(string(text), fmt.Sprintf("\n| %d | ", number))
		row, _, _ = strings.Cut(row, "\n")
		if cells := strings.Split(row, " | "); !found || len(cells) != 2 || !strings.Contains(cells[1], "_test.go:Test") {
			t.Errorf("docs/mail.md: rule %d: got %q, want what we keep and a test", number, row)
		}
	}
}

package mailer

import (
	"fmt"
	"testing"
)

// A sender that serves for years remembers no letter that went out.
func TestTallyForgetsLetters(t *testing.T) {
	var tl tally
	for i := range 1000 {
		tl.took(Mailing{ID: fmt.Sprint("letter", i), Kind: KindLetter})
	}
	tl.took(Mailing{ID: "issue", Kind: KindIssue})
	if got := len(tl.accepted); got != 1 || !tl.taken("issue") {
		t.Errorf("mailings remembered after 1,000 letters and an issue: got %d, want the issue", got)
	}
}

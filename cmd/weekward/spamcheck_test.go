package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"weekward/store/storetest"
)

// spamPreferences keep SpamAssassin to the rules it comes with: nothing is
// learned and nobody is asked. Each mail gets its score and those of its rules.
const spamPreferences = `use_bayes 0
skip_rbl_checks 1
use_razor2 0
use_pyzor 0
dns_available no
required_score 5
add_header all Judged score=_SCORE_ rules=_TESTSSCORES(,)_
`

// SpamAssassin's own rules have nothing against an issue as it is really sent,
// be it HTML or plain, nor against a letter.
func TestSpamAssassinHasNothingAgainstOurMails(t *testing.T) {
	if testing.Short() {
		t.Skip("SpamAssassin takes a second a mail")
	}
	if _, err := exec.LookPath("spamassassin"); err != nil {
		storetest.Missing(t, "SpamAssassin")
	}
	issues, letters := everyMail(t)
	var box bytes.Buffer
	for _, m := range [][]byte{
		mailWith(t, issues, "To: <ines.marlow@", "multipart/alternative"), mailWith(t, issues, "To: <korn@", "Content-Type: text/plain"),
		mailWith(t, letters, "To: <en.old@", "multipart/alternative"),
	} {
		fmt.Fprintf(&box, "From bounces@example.org Tue Nov 24 07:00:03 2026\n%s\n\n", bytes.ReplaceAll(m, []byte("\r\n"), []byte("\n")))
	}
	judged := spamAssassin(t, box.Bytes())
	if len(judged) != 3 {
		t.Fatalf("SpamAssassin judged %d mails, want 3: %v", len(judged), judged)
	}
	for _, j := range judged {
		// A letter has none of the fields of a list, which count for a mail.
		if j.score > 0 || j.score > -0.5 && !j.letter {
			t.Errorf("score %.1f, want -0.5 or less of an issue and 0 or less of a letter: %+v", j.score, j)
		}
		for rule, score := range j.rules {
			if score > 0.5 {
				t.Errorf("%s counts %.1f, want no more than 0.5 of a rule", rule, score)
			}
		}
	}
}

// mailWith is the first of the files that has both texts.
func mailWith(t *testing.T, files []string, one, other string) []byte {
	t.Helper()
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), one) && strings.Contains(string(data), other) {
			return data
		}
	}
	t.Fatalf("no mail has %q and %q", one, other)
	return nil
}

type judgement struct {
	letter bool
	score  float64
	rules  map[string]float64
}

// spamAssassin judges the mails of an mbox, in an order of its own.
func spamAssassin(t *testing.T, box []byte) []judgement {
	t.Helper()
	dir := t.TempDir()
	preferences := filepath.Join(dir, "preferences")
	if err := os.WriteFile(preferences, []byte(spamPreferences), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("spamassassin", "--local", "--nocreate-prefs", "--prefspath="+preferences, "--mbox")
	cmd.Env, cmd.Stdin = append(os.Environ(), "HOME="+dir), bytes.NewReader(box)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run SpamAssassin: %v", err)
	}
	var all []judgement
	unfolded := regexp.MustCompile(`\n[ \t]+`).ReplaceAllString(string(out), "")
	judged := regexp.MustCompile(`^ *score=([-0-9.]+) *rules=(.*)`)
	for _, mail := range strings.Split(unfolded, "\nX-Spam-Judged:")[1:] {
		m := judged.FindStringSubmatch(mail)
		if m == nil {
			t.Fatalf("SpamAssassin's answer begins with %.100q", mail)
		}
		j := judgement{letter: strings.Contains(mail, "\nMessage-ID: <letter."), rules: map[string]float64{}}
		j.score, _ = strconv.ParseFloat(m[1], 64)
		for rule := range strings.SplitSeq(m[2], ",") {
			name, score, _ := strings.Cut(rule, "=")
			j.rules[name], _ = strconv.ParseFloat(score, 64)
		}
		all = append(all, j)
	}
	return all
}

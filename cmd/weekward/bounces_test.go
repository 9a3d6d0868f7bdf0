package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weekward/mailer/bounces"
)

// TestBounceOfAMailWeSentIsKnownByIt sends the sample issue and returns one of
// its mails: the clerk must know the Message-ID that mailer made, suppress its
// reader, and say why.
func TestBounceOfAMailWeSentIsKnownByIt(t *testing.T) {
	dir := t.TempDir()
	weekward := func(args ...string) string {
		t.Helper()
		var out, errOut bytes.Buffer
		if code := run(context.Background(), append(args, "--config", filepath.Join(dir, "weekward.toml")), nil, &out, &errOut); code != exitDone {
			t.Fatalf("weekward %s = %d, want %d\n%s", strings.Join(args, " "), code, exitDone, errOut.String())
		}
		return out.String()
	}
	weekward("demo", "--dir", dir, "--once", "--json")
	address, id := mailedIssue(t, filepath.Join(dir, "outbox"))
	returned := filepath.Join(dir, "returned.eml")
	notice := "From: MAILER-DAEMON@mx.example.org\r\nTo: news@example.org\r\nMessage-ID: <1@mx.example.org>\r\nSubject: Undelivered\r\n" +
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" +
		"Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; " + address + "\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n" +
		"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: " + id + "\r\n\r\n--b--\r\n"
	if err := os.WriteFile(returned, []byte(notice), 0o600); err != nil {
		t.Fatal(err)
	}
	var line bounces.Line
	if err := json.Unmarshal([]byte(weekward("bounces", "read", "--json", returned)), &line); err != nil {
		t.Fatal(err)
	}
	if line.Subscriber == "" || line.Act != bounces.Suppress || line.Issue == 0 {
		t.Errorf("bounces read = %+v, want the reader suppressed", line)
	}
	shown := weekward("subscribers", "show", address)
	for _, want := range []string{`"state": "suppressed"`, `"reason": "bounced"`, `"reason": "no such user"`, `"status": "5.1.1"`} {
		if !strings.Contains(shown, want) {
			t.Errorf("subscribers show lacks %s:\n%s", want, shown)
		}
	}
}

// mailedIssue returns whom one of the mails of an issue in an outbox is for,
// and its Message-ID.
func mailedIssue(t *testing.T, outbox string) (address, id string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(outbox, "issue.*.eml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("mails of an issue in %s: %v, %v, want some", outbox, files, err)
	}
	f, err := os.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := mail.ReadMessage(f)
	if err != nil {
		t.Fatal(err)
	}
	to, err := mail.ParseAddress(m.Header.Get("To"))
	if err != nil {
		t.Fatal(err)
	}
	return to.Address, m.Header.Get("Message-Id")
}

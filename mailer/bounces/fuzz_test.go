package bounces

import (
	"reflect"
	"strings"
	"testing"
)

// FuzzRead holds what must be true of any octets: no panic, the same answer
// twice, and nothing in it that could start a header or a second line.
func FuzzRead(f *testing.F) {
	f.Add([]byte(report("text", final("5.1.1", "550 5.1.1 <ann@example.org>: User unknown"))))
	f.Add([]byte("From: MAILER-DAEMON@example.org\nSubject: failure notice\n\n<ann@example.org>:\n550 no\n\n--- Below this line is a copy\n\nTo: b@example.org\n"))
	f.Add([]byte("Content-Type: multipart/report; report-type=feedback-report; boundary=\"\"\n\n--\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"))
	f.Add([]byte("Content-Type: text/html\nX-Failed-Recipients: a@b\n\n<p>550 5.1.1 <a@b> <br \x1b$B@@\x1b(B"))
	f.Add([]byte("From: a@b\n\n{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[{\"emailAddress\":\"a@b\"}]}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := Read(data)
		if again := Read(data); !reflect.DeepEqual(r, again) {
			t.Errorf("Read twice = %+v and %+v", r, again)
		}
		if len(r.Findings) > maxFindings {
			t.Errorf("Read found %d recipients, %d are the most", len(r.Findings), maxFindings)
		}
		for _, finding := range r.Findings {
			if strings.ContainsAny(finding.Recipient+finding.Original+finding.Status+finding.Diagnostic+r.Subject, "\r\n") {
				t.Errorf("a line break stands in %+v", finding)
			}
			if strings.Contains(finding.Diagnostic, "ann@example.org") {
				t.Errorf("an address stands in the diagnostic %q", finding.Diagnostic)
			}
			failed := finding.Kind == Hard || finding.Kind == Soft
			if failed != (finding.Status != "") || failed != (finding.Action != "") {
				t.Errorf("status and action of %+v do not fit its kind", finding)
			}
			if finding.Kind == Hard && finding.Status[0] != '5' {
				t.Errorf("%+v is hard and not permanent", finding)
			}
		}
	})
}

// FuzzReadAddress holds that no address but ours is taken for one.
func FuzzReadAddress(f *testing.F) {
	keys := testKeys(f, "a")
	address := testPath(f, "b@example.org", keys).Address(Sent{"ann", 1})
	f.Add(address)
	f.Add("b+1-ann-@example.org")
	f.Add("+")
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := ReadAddress(s, keys)
		if ok && !strings.Contains(strings.ToLower(s), strings.TrimPrefix(strings.TrimSuffix(address, "@example.org"), "b")) {
			t.Errorf("ReadAddress(%q) = %+v, want it refused", s, got)
		}
	})
}

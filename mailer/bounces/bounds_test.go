package bounces

import (
	"strings"
	"testing"
	"time"
)

// TestHostileMailCostsLittle reads mails of a megabyte that are made to cost
// much. What is linear takes some ten milliseconds; a bound of two seconds
// only fails for what is not.
func TestHostileMailCostsLittle(t *testing.T) {
	const head = "From: MAILER-DAEMON@mx.example.org\nTo: news@example.org\nSubject: failure notice\n"
	dsn := "Content-Type: message/delivery-status\n\n"
	for why, mail := range map[string]string{
		"many addresses":       head + "\nnot delivered\n" + strings.Repeat("<a@b>:\n", 150_000),
		"different addresses":  head + "\n" + numbered("550 <a%@example.org>... no such user\n", 30_000),
		"many recipients":      head + dsn + numbered("Final-Recipient: rfc822; a%@example.org\nAction: failed\nStatus: 5.0.0\n\n", 12_000),
		"one endless field":    head + "X: y\n" + strings.Repeat(" z\n", 330_000),
		"many endless fields":  head + strings.Repeat("X: y\n"+strings.Repeat(" z\n", 3000), 100),
		"only at signs":        head + "\nundelivered " + strings.Repeat("@", 1_000_000),
		"a word of a megabyte": head + "\nundelivered " + strings.Repeat("a", 1_000_000) + "@b",
		"digits and dots":      head + "\nundelivered " + strings.Repeat("5.1.", 250_000),
		"many parts":           head + "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: text/plain\n\nx\n", 30_000),
		"parts in parts":       strings.Repeat("Content-Type: multipart/mixed; boundary=b\n\n--b\n", 20_000),
		"open tags":            head + "Content-Type: text/html\n\n" + strings.Repeat("<a ", 340_000),
		"escapes":              head + "\n" + strings.Repeat("\x1b$B", 340_000),
		"links":                head + "\n550 " + strings.Repeat("http://", 140_000),
		"many in the header":   head + numbered("X-Failed-Recipients: a%@h.example.org\n", 300) + "\nnot delivered\n" + strings.Repeat("word another thing here \n", 40_000),
		"many receivers":       numbered("To: a%@example.org\n", 40_000),
		"a deep JSON":          head + "\n" + strings.Repeat("{\"bounce\":", 100_000),
	} {
		start := time.Now()
		r := Read([]byte(mail))
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%s: Read took %s, want less than 2s", why, took)
		}
		if len(r.Findings) > maxFindings {
			t.Errorf("%s: Read found %d recipients, %d are the most", why, len(r.Findings), maxFindings)
		}
	}
}

// numbered repeats a text with a number in place of "%".
func numbered(text string, n int) string {
	var b strings.Builder
	before, after, _ := strings.Cut(text, "%")
	for i := range n {
		b.WriteString(before)
		b.WriteString(itoa(i))
		b.WriteString(after)
	}
	return b.String()
}

// A file of many small mails is read once, not once a mail: 3 MB that way
// would be some 300 GB.
func TestManyMailsInOneFileCostLittle(t *testing.T) {
	for why, mail := range map[string]string{"LF": "From x\na: b\n\nc\n\n", "CRLF": "From x\r\na: b\r\n\r\nc\r\n\r\n"} {
		const count = 200_000
		began := time.Now()
		if got := len(splitMbox([]byte(strings.Repeat(mail, count)))); got != count {
			t.Errorf("%s: got %d mails, want %d", why, got, count)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s: %d mails took %s, want less than 2 s", why, count, took)
		}
	}
}

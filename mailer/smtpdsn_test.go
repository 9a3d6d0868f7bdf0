package mailer

import (
	"bufio"
	"strings"
	"testing"
)

// RFC 3461: the parameters go to a relay that offers them, and to no other.
func TestReportsAreAskedForWhereTheRelayOffersThem(t *testing.T) {
	for _, c := range []struct{ why, offers, want string }{
		{"offered", pipelining + "250-DSN\r\n", "MAIL FROM:<digest@example.org> RET=HDRS RCPT TO:<one@example.org> NOTIFY=FAILURE DATA"},
		{"offered, one command at a time", "250-DSN\r\n", "MAIL FROM:<digest@example.org> RET=HDRS RCPT TO:<one@example.org> NOTIFY=FAILURE DATA"},
		{"not offered", pipelining, "MAIL FROM:<digest@example.org> RCPT TO:<one@example.org> DATA"},
	} {
		var heard []string
		conn := script(t, c.offers, func(r *bufio.Reader, say func(string)) {
			for _, answer := range []string{"250 ok\r\n", "250 ok\r\n", "354 go\r\n"} {
				heard = append(heard, hear(r, 1)...)
				say(answer)
			}
			content(r)
			say("250 taken\r\n")
			hear(r, 1)
		})
		if _, err := conn.Send(t.Context(), letterTo("one@example.org"), nil); err != nil {
			t.Errorf("%s: Send: %v", c.why, err)
		}
		if got := strings.Join(heard, " "); got != c.want {
			t.Errorf("%s: commands: got %s, want %s", c.why, got, c.want)
		}
	}
}

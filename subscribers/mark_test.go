package subscribers

import (
	"encoding/hex"
	"testing"
)

// The marks of mails that left are in mailboxes for years: they never change.
func TestMarkIsTheSameForEveryTry(t *testing.T) {
	m := NewMarker("seed", "m1")
	if got, want := string(m.AppendMark(nil, "ann")), "5e02a83a32ccc109ca5d228d51893137"; got != want {
		t.Errorf("AppendMark = %q, want %q", got, want)
	}
	for range 2 {
		for _, recipient := range []string{"ann", "bob", ""} {
			want := hex.EncodeToString(mac([]byte("seed"), "message", "m1", recipient))[:MarkSize]
			if got := string(m.AppendMark([]byte("letter."), recipient)); got != "letter."+want {
				t.Errorf("AppendMark(%q) = %q, want %q", recipient, got, "letter."+want)
			}
		}
	}
}

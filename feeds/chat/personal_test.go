package chat

import (
	"strings"
	"testing"
)

func TestPersonalDataIsMasked(t *testing.T) {
	for _, c := range []struct{ why, text, want string }{
		{"mail", "write to elif.kaya@clinic.example.org please", "write to [e-mail] please"},
		{"mail in brackets", "(elif@clinic.example.org)", "([e-mail])"},
		{"international number", "call +49 30 901820 now", "call [phone] now"},
		{"British number", "call 020 7946 0958", "call [phone]"},
		{"American number", "call (555) 123-4567", "call [phone]"},
		{"American number with dots", "call 555.123.4567.", "call [phone]."},
		{"number at the end of a sentence", "ring 0161 496 0000, ask for Jo", "ring [phone], ask for Jo"},
		{"a handle of a federated network", "thanks @elif@clinic.example.org", "thanks @elif@clinic.example.org"},
		{"a handle", "thanks @elif_k", "thanks @elif_k"},
		{"a date", "on 2010-04-02 at 12:03", "on 2010-04-02 at 12:03"},
		{"years", "from 2008 2009 2010 on", "from 2008 2009 2010 on"},
		{"an amount", "1 500 000 patients, 1,500,000 euro", "1 500 000 patients, 1,500,000 euro"},
		{"an address", "https://x.example.org/02079460958?q=555-123-4567", "https://x.example.org/02079460958?q=555-123-4567"},
		{"a dose", "0.25 mg, then 0.5 mg", "0.25 mg, then 0.5 mg"},
	} {
		if got := maskPersonal(c.text); got != c.want {
			t.Errorf("%s: maskPersonal(%q) = %q, want %q", c.why, c.text, got, c.want)
		}
	}
	o := london(t)
	o.KeepPersonal = true
	in, err := Import(strings.NewReader("2010-04-02 12:03 @a: a@b.example.org"), "x.txt", o)
	if err != nil || in.Posts[0].Text != "a@b.example.org" {
		t.Errorf("Import with KeepPersonal = %+v, %v, want the address kept", in.Posts, err)
	}
}

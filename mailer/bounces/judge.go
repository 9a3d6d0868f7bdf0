package bounces

import "strings"

// judge decides what a failure means. status is the field of the notification,
// said what the other side answered, and context the text for people, which is
// asked when the others do not tell.
func (f *Finding) judge(status, said, context string) {
	c := chosenCode(status, said, context)
	f.Reason = why(status, said, context, c)
	if c.class != 4 && c.class != 5 {
		if c = (code{class: 5}); f.Action == "delayed" {
			c.class = 4
		}
	}
	f.Status, f.Kind = c.String(), Soft
	if f.Reason.bad() && c.class == 5 && f.Action == "failed" {
		f.Kind = Hard
	}
	if f.Diagnostic = clip(oneLine(withoutAddresses(said)), 300); f.Diagnostic == "" {
		f.Diagnostic = clip(oneLine(withoutAddresses(answers(context))), 300)
	}
}

// chosenCode is the status that tells most, of all that are given.
func chosenCode(status, said, context string) code {
	field := firstCode(status)
	remote, loose, reply := codesIn(said)
	if reply == 0 && remote.class == 0 && loose.class == 0 && (field.class == 0 || field.generic()) {
		remote, loose, reply = codesIn(context)
	}
	return choose(field, remote, loose, reply)
}

// qmail says beforehand what a refusal was about.
var aboutUs = []string{"my name was rejected", "but sender was rejected"}

// why finds the reason: in the other side's words, then in the comment of the
// status, in what the text quotes, in the text, and last in the code. That
// time was up is the relay's word, and the other side's is better.
func why(status, said, context string, c code) Reason {
	words := plainWords(context)
	if saysAny(words, aboutUs) {
		return Blocked
	}
	found := Other
	for _, text := range []string{plainWords(said), plainWords(status), plainWords(answers(context)), words} {
		r := reasonOf(text, c)
		if r != Other && (found == Other || r != Expired) {
			found = r
		}
		if found != Other && found != Expired {
			return found
		}
	}
	if found == Other {
		return reasonOfCode(c)
	}
	return found
}

// firstCode is the first status in a field such as "5.0.0 (failure)".
func firstCode(s string) code {
	for i := range len(s) {
		if c, _ := codeAt(s, i); c.class != 0 {
			return c
		}
	}
	return code{}
}

// answers are the lines of a text that quote an SMTP server: that is what
// refused the mail, and the rest is what the relay makes of it.
func answers(text string) string {
	var b strings.Builder
	follows := 0
	for line := range strings.Lines(text) {
		_, _, reply := codesIn(line)
		if reply != 0 {
			follows = 3 // long answers are folded
		}
		if follows > 0 {
			b.WriteString(line)
			follows--
		}
	}
	return b.String()
}

// plainWords makes a text comparable: lower case, each run of blanks and
// quotes one blank, without addresses and links, whose words mean nothing.
func plainWords(s string) string {
	if s == "" {
		return ""
	}
	s = withoutLinks(withoutAddresses(s))
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte(' ') // so that a phrase may begin with one
	blank := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z':
			b.WriteByte(c + 'a' - 'A')
			blank = false
		case c <= ' ' || c == '"' || c == '<' || c == '>' || c == '\'' || c == '`' || c == '*' || c == '_':
			if !blank {
				b.WriteByte(' ')
				blank = true
			}
		default:
			b.WriteByte(c)
			blank = false
		}
	}
	if !blank {
		b.WriteByte(' ')
	}
	return b.String()
}

// withoutAddresses leaves "<…>" where an address stood.
func withoutAddresses(s string) string {
	if !strings.Contains(s, "@") {
		return s
	}
	var b strings.Builder
	for {
		from, to := findAddress(s)
		if to == 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:from])
		b.WriteString("…")
		s = s[to:]
	}
}

// withoutLinks leaves the host of each link: that of a blocklist says enough,
// and the words of a path say nothing.
func withoutLinks(s string) string {
	if !strings.Contains(s, "://") {
		return s
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "://")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte(' ')
		host := 0
		for host < len(after) && hostByte(after[host]) {
			host++
		}
		b.WriteString(after[:host])
		end := strings.IndexAny(after[host:], " \t\r\n>\"")
		if end < 0 {
			return b.String()
		}
		s = after[host+end:]
	}
}

// clip cuts s to at most n octets, at a character's border.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}

package bounces

import "strings"

// A code is an enhanced status (RFC 3463), as in 5.1.1; the zero code is none.
type code struct{ class, subject, detail int }

// String writes the code, or "".
func (c code) String() string {
	if c.class == 0 {
		return ""
	}
	return itoa(c.class) + "." + itoa(c.subject) + "." + itoa(c.detail)
}

// generic tells a code that says no more than its class.
func (c code) generic() bool { return c.subject == 0 && c.detail == 0 }

// expired tells the codes with which a relay gives up after many tries: what
// the other side said each time tells more.
func (c code) expired() bool { return c.subject == 4 && c.detail == 7 }

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// codeAt reads an enhanced status at s[i]. Parts of IP addresses and of
// version numbers are none.
func codeAt(s string, i int) (c code, end int) {
	if s[i] != '2' && s[i] != '4' && s[i] != '5' || i > 0 && (digit(s[i-1]) || s[i-1] == '.' || s[i-1] == '-' && i > 1 && !digit(s[i-2])) {
		return code{}, i
	}
	numbers := [2]int{}
	end = i + 1
	for k := range numbers {
		if end >= len(s) || s[end] != '.' {
			return code{}, i
		}
		start := end + 1
		for end = start; end < len(s) && digit(s[end]) && end-start < 4; end++ {
			numbers[k] = numbers[k]*10 + int(s[end]-'0')
		}
		if end == start || end-start > 3 {
			return code{}, i
		}
	}
	if numbers[0] > 7 || end < len(s) && (digit(s[end]) || s[end] == '.' && end+1 < len(s) && digit(s[end+1])) {
		return code{}, i // RFC 3463 knows subjects up to 7
	}
	return code{int(s[i] - '0'), numbers[0], numbers[1]}, end
}

// codesIn are what a text gives as status: said stands right behind an SMTP
// reply code and is the other side's word, loose stands anywhere, and reply is
// the first SMTP code that refuses, 0 for none.
func codesIn(s string) (said, loose code, reply int) {
	for i := 0; i < len(s); i++ {
		if s[i] != '4' && s[i] != '5' {
			continue
		}
		if c, end := codeAt(s, i); c.class != 0 {
			if loose.class == 0 || loose.generic() {
				loose = c
			}
			i = end - 1
			continue
		}
		if !replyAt(s, i) {
			continue
		}
		if reply == 0 {
			reply = int(s[i]-'0')*100 + int(s[i+1]-'0')*10 + int(s[i+2]-'0')
		}
		j := i + 3
		for j < len(s) && strings.IndexByte(" -'#(\"[", s[j]) >= 0 {
			j++
		}
		if j < len(s) && (s[j] == '4' || s[j] == '5') {
			if c, end := codeAt(s, j); c.class != 0 && (said.class == 0 || said.generic()) {
				said = c
				i = end - 1
			}
		}
	}
	return said, loose, reply
}

// replyAt tells an SMTP reply code that refuses: three digits, 4 or 5 first,
// alone, and before a blank, a hyphen or the like.
func replyAt(s string, i int) bool {
	if i+3 > len(s) || s[i+1] < '0' || s[i+1] > '7' || !digit(s[i+2]) {
		return false
	}
	if i > 0 && (addressByte(s[i-1]) && s[i-1] != '\'' && s[i-1] != '=' || s[i-1] == ':' && i > 1 && digit(s[i-2])) {
		return false
	}
	return i+3 == len(s) || strings.IndexByte(" -\n\t:>,;.)]", s[i+3]) >= 0 && !(s[i+3] == '.' && i+4 < len(s) && digit(s[i+4]))
}

// choose takes the status that tells most: the field of the notification,
// unless it only gives the class, contradicts the other side, or says that
// time was up. What the other side said comes next, then any code around.
func choose(field, said, loose code, reply int) code {
	switch {
	case field.class == 0 && said.class == 0 && loose.class == 0:
		return code{class: reply / 100}
	case field.class == 0 && said.class == 0:
		return loose
	case field.class == 0:
		return said
	case said.class != 0 && !said.generic() && (field.generic() || field.expired() || field.class != said.class):
		return said
	case field.generic() && loose.class == field.class && !loose.generic():
		return loose
	}
	return field
}

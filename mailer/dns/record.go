package dns

import (
	"strings"
)

// A Record is a line for the zone of a domain.
type Record struct {
	Name  string `json:"name"`  // without the dot at its end
	Type  string `json:"type"`  // TXT or MX
	Value string `json:"value"` // in one piece
}

// longestString is in octets (RFC 1035, 3.3).
const longestString = 255

// String writes the record as a zone file has it: a TXT record in strings of at
// most 255 octets, which belong together without a blank (RFC 6376, 3.6.2.2).
func (r Record) String() string {
	value := r.Value
	if r.Type == "TXT" {
		value = quoted(r.Value)
	}
	return r.Name + ". IN " + r.Type + " " + value
}

func quoted(value string) string {
	var parts []string
	for len(value) > longestString {
		parts = append(parts, value[:longestString])
		value = value[longestString:]
	}
	parts = append(parts, value)
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	for i, p := range parts {
		parts[i] = `"` + escape.Replace(p) + `"`
	}
	return strings.Join(parts, " ")
}

// tags reads a list such as "v=DKIM1; k=rsa; p=…" (RFC 6376, 3.2). Blanks do
// not count.
func tags(value string) map[string]string {
	all := map[string]string{}
	for part := range strings.SplitSeq(value, ";") {
		if name, v, ok := strings.Cut(part, "="); ok {
			all[strings.TrimSpace(name)] = strings.Join(strings.Fields(v), "")
		}
	}
	return all
}

package news

import (
	"net/url"
	"strings"

	"weekward/feeds"
)

// linkTarget makes the target of a link absolute. Besides pages it may be a mail
// address or a telephone number.
func linkTarget(base, ref string) (string, bool) {
	if target, ok := feeds.ResolveURL(base, ref); ok {
		return target, true
	}
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil || u.Scheme != "mailto" && u.Scheme != "tel" {
		return "", false
	}
	return u.String(), true
}

// srcset makes the addresses in a list of pictures absolute, each of which may
// be followed by its width or density. A comma may be part of an address; one
// at the end of it ends it.
func srcset(base, list string) (string, bool) {
	const space = " \t\r\n\f"
	var kept []string
	for list = strings.Trim(list, space+","); list != ""; list = strings.TrimLeft(list, space+",") {
		end := strings.IndexAny(list, space)
		if end < 0 {
			end = len(list)
		}
		address, descriptor := strings.TrimRight(list[:end], ","), ""
		if list = list[end:]; len(address) == end {
			descriptor, list, _ = strings.Cut(list, ",")
		}
		picture := resolve(base, address)
		picture, ok := feeds.ResolveURL("", strings.ReplaceAll(picture, ",", "%2C"))
		if !ok {
			continue
		}
		if isDescriptor(strings.TrimSpace(descriptor)) {
			picture += " " + strings.TrimSpace(descriptor)
		}
		kept = append(kept, picture)
	}
	return strings.Join(kept, ", "), len(kept) > 0
}

// isDescriptor tells a width ("640w") or density ("1.5x").
func isDescriptor(word string) bool {
	return len(word) > 1 && strings.Trim(word[:len(word)-1], "0123456789.") == "" && strings.ContainsAny(word[len(word)-1:], "wxh")
}

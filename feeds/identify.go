package feeds

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"
)

// Identify makes an Item's ID: 24 characters of [a-z2-7], the same for the
// same item read again, different in different sources. It rests on the first
// of these that is given: the guid, the address, the title with its day.
func Identify(source, guid, url, title string, day time.Time) string {
	switch guid = strings.TrimSpace(guid); {
	case guid != "":
		return digest(source, "guid", sameAddress(guid))
	case url != "":
		return digest(source, "url", sameAddress(url))
	}
	return digest(source, "title", title+"\n"+day.UTC().Format(time.DateOnly))
}

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:15]))
}

// sameAddress folds what does not make another page: http and https, the
// mobile host, the AMP copy, tracking. What is not an address stays.
func sameAddress(s string) string {
	canonical, ok := CanonicalURL(s)
	if !ok {
		return s
	}
	_, rest, _ := strings.Cut(canonical, "://")
	host, path, _ := strings.Cut(rest, "/")
	for _, prefix := range []string{"www.", "m.", "amp.", "mobile."} {
		host = strings.TrimPrefix(host, prefix)
	}
	path = strings.TrimSuffix(strings.TrimSuffix(path, "/"), "/amp")
	return host + "/" + strings.TrimPrefix(path, "amp/")
}

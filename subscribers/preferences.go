package subscribers

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// Preferences are what a subscriber may choose.
type Preferences struct {
	Lang   string   // BCP 47; "" means the site's language
	Zone   string   // IANA; "" means the site's zone
	Topics []string // empty means all
	Format Format   // "" means Both
}

// A PreferenceError names the choice that cannot be stored.
type PreferenceError struct {
	Field  string // "language", "zone" or "format"
	Reason string
}

func (e *PreferenceError) Error() string { return "preference " + e.Field + ": " + e.Reason }

// check returns the preferences in the form they are stored in.
func (p Preferences) check() (Preferences, error) {
	lang, err := parseLang(p.Lang)
	if err != nil {
		return Preferences{}, err
	}
	zone, err := parseZone(p.Zone)
	if err != nil {
		return Preferences{}, err
	}
	format, err := parseFormat(string(p.Format))
	if err != nil {
		return Preferences{}, err
	}
	return Preferences{Lang: lang, Zone: zone, Topics: cleanTopics(p.Topics), Format: format}, nil
}

func parseLang(s string) (string, error) {
	if s = strings.TrimSpace(s); s == "" {
		return "", nil
	}
	tag, err := language.Parse(s)
	if err != nil || len(s) > 35 { // the length RFC 5646, section 4.4.1 asks for
		return "", &PreferenceError{"language", "is not a language tag such as en or de-AT"}
	}
	return tag.String(), nil
}

func parseZone(s string) (string, error) {
	if s = strings.TrimSpace(s); s == "" {
		return "", nil
	}
	if _, err := time.LoadLocation(s); err != nil || s == "Local" {
		return "", &PreferenceError{"zone", "is not a time zone such as Europe/Rome"}
	}
	return s, nil
}

func parseFormat(s string) (Format, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "html", "both":
		return Both, nil
	case "text", "plain":
		return Text, nil
	}
	return "", &PreferenceError{"format", "is neither html nor text"}
}

// Nobody chooses more topics than this, and no topic has a longer name.
const (
	maxTopics = 50
	maxTopic  = 64
)

// cleanTopics trims, sorts and folds a list of topics, and leaves out what can
// be none.
func cleanTopics(topics []string) []string {
	var clean []string
	for _, t := range topics {
		t = strings.TrimSpace(t)
		if t != "" && utf8.ValidString(t) && utf8.RuneCountInString(t) <= maxTopic && !strings.ContainsFunc(t, isControl) {
			clean = append(clean, t)
		}
	}
	slices.Sort(clean)
	clean = slices.Compact(clean)
	return clean[:min(len(clean), maxTopics)]
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f }

package feeds

import "time"

// How long permanent redirects must last before the address is changed (F14).
const (
	moveReads = 3
	moveTime  = 3 * 24 * time.Hour
)

// AddressOf is where the source is read now: its own address, or the one it
// moved to.
func (v Visit) AddressOf(s Source) string {
	if v.Move.Now != "" && v.URL == s.URL {
		return v.Move.Now
	}
	return s.URL
}

// followed is the move after one more successful read, which permanent
// redirects led to an address, or did not ("").
func (m Move) followed(to string, now time.Time) Move {
	switch {
	case to == "":
		return Move{Now: m.Now}
	case to != m.To:
		return Move{Now: m.Now, To: to, Since: now, Reads: 1}
	}
	m.Reads++
	if m.Reads >= moveReads && now.Sub(m.Since) >= moveTime {
		return Move{Now: to}
	}
	return m
}

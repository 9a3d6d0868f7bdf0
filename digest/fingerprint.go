package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"weekward/digest/recap"
)

// Fingerprint identifies what readers see: the first 16 hex digits of SHA-256
// over it. Scores, reasons and what was left out do not count, so a fingerprint
// changes when, and only when, the words or the links do.
func (i Issue) Fingerprint() string {
	// Marshal does not fail on an Issue, which holds no cycles, channels or
	// floats other than scores; and those are 0 here.
	b, _ := json.Marshal(i.seen())
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// seen is the issue without what readers do not see, in one form: no list is
// nil, every time is in UTC.
func (i Issue) seen() Issue {
	out := Issue{Number: i.Number, Slot: i.Slot.UTC(), Subject: i.Subject, Preheader: i.Preheader, Minutes: i.Minutes,
		Stories: []Story{}, Chats: []recap.Recap{}}
	for _, s := range i.Stories {
		s.Score, s.Why, s.Published, s.Discussed.Why = 0, Why{}, s.Published.UTC(), nil
		s.Also = seenAlso(s.Also)
		s.Related = seenRelated(s.Related)
		out.Stories = append(out.Stories, s)
	}
	for _, c := range i.Chats {
		out.Chats = append(out.Chats, seenChat(c))
	}
	return out
}

func seenAlso(list []Also) []Also {
	out := make([]Also, len(list))
	for i, a := range list {
		a.Reason = ""
		out[i] = a
	}
	return out
}

func seenRelated(list []Related) []Related {
	out := make([]Related, len(list))
	for i, r := range list {
		r.Score, r.Why, r.Published = 0, nil, r.Published.UTC()
		out[i] = r
	}
	return out
}

func seenChat(c recap.Recap) recap.Recap {
	c.LeftOut, c.Session, c.Next = nil, c.Session.UTC(), c.Next.UTC()
	c.Links, c.Timeline = append([]recap.Link{}, c.Links...), append([]int{}, c.Timeline...)
	questions := append([]recap.Question{}, c.Questions...)
	for i := range questions {
		quotes := append([]recap.Highlight{}, questions[i].Highlights...)
		for k := range quotes {
			quotes[k].Why, quotes[k].At = recap.Why{}, quotes[k].At.UTC()
		}
		questions[i].Highlights = quotes
	}
	c.Questions = questions
	return c
}

// Package recap understands one session of a hashtag chat: who asked what, who
// answered which question, what repeats what, and which voices are worth
// quoting (CH-7 to CH-15).
//
// It is pure: posts in, a Recap out. Where posts come from is left to
// feeds/chat, how a recap looks to templates.
package recap

import "time"

// A Recap is one session of a chat as it is printed.
type Recap struct {
	Tag       string     `json:"tag"`
	Title     string     `json:"title"`
	Session   time.Time  `json:"session"` // start, UTC
	Zone      string     `json:"zone"`    // the chat's home zone
	Posts     int        `json:"posts"`
	People    int        `json:"people"`
	Replies   int        `json:"replies"`
	Questions []Question `json:"questions"`
	Links     []Link     `json:"links"`
	Timeline  []int      `json:"timeline"` // posts per five minutes of the session
	Next      time.Time  `json:"next"`     // start of the coming session, UTC; zero when unknown
	LeftOut   []LeftOut  `json:"left_out,omitempty"`
}

// A Question is one numbered question with the answers worth quoting.
type Question struct {
	Label      string      `json:"label"` // "Q1", "T2"; "" for the open floor
	Text       string      `json:"text"`
	Posts      int         `json:"posts"` // answers given, reposts not counted
	Highlights []Highlight `json:"highlights"`
}

// A Highlight is a post worth quoting.
type Highlight struct {
	ID      string    `json:"id"`
	Author  string    `json:"author"`
	Handle  string    `json:"handle"`
	Network string    `json:"network"`
	Text    string    `json:"text"` // as written, its question label and the chat's tag cut off the ends
	Lang    string    `json:"lang,omitempty"`
	URL     string    `json:"url"`
	At      time.Time `json:"at"`
	Why     Why       `json:"why"`
}

// A Link is an address people shared in the session.
type Link struct {
	URL      string `json:"url"`
	Title    string `json:"title,omitempty"`    // of the item with that address, when we have it
	Shared   int    `json:"shared"`             // distinct people
	Question string `json:"question,omitempty"` // the label under which at least half of them did
}

// LeftOut names a post that was not quoted and the rule that said so.
type LeftOut struct {
	ID     string `json:"id"`
	Text   string `json:"title"`
	Reason string `json:"reason"`
}

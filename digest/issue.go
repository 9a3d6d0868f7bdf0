// Package digest ranks and composes: items, chats and the editor's edits in,
// one Issue out.
//
// It is pure. Time comes in as values, there is no clock, network, SQL or
// randomness here, and the same input gives the same issue, byte for byte,
// whatever order it comes in. How texts are compared is left to
// digest/related, how a chat is understood to digest/recap, how an issue looks
// to templates.
package digest

import (
	"time"

	"weekward/digest/recap"
)

// An Issue is one edition of the newsletter, as the reader gets it.
type Issue struct {
	Number    int           `json:"number"`
	Slot      time.Time     `json:"slot"` // the moment it is due, UTC
	Subject   string        `json:"subject"`
	Preheader string        `json:"preheader"`
	Minutes   int           `json:"minutes"` // reading time of the words shown, at 220 words a minute, at least 1
	Stories   []Story       `json:"stories"` // the first one leads
	Chats     []recap.Recap `json:"chats"`
	LeftOut   []LeftOut     `json:"-"` // printed beside the issue, not part of it
}

// A Story is a cluster of items about one event, told by its lead item.
type Story struct {
	ID        string    `json:"id"` // of the lead item
	Section   string    `json:"section"`
	Topic     string    `json:"topic,omitempty"`
	Title     string    `json:"title"`
	URL       string    `json:"url"`
	Source    string    `json:"source"` // the outlet's name
	Lang      string    `json:"lang,omitempty"`
	Published time.Time `json:"published"`
	Excerpt   string    `json:"excerpt"`
	Note      string    `json:"note,omitempty"`      // the editor's words
	Shared    int       `json:"shared,omitempty"`    // people who shared it in a chat
	SharedIn  string    `json:"shared_in,omitempty"` // that chat's tag
	Discussed Discussed `json:"discussed,omitzero"`  // the chat question that was about it
	Evidence  Evidence  `json:"evidence,omitempty"`  // what kind of text it rests on
	Score     float64   `json:"score"`
	Why       Why       `json:"why"`
	Also      []Also    `json:"also"` // the other outlets of the cluster
	Related   []Related `json:"related"`
}

// Why holds the parts of a story's score. Score is their product; each part is
// 1 when it says nothing.
type Why struct {
	Topic     float64  `json:"topic"`             // 0 to 1: fit to the newsletter's words
	Words     []string `json:"words"`             // the words of the profile that the item has, strongest first
	Health    float64  `json:"health,omitempty"`  // 0 to 1: about health at all, by the words and the company of the item that tells it
	Company   float64  `json:"company,omitempty"` // what of Health other news with the same rare words did; below 0 it spoke against
	Terms     []Term   `json:"terms,omitempty"`   // the words that decided, as the item has them
	Coverage  float64  `json:"coverage"`          // 1 and more with each outlet, page and other news about it
	Freshness float64  `json:"freshness"`         // 0 to 1
	Source    float64  `json:"source"`            // trust, 0 to 2
	Chat      float64  `json:"chat"`              // 1 + log of people who shared it in a chat
	Novelty   float64  `json:"novelty"`           // 0 to 1: unlike the last issues
	Passed    []string `json:"passed,omitempty"`  // titles this story displaced

	// Weights are those of the settings that are not 1, by part; the parts have
	// them in them.
	Weights map[string]float64 `json:"weights,omitempty"`
}

// An Also is another outlet that ran the story.
type Also struct {
	Title  string `json:"title"`
	URL    string `json:"url"`
	Source string `json:"source"`
	Reason string `json:"reason"` // why it was folded: "same address", "same title", "same story 0.62"
}

// A Related is a piece of news shown under a story.
type Related struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	URL       string    `json:"url"`
	Source    string    `json:"source"`
	Lang      string    `json:"lang,omitempty"`
	Published time.Time `json:"published"`
	Excerpt   string    `json:"excerpt"`
	Score     float64   `json:"score"`
	Why       []string  `json:"why,omitempty"` // the shared words that weigh most; each occurs in both texts
}

// LeftOut names what the issue does not carry and the rule that said so.
type LeftOut struct {
	Title  string  `json:"title"`
	Reason string  `json:"reason"`
	Score  float64 `json:"score,omitempty"`
}

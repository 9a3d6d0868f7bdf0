package digest

import (
	"time"

	"weekward/feeds"
)

// A Week is everything an issue is made of. Compose reads nothing else.
type Week struct {
	Number int       // of the issue
	Slot   time.Time // the moment it is due
	From   time.Time // items published or first seen from here on are news
	Freeze time.Time // and before this; nothing newer is used

	Items []feeds.Item // the week's news and, for related reading, that of earlier weeks
	Chats []feeds.Chat // the register
	Posts []feeds.Post // of sessions inside the week
	Past  []PastStory  // the stories and related items of the last 8 issues
	Edits []Edit

	Judged []Judgement // what the editor kept in earlier issues or threw out of them
}

// A PastStory is something an earlier issue already carried.
type PastStory struct {
	Issue int
	ID    string // the item's ID
	URL   string
	Title string
}

// An Edit is what the editor changed. The zero Edit changes nothing.
type Edit struct {
	Item  string // the item's or post's ID
	Drop  bool
	Pin   bool
	Order int    // place from 1; 0 leaves it to the ranker
	Note  string // the editor's words under the story
	Title string // replaces the printed title
	Text  string // replaces the excerpt

	// Evidence replaces the label that the ranker would print; Journalism
	// prints none. It does not change who tells the story.
	Evidence Evidence
}

// Options are the ranker's settings, from the [ranking] section.
type Options struct {
	Topics    map[string]float64  // the newsletter's words and their weight, 0 to 5; "nl:zorg" counts in Dutch only
	Evidence  map[string]Evidence // what the editor says the texts of a source are, by its ID
	Health    float64             // how much the model of health news has to say beside them, 0 to 1
	Stories   int                 // how many stories an issue carries, lead included; 1 to 40
	Related   int                 // related items under the lead; 0 to 10
	PerSource int                 // most stories of one source
	PerTopic  int                 // most stories about one disease or the like
	HalfLife  time.Duration       // after which a story counts half
	Weights   Weights             // how much each part of the score counts
	Threshold float64             // least similarity of a related item, 0 to 1
	Quotes    int                 // most quotes a question
}

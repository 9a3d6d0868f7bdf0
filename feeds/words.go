package feeds

import (
	"cmp"
	"unicode/utf8"
)

// Words are what an item's own page says of it, where the feed says too
// little. A field is "" when the page had nothing to add.
type Words struct {
	Item      string // the item's ID
	FeedTitle string // the feed's title that Title stands in for
	Title     string
	Summary   string
	Excerpt   string // for print (EX-1, EX-2)
	Author    string
	Lang      string // BCP 47
}

// EnoughWords is the length of an excerpt, in characters, from which a feed's
// own words are enough (EX-1).
const EnoughWords = excerptLeast

// SaysTooLittle tells whether a feed gave an item less than that, so that its
// page is worth asking.
func SaysTooLittle(it Item) bool {
	return it.URL != "" && utf8.RuneCountInString(it.Excerpt) < EnoughWords
}

// Complete gives an item as its feed tells it the words of its page, where the
// feed still says less. It gives the same item however often it is called; a
// feed that comes to say more has the word again.
func (w Words) Complete(it Item) Item {
	if w.Title != "" && it.Title == w.FeedTitle {
		it.Title = w.Title
	}
	if utf8.RuneCountInString(w.Excerpt) > utf8.RuneCountInString(it.Excerpt) {
		it.Summary, it.Excerpt = w.Summary, w.Excerpt
	}
	it.Author = cmp.Or(it.Author, w.Author)
	it.Lang = cmp.Or(it.Lang, w.Lang)
	return it
}

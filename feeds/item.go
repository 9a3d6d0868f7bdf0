package feeds

import "time"

// An Item is one piece of news as read. Its texts are plain: no markup, no
// control characters, valid UTF-8.
type Item struct {
	ID        string // stable: made of the source and the item's own identity (see Identify)
	Source    string // the source's ID
	Outlet    string // the name printed beside the story
	GUID      string // as the feed gives it; may be empty
	URL       string // http(s), canonical: no tracking parameters, no fragment
	Title     string
	Summary   string // clean text of what the feed says, at most some thousand characters
	Excerpt   string // 110 to 200 characters for print (EX-1, EX-2); "" when the feed gives too little
	Author    string
	Lang      string    // BCP 47; "" when unknown
	Section   string    // from the source
	Topic     string    // from the source
	Weight    float64   // from the source
	Published time.Time // UTC; FirstSeen when Undated
	Undated   bool      // the feed gave no date we could use
	FirstSeen time.Time // UTC
}

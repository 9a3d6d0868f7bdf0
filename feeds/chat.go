package feeds

import "time"

// A Policy says how people from a chat may be quoted (CH-18).
type Policy string

// The quote policies. The zero value is AggregateOnly: nobody is quoted until
// the editor has decided so.
const (
	AggregateOnly Policy = "aggregate-only" // figures, questions and links, no quotes
	NamedWithLink Policy = "named-with-link"
	AskFirst      Policy = "ask-first" // quotes are offered to the editor, not printed
)

// A Chat is a registered hashtag chat: one that meets at a fixed hour.
type Chat struct {
	Tag        string // without "#", lower case
	Title      string
	Zone       string       // IANA zone of its home hour
	Weekday    time.Weekday // the day it meets
	Start      string       // "15:04" in Zone
	Minutes    int          // how long it lasts; 60 when 0
	Style      string       // "T" or "Q": how questions are labelled
	Moderators []string     // handles without "@", lower case
	Policy     Policy
	Networks   []string // where it meets: "mastodon", "file"
}

// A Post is one message of a chat, in one form for every network (CH-5).
type Post struct {
	ID         string // stable: made of URI
	Tag        string // the chat it belongs to
	Network    string // "mastodon", "twitter", "file"
	URI        string // the network's own identity of the post; the same seen through any server
	URL        string // where a person can read the original; may be empty
	Author     string // display name as written
	Handle     string // without "@"; with the server on federated networks
	Text       string // plain text, full link targets
	Lang       string
	At         time.Time // UTC
	EditedAt   time.Time // zero when never edited
	ReplyTo    string    // URI of the post it answers
	RepostOf   string    // URI of the post it repeats, when the network says so
	Likes      int
	Reposts    int
	Replies    int
	Links      []string // http(s) targets in the text, canonical
	Tags       []string // without "#", lower case
	NeverQuote bool     // the author or the network asks not to be quoted (CH-20)
	Source     string   // the source's ID, or "import"
	FetchedAt  time.Time
}

package chat

import (
	"encoding/json"
	"fmt"

	"weekward/feeds"
)

// fewRows are looked at to tell a page's network: the first may be damaged,
// not all of them.
const fewRows = 10

// An OtherKindError means that an address answers, but with posts of another
// network than the source says.
type OtherKindError struct {
	Kind feeds.Kind // what the source should say
}

func (e *OtherKindError) Error() string {
	network := "Mastodon"
	if e.Kind == feeds.KindBluesky {
		network = "Bluesky"
	}
	return fmt.Sprintf("the answer is a page of %s posts; the source needs kind = %q", network, e.Kind)
}

// KindOf tells which network a saved page of posts comes from, as its API
// gives it: feeds.KindMastodon, feeds.KindBluesky, or "" when it is neither.
func KindOf(page []byte) feeds.Kind {
	var sky struct{ Posts, Feed []json.RawMessage }
	var rows []json.RawMessage
	if json.Unmarshal(page, &rows) != nil && json.Unmarshal(page, &sky) != nil {
		return ""
	}
	return kindOf(append(append(rows, sky.Posts...), sky.Feed...))
}

func kindOf(rows []json.RawMessage) feeds.Kind {
	for _, raw := range rows[:min(len(rows), fewRows)] {
		switch shape(raw) {
		case "mastodon":
			return feeds.KindMastodon
		case "bluesky":
			return feeds.KindBluesky
		}
	}
	return ""
}

// unlike is an OtherKindError when a page plainly is of another network than
// the source says, and else the error that there was.
func unlike(page, want feeds.Kind, err error) error {
	if page != "" && page != want {
		return &OtherKindError{page}
	}
	return err
}

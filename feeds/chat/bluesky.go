package chat

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"weekward/feeds"
)

// A skyPost is the part of a Bluesky post view that a post is made of.
type skyPost struct {
	URI       string     `json:"uri"`
	Author    skyAuthor  `json:"author"`
	Record    skyRecord  `json:"record"`
	Likes     int        `json:"likeCount"`
	Reposts   int        `json:"repostCount"`
	Replies   int        `json:"replyCount"`
	IndexedAt string     `json:"indexedAt"`
	Labels    []skyLabel `json:"labels"`
}

type skyAuthor struct {
	Handle      string     `json:"handle"`
	DisplayName string     `json:"displayName"`
	Labels      []skyLabel `json:"labels"`
}

type skyLabel struct {
	Value string `json:"val"`
}

type skyRecord struct {
	Text      string   `json:"text"`
	CreatedAt string   `json:"createdAt"`
	Langs     []string `json:"langs"`
	Reply     struct {
		Parent struct {
			URI string `json:"uri"`
		} `json:"parent"`
	} `json:"reply"`
	Facets []skyFacet `json:"facets"`
	Embed  struct {
		External struct {
			URI string `json:"uri"`
		} `json:"external"`
	} `json:"embed"`
	Tags []string `json:"tags"`
}

// A skyFacet makes a part of the text a link or a tag.
type skyFacet struct {
	Index *struct {
		Start int `json:"byteStart"`
		End   int `json:"byteEnd"`
	} `json:"index"`
	Features []struct {
		URI string `json:"uri"`
		Tag string `json:"tag"`
	} `json:"features"`
}

// marks reports whether the facet marks a part of the text. Its numbers count
// bytes of UTF-8; where they lie outside the text, or cut a character in two,
// its author's program counted otherwise, and the facet says nothing.
func (f skyFacet) marks(text string) bool {
	if f.Index == nil {
		return true
	}
	start, end := f.Index.Start, f.Index.End
	return 0 <= start && start < end && end <= len(text) &&
		utf8.RuneStart(text[start]) && (end == len(text) || utf8.RuneStart(text[end]))
}

// skyPosts reads a saved page of Bluesky posts: of a search ("posts") or of a
// feed ("feed", whose entries wrap the post and may be someone's repost). With
// strangers, posts whose authors do not want to be seen by people who are not
// signed in are left out.
func skyPosts(rows []json.RawMessage, tag string, strangers bool) (posts []feeds.Post, warnings []string) {
	for i, raw := range rows {
		var entry struct {
			skyPost
			Post   *skyPost `json:"post"`
			Reason struct {
				Type string `json:"$type"`
			} `json:"reason"`
		}
		if err := json.Unmarshal(raw, &entry); err != nil {
			warnings = append(warnings, fmt.Sprintf("post %d: not readable, left out: %v", i+1, err))
			continue
		}
		s := entry.skyPost
		if entry.Post != nil {
			s = *entry.Post
		}
		if strings.HasSuffix(entry.Reason.Type, "#reasonRepost") {
			continue // it adds reach, which the post itself reports
		}
		if strangers && s.hidden() {
			continue
		}
		p, err := s.post(tag)
		if err != nil {
			warnings = append(warnings, fmt.Sprintf("post %d: %v, left out", i+1, err))
			continue
		}
		posts = append(posts, p)
	}
	return posts, warnings
}

func (s skyPost) post(tag string) (feeds.Post, error) {
	at, err := s.at()
	if err != nil {
		return feeds.Post{}, err
	}
	if s.URI == "" {
		return feeds.Post{}, fmt.Errorf("no uri")
	}
	p := feeds.Post{
		Network: "bluesky", URI: s.URI, URL: s.address(), Author: s.Author.DisplayName, Handle: s.Author.Handle,
		Text: s.Record.Text, At: at, ReplyTo: s.Record.Reply.Parent.URI,
		Likes: max(0, s.Likes), Reposts: max(0, s.Reposts), Replies: max(0, s.Replies),
		Links: []string{}, Tags: []string{}, NeverQuote: s.unquotable(),
	}
	if len(s.Record.Langs) > 0 {
		p.Lang = s.Record.Langs[0]
	}
	for _, t := range s.Record.Tags {
		p.Tags = appendTag(p.Tags, t)
	}
	for _, facet := range s.Record.Facets {
		if !facet.marks(s.Record.Text) {
			continue
		}
		for _, feature := range facet.Features {
			p.Links = appendLink(p.Links, feature.URI)
			p.Tags = appendTag(p.Tags, feature.Tag)
		}
	}
	p.Links = appendLink(p.Links, s.Record.Embed.External.URI)
	return finish(p, tag), nil
}

// unquotable reports whether the post carries a warning, or is hidden from
// strangers; clients keep such posts from them, and so does a newsletter.
func (s skyPost) unquotable() bool { return len(s.Labels) > 0 || s.hidden() }

// hidden reports whether the author asks not to be shown to people who are not
// signed in (C10).
func (s skyPost) hidden() bool {
	asks := func(l skyLabel) bool { return l.Value == "!no-unauthenticated" }
	return slices.ContainsFunc(s.Author.Labels, asks) || slices.ContainsFunc(s.Labels, asks)
}

func appendTag(tags []string, tag string) []string {
	if tag = strings.ToLower(strings.TrimPrefix(tag, "#")); tag != "" && !slices.Contains(tags, tag) {
		return append(tags, tag)
	}
	return tags
}

// at is when the post was written. That is the word of the author's program,
// so it is believed only up to the moment the network saw the post.
func (s skyPost) at() (time.Time, error) {
	at, err := time.Parse(time.RFC3339, s.Record.CreatedAt)
	seen, seenErr := time.Parse(time.RFC3339, s.IndexedAt)
	switch {
	case err == nil && seenErr == nil && at.After(seen):
		return seen, nil
	case err != nil && seenErr == nil:
		return seen, nil
	case err != nil:
		return time.Time{}, fmt.Errorf("no usable time %q", s.Record.CreatedAt)
	}
	return at, nil
}

// address is where a person can read the post: the last part of the URI names
// it below its author's profile.
func (s skyPost) address() string {
	_, key, ok := cutLast(s.URI, "/")
	if !ok || s.Author.Handle == "" {
		return ""
	}
	return "https://bsky.app/profile/" + s.Author.Handle + "/post/" + key
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

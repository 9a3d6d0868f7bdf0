package chat

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"weekward/feeds"
)

// A status is the part of a Mastodon status that a post is made of. Fields are
// pointers where "not said" differs from "no".
type status struct {
	ID          string           `json:"id"`
	URI         string           `json:"uri"`
	URL         string           `json:"url"`
	CreatedAt   string           `json:"created_at"`
	EditedAt    string           `json:"edited_at"`
	InReplyTo   string           `json:"in_reply_to_id"`
	Visibility  string           `json:"visibility"`
	Sensitive   bool             `json:"sensitive"`
	SpoilerText string           `json:"spoiler_text"`
	Language    string           `json:"language"`
	Content     string           `json:"content"`
	Replies     int              `json:"replies_count"`
	Reblogs     int              `json:"reblogs_count"`
	Favourites  int              `json:"favourites_count"`
	Reblog      *json.RawMessage `json:"reblog"`
	Account     account          `json:"account"`
	Tags        []struct {
		Name string `json:"name"`
	} `json:"tags"`
}

type account struct {
	Acct         string `json:"acct"`
	DisplayName  string `json:"display_name"`
	URL          string `json:"url"`
	Bot          bool   `json:"bot"`
	NoIndex      bool   `json:"noindex"`
	Indexable    *bool  `json:"indexable"`
	Discoverable *bool  `json:"discoverable"`
}

// statuses reads a page of Mastodon statuses. What is not public, not an
// original, or damaged is left out; each damaged one gives a warning. A reply
// names its parent by the server's own number, so parents are looked up among
// the statuses of the same page (see joinReplies).
func statuses(rows []json.RawMessage, tag string) (posts []feeds.Post, numbers map[string]string, warnings []string) {
	numbers = map[string]string{}
	for i, raw := range rows {
		var s status
		if err := json.Unmarshal(raw, &s); err != nil {
			warnings = append(warnings, fmt.Sprintf("status %d: not readable, left out: %v", i+1, err))
			continue
		}
		if s.Visibility != "public" || s.Reblog != nil {
			continue
		}
		p, err := s.post(tag)
		if err != nil {
			warnings = append(warnings, fmt.Sprintf("status %d: %v, left out", i+1, err))
			continue
		}
		numbers[s.ID] = p.URI
		posts = append(posts, p)
	}
	return posts, numbers, warnings
}

func (s status) post(tag string) (feeds.Post, error) {
	at, err := time.Parse(time.RFC3339, s.CreatedAt)
	if err != nil {
		return feeds.Post{}, fmt.Errorf("no usable time %q", s.CreatedAt)
	}
	if s.URI == "" {
		return feeds.Post{}, fmt.Errorf("no uri")
	}
	text, targets := plainText(s.Content)
	edited, _ := time.Parse(time.RFC3339, s.EditedAt) // unparsable means never edited
	p := feeds.Post{
		Network: "mastodon", URI: s.URI, URL: s.URL,
		Author: s.Account.DisplayName, Handle: s.Account.handle(s.URI),
		Text: text, Lang: s.Language, At: at, EditedAt: edited.UTC(), ReplyTo: s.InReplyTo,
		Likes: max(0, s.Favourites), Reposts: max(0, s.Reblogs), Replies: max(0, s.Replies),
		Links: targets, NeverQuote: s.unquotable(),
	}
	p.Tags = s.tags(text, tag)
	return finish(p, tag), nil
}

// unquotable reports whether the author or the server asks for restraint:
// content warnings, automated accounts, and people who do not want to be
// found by search (CH-20).
func (s status) unquotable() bool {
	no := func(b *bool) bool { return b != nil && !*b }
	a := s.Account
	return s.Sensitive || s.SpoilerText != "" || a.Bot || a.NoIndex || no(a.Indexable) || no(a.Discoverable)
}

// handle completes a local account's name with its server, so that one person
// seen through two servers is one person.
func (a account) handle(uri string) string {
	handle := strings.TrimPrefix(a.Acct, "@")
	if strings.Contains(handle, "@") || handle == "" {
		return handle
	}
	if u, err := url.Parse(uri); err == nil && u.Host != "" {
		return handle + "@" + u.Host
	}
	return handle
}

func (s status) tags(text, own string) []string {
	tags := make([]string, 0, len(s.Tags))
	for _, t := range s.Tags {
		tags = append(tags, strings.ToLower(t.Name))
	}
	if len(tags) == 0 {
		tags = append(tags, hashtags(clean(text), own)...)
	}
	return tags
}

// joinReplies turns the server's numbers of parents into URIs. A parent that
// was not read leaves an orphan: a reply to something unknown, which keeps the
// number behind the given prefix.
func joinReplies(posts []feeds.Post, numbers map[string]string, unknown string) {
	for i, p := range posts {
		if p.ReplyTo == "" {
			continue
		}
		if uri, ok := numbers[p.ReplyTo]; ok {
			posts[i].ReplyTo = uri
		} else {
			posts[i].ReplyTo = unknown + p.ReplyTo
		}
	}
}

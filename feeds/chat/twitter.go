package chat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"weekward/feeds"
)

// A tweetPage is one page of the v2 interface, as the usual collecting tools
// save it: posts in data, their authors and the posts they point to in includes.
type tweetPage struct {
	Data     json.RawMessage `json:"data"` // a list, or one post
	Includes struct {
		Users []tweetUser `json:"users"`
	} `json:"includes"`
}

type tweetUser struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Username  string `json:"username"`
	Protected bool   `json:"protected"`
}

type tweet struct {
	ID         string   `json:"id"`
	Edits      []string `json:"edit_history_tweet_ids"`
	Text       string   `json:"text"`
	AuthorID   string   `json:"author_id"`
	CreatedAt  string   `json:"created_at"`
	Lang       string   `json:"lang"`
	Sensitive  bool     `json:"possibly_sensitive"`
	References []struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	} `json:"referenced_tweets"`
	Metrics struct {
		Likes    int `json:"like_count"`
		Retweets int `json:"retweet_count"`
		Replies  int `json:"reply_count"`
	} `json:"public_metrics"`
	Note struct {
		Text string `json:"text"`
	} `json:"note_tweet"`
	Entities struct {
		URLs []struct {
			Short    string `json:"url"`
			Expanded string `json:"expanded_url"`
		} `json:"urls"`
	} `json:"entities"`
}

// tweets reads one v2 page. Protected accounts are left out.
func tweets(page tweetPage, tag string) (posts []feeds.Post, warnings []string) {
	rows, err := oneOrMany(page.Data)
	if err != nil {
		return nil, []string{fmt.Sprintf("page left out: %v", err)}
	}
	users := map[string]tweetUser{}
	for _, u := range page.Includes.Users {
		users[u.ID] = u
	}
	for i, raw := range rows {
		var t tweet
		if err := json.Unmarshal(raw, &t); err != nil {
			warnings = append(warnings, fmt.Sprintf("post %d: not readable, left out: %v", i+1, err))
			continue
		}
		author := users[t.AuthorID]
		if author.Protected {
			continue
		}
		p, err := t.post(author, tag)
		if err != nil {
			warnings = append(warnings, fmt.Sprintf("post %d: %v, left out", i+1, err))
			continue
		}
		posts = append(posts, p)
	}
	return posts, warnings
}

func (t tweet) post(author tweetUser, tag string) (feeds.Post, error) {
	at, err := time.Parse(time.RFC3339, t.CreatedAt)
	if err != nil {
		return feeds.Post{}, fmt.Errorf("no usable time %q", t.CreatedAt)
	}
	if t.ID == "" {
		return feeds.Post{}, fmt.Errorf("no id")
	}
	p := feeds.Post{
		Network: "twitter", URI: tweetURI(t.first()), URL: "https://twitter.com/i/web/status/" + t.ID,
		Author: author.Name, Handle: author.Username, Text: t.words(), Lang: t.language(), At: at,
		Likes: t.Metrics.Likes, Reposts: t.Metrics.Retweets, Replies: t.Metrics.Replies, NeverQuote: t.Sensitive,
	}
	if t.ID != t.first() {
		p.EditedAt = at
	}
	for _, r := range t.References {
		switch r.Type {
		case "retweeted":
			p.RepostOf = tweetURI(r.ID)
		case "replied_to":
			p.ReplyTo = tweetURI(r.ID)
		}
	}
	return finish(p, tag), nil
}

// first is the number a post had before any edit: each edit gets a new one.
func (t tweet) first() string {
	if len(t.Edits) > 0 && t.Edits[0] != "" {
		return t.Edits[0]
	}
	return t.ID
}

// words is the whole text, short addresses replaced by what they stand for.
func (t tweet) words() string {
	text := t.Text
	if t.Note.Text != "" {
		text = t.Note.Text
	}
	for _, u := range t.Entities.URLs {
		if u.Short != "" && canonical(u.Expanded) != "" {
			text = strings.ReplaceAll(text, u.Short, u.Expanded)
		}
	}
	return unescape(text)
}

// language drops the codes the network made up for "cannot tell".
func (t tweet) language() string {
	if t.Lang == "und" || strings.HasPrefix(t.Lang, "q") && len(t.Lang) == 3 {
		return ""
	}
	return t.Lang
}

func tweetURI(id string) string { return "twitter:" + id }

// unescape undoes the five escapes that exports of plain text carry. The
// whole of HTML's would turn "?a=1&copy=2" into a copyright sign.
func unescape(text string) string {
	if !strings.Contains(text, "&") {
		return text
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&#39;", "'", "&amp;", "&").Replace(text)
}

func oneOrMany(raw json.RawMessage) ([]json.RawMessage, error) {
	var rows []json.RawMessage
	if raw = bytes.TrimSpace(raw); len(raw) > 0 && raw[0] == '{' {
		return []json.RawMessage{raw}, nil
	}
	if err := json.Unmarshal(raw, &rows); err != nil {
		return nil, fmt.Errorf("no list of posts: %w", err)
	}
	return rows, nil
}

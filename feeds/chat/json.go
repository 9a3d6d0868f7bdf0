package chat

import (
	"encoding/json"
	"errors"
	"strings"

	"weekward/feeds"
)

// readJSON reads a list of objects, one object a line, or a page as one of the
// networks gives it.
func (in *importer) readJSON(content string) error {
	content = withoutAssignment(strings.TrimSpace(content))
	if content == "" {
		return errors.New("the file is empty")
	}
	var whole json.RawMessage
	if json.Unmarshal([]byte(content), &whole) == nil {
		in.value(whole)
		return nil
	}
	if !strings.HasPrefix(content, "{") {
		return errors.New("not JSON: neither a list, nor an object on each line")
	}
	in.lines(content)
	return nil
}

// withoutAssignment cuts "window.YTD.tweets.part0 =" off an account's archive,
// which is a program for a browser.
func withoutAssignment(content string) string {
	if strings.HasPrefix(content, "window.") {
		if i := strings.IndexByte(content, '['); i >= 0 {
			return content[i:]
		}
	}
	return content
}

// lines reads one value a line.
func (in *importer) lines(content string) {
	var rows []json.RawMessage
	number := 0
	for line := range strings.SplitSeq(content, "\n") {
		number++
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		raw := json.RawMessage(line)
		if !json.Valid(raw) {
			in.warn("line %d: not JSON, left out", number)
			continue
		}
		if shape(raw) == "page" {
			in.value(raw)
			continue
		}
		rows = append(rows, raw)
	}
	in.list(rows)
}

// value reads one whole JSON value: a list, a network's page, or a single post.
func (in *importer) value(raw json.RawMessage) {
	var rows []json.RawMessage
	if json.Unmarshal(raw, &rows) == nil {
		in.list(rows)
		return
	}
	var page struct {
		tweetPage
		Posts    []json.RawMessage `json:"posts"`
		Feed     []json.RawMessage `json:"feed"`
		Statuses []json.RawMessage `json:"statuses"`
		Messages []json.RawMessage `json:"messages"`
	}
	if err := json.Unmarshal(raw, &page); err != nil {
		in.warn("page left out: %v", err)
		return
	}
	if len(page.Data) > 0 {
		posts, warnings := tweets(page.tweetPage, in.Tag)
		in.network(posts, warnings)
		return
	}
	for _, list := range [][]json.RawMessage{page.Posts, page.Feed, page.Statuses, page.Messages} {
		rows = append(rows, list...)
	}
	if len(rows) == 0 {
		rows = []json.RawMessage{raw}
	}
	in.list(rows)
}

// list reads posts of one kind, told by the first that shows it.
func (in *importer) list(rows []json.RawMessage) {
	for _, raw := range rows {
		switch shape(raw) {
		case "mastodon":
			posts, numbers, warnings := statuses(rows, in.Tag)
			joinReplies(posts, numbers, "status:")
			in.network(posts, warnings)
			return
		case "bluesky":
			posts, warnings := skyPosts(rows, in.Tag, false)
			in.network(posts, warnings)
			return
		case "row":
			in.objects(rows)
			return
		}
	}
	if len(rows) > 0 {
		in.warn("%d entries that are not posts, left out", len(rows))
	}
}

// network keeps the posts of a network's own export.
func (in *importer) network(posts []feeds.Post, warnings []string) {
	for _, w := range warnings {
		in.warn("%s", w)
	}
	for _, p := range in.onlyTagged(posts) {
		in.keep(p)
	}
}

// shape tells the kinds of object apart by the keys that only they have.
func shape(raw json.RawMessage) string {
	var keys map[string]json.RawMessage
	if json.Unmarshal(raw, &keys) != nil {
		return ""
	}
	has := func(name string) bool { _, ok := keys[name]; return ok }
	switch {
	case has("data"), has("posts"), has("feed"), has("statuses"), has("messages"):
		return "page"
	case has("account") && has("visibility"):
		return "mastodon"
	case has("record") && has("uri"), has("post") && strings.HasPrefix(strings.TrimSpace(string(keys["post"])), "{"):
		return "bluesky"
	}
	return "row"
}

// objects reads objects with the names that a table's columns have.
func (in *importer) objects(rows []json.RawMessage) {
	for i, raw := range rows {
		values, err := flatten(raw)
		if err != nil {
			in.warn("entry %d: not an object, left out", i+1)
			continue
		}
		in.row(i+1, func(field string) string { return in.named(values, field) })
		if len(in.posts) > maxPosts {
			return
		}
	}
}

// named gives the first value among the names of a field.
func (in *importer) named(values map[string]string, field string) string {
	if column, ok := in.Columns[field]; ok {
		return values[plainName(column)]
	}
	for _, name := range fieldNames[field] {
		if v := strings.TrimSpace(values[name]); v != "" {
			return v
		}
	}
	return ""
}

// flatten gives an object's plain values by name; those of an object inside
// are named with it, as in user_screen_name. The archive's wrapping "tweet"
// falls away.
func flatten(raw json.RawMessage) (map[string]string, error) {
	var object map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber() // numbers of posts do not fit a float64
	if err := decoder.Decode(&object); err != nil {
		return nil, err
	}
	if inner, ok := object["tweet"].(map[string]any); ok {
		object = inner
	}
	values := map[string]string{}
	for name, v := range object {
		if nested, ok := v.(map[string]any); ok {
			for inner, v := range nested {
				values[plainName(name)+"_"+plainName(inner)] = scalar(v)
			}
			continue
		}
		values[plainName(name)] = scalar(v)
	}
	return values, nil
}

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

package chat

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// fieldNames are the fields of a row, each with the column names that are
// understood without being told, the surest first. TAGS sheets write "time" in
// the sheet's zone but mark it as UTC, so created_at goes before it.
var fieldNames = map[string][]string{
	"id":      {"id_str", "tweet_id", "status_id", "id", "uri"},
	"author":  {"author", "display_name", "name", "user_name", "author_name", "from", "who"},
	"handle":  {"handle", "from_user", "screen_name", "username", "acct", "user_screen_name", "user"},
	"text":    {"full_text", "text", "message", "content", "tweet", "body", "post"},
	"at":      {"created_at", "at", "timestamp", "datetime", "date_time", "published", "created", "time", "date"},
	"url":     {"url", "status_url", "permalink", "tweet_url", "link"},
	"lang":    {"lang", "language"},
	"reply":   {"in_reply_to_status_id_str", "in_reply_to_status_id", "reply_to", "in_reply_to", "in_reply_to_id"},
	"repost":  {"repost_of", "retweeted_status_id_str", "retweeted_status_id"},
	"likes":   {"likes", "like_count", "favorite_count", "favourites_count"},
	"reposts": {"reposts", "retweet_count", "reblogs_count", "repost_count"},
	"replies": {"replies", "reply_count", "replies_count"},
	"edited":  {"edited_at"},
}

// ParseColumns reads a mapping such as "author=from_user,text=text,at=created_at":
// which column of the file holds which field. The fields are id, author,
// handle, text, at, url, lang, reply, repost, likes, reposts, replies, edited.
func ParseColumns(s string) (map[string]string, error) {
	columns := map[string]string{}
	for part := range strings.SplitSeq(s, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		field, column, ok := strings.Cut(part, "=")
		field, column = strings.TrimSpace(strings.ToLower(field)), strings.TrimSpace(column)
		if !ok || column == "" {
			return nil, fmt.Errorf("read column mapping: %q is not field=column", part)
		}
		if _, known := fieldNames[field]; !known {
			return nil, fmt.Errorf("read column mapping: no field %q; there are %s", field, strings.Join(slices.Sorted(maps.Keys(fieldNames)), ", "))
		}
		columns[field] = column
	}
	return columns, nil
}

// columns finds the place of each field in a table: as the mapping says, else
// by name.
func (in *importer) columns(header []string) (map[string][]int, error) {
	found := recognise(header)
	for _, field := range slices.Sorted(maps.Keys(in.Columns)) {
		at := slices.IndexFunc(header, func(name string) bool { return plainName(name) == plainName(in.Columns[field]) })
		if at < 0 {
			return nil, fmt.Errorf("no column %q for %s; there are %s", in.Columns[field], field, strings.Join(header, ", "))
		}
		found[field] = []int{at}
	}
	if len(found["text"]) == 0 {
		return nil, fmt.Errorf("no column holds the text; name it, as in text=COLUMN; there are %s", oneLine(strings.Join(header, ", ")))
	}
	return found, nil
}

func recognise(header []string) map[string][]int {
	found := map[string][]int{}
	for field, names := range fieldNames {
		for _, name := range names {
			if at := slices.IndexFunc(header, func(h string) bool { return plainName(h) == name }); at >= 0 {
				found[field] = append(found[field], at)
			}
		}
	}
	return found
}

// plainName folds "Created At" and "created-at" into created_at.
func plainName(name string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(name)))
}

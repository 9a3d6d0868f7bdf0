package news

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
)

// repairJSON gives a JSON Feed in the types its specification has, so that one
// odd field costs that field and not the feed, with at most maxItems items. A
// document that ends too early keeps the items before the end.
func repairJSON(text []byte) (doc []byte, warnings []string, err error) {
	r := jsonRepairer{decoder: json.NewDecoder(bytes.NewReader(text)), feed: map[string]json.RawMessage{}}
	err = r.read()
	_, hasVersion := r.feed["version"]
	if len(r.items) == 0 && !r.hasItems && !hasVersion {
		return nil, nil, notAFeed("it is JSON, but no JSON Feed")
	}
	if err != nil && !errors.Is(err, errTooMany) {
		r.warn("the document ends too early or is damaged; what came before was read")
	}
	fixAuthors(r.feed)
	onlyStrings(r.feed, "version", "title", "home_page_url", "feed_url", "description", "icon", "favicon", "language", "next_url", "user_comment")
	if r.feed["items"], err = json.Marshal(r.items); err != nil {
		return nil, nil, notAFeed("%v", err)
	}
	doc, err = json.Marshal(r.feed)
	return doc, r.warnings, err
}

// The fields we read. Of the others there may be any number, of any type.
var (
	feedFields = []string{"version", "title", "home_page_url", "feed_url", "description", "icon", "favicon", "language", "next_url",
		"user_comment", "author", "authors"}
	itemFields = []string{"id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image",
		"date_published", "date_modified", "language", "author", "authors", "tags", "attachments"}
)

var errTooMany = errors.New("too many items")

type jsonRepairer struct {
	decoder  *json.Decoder
	feed     map[string]json.RawMessage
	items    []map[string]json.RawMessage
	hasItems bool
	warnings []string
}

func (r *jsonRepairer) warn(words string) {
	if !slices.Contains(r.warnings, words) {
		r.warnings = append(r.warnings, words)
	}
}

// read reads the outer object field by field.
func (r *jsonRepairer) read() error {
	if _, err := r.decoder.Token(); err != nil { // the "{"
		return err
	}
	for r.decoder.More() {
		key, err := r.decoder.Token()
		if err != nil {
			return err
		}
		if key == "items" {
			err = r.readItems()
		} else {
			var value json.RawMessage
			if err = r.decoder.Decode(&value); err == nil && slices.Contains(feedFields, key.(string)) {
				r.feed[key.(string)] = value
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *jsonRepairer) readItems() error {
	start, err := r.decoder.Token()
	if err != nil || start != json.Delim('[') {
		return errors.Join(err, io.ErrUnexpectedEOF)
	}
	r.hasItems = true
	for n := 0; r.decoder.More(); n++ {
		if n == maxItems {
			r.warn(tooManyItems)
			return errTooMany
		}
		var value json.RawMessage
		if err := r.decoder.Decode(&value); err != nil {
			return err
		}
		r.addItem(value)
	}
	_, err = r.decoder.Token() // the "]"
	return err
}

// addItem takes an item as it is given. What is no object is none.
func (r *jsonRepairer) addItem(value json.RawMessage) {
	var item map[string]json.RawMessage
	if json.Unmarshal(value, &item) != nil || item == nil {
		return
	}
	maps.DeleteFunc(item, func(name string, _ json.RawMessage) bool { return !slices.Contains(itemFields, name) })
	if len(value) > maxText {
		r.shorten(item)
	}
	fixItem(item)
	r.items = append(r.items, item)
}

// shorten cuts the texts of an item that is longer than any should be; the
// later of these texts is the first to go.
func (r *jsonRepairer) shorten(item map[string]json.RawMessage) {
	left := maxText
	for _, name := range []string{"title", "summary", "content_html", "content_text"} {
		var text string
		if json.Unmarshal(item[name], &text) != nil {
			continue
		}
		if len(text) > left {
			r.warn(tooLongText)
			item[name], _ = json.Marshal(strings.ToValidUTF8(text[:left], ""))
		}
		left -= min(left, len(text))
	}
}

// fixItem gives an item's fields the types they should have.
func fixItem(item map[string]json.RawMessage) {
	fixAuthors(item)
	onlyStrings(item, "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image",
		"date_published", "date_modified", "language")
	fixTags(item)
	var attachments []map[string]any
	if json.Unmarshal(item["attachments"], &attachments) != nil {
		delete(item, "attachments")
	}
}

// onlyStrings turns numbers into strings and drops what is neither.
func onlyStrings(fields map[string]json.RawMessage, names ...string) {
	for _, name := range names {
		value, ok := fields[name]
		if !ok {
			continue
		}
		var s string
		var n json.Number
		switch {
		case json.Unmarshal(value, &s) == nil:
		case json.Unmarshal(value, &n) == nil:
			fields[name], _ = json.Marshal(n.String())
		default:
			delete(fields, name)
		}
	}
}

// fixTags makes a list of one of a single tag.
func fixTags(item map[string]json.RawMessage) {
	value, ok := item["tags"]
	if !ok {
		return
	}
	var one string
	var list []any
	var tags []string
	switch {
	case json.Unmarshal(value, &one) == nil:
		tags = []string{one}
	case json.Unmarshal(value, &list) == nil:
		for _, t := range list {
			if s, ok := t.(string); ok {
				tags = append(tags, s)
			}
		}
	}
	item["tags"], _ = json.Marshal(tags)
}

// fixAuthors brings "author" and "authors" into the form of version 1.1: a
// list of objects with a name.
func fixAuthors(fields map[string]json.RawMessage) {
	var people []map[string]string
	for _, name := range []string{"authors", "author"} {
		value, ok := fields[name]
		delete(fields, name)
		if !ok || len(people) > 0 {
			continue
		}
		var list []json.RawMessage
		if json.Unmarshal(value, &list) != nil {
			list = []json.RawMessage{value}
		}
		for _, raw := range list {
			if person := author(raw); person != "" {
				people = append(people, map[string]string{"name": person})
			}
		}
	}
	if len(people) > 0 {
		fields["authors"], _ = json.Marshal(people)
	}
}

// author is a person's name, given alone or as the field of an object.
func author(raw json.RawMessage) string {
	var name string
	if json.Unmarshal(raw, &name) == nil {
		return name
	}
	var object struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(raw, &object) != nil {
		return ""
	}
	return object.Name
}

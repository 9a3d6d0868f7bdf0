// Package chat reads hashtag chats: the public timeline of a Mastodon server,
// and transcripts in files (CSV, JSON, saved pages, pasted text).
//
// Every form becomes the same feeds.Post, with the network's own identity of
// the message, so that the same post read twice, or through two servers, is
// kept once. What a chat is about and which posts are worth quoting is left to
// digest/recap; fetching is left to feeds/fetch.
package chat

import (
	"crypto/sha256"
	"encoding/base32"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"weekward/feeds"
)

// maxText bounds one post, in characters. Mastodon's usual limit is 500, some
// servers allow 5,000.
const maxText = 5000

var idEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// identify makes a post's ID from its URI: 26 characters of [a-z2-7].
func identify(uri string) string {
	sum := sha256.Sum256([]byte("post\x00" + uri))
	return idEncoding.EncodeToString(sum[:16])
}

// finish fills what follows from a post's URI and text: the ID, and, where the
// network did not list them, tags and links. A post keeps the address a person
// can open only if it is http or https.
func finish(p feeds.Post, tag string) feeds.Post {
	p.ID = identify(p.URI)
	p.Tag = tag
	p.Text = clean(p.Text)
	p.Author = oneLine(p.Author)
	p.Handle = oneLine(p.Handle)
	p.URL = canonical(p.URL)
	if p.Tags == nil {
		p.Tags = hashtags(p.Text, tag)
	}
	if p.Links == nil {
		p.Links = links(p.Text)
	}
	p.At = p.At.UTC()
	return p
}

var hashtagForm = regexp.MustCompile(`(^|[^\pL\pN&/_])[#＃]( ?)([\pL\pN_]+)`)

// hashtags lists the tags of a text, lower case, in order, each once. A space
// after the "#" is a slip of the thumb that only the chat's own tag is
// forgiven: "# hcsmeu" is the tag, "# 1" is a number.
func hashtags(text, own string) []string {
	var tags []string
	for _, m := range hashtagForm.FindAllStringSubmatch(text, -1) {
		tag := strings.ToLower(m[3])
		if m[2] != "" && tag != own || !strings.ContainsFunc(tag, unicode.IsLetter) {
			continue
		}
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}

// linkForm takes an address up to white space or a mark that never stands in one.
var linkForm = regexp.MustCompile(`(?i)https?://[^\s<>"“”«»]+`)

// links lists the web addresses of a text, canonical, in order, each once.
func links(text string) []string {
	var found []string
	for _, raw := range linkForm.FindAllString(text, -1) {
		found = appendLink(found, trimLink(raw))
	}
	return found
}

func appendLink(found []string, raw string) []string {
	if link := canonical(raw); link != "" && !slices.Contains(found, link) {
		return append(found, link)
	}
	return found
}

// trimLink cuts off the punctuation of the sentence around an address. A
// closing bracket stays when the address itself opened it.
func trimLink(raw string) string {
	for raw != "" {
		last, size := utf8.DecodeLastRuneInString(raw)
		switch {
		case strings.ContainsRune(".,;:!?'’…*", last):
		case last == ')' && strings.Count(raw, ")") > strings.Count(raw, "("):
		case last == ']' && strings.Count(raw, "]") > strings.Count(raw, "["):
		default:
			return raw
		}
		raw = raw[:len(raw)-size]
	}
	return raw
}

// clean makes foreign text plain as feeds.CleanText does, but keeps its lines,
// with at most one empty line in a row.
func clean(text string) string {
	var lines []string
	for line := range strings.Lines(bounded(text)) {
		line = feeds.CleanText(line)
		if line == "" && (len(lines) == 0 || lines[len(lines)-1] == "") {
			continue
		}
		lines = append(lines, line)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// bounded is the start of a text, at most maxText characters.
func bounded(text string) string {
	count := 0
	for i := range text {
		if count++; count > maxText {
			return text[:i]
		}
	}
	return text
}

func oneLine(text string) string { return feeds.CleanText(bounded(text)) }

// canonical is the form in which addresses are compared; "" for what is no
// http(s) address.
func canonical(raw string) string {
	link, _ := feeds.CanonicalURL(raw)
	return link
}

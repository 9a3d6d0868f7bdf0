package chat

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"weekward/feeds"
)

var (
	handleForm = regexp.MustCompile(`^@?[\pL\pN_][\pL\pN_.-]*(?:@[\w.-]+)?$`)
	tweetLink  = regexp.MustCompile(`^https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/([^/]+)/status(?:es)?/(\d+)`)
	numberForm = regexp.MustCompile(`^\d{6,20}$`)
)

// row makes a post of one row of a table or one object of a list. Line is its
// place in the file, for the warning when it cannot be used.
func (in *importer) row(line int, field func(string) string) {
	p, err := in.rowPost(field)
	if err != nil {
		in.warn("line %d: %v, left out", line, err)
		return
	}
	in.keep(p)
}

func (in *importer) rowPost(field func(string) string) (feeds.Post, error) {
	text := unescape(field("text"))
	if strings.TrimSpace(text) == "" {
		return feeds.Post{}, fmt.Errorf("no text")
	}
	m, err := in.rowMoment(field("at"))
	if err != nil {
		return feeds.Post{}, err
	}
	p := feeds.Post{
		Network: "file", URL: field("url"), Text: text, Lang: field("lang"), At: m.at,
		Likes: count(field("likes")), Reposts: count(field("reposts")), Replies: count(field("replies")),
	}
	if edited, err := in.when(field("edited")); err == nil && edited.day {
		p.EditedAt = edited.at.UTC()
	}
	p.Author, p.Handle = names(field("author"), field("handle"))
	in.identity(&p, field, m)
	return finish(p, in.Tag), nil
}

// rowMoment reads the time of a row. A clock alone needs the day of the session.
func (in *importer) rowMoment(s string) (moment, error) {
	m, err := in.when(s)
	switch {
	case err != nil:
		return moment{}, err
	case m.day:
		return m, nil
	case in.Day.IsZero():
		return moment{}, fmt.Errorf("only a clock %q and no day for it", s)
	}
	m.at = in.onDay(in.Day, m.at)
	m.local = m.at.Format("2006-01-02T15:04:05")
	return m, nil
}

// identity gives a post the network's own identity where the row tells it:
// a number of Twitter's, a URI. Else its author, time and words are it.
func (in *importer) identity(p *feeds.Post, field func(string) string, m moment) {
	id := field("id")
	link := tweetLink.FindStringSubmatch(p.URL)
	switch {
	case link != nil:
		p.Network, p.URI = "twitter", tweetURI(link[2])
		p.Handle = cmp.Or(p.Handle, link[1])
	case strings.Contains(id, "://"):
		p.URI = id
	case numberForm.MatchString(id) && len(id) > 8:
		p.Network, p.URI = "twitter", tweetURI(id)
	default: // an address may be the page that many rows share, so it needs its author and time
		p.URI = in.madeURI(cmp.Or(p.Handle, p.Author), m.local, cmp.Or(canonical(p.URL), p.Text))
	}
	if p.URL != "" && strings.Contains(p.Text, p.URL) {
		p.URL = "" // what the post links to, not where it stands
	}
	p.ReplyTo, p.RepostOf = in.pointer(*p, field("reply")), in.pointer(*p, field("repost"))
}

func (in *importer) pointer(p feeds.Post, id string) string {
	if p.Network == "twitter" && numberForm.MatchString(id) {
		return tweetURI(id)
	}
	return id
}

// madeURI is the identity of a post that has none: the same words by the same
// person at the same time are the same post, whatever file they come from.
func (in *importer) madeURI(who, when, text string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{in.Tag, strings.ToLower(who), when, oneLine(text)}, "\x00")))
	return "transcript:" + hex.EncodeToString(sum[:12])
}

// names sorts out which of two cells is a handle. A single word without a
// column of its own serves as both.
func names(author, handle string) (string, string) {
	if handle == "" && handleForm.MatchString(author) {
		handle = author
	}
	handle = strings.TrimPrefix(strings.TrimSpace(handle), "@")
	if strings.HasPrefix(author, "@") || author == "" {
		author = handle
	}
	return author, handle
}

// count reads a number of likes; what is none, or below zero, is 0.
func count(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return min(max(n, 0), 1e9)
}

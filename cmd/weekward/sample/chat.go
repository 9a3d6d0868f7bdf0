package sample

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"time"
)

const (
	network   = "social.example.org" // where the chat's people have their accounts
	moderator = "wardchat_host"
)

// A post is one line of week/wardchat.csv: the whole conversation, in the order
// in which it was held. Half of the people are seen through the timeline of
// their server, the rest only in the transcript, so that both are collected and
// nothing comes twice.
type post struct {
	id      string // the server's number, made of the time as such servers do
	at      time.Time
	author  string
	handle  string
	replyTo *post
	via     string // "timeline" or "transcript"
	lang    string
	likes   int
	text    string
	replies int
}

// url is the post's address and its identity.
func (p *post) url() string { return fmt.Sprintf("https://%s/@%s/%s", network, p.handle, p.id) }

// conversation reads the chat of the week before the slot.
func conversation(slot time.Time) []*post {
	rows, err := csv.NewReader(bytes.NewReader(file("wardchat.csv", slot))).ReadAll()
	if err != nil {
		panic(err) // the file is part of the program, and a test reads it
	}
	var posts []*post
	byKey := map[string]*post{}
	for i, row := range rows[1:] {
		p := newPost(i, row)
		if p.replyTo = byKey[row[4]]; p.replyTo != nil {
			p.replyTo.replies++
		}
		byKey[row[0]] = p
		posts = append(posts, p)
	}
	return posts
}

// newPost reads the columns key, time, author, handle, reply, via, lang, likes, text.
func newPost(i int, row []string) *post {
	at, err := time.Parse(time.RFC3339, row[1])
	if err != nil {
		panic(err)
	}
	return &post{
		id: strconv.FormatInt(at.UnixMilli()<<16+int64(i), 10), at: at,
		author: row[2], handle: row[3], via: row[5], lang: row[6], likes: number([]byte(row[7])), text: row[8],
	}
}

// Transcript is the chat of the week before the slot as a file that "weekward
// chats import" and a source of kind "file" take, and its name. It holds the
// posts that the timeline of Handler does not.
func Transcript(slot time.Time) (data []byte, name string) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	row := func(cells ...string) { _ = w.Write(cells) } // a buffer takes everything
	row("uri", "time", "author", "handle", "text", "url", "reply_to", "lang", "likes")
	posts := conversation(slot)
	for _, p := range posts {
		if p.via != "transcript" {
			continue
		}
		answered := ""
		if p.replyTo != nil {
			answered = p.replyTo.url()
		}
		row(p.url(), p.at.Format(time.RFC3339), p.author, p.handle, p.text, p.url(), answered, p.lang, strconv.Itoa(p.likes))
	}
	w.Flush()
	return b.Bytes(), fmt.Sprintf("%s-%s.csv", tag, posts[0].at.Format(time.DateOnly))
}

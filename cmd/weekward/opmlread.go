package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"weekward/feeds"
)

// A feedLine is one feed of a list that is imported.
type feedLine struct {
	line     int // where it stands, from 1
	source   feeds.Source
	salvaged bool // only its address could be told
}

// readOPML reads the feeds of an OPML list: the innermost folder becomes the
// section. Lists in the wild are often no XML (a bare "&" is enough), so tags
// and attributes are read as leniently as a browser reads them, and no entity
// is ever fetched. What cannot be taken apart is searched for addresses: every
// xmlUrl of the file comes back as a line.
func readOPML(data []byte) []feedLine {
	r := opmlReader{line: 1}
	z := html.NewTokenizer(strings.NewReader(opmlText(data)))
	for {
		kind := z.Next()
		raw := string(z.Raw())
		switch kind {
		case html.ErrorToken:
			r.salvage(raw) // a tag that the file's end cuts off
			return r.found
		case html.StartTagToken, html.SelfClosingTagToken:
			r.open(raw, z.Token())
			z.NextIsNotRawText() // a <title> of OPML is not HTML's
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "outline" && len(r.folders) > 0 {
				r.folders = r.folders[:len(r.folders)-1]
			}
		}
		r.line += strings.Count(raw, "\n")
	}
}

// opmlText is the file in UTF-8: by its byte order mark, else as it declares,
// else as it looks.
func opmlText(data []byte) string {
	fallback := unicode.UTF8.NewDecoder()
	if m := declaredEncoding.FindSubmatch(data[:min(len(data), 200)]); m != nil {
		if e, _ := charset.Lookup(string(m[1])); e != nil {
			fallback = e.NewDecoder()
		}
	} else if !utf8.Valid(data) {
		fallback = charmap.Windows1252.NewDecoder()
	}
	text, _, err := transform.Bytes(unicode.BOMOverride(fallback), data)
	if err != nil {
		text = bytes.ToValidUTF8(data, []byte("\uFFFD"))
	}
	return string(text)
}

var declaredEncoding = regexp.MustCompile(`<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']`)

// deepestFolder is how many folders inside each other are told apart.
const deepestFolder = 64

// An opmlReader walks through the outlines of a list.
type opmlReader struct {
	line    int
	folders []string // names of the open ones; a feed that holds something counts as one without a name
	found   []feedLine
}

// open reads one start tag.
func (r *opmlReader) open(raw string, t html.Token) {
	if t.Data != "outline" {
		r.salvage(raw)
		return
	}
	attr := map[string]string{}
	for _, a := range t.Attr {
		attr[a.Key] = a.Val
	}
	name := firstOf(attr["title"], attr["text"])
	address := attr["xmlurl"]
	if address == "" && strings.EqualFold(attr["type"], "rss") {
		address = attr["url"] // as some programs write it
	}
	var kind feeds.Kind
	if address == "" && attr["kind"] != "" {
		kind, address = feeds.Kind(attr["kind"]), attr["url"] // as we write what is no feed
	}
	written := len(xmlURL.FindAllString(raw, 2))
	switch isFeed := address != "" || strings.EqualFold(attr["type"], "rss"); {
	case written > 1, address == "" && written > 0:
		r.salvage(raw)
	case isFeed:
		s := feeds.Source{Kind: kind, URL: address, Title: name, Lang: attr["language"], Topic: attr["category"], Weight: weightOf(attr["weight"]), Tag: attr["tag"]}
		json.Unmarshal([]byte(attr["selectors"]), &s.Selectors) // those of other programs are none
		r.add(feedLine{line: r.line, source: s})
	}
	if t.Type == html.StartTagToken && len(r.folders) < deepestFolder {
		if address != "" {
			name = ""
		}
		r.folders = append(r.folders, name)
	}
}

func weightOf(s string) float64 {
	if w, err := strconv.ParseFloat(s, 64); err == nil {
		return w
	}
	return 1
}

func firstOf(names ...string) string {
	for _, n := range names {
		if n = strings.TrimSpace(n); n != "" {
			return n
		}
	}
	return ""
}

var xmlURL = regexp.MustCompile(`(?i)\bxmlurl\s*=\s*["']?([^"'\s<>]*)`)

// salvage takes the addresses out of a piece that is no proper tag.
func (r *opmlReader) salvage(raw string) {
	for _, at := range xmlURL.FindAllStringSubmatchIndex(raw, -1) {
		r.add(feedLine{line: r.line + strings.Count(raw[:at[0]], "\n"), source: feeds.Source{URL: html.UnescapeString(raw[at[2]:at[3]]), Weight: 1}, salvaged: true})
	}
}

func (r *opmlReader) add(l feedLine) {
	for i := len(r.folders) - 1; i >= 0 && l.source.Section == ""; i-- {
		l.source.Section = r.folders[i]
	}
	r.found = append(r.found, l)
}

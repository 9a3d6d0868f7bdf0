package chat

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"weekward/feeds"
)

const (
	maxFile     = 15 << 20 // bytes of one file
	maxPosts    = 100_000  // posts of one file
	maxWarnings = 200      // lines reported one by one; the rest is counted
)

// ErrTooLarge means a file is longer than 15 MB or holds more than 100,000 posts.
var ErrTooLarge = errors.New("more than 15 MB or 100,000 posts; cut the file into one per session")

// ImportOptions say what a file cannot say about itself.
type ImportOptions struct {
	Tag          string            // the chat, without "#", lower case; "" keeps every post
	Location     *time.Location    // of times written without a zone; UTC when nil
	Start        string            // "15:04", the chat's hour: the place of lines without a time
	Day          time.Time         // the day of lines that have only a clock; zero looks for YYYY-MM-DD in the file's name
	Columns      map[string]string // field → column of the file, see ParseColumns
	Source       string            // feeds.Post.Source; "import" when empty
	Now          time.Time         // feeds.Post.FetchedAt
	KeepPersonal bool              // leave e-mail addresses and phone numbers in the texts
}

// For gives the options that the chat register knows.
func For(chat feeds.Chat) (ImportOptions, error) {
	zone, err := time.LoadLocation(cmp.Or(chat.Zone, "UTC"))
	if err != nil {
		return ImportOptions{}, fmt.Errorf("chat #%s: %w", chat.Tag, err)
	}
	return ImportOptions{Tag: strings.ToLower(chat.Tag), Location: zone, Start: chat.Start}, nil
}

// An Imported is what a file held.
type Imported struct {
	Posts    []feeds.Post // in the order of the file, each once
	Form     string       // how the file was understood: "csv", "json", "html", "text"
	Warnings []string     // what was left out or repaired, with the line
}

// Import reads a transcript or an archive of a chat: CSV, JSON or JSON lines,
// a saved page, or pasted text. The name decides by its ending, the content
// when the ending does not say. The same file gives the same posts with the
// same IDs each time. A damaged row costs itself and is named in the warnings;
// an error means that nothing could be read.
func Import(r io.Reader, name string, o ImportOptions) (Imported, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return Imported{}, fmt.Errorf("import %s: %w", name, err)
	}
	if len(data) > maxFile {
		return Imported{}, fmt.Errorf("import %s: %w", name, ErrTooLarge)
	}
	in := importer{ImportOptions: o.complete(name), days: dayOrder(data)}
	content, repaired := decode(data)
	if repaired != "" {
		in.warn("%s", repaired)
	}
	form := formOf(name, content)
	if err := in.read(form, content); err != nil {
		return Imported{}, fmt.Errorf("import %s: %w", name, err)
	}
	if len(in.posts) > maxPosts {
		return Imported{}, fmt.Errorf("import %s: %w", name, ErrTooLarge)
	}
	return Imported{Posts: in.unique(), Form: form, Warnings: in.allWarnings()}, nil
}

func (o ImportOptions) complete(name string) ImportOptions {
	o.Tag = strings.ToLower(strings.TrimPrefix(o.Tag, "#"))
	o.Source = cmp.Or(o.Source, "import")
	if o.Location == nil {
		o.Location = time.UTC
	}
	if o.Day.IsZero() {
		o.Day = dayInName(name)
	}
	return o
}

// An importer gathers the posts of one file.
type importer struct {
	ImportOptions
	days     order // how the file writes its days
	posts    []feeds.Post
	warnings []string
	unlisted int // warnings beyond maxWarnings
}

func (in *importer) read(form, content string) error {
	switch form {
	case "csv":
		return in.readCSV(content)
	case "json":
		return in.readJSON(content)
	case "html":
		text, _ := plainText(content)
		content = text
	}
	return in.readTranscript(content)
}

// keep adds a post of the file.
func (in *importer) keep(p feeds.Post) {
	p.Source, p.FetchedAt = in.Source, in.Now.UTC()
	if !in.KeepPersonal {
		if masked := maskPersonal(p.Text); masked != p.Text {
			p.Text = masked
			in.warn("a post of %s: address or phone number masked", p.At.Format("2006-01-02 15:04"))
		}
	}
	in.posts = append(in.posts, p)
}

// unique keeps each post once, the newest wording of it.
func (in *importer) unique() []feeds.Post {
	place := make(map[string]int, len(in.posts))
	var kept []feeds.Post
	for _, p := range in.posts {
		at, known := place[p.ID]
		switch {
		case !known:
			place[p.ID] = len(kept)
			kept = append(kept, p)
		case p.EditedAt.After(kept[at].EditedAt):
			kept[at] = p
		}
	}
	return kept
}

// onlyTagged leaves out the posts of a network export that have nothing to do
// with the chat: an account's archive holds all its owner ever wrote.
func (in *importer) onlyTagged(posts []feeds.Post) []feeds.Post {
	kept := tagged(posts, in.Tag)
	if out := len(posts) - len(kept); out > 0 {
		in.warn("left out for lack of #%s: %d posts", in.Tag, out)
	}
	return kept
}

// tagged are the posts that carry a tag, as the network lists it or as it
// stands in the text, and the answers to them. "" keeps all.
func tagged(posts []feeds.Post, tag string) []feeds.Post {
	if tag == "" {
		return posts
	}
	member := map[string]bool{}
	for _, p := range posts {
		member[p.URI] = slices.Contains(p.Tags, tag) || slices.Contains(hashtags(p.Text, tag), tag)
	}
	var kept []feeds.Post
	for _, p := range posts {
		if member[p.URI] || member[p.ReplyTo] {
			kept = append(kept, p)
		}
	}
	return kept
}

func (in *importer) warn(format string, args ...any) {
	if len(in.warnings) >= maxWarnings {
		in.unlisted++
		return
	}
	in.warnings = append(in.warnings, fmt.Sprintf(format, args...))
}

func (in *importer) allWarnings() []string {
	if in.unlisted > 0 {
		return append(in.warnings, fmt.Sprintf("and %d more", in.unlisted))
	}
	return in.warnings
}

// formOf tells how to read a file: by its name's ending, else by its start.
func formOf(name, content string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv", ".tsv":
		return "csv"
	case ".json", ".jsonl", ".ndjson", ".js":
		return "json"
	case ".html", ".htm":
		return "html"
	}
	start := strings.TrimSpace(content)
	switch {
	case looksJSON(start):
		return "json"
	case strings.HasPrefix(start, "<"):
		return "html"
	case looksCSV(start):
		return "csv"
	}
	return "text"
}

func looksJSON(start string) bool {
	if strings.HasPrefix(start, "{") || strings.HasPrefix(start, "window.YTD.") {
		return true
	}
	inside, ok := strings.CutPrefix(start, "[") // "[12:03] Name: text" opens a transcript
	inside = strings.TrimSpace(inside)
	return ok && (strings.HasPrefix(inside, "{") || inside == "]")
}

// decode gives the file as UTF-8. Spreadsheets of the time wrote UTF-16 or
// Windows-1252; what is neither marked nor valid UTF-8 is taken as the latter.
func decode(data []byte) (content, repaired string) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return fromUTF16(data[2:], func(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 }), ""
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return fromUTF16(data[2:], func(b []byte) uint16 { return uint16(b[1]) | uint16(b[0])<<8 }), ""
	}
	if utf8.Valid(data) {
		return lineEnds(string(data)), ""
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(data)
	if err != nil { // the decoder maps every byte
		text = bytes.ToValidUTF8(data, []byte("\uFFFD"))
	}
	return lineEnds(string(text)), "not UTF-8, read as Windows-1252"
}

func fromUTF16(data []byte, unit func([]byte) uint16) string {
	units := make([]uint16, 0, len(data)/2)
	for ; len(data) >= 2; data = data[2:] {
		units = append(units, unit(data))
	}
	return lineEnds(string(utf16.Decode(units)))
}

func lineEnds(text string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
}

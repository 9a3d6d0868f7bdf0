package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"weekward/digest/recap"
	"weekward/feeds"
	transcripts "weekward/feeds/chat"
)

// A chatSample is what the scorer reads about one file: posts of a network's
// own pages, or messages of a transcript.
type chatSample struct {
	File     string        `json:"file"`
	Posts    []chatPost    `json:"posts,omitempty"`
	Messages []chatMessage `json:"messages,omitempty"`
}

type chatPost struct {
	URI     string    `json:"uri"`
	URL     string    `json:"url"`
	Author  string    `json:"author"`
	Created time.Time `json:"created"`
	Text    string    `json:"text"`
	Tags    []string  `json:"tags"`
	Links   []string  `json:"links"`
}

type chatMessage struct {
	User     string   `json:"user"`
	Text     string   `json:"text"`
	Topic    *int     `json:"topic"`
	Retweet  bool     `json:"retweet"`
	Hashtags []string `json:"hashtags"`
	URLs     []string `json:"urls"`
}

// evaluateChat is "evaluate chat DIR".
func evaluateChat(args []string, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("evaluate chat needs one folder")
	}
	return chat(args[0], out)
}

// chat imports every sample below dir (mastodon, bluesky, transcripts) and
// prints one line of JSON for each. A sample that fails is named on standard
// error and does not stop the rest.
func chat(dir string, w io.Writer) error {
	out := json.NewEncoder(w)
	for _, pattern := range []string{"mastodon/*.json", "bluesky/*.json", "transcripts/*.txt"} {
		files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil {
			return fmt.Errorf("list chat samples: %w", err)
		}
		for _, file := range files {
			sample, err := readSample(file)
			if err != nil {
				fmt.Fprintln(os.Stderr, "evaluate:", err)
				continue
			}
			sample.File = filepath.ToSlash(strings.TrimPrefix(file, filepath.Clean(dir)+string(filepath.Separator)))
			if err := out.Encode(sample); err != nil {
				return fmt.Errorf("write chat samples: %w", err)
			}
		}
	}
	return nil
}

func readSample(file string) (chatSample, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return chatSample{}, fmt.Errorf("read chat sample: %w", err)
	}
	if filepath.Ext(file) == ".txt" {
		return transcriptSample(file, data)
	}
	return exchangesSample(file, data)
}

// exchangesSample reads the recorded answers of a server, page after page.
func exchangesSample(file string, data []byte) (chatSample, error) {
	var recorded struct {
		Exchanges []struct {
			Request struct {
				URL string `json:"url"`
			} `json:"request"`
			Body json.RawMessage `json:"body"`
		} `json:"exchanges"`
	}
	if err := json.Unmarshal(data, &recorded); err != nil {
		return chatSample{}, fmt.Errorf("read %s: %w", file, err)
	}
	sample, seen := chatSample{}, map[string]bool{}
	for _, e := range recorded.Exchanges {
		in, err := transcripts.Import(bytes.NewReader(e.Body), file, transcripts.ImportOptions{KeepPersonal: true})
		if err != nil {
			return chatSample{}, err
		}
		for _, p := range in.Posts {
			if !seen[p.URI] {
				seen[p.URI] = true
				sample.Posts = append(sample.Posts, postOf(p, hostOf(e.Request.URL)))
			}
		}
	}
	return sample, nil
}

// postOf writes a handle as the asked server abbreviates it: its own people
// without the server's name.
func postOf(p feeds.Post, server string) chatPost {
	return chatPost{
		URI: p.URI, URL: p.URL, Author: strings.TrimSuffix(p.Handle, "@"+server),
		Created: p.At, Text: p.Text, Tags: p.Tags, Links: p.Links,
	}
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

func transcriptSample(file string, data []byte) (chatSample, error) {
	in, err := transcripts.Import(bytes.NewReader(data), file, transcripts.ImportOptions{KeepPersonal: true})
	if err != nil {
		return chatSample{}, err
	}
	var sample chatSample
	for _, p := range in.Posts {
		m := chatMessage{User: p.Handle, Text: p.Text, Retweet: recap.IsRepost(p), Hashtags: p.Tags, URLs: p.Links}
		if label, ok := recap.ParseLabel(p.Text, nil); ok {
			m.Topic = &label.Number
		}
		sample.Messages = append(sample.Messages, m)
	}
	return sample, nil
}

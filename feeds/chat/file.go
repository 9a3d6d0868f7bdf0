package chat

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"weekward/feeds"
)

// File reads a transcript kept in a local file: Source.URL is its path,
// Source.Tag the chat it belongs to.
type File struct {
	Open  func(path string) (io.ReadCloser, error) // os.Open when nil
	Chats []feeds.Chat                             // the register, for the zone and hour of each tag
	Now   func() time.Time                         // time.Now when nil
}

// Read imports the whole file. It is cheap, and the same posts keep their IDs.
func (f File) Read(ctx context.Context, src feeds.Source, _ feeds.Visit) (feeds.Reading, error) {
	if err := ctx.Err(); err != nil {
		return feeds.Reading{}, fmt.Errorf("read chat file %s: %w", src.URL, err)
	}
	options, err := f.options(src)
	if err != nil {
		return feeds.Reading{}, err
	}
	file, err := f.open(src.URL)
	if err != nil {
		return feeds.Reading{}, fmt.Errorf("read chat file: %w", err)
	}
	defer file.Close()
	in, err := Import(file, src.URL, options)
	if err != nil {
		return feeds.Reading{}, err
	}
	return feeds.Reading{Posts: in.Posts, Warnings: in.Warnings}, nil
}

func (f File) open(path string) (io.ReadCloser, error) {
	if f.Open != nil {
		return f.Open(path)
	}
	return os.Open(path)
}

func (f File) options(src feeds.Source) (ImportOptions, error) {
	o := ImportOptions{Tag: strings.ToLower(src.Tag)}
	for _, c := range f.Chats {
		if strings.EqualFold(c.Tag, src.Tag) {
			var err error
			if o, err = For(c); err != nil {
				return o, err
			}
		}
	}
	o.Source = src.ID
	if o.Now = time.Now(); f.Now != nil {
		o.Now = f.Now()
	}
	return o, nil
}

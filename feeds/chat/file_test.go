package chat

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"weekward/feeds"
)

func TestAFileIsReadWithTheRegistersZone(t *testing.T) {
	chats := []feeds.Chat{{Tag: "hcsmeu", Zone: "Europe/Berlin", Start: "13:00"}}
	reader := File{Chats: chats, Now: func() time.Time { return friday13 }}
	src := feeds.Source{ID: "room", URL: filepath.Join("testdata", "stamped.txt"), Tag: "hcsmeu"}
	got, err := reader.Read(context.Background(), src, feeds.Visit{})
	if err != nil {
		t.Fatal(err)
	}
	p := got.Posts[0]
	if want := time.Date(2010, 4, 2, 10, 3, 0, 0, time.UTC); !p.At.Equal(want) || p.Source != "room" || p.Tag != "hcsmeu" || !p.FetchedAt.Equal(friday13) {
		t.Errorf("first post = %+v, want %s of source room", p, want)
	}
	if len(got.Warnings) != 2 {
		t.Errorf("warnings = %q, want the two damaged lines", got.Warnings)
	}
	utc, err := File{Now: reader.Now}.Read(context.Background(), src, feeds.Visit{})
	if err != nil || utc.Posts[0].ID != p.ID || utc.Posts[0].At.Equal(p.At) {
		t.Errorf("read without the register = %+v, %v, want another time under the same ID", utc.Posts[0], err)
	}
}

func TestAMissingOrBrokenFileIsAnError(t *testing.T) {
	if _, err := (File{}).Read(context.Background(), feeds.Source{URL: filepath.Join("testdata", "none.csv")}, feeds.Visit{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Read of a missing file = %v, want fs.ErrNotExist", err)
	}
	broken := File{Open: func(string) (io.ReadCloser, error) { return io.NopCloser(brokenReader{}), nil }}
	if _, err := broken.Read(context.Background(), feeds.Source{URL: "x.csv"}, feeds.Visit{}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Read of a broken file = %v, want its error", err)
	}
	zone := File{Chats: []feeds.Chat{{Tag: "x", Zone: "Moon/Sea"}}}
	if _, err := zone.Read(context.Background(), feeds.Source{URL: "x.csv", Tag: "x"}, feeds.Visit{}); err == nil {
		t.Error("Read with an unknown zone = nil error, want one")
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if _, err := (File{}).Read(stopped, feeds.Source{URL: "x.csv"}, feeds.Visit{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Read after Ctrl-C = %v, want context.Canceled", err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

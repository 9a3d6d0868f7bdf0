package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"math/rand"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

func packed(t *testing.T, coding, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zlib":
		w = zlib.NewWriter(&b)
	case "flate":
		w, _ = flate.NewWriter(&b, 9)
	case "br":
		w = brotli.NewWriterLevel(&b, brotli.BestSpeed)
	case "zstd":
		w, _ = zstd.NewWriter(&b)
	default:
		return []byte(text)
	}
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// F20: every coding, and what is called one and is none.
func TestUnpackUndoesWhatServersDo(t *testing.T) {
	text := strings.Repeat("<item>Ward notes</item>", 50)
	tests := []struct{ name, said, done string }{
		{"plain", "", ""},
		{"gzip", "gzip", "gzip"},
		{"gzip by its old name", "x-gzip", "gzip"},
		{"gzip that is not named", "", "gzip"},
		{"zlib as deflate", "deflate", "zlib"},
		{"bare deflate", "deflate", "flate"},
		{"Brotli", "br", "br"},
		{"Zstandard", "zstd", "zstd"},
		{"plain said to be gzip", "gzip", ""},
		{"plain said to be deflate", "deflate", ""},
		{"plain said to be Brotli", "br", ""},
		{"plain said to be Zstandard", "zstd", ""},
		{"a coding that is none", "utf-8", ""},
		{"identity", "identity", ""},
	}
	for _, tt := range tests {
		got, err := Options{}.withDefaults().unpack(packed(t, tt.done, text), []string{tt.said})
		if err != nil || string(got) != text {
			t.Errorf("%s: unpack = %d bytes, %v, want %d", tt.name, len(got), err, len(text))
		}
	}
	twice := packed(t, "br", string(packed(t, "gzip", text)))
	if got, err := (Options{}).withDefaults().unpack(twice, []string{"gzip, br"}); err != nil || string(got) != text {
		t.Errorf("gzip inside Brotli: unpack = %d bytes, %v", len(got), err)
	}
}

// F23: at most 100 times its size, and never over the cap.
func TestBombsAreCut(t *testing.T) {
	o := Options{}.withDefaults()
	for _, coding := range []string{"gzip", "br", "zstd"} {
		bomb := packed(t, coding, strings.Repeat("A", 4<<20))
		if _, err := o.unpack(bomb, []string{coding}); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: 4 MB in %d bytes: %v, want %v", coding, len(bomb), err, ErrTooLarge)
		}
	}
	noise := make([]byte, 2<<20)
	rand.New(rand.NewSource(1)).Read(noise)
	o.MaxBytes = 1 << 20
	if _, err := o.unpack(packed(t, "gzip", string(noise)), []string{"gzip"}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("2 MB with a limit of 1 MB: %v, want %v", err, ErrTooLarge)
	}
	if _, err := o.unpack(packed(t, "", "<rss/>"), []string{"gzip", "gzip", "gzip"}); err == nil {
		t.Error("packed three times over: want an error")
	}
	cut := packed(t, "gzip", string(noise))[:1000]
	if _, err := o.unpack(cut, []string{"gzip"}); err == nil {
		t.Error("gzip cut off: want an error, the rest may come at the next try")
	}
}

package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// ratioFrom is the size from which the ratio counts: small files of white
// space pack well without meaning harm.
const ratioFrom = 1 << 20

// readBounded reads a body up to a limit.
func readBounded(body io.Reader, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%w: the body is over the limit of %s", ErrTooLarge, megabytes(most))
	}
	return data, nil
}

func megabytes(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d MB", n>>20)
}

// unpack undoes the content codings of a body, last one first. Gzip is
// recognised without being named; a body that is not in the coding it is said
// to be in is taken as it is (F20).
func (o Options) unpack(body []byte, codings []string) ([]byte, error) {
	names := strings.FieldsFunc(strings.ToLower(strings.Join(codings, ",")), func(r rune) bool { return r == ',' || r == ' ' })
	slices.Reverse(names)
	if len(names) > 2 {
		return nil, fmt.Errorf("%w: packed %d times over", ErrForbidden, len(names))
	}
	if len(names) == 0 && isGzip(body) {
		names = []string{"gzip"}
	}
	packed := int64(len(body))
	for _, name := range names {
		open := openerFor(name, body)
		if open == nil {
			continue
		}
		unpacked, err := o.readUnpacked(open, body, packed)
		if errors.Is(err, ErrTooLarge) {
			return nil, err
		}
		if err != nil {
			if looksPlain(body) {
				continue
			}
			return nil, fmt.Errorf("unpack the body (%s): %w", name, err)
		}
		body = unpacked
	}
	return body, nil
}

// An opener starts to unpack.
type opener func(io.Reader) (io.Reader, error)

// openerFor chooses how to unpack a body; nil when it is not packed.
func openerFor(name string, body []byte) opener {
	switch name {
	case "gzip", "x-gzip":
		if isGzip(body) {
			return func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }
		}
	case "deflate":
		// RFC 9110 means zlib; some servers send the bare stream.
		if len(body) > 1 && body[0]&0x0f == 8 && (int(body[0])<<8|int(body[1]))%31 == 0 {
			return func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) }
		}
		return func(r io.Reader) (io.Reader, error) { return flate.NewReader(r), nil }
	case "br":
		return func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }
	case "zstd":
		if bytes.HasPrefix(body, []byte{0x28, 0xb5, 0x2f, 0xfd}) {
			return func(r io.Reader) (io.Reader, error) {
				// A window of 8 MB is what RFC 9659 allows on the web.
				d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20))
				if err != nil {
					return nil, err
				}
				return d.IOReadCloser(), nil
			}
		}
	}
	return nil
}

func isGzip(body []byte) bool { return len(body) > 2 && body[0] == 0x1f && body[1] == 0x8b }

// looksPlain tells a document that was never packed.
func looksPlain(body []byte) bool {
	head := bytes.TrimLeft(body[:min(len(body), 512)], " \t\r\n\xef\xbb\xbf")
	return len(head) > 0 && (head[0] == '<' || head[0] == '{' || head[0] == '[')
}

// readUnpacked unpacks a body within the limits of size and ratio.
func (o Options) readUnpacked(open opener, body []byte, packed int64) ([]byte, error) {
	r, err := open(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if c, ok := r.(io.Closer); ok {
		defer c.Close()
	}
	most := min(o.MaxBytes, max(ratioFrom, packed*o.MaxRatio))
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if int64(len(data)) > most {
		if most < o.MaxBytes {
			return nil, fmt.Errorf("%w: the body unpacks to more than %d times its size", ErrTooLarge, o.MaxRatio)
		}
		return nil, fmt.Errorf("%w: the body is over the limit of %s when unpacked", ErrTooLarge, megabytes(most))
	}
	return data, err
}

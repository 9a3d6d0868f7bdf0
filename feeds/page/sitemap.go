package page

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/html/charset"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

// What of a site's sitemaps is read, at most.
const (
	maxSitemaps    = 20       // files of one site
	sitemapLevels  = 2        // an index, an index it names
	maxSitemap     = 50 << 20 // bytes of one file, unpacked; the limit of the protocol
	maxEntries     = 50_000   // entries of one file; the limit of the protocol
	sitemapItems   = 100      // entries that become items, the newest
	sitemapNesting = 12       // levels of elements in one file
)

// SitemapType is the Type of a Found that is a sitemap.
const SitemapType = "application/sitemap+xml"

// A Sitemap is one file of a site's table of contents.
type Sitemap struct {
	Entries []SitemapEntry // pages, in the order of the file
	Index   []SitemapEntry // further sitemaps, in the order of the file
}

// A SitemapEntry is one address in a sitemap. Only URL is always there.
type SitemapEntry struct {
	URL       string
	Title     string    // from a news sitemap
	Outlet    string    // from a news sitemap: the publication
	Lang      string    // from a news sitemap
	Published time.Time // from a news sitemap
	Modified  time.Time // lastmod
}

// at is when the entry was new, as far as is known.
func (e SitemapEntry) at() time.Time {
	if e.Published.IsZero() {
		return e.Modified
	}
	return e.Published
}

// errNoSitemap means that a document is something else.
var errNoSitemap = errors.New("not a sitemap")

// sitemapStart is how sitemaps begin.
var sitemapStart = regexp.MustCompile(`(?is)^(?:\s|\x{feff}|<\?.*?\?>|<!--.*?-->)*<(?:\w+:)?(?:urlset|sitemapindex)[\s>]`)

func isSitemap(body []byte) bool { return sitemapStart.Match(body[:min(len(body), 16<<10)]) }

// ParseSitemap reads a sitemap, an index of sitemaps or a news sitemap,
// packed with gzip or not. Addresses that are not absolute start from address.
// A file that breaks off counts as far as it goes.
func ParseSitemap(data []byte, address string) (Sitemap, error) {
	data, err := gunzip(data)
	if err != nil {
		return Sitemap{}, fmt.Errorf("read sitemap %s: %w", address, err)
	}
	if !isSitemap(data) {
		return Sitemap{}, fmt.Errorf("read sitemap %s: %w", address, errNoSitemap)
	}
	p := sitemapParser{address: address}
	p.read(data)
	return p.found, nil
}

// gunzip unpacks what is packed, up to the limit.
func gunzip(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, nil
	}
	unzip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(unzip, maxSitemap+1))
	if len(plain) > maxSitemap {
		return nil, fmt.Errorf("%w: unpacked it is over %d MB", fetch.ErrTooLarge, maxSitemap>>20)
	}
	if len(plain) == 0 && err != nil {
		return nil, err
	}
	return plain, nil
}

// A sitemapParser goes through the elements of one file.
type sitemapParser struct {
	address string
	found   Sitemap
	entry   *SitemapEntry
	text    strings.Builder
}

func (p *sitemapParser) read(data []byte) {
	decoder := xml.NewDecoder(bytes.NewReader(data))
	decoder.Strict = false
	decoder.CharsetReader = charset.NewReaderLabel
	for depth := 0; depth <= sitemapNesting && len(p.found.Entries)+len(p.found.Index) < maxEntries; {
		token, err := decoder.Token()
		if err != nil {
			return
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
			p.text.Reset()
			if t.Name.Local == "url" || t.Name.Local == "sitemap" {
				p.entry = &SitemapEntry{}
			}
		case xml.CharData:
			if p.text.Len() < 4*longestTitle+len(p.address) {
				p.text.Write(t)
			}
		case xml.EndElement:
			depth--
			p.end(t.Name)
			p.text.Reset()
		}
	}
}

// end takes the element that ends. Only the news extension has titles that
// are the page's: those of pictures and films are theirs.
func (p *sitemapParser) end(name xml.Name) {
	if p.entry == nil {
		return
	}
	text := strings.TrimSpace(p.text.String())
	news := strings.Contains(name.Space, "news")
	switch {
	case name.Local == "loc" && p.entry.URL == "" && !strings.Contains(name.Space, "image") && !strings.Contains(name.Space, "video"):
		p.entry.URL, _ = feeds.ResolveURL(p.address, text)
	case name.Local == "lastmod":
		p.entry.Modified, _ = feeds.ParseDate(text)
	case news && name.Local == "publication_date":
		p.entry.Published, _ = feeds.ParseDate(text)
	case news && name.Local == "title":
		p.entry.Title = feeds.PlainText(text)
	case news && name.Local == "name":
		p.entry.Outlet = feeds.PlainText(text)
	case news && name.Local == "language":
		p.entry.Lang = feeds.CleanText(text)
	case name.Local == "url" && p.entry.URL != "":
		p.found.Entries = append(p.found.Entries, *p.entry)
		p.entry = nil
	case name.Local == "sitemap" && p.entry.URL != "":
		p.found.Index = append(p.found.Index, *p.entry)
		p.entry = nil
	}
}

// sitemapReading is what the sitemaps at an address say: the newest entries as
// items. A page's title is not in an ordinary sitemap; until the page itself
// was read (Enricher), its address stands in for it.
func (r *Reader) sitemapReading(ctx context.Context, data []byte, address string, src feeds.Source, now time.Time) (feeds.Reading, error) {
	walk := sitemapWalk{Reader: r, seen: map[string]bool{address: true}}
	if err := walk.read(ctx, data, address, 0); err != nil {
		return feeds.Reading{}, err
	}
	entries := newest(walk.entries, address)
	reading := feeds.Reading{Warnings: walk.warnings}
	known := map[string]bool{}
	for _, e := range entries {
		found := feeds.Finding{GUID: e.URL, Link: e.URL, Outlet: e.Outlet, Title: cmp.Or(e.Title, titleFromAddress(e.URL)), Lang: e.Lang, Published: e.at()}
		if it, ok := found.Item(src, now); ok && it.URL != "" && !known[it.ID] && len(reading.Items) < sitemapItems {
			known[it.ID] = true
			reading.Items = append(reading.Items, it)
		}
	}
	if len(reading.Items) == 0 {
		return reading, fmt.Errorf("read sitemap %s: it names no pages of its site", address)
	}
	return reading, nil
}

// A sitemapWalk follows the indexes of one site.
type sitemapWalk struct {
	*Reader
	seen     map[string]bool
	entries  []SitemapEntry
	warnings []string
}

// read takes one file, and the files that it names, the newest first.
func (w *sitemapWalk) read(ctx context.Context, data []byte, address string, level int) error {
	sitemap, err := ParseSitemap(data, address)
	if err != nil {
		return err
	}
	w.entries = append(w.entries, sitemap.Entries...)
	if len(sitemap.Index) > 0 && level >= sitemapLevels {
		w.warnings = append(w.warnings, fmt.Sprintf("sitemaps more than %d levels down were not read", sitemapLevels))
		return nil
	}
	slices.SortStableFunc(sitemap.Index, byPromise)
	for _, next := range sitemap.Index {
		if w.seen[next.URL] || !sameSite(next.URL, address) {
			continue
		}
		if len(w.seen) >= maxSitemaps || len(w.entries) >= maxEntries {
			w.warnings = append(w.warnings, fmt.Sprintf("only the first %d sitemaps were read", len(w.seen)))
			return nil
		}
		w.seen[next.URL] = true
		if err := w.follow(ctx, next.URL, level+1); ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil {
			w.warnings = append(w.warnings, err.Error())
		}
	}
	return nil
}

func (w *sitemapWalk) follow(ctx context.Context, address string, level int) error {
	if err := w.robotsFor().Allowed(ctx, address); err != nil {
		return err
	}
	response, err := w.Fetch.Get(ctx, fetch.Request{URL: address, Accept: "application/xml, text/xml, */*;q=0.1"})
	if err != nil {
		return fmt.Errorf("read sitemap %s: %w", address, err)
	}
	if err := w.robotsFor().AllowedAt(ctx, response.URL, address); err != nil {
		return err
	}
	return w.read(ctx, response.Body, response.URL, level)
}

// byPromise puts first the sitemaps that are said to hold news, then those
// that changed last.
func byPromise(a, b SitemapEntry) int {
	isNews := func(e SitemapEntry) int {
		if strings.Contains(strings.ToLower(path.Base(e.URL)), "news") {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(isNews(b), isNews(a)), b.Modified.Compare(a.Modified))
}

// newest are the entries of the site's own pages, the newest first; its front
// page is no news.
func newest(entries []SitemapEntry, address string) []SitemapEntry {
	kept := slices.DeleteFunc(slices.Clone(entries), func(e SitemapEntry) bool { return !sameSite(e.URL, address) || isFrontPage(e.URL) })
	slices.SortStableFunc(kept, func(a, b SitemapEntry) int { return b.at().Compare(a.at()) })
	return kept
}

// titleFromAddress makes words of the last part of an address that has them:
// ".../2026/shared-records-help-nurses.html" is "Shared records help nurses".
func titleFromAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	name := path.Base(strings.TrimSuffix(u.Path, "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == '+' || r == ' ' })
	words = slices.DeleteFunc(words, func(w string) bool { return !hasLetter(w) && len(w) > 4 }) // a number of the system
	title := []rune(feeds.CleanText(strings.Join(words, " ")))
	if len(title) == 0 {
		return ""
	}
	title[0] = unicode.ToUpper(title[0])
	return string(title)
}

package news

import (
	"time"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"

	"weekward/feeds"
)

// normalizeDate writes the date that ends the output, and begins at inner, as
// RFC 3339. gofeed would try it with a hundred layouts, and read some of them
// wrongly. What is no date to us stays as it is.
func (r *repairer) normalizeDate(inner int) {
	if at, ok := feeds.ParseDate(string(r.out.Bytes()[inner:])); ok {
		r.out.Truncate(inner)
		r.out.WriteString(at.Format(time.RFC3339))
	}
}

// dates finds when an entry was published and when it was changed.
func dates(it *gofeed.Item, e *Entry) {
	x := it.Extensions
	e.Published, _ = firstDate(it.Published, extension(x, "dcterms", "issued"), extension(x, "dcterms", "created"),
		extension(x, "", "issued"), it.Custom["pubdate"], dublinCore(it.DublinCoreExt), extension(x, "prism", "publicationDate"))
	e.Updated, _ = firstDate(it.Updated, extension(x, "dcterms", "modified"), extension(x, "", "modified"))
	if e.Published.IsZero() && it.PublishedParsed != nil {
		e.Published = it.PublishedParsed.UTC()
	}
}

func dublinCore(dc *ext.DublinCoreExtension) string {
	if dc == nil || len(dc.Date) == 0 {
		return ""
	}
	return dc.Date[0]
}

// firstDate is the first of some texts that is a date.
func firstDate(texts ...string) (time.Time, bool) {
	for _, s := range texts {
		if t, ok := feeds.ParseDate(s); ok {
			return t, true
		}
	}
	return time.Time{}, false
}

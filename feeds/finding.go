package feeds

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// What an Item holds at most, in characters.
const (
	longestTitle   = 300
	longestSummary = 4000
	longestAuthor  = 200
	longestGUID    = 1000
	titleFromText  = 80
)

// A Finding is what a reader found out about one piece of news, before it is
// an Item. Its texts are plain (PlainText) and as long as they were found; its
// fields may be empty.
type Finding struct {
	GUID      string // "" when there is none that identifies the piece
	Link      string // absolute
	Outlet    string // the place's own name, for a Source without a title
	Title     string
	Summary   string
	Content   string // more text, for the excerpt
	Author    string
	Lang      string // any language tag
	Published time.Time
}

// Item makes the Item, bounded and with a canonical address. It reports false for a finding that
// says nothing: without a title and without a text to make one of.
func (f Finding) Item(src Source, now time.Time) (Item, bool) {
	body := cmp.Or(f.Summary, f.Content)
	title := cmp.Or(f.Title, CutText(body, titleFromText))
	if title == "" {
		return Item{}, false
	}
	lang := cmp.Or(src.Lang, canonicalLanguage(f.Lang))
	it := Item{
		Source:    src.ID,
		Outlet:    cmp.Or(src.Title, CutText(f.Outlet, longestTitle), src.ID),
		GUID:      CutText(CleanText(f.GUID), longestGUID),
		Title:     CutText(title, longestTitle),
		Summary:   CutText(withoutTail(body), longestSummary),
		Excerpt:   excerptOf(f.Summary, f.Content, title, lang),
		Author:    CutText(f.Author, longestAuthor),
		Lang:      lang,
		Section:   src.Section,
		Topic:     src.Topic,
		Weight:    src.Weight,
		FirstSeen: now,
	}
	it.URL, _ = CanonicalURL(f.Link)
	it.Published, it.Undated = usableDate(f.Published, now)
	day := it.Published
	if it.Undated {
		day = time.Time{} // today is not the item's own day
	}
	it.ID = Identify(src.ID, it.GUID, it.URL, it.Title, day)
	return it, true
}

// WantsContent tells whether the summary is too short for an excerpt, so that
// the Content counts. Whoever has to make the Content first may ask.
func (f Finding) WantsContent() bool { return isShort(f.Summary) }

func isShort(summary string) bool { return utf8.RuneCountInString(summary) < excerptLeast }

// withoutTail is a text without the phrases that feeds hang on its end, such
// as "The post … appeared first on …".
func withoutTail(text string) string {
	from := 0
	if len(text) > closingReach { // begin with a word, so with a whole character
		from = len(text) - closingReach
		from += strings.IndexByte(text[from:], ' ') + 1
	}
	if !utf8.ValidString(text[from:]) {
		return text // so long without a space
	}
	tail, unfinished := withoutClosings(text[from:])
	if unfinished {
		tail += "…"
	}
	return strings.TrimSpace(text[:from] + tail)
}

// usableDate is when something appeared. Without a date, with one before the
// web or more than a day ahead, that is now, marked as undated.
func usableDate(at, now time.Time) (time.Time, bool) {
	if at.Year() < 1990 || at.After(now.Add(24*time.Hour)) {
		return now, true
	}
	return at.UTC(), false
}

// excerptOf is made of the summary, or of the content when the summary is too
// short; it never repeats the title.
func excerptOf(summary, content, title, lang string) string {
	body := summary
	if isShort(body) && len(content) > len(body) {
		body = content
	}
	body = Excerpt(WithoutTitle(body, title), lang)
	if strings.EqualFold(strings.TrimRight(body, ".…"), strings.TrimRight(title, ".…")) {
		return ""
	}
	return body
}

// canonicalLanguage brings a language tag into the form of BCP 47; "" when it
// is none.
func canonicalLanguage(tag string) string {
	t, err := language.Parse(strings.ReplaceAll(strings.TrimSpace(tag), "_", "-"))
	if err != nil || t == language.Und {
		return ""
	}
	return t.String()
}

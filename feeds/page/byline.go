package page

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"weekward/feeds"
)

// authorNames are meta elements that name the author, the most deliberate
// first.
var authorNames = []string{"dc:creator", "dcterm:creator", "author", "article:author_name", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl", "article:author", "og:article:author", "citation_author", "rnews:author", "creator", "autor", "authors", "twitter:creator"}

// namedPlaces are elements that say they name the author; likelyPlaces only
// sound like it. The most deliberate stand first.
var (
	namedPlaces = []string{
		`[itemprop~="author"] [itemprop~="name"]`, `[itemprop~="author"]`, `[rel~="author"]`,
		`.author.vcard .fn, .post-author .fn, .byline .fn`,
		`[class~="author-name"], [class~="author_name"], [class~="authorName"], [class~="author__name"], [class~="byline__name"], [class~="byline-name"]`,
		`[class~="byline"], [id="byline"]`, `.p-author`, `[class~="author"], [id="author"]`,
	}
	likelyPlaces = []string{
		`[class*="byline" i]`, `a[href*="/author/"], a[href*="/autor/"], a[href*="/authors/"], a[href*="/autoren/"]`,
		`[class*="author" i]`, `[class*="autor" i]`, `[class*="writer" i], [class*="redacteur" i], [class*="auteur" i]`,
	}
)

// byline is who wrote the article. The name of the site comes last: it is what
// a system writes where nobody signed.
func (r articleReader) byline() string {
	var house string
	for _, find := range []func() []string{
		r.statedAuthors,
		func() []string { return r.shownAuthors(namedPlaces, r.body.isAside) },
		func() []string { return r.signed(false) },
		func() []string { return r.shownAuthors(likelyPlaces, r.body.isAside) },
		func() []string { return r.shownAuthors(namedPlaces, r.body.isComment) },
		func() []string { return r.signed(true) },
	} {
		for _, said := range find() {
			name := r.cleanByline(said)
			switch {
			case name == "" || isNobody(name):
			case !r.isSiteName(name) && !isOffice(name):
				return name
			case house == "":
				house = name
			}
		}
	}
	return house
}

// statedAuthors are the authors that the page names for machines, one line per
// statement.
func (r articleReader) statedAuthors() []string {
	said := []string{r.first("dc:creator", "dcterm:creator")}
	for _, t := range []thing{r.article, r.page} {
		for _, key := range []string{"author", "creator"} {
			if t != nil {
				said = append(said, strings.Join(r.people(t[key]), ", "))
			}
		}
	}
	for _, name := range authorNames {
		said = append(said, r.meta[name])
	}
	for _, n := range []string{"1", "2"} { // what WordPress shows beside a link: a label and a value
		if writtenBy.MatchString(r.meta["twitter:label"+n]) {
			said = append(said, r.meta["twitter:data"+n])
		}
	}
	return said
}

// writtenBy is the label of an author beside a link, in seven languages.
var writtenBy = regexp.MustCompile(`(?i)^(?:written by|verfasst von|geschrieben von|geschreven door|scritto da|écrit par|escrito por|συντάχθηκε από)`)

// people are the names in an author property, references followed.
func (r articleReader) people(value any) []string {
	switch v := value.(type) {
	case []any:
		var names []string
		for _, one := range v[:min(len(v), 20)] {
			if _, list := one.([]any); list {
				continue
			}
			for _, name := range r.people(one) {
				if !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
		return names
	case map[string]any:
		id, _ := v["@id"].(string)
		if full, ok := r.named[id]; ok && v["name"] == nil {
			v = full
		}
		if _, ok := v["name"]; ok {
			return plainNames(texts(v["name"]))
		}
	case string:
		return plainNames([]string{v})
	}
	return nil
}

func plainNames(said []string) []string {
	var names []string
	for _, name := range said {
		if name = bareNames(feeds.PlainText(name)); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// shownAuthors are the texts of elements that name the author, save those that
// are skipped. When several elements of one kind name somebody, as at an
// article of three authors, they stand together in one line.
func (r articleReader) shownAuthors(places []string, skip func(*html.Node) bool) []string {
	var said []string
	for _, css := range places {
		if names := r.namesAmong(r.Find(css), skip); len(names) > 3 { // a list of all authors, not of these
			said = append(said, names[0])
		} else if len(names) > 0 {
			said = append(said, strings.Join(withoutRepeats(names), ", "))
		}
	}
	return said
}

func (r articleReader) namesAmong(found *goquery.Selection, skip func(*html.Node) bool) []string {
	var names []string
	found.EachWithBreak(func(i int, s *goquery.Selection) bool {
		if skip(s.Nodes[0]) {
			return i < 50
		}
		text := cmp.Or(visibleText(s.Nodes[0], 2*longestByline), feeds.CleanText(s.AttrOr("content", "")))
		name := r.cleanByline(text)
		if name != "" && !isNobody(name) && len(text) < longestByline && !slices.Contains(names, name) {
			names = append(names, name)
		}
		return i < 50 && len(names) < 4
	})
	return names
}

// withoutRepeats drops names that are part of another.
func withoutRepeats(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return slices.ContainsFunc(names, func(other string) bool {
			return len(other) > len(name) && strings.Contains(other, name) || other != name && strings.EqualFold(other, name)
		})
	})
}

// A line that begins like a byline, in seven languages: "By Ada Moss" or
// "Posted on 3 March by Ada Moss" (signature), "Verfasst von: ada"
// (signedAnyhow), or a label whose name stands in the next line (signedLabel).
var (
	nameInByline = `(?:\p{Lu}[\p{L}\p{M}.'’-]*|d[aeiou]|v[ao]n|den|del|der|ten|le|la|y|und|and|et|e|en|και)`
	signature    = regexp.MustCompile(`(?:^|[|•·–—-]\s*|(?:^|\s)(?i:posted|written|published|words|geschrieben|verfasst|erstellt|eingestellt|` +
		`veröffentlicht|publiziert|escrito|publicado|publié|écrit|scritto|pubblicato|geschreven|geplaatst)\s(?:.{0,40}?\s)?)` +
		`(?i:by|von|par|por|di|door|text|autor|autorin|author|auteur|autore|redaktion|από|του|της)(?::\s*|\s+)` +
		`(` + nameInByline + `(?:,?\s+` + nameInByline + `){0,7})`)
	signedLabel  = regexp.MustCompile(`(?i)^(?:autor|autorin|author|auteur|autore|written by|verfasst von|geschrieben von|text|συντάκτης)\s*:?$`)
	signedAnyhow = regexp.MustCompile(`(?i)(?:^|\s)(?:posted by|written by|verfasst von|geschrieben von|eingestellt von|publié par|publicado por|escrito por|scritto da|pubblicato da|geschreven door|geplaatst door)\s*:?\s*(\p{L}[\p{L}\d_.-]{2,30})(?:$|\s*[|•·,@]|\s+(?:um|at|on|am|à|el|il|op)\s)`)
)

var numberAhead = regexp.MustCompile(`^,?\s+\d+`)

// signed are the names in short lines such as "By Ada Moss, health editor":
// in those of the article, or in those that stand beside it.
func (r articleReader) signed(beside bool) []string {
	var said []string
	for i, line := range r.body.lines[:min(len(r.body.lines), maxShortLines)] {
		if line.aside != beside || len(line.text) > 160 || r.body.isComment(line.block) {
			continue
		}
		if at := signature.FindStringSubmatchIndex(line.text); at != nil {
			// With the number behind it: then a capital word before is a month.
			said = append(said, line.text[at[2]:at[3]]+numberAhead.FindString(line.text[at[3]:]))
		} else if m := signedAnyhow.FindStringSubmatch(line.text); m != nil {
			said = append(said, m[1])
		} else if signedLabel.MatchString(line.text) && i+1 < len(r.body.lines) && len(r.body.lines[i+1].text) < 80 {
			said = append(said, r.body.lines[i+1].text)
		}
		if len(said) > 5 {
			break
		}
	}
	return said
}

// What a byline holds beside names: words in front (bylineLead), and from
// some place on to its end a date, an address, an office or a button.
var (
	bylineLead  = regexp.MustCompile(`(?i)^(?:(?:(?:posted|published|written|story|article|text|report|words|interview|geschrieben|verfasst|erstellt|veröffentlicht|publié|écrit|escrito|publicado|scritto|pubblicato|geschreven|eingestellt)\s+)?(?:by|von|par|por|di|door)|authors?|interview|gastbeitrag|autor(?:in|en)?|auteur|autore|text|redaktion|από|του|της)(?:\s*:\s*|\s+)`)
	bylineBreak = regexp.MustCompile(`\s*(?:[|•·/–—]|\s-\s|\bon\s+\p{L}*day\b|\b(?:am|vom|le|il|el|op|on)\s+\d|\d{1,2}[./]\s?\d{1,2}[./]|\b(?:19|20)\d\d\b|\d{1,2}[:.]\d\d\b|https?://|www\.|\(?[\w.+-]+@[\w.-]+).*$`)
	bylineRole  = regexp.MustCompile(`(?i),\s*(?:\p{L}+\s+)*(?:editor|reporter|correspondent|writer|contributor|author|redakteur(?:in)?|redaktion|korrespondent(?:in)?|journalist(?:e|in)?|periodista|redactora?|giornalista|redacteur|md|phd|m\.d\.|ph\.d\.).*$`)
	bylineDay   = regexp.MustCompile(`(?i)[,\s]*\b(?:(?:am|vom|den|on|op|le|il|el)\s+)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-zäé]*\.?\s+\d|\d{1,2}\.?\s+\p{L}{3,12}\.?(?:\s+(?:19|20)\d\d|\s*$)).*$`)
	bylineTail  = regexp.MustCompile(`(?i)[,\s]+(?:share|follow|tweet|updated|published|posted|view all posts|more by|comments?|min read|contributing|staff writer|tags|categor(?:y|ies)|kategorien?|schlagwörter)\b.*$`)
)

// cleanByline is a byline as names only, and without the name of the site that
// some systems write before or behind it.
func (r articleReader) cleanByline(text string) string {
	parts := bylineParts.Split(text, 5)
	if len(parts) > 1 {
		parts = slices.DeleteFunc(parts, r.isSiteName)
		if len(parts) == 1 {
			text = parts[0]
		}
	}
	return bareNames(text)
}

var bylineParts = regexp.MustCompile(`\s+[-–—|/]\s+|\s*\|\s*`)

// bareNames is a byline as names only: no "by", date, address, e-mail or
// office. It is "" for what names nobody: an address, a number, a sentence.
func bareNames(text string) string {
	text = strings.TrimSpace(strings.TrimLeft(text, "-–—|•·,;:() "))
	for range 3 {
		text = strings.TrimSpace(text[len(bylineLead.FindString(text)):])
	}
	if strings.HasPrefix(text, "http") && strings.Contains(text, "://") || strings.HasPrefix(text, "@") || strings.HasPrefix(text, "www.") {
		return ""
	}
	for _, end := range []*regexp.Regexp{bylineDay, bylineBreak, bylineTail, bylineRole} {
		if cut := end.ReplaceAllString(text, ""); letters(cut) != "" {
			text = cut
		}
	}
	text = strings.Trim(text, " ,;:|-–—•·")
	text = strings.TrimRight(text, "( ")
	if n := utf8.RuneCountInString(text); n < 2 || n > 120 || len(strings.Fields(text)) > 16 || !hasLetter(text) {
		return ""
	}
	return text
}

func hasLetter(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) }

// isNobody tells what is no name: names of accounts, headings of boxes.
func isNobody(name string) bool {
	switch letters(name) {
	case "", "admin", "administrator", "author", "autor", "webmaster", "user", "root", "unknown", "anonymous", "guest", "none", "null", "undefined",
		"default", "authors", "autoren", "auteurs", "autores", "autori", "auteur", "autore", "by", "von", "mehr", "more", "stand", "info", "aboutauthor", "abouttheauthor", "überdenautor", "überdieautorin",
		"zumautor", "zurautorin", "autoreninfo":
		return true
	}
	return false
}

// isOffice tells names of an office rather than a person.
func isOffice(name string) bool {
	switch letters(name) {
	case "redaktion", "editor", "editors", "editorial", "staff", "newsdesk", "redactie", "redazione", "redacción", "larédaction", "rédaction", "σύνταξη":
		return true
	}
	return false
}

package templates

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"
	texttemplate "text/template"

	"golang.org/x/text/language"
)

// A Set holds every template, parsed once for each language. It is safe for
// use by many goroutines.
type Set struct {
	files    layers
	editions []edition
	matcher  language.Matcher
}

// An edition is the templates in one language.
type edition struct {
	locale
	mails map[string]*template.Template // mail/*.html by file name
	texts *texttemplate.Template        // mail/*.txt
	pages map[string]*template.Template // pages/*.html but the layout, by name without ending
}

// New reads the embedded templates, with any file of override in place of the
// embedded one of the same name. override may be nil. A broken override is an
// error that names its file and line, whether it does not parse or only fails
// when an issue is rendered with it.
func New(override fs.FS) (*Set, error) {
	s := &Set{files: layers{over: override, under: embedded}}
	if err := s.files.checkNames(); err != nil {
		return nil, err
	}
	locales, err := readLocales(s.files)
	if err != nil {
		return nil, err
	}
	var tags []language.Tag
	for _, l := range locales {
		e, err := newEdition(s.files, l)
		if err != nil {
			return nil, err
		}
		s.editions = append(s.editions, e)
		tags = append(tags, l.tag)
	}
	s.matcher = language.NewMatcher(tags)
	if override != nil {
		if err := s.rehearse(); err != nil {
			return nil, fmt.Errorf("override folder: %w", err)
		}
	}
	return s, nil
}

// Assets are the files that pages need, served under /assets/.
func (s *Set) Assets() fs.FS { return s.files.sub("assets") }

// Languages are the BCP 47 tags of the languages there are words for; English
// comes first.
func (s *Set) Languages() []string {
	var tags []string
	for _, e := range s.editions {
		tags = append(tags, e.lang())
	}
	return tags
}

// Match returns the language of Languages that serves a reader best. Each
// preference is a tag or the value of an Accept-Language header; the first one
// that any language fits wins.
func (s *Set) Match(preferences ...string) string { return s.edition(preferences...).lang() }

func (s *Set) edition(preferences ...string) edition {
	for _, want := range preferences {
		tags, _, err := language.ParseAcceptLanguage(want)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, i, c := s.matcher.Match(tags...); c > language.No {
			return s.editions[i]
		}
	}
	return s.editions[0]
}

// newEdition parses all templates with the words of one language.
func newEdition(files layers, l locale) (edition, error) {
	e := edition{locale: l, mails: map[string]*template.Template{}, pages: map[string]*template.Template{}}
	e.texts = texttemplate.New("").Funcs(texttemplate.FuncMap{
		"t": l.say, "tn": l.count, "wrap": wrap, "hang": hang, "underline": underline, "rule": rule,
	})
	funcs := template.FuncMap{"t": l.say, "tn": l.count}

	names, err := files.names("mail/*")
	if err != nil {
		return e, err
	}
	for _, name := range names {
		if path.Ext(name) == ".txt" {
			_, err = parse(files, name, e.texts.New(name).Parse)
		} else {
			e.mails[name], err = parse(files, name, template.New(name).Funcs(funcs).Funcs(styleFuncs()).Parse)
		}
		if err != nil {
			return e, err
		}
	}

	const layoutFile, partsFile = "pages/layout.html", "pages/parts.html"
	layout, err := parse(files, layoutFile, template.New(layoutFile).Funcs(funcs).Parse)
	if err != nil {
		return e, err
	}
	if _, err = parse(files, partsFile, layout.New(partsFile).Parse); err != nil {
		return e, err
	}
	names, err = files.names("pages/*.html")
	for _, name := range names {
		if name == layoutFile || name == partsFile {
			continue
		}
		page, err := layout.Clone()
		if err != nil {
			return e, fmt.Errorf("parse %s: %w", files.origin(name), err)
		}
		if _, err = parse(files, name, page.New(name).Parse); err != nil {
			return e, err
		}
		e.pages[strings.TrimSuffix(path.Base(name), ".html")] = page
	}
	return e, err
}

// parse reads one file and hands it to the Parse of a template that bears its
// name, so that every later error tells file and line.
func parse[T any](files layers, name string, into func(string) (T, error)) (T, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		var none T
		return none, fmt.Errorf("read %s: %w", files.origin(name), err)
	}
	t, err := into(string(data))
	if err != nil {
		return t, fmt.Errorf("parse %s: %w", files.origin(name), err)
	}
	return t, nil
}

// executor is a template of either kind.
type executor interface {
	Execute(w io.Writer, data any) error
}

// render runs a template into a string, so that nothing half-made leaves.
func render(t executor, data any) (string, error) {
	var b bytes.Buffer
	err := t.Execute(&b, data)
	return b.String(), err
}

package templates

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	texttemplate "text/template"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// A locale is one language the newsletter speaks.
type locale struct {
	tag     language.Tag
	words   *i18n.Localizer
	numbers *message.Printer
}

func (l locale) lang() string { return l.tag.String() }
func (l locale) dir() string  { return direction(l.tag) }

// say returns the message of a key, filled with name and value pairs.
func (l locale) say(key string, pairs ...any) (string, error) {
	return l.localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: fields(pairs)})
}

// count returns the message of a key in the plural form that n needs. {{.Count}}
// is n as the language writes it.
func (l locale) count(key string, n int, pairs ...any) (string, error) {
	data := fields(pairs)
	data["Count"] = l.numbers.Sprint(n)
	return l.localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: n})
}

func (l locale) localize(c *i18n.LocalizeConfig) (string, error) {
	s, err := l.words.Localize(c)
	// A language without the key falls back to English and says so; only a key
	// that no language has is an error.
	if s == "" {
		return "", fmt.Errorf("say %q in %s: %w", c.MessageID, l.tag, err)
	}
	return s, nil
}

// fields turns pairs of name and value into what a message template reads.
func fields(pairs []any) map[string]any {
	data := make(map[string]any, len(pairs)/2+1)
	for i := 0; i+1 < len(pairs); i += 2 {
		data[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return data
}

// readLocales reads locales/*.toml. A file in the override folder is laid over
// the embedded one, so that it may hold only the wording that differs; one in
// a new language adds that language, and English fills its gaps.
func readLocales(files layers) ([]locale, error) {
	bundle := i18n.NewBundle(language.English)
	for _, layer := range []fs.FS{files.under, files.over} {
		if layer == nil {
			continue
		}
		names, err := fs.Glob(layer, "locales/*.toml")
		if err != nil {
			return nil, fmt.Errorf("read locales: %w", err)
		}
		for _, name := range names {
			if err := readLocale(bundle, layer, name); err != nil {
				return nil, fmt.Errorf("%s: %w", files.origin(name), err)
			}
		}
	}
	var all []locale
	for _, tag := range bundle.LanguageTags() {
		all = append(all, locale{tag, i18n.NewLocalizer(bundle, tag.String()), message.NewPrinter(tag)})
	}
	return all, nil
}

// readLocale adds the messages of one file, each checked to be a template that
// parses, so that a broken one is found at start and not on issue day.
func readLocale(bundle *i18n.Bundle, files fs.FS, name string) error {
	messages, tag, err := parseLocale(files, name)
	if err != nil {
		return err
	}
	for _, m := range messages {
		for _, form := range []string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other} {
			if _, err := texttemplate.New(m.ID).Parse(form); err != nil {
				return fmt.Errorf("message %q: %w", m.ID, err)
			}
		}
	}
	return bundle.AddMessages(tag, messages...)
}

func parseLocale(files fs.FS, name string) ([]*i18n.Message, language.Tag, error) {
	tag, err := language.Parse(strings.TrimSuffix(path.Base(name), ".toml"))
	if err != nil {
		return nil, tag, fmt.Errorf("name is not a language: %w", err)
	}
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, tag, err
	}
	messages, err := i18n.ParseMessageBytes(data, toml.Unmarshal)
	return messages, tag, err // toml's error names the line
}

// A printer is a locale that keeps the first error, so that a view can be
// written as plain values and checked once.
type printer struct {
	locale
	err error
}

func (p *printer) say(key string, pairs ...any) string { return p.keep(p.locale.say(key, pairs...)) }

func (p *printer) count(key string, n int, pairs ...any) string {
	return p.keep(p.locale.count(key, n, pairs...))
}

func (p *printer) keep(s string, err error) string {
	if p.err == nil {
		p.err = err
	}
	return s
}

// foreign returns lang as it belongs in a lang attribute, with its direction,
// when it is another language than the printer's own; else "", "". What is not
// a language tag is taken as unknown.
func (p *printer) foreign(lang string) (tag, dir string) {
	t, err := language.Parse(lang)
	if err != nil || t == language.Und {
		return "", ""
	}
	theirs, _ := t.Base()
	ours, _ := p.tag.Base()
	if theirs == ours {
		return "", ""
	}
	return t.String(), direction(t)
}

// direction is the writing direction of a language's usual script.
func direction(t language.Tag) string {
	switch script, _ := t.Script(); script.String() {
	case "Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Mand", "Samr", "Rohg":
		return "rtl"
	}
	return "ltr"
}

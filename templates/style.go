package templates

import (
	"fmt"
	"html/template"
	"strings"
)

// A token is one colour of the design in its light and its dark form. Each
// ink keeps 4.5:1 on each ground it stands on (WCAG 2.2, 1.4.3); a test
// computes it.
type token struct{ light, dark string }

// tokens is the "ward notebook": paper, one scrub-green for things to press
// or read, one clay for people speaking. site.css holds the same values.
func tokens() map[string]token {
	return map[string]token{
		"page":  {"#FFFFFF", "#11191D"},
		"band":  {"#F3F6F5", "#1A252A"},
		"quote": {"#E8F2F0", "#17302F"},
		"ink":   {"#1B2A33", "#E6EEEC"},
		"muted": {"#465860", "#AABBBD"},
		"green": {"#0B5C63", "#7FD1CC"},
		"clay":  {"#97371F", "#F0A58F"},
	}
}

// Font stacks: what is on the reader's machine, nothing fetched. Names of two
// words need no quotes in CSS, and none to escape in an attribute.
const (
	serif = "Georgia,Times New Roman,serif"
	sans  = "-apple-system,Segoe UI,Roboto,Arial,sans-serif"
)

// mailStyles are the inline styles of the mails by name. They are our own
// constants, which is why they may be template.CSS; nothing foreign gets in.
func mailStyles() map[string]template.CSS {
	c := func(name string) string { return tokens()[name].light }
	// The font shorthand is the one way to set a face that every client of the
	// support tables understands, Word included.
	face := func(font, family, color, margin string, more ...string) template.CSS {
		return template.CSS("margin:" + margin + ";font:" + font + " " + family + ";color:" + c(color) + strings.Join(more, ""))
	}
	// A cell gives the face of the text in it, so that a paragraph need not.
	cell := func(padding string, more ...string) template.CSS {
		return template.CSS("padding:" + padding + ";font:16px/26px " + sans + ";color:" + c("ink") + strings.Join(more, ""))
	}
	return map[string]template.CSS{
		"body":      template.CSS("margin:0;padding:0;background-color:" + c("band")),
		"hidden":    "display:none",
		"wrap":      template.CSS("background-color:" + c("band")),
		"column":    template.CSS("max-width:100%;background-color:" + c("page") + ";border-top:4px solid " + c("green")),
		"masthead":  template.CSS("padding:24px 24px 16px;border-bottom:3px double " + c("green")),
		"contents":  template.CSS("padding:12px 24px;background-color:" + c("band")),
		"lead":      cell("32px 24px 8px"),
		"section":   cell("32px 24px 0"),
		"questions": cell("24px 24px 0"),
		"card":      "padding:12px 24px 0",
		"end":       cell("24px 24px 0"),
		"footer":    template.CSS("padding:24px;background-color:" + c("band") + ";border-top:3px double " + c("green")),
		"gap":       "padding:16px 0",

		"name":      face("bold 28px/34px", serif, "ink", "0"),
		"leadname":  face("bold 22px/28px", serif, "ink", "4px 0 8px"),
		"heading":   face("bold 18px/24px", serif, "clay", "0"),
		"sectname":  face("bold 18px/24px", serif, "ink", "0 0 8px", ";padding-bottom:4px;border-bottom:2px solid "+c("green")),
		"title":     face("bold 18px/24px", serif, "ink", "24px 0 4px"),
		"subhead":   face("bold 14px/20px", sans, "ink", "16px 0 4px"),
		"text":      "margin:0 0 4px",
		"paragraph": "margin:0 0 16px",
		"related":   "margin:12px 0 0",
		"nearby":    face("14px/22px", sans, "muted", "8px 0 0", ";padding-left:12px;border-left:1px solid "+c("green")),
		"brief":     face("14px/22px", sans, "ink", "0"),
		"meta":      face("14px/20px", sans, "muted", "0"),
		"small":     face("14px/22px", sans, "muted", "0 0 8px"),
		"after":     face("14px/22px", sans, "muted", "24px 0 0"),
		"spark":     template.CSS("color:" + c("clay")),
		"voice":     template.CSS("font:bold 14px/20px " + sans + ";color:" + c("clay")),
		"note":      template.CSS("margin:12px 0;padding-left:12px;border-left:3px solid " + c("clay")),
		"link":      template.CSS("color:" + c("green") + ";text-decoration:underline"),
		"plate":     cell("12px 16px", ";background-color:"+c("quote")+";border-left:3px solid "+c("clay")),
		"button":    template.CSS("background-color:" + c("green")),
		"press":     template.CSS("display:inline-block;padding:12px 24px;font:bold 16px/24px " + sans + ";color:" + c("page") + ";text-decoration:underline"),
	}
}

// styleFuncs give the templates their styles and colours. A name that does
// not exist is an error at the first rendering.
func styleFuncs() template.FuncMap {
	styles, colours := mailStyles(), tokens()
	return template.FuncMap{
		"css": func(name string) (template.CSS, error) {
			if s, ok := styles[name]; ok {
				return s, nil
			}
			return "", fmt.Errorf("no style named %q", name)
		},
		"dark": func(name string) (template.CSS, error) {
			if t, ok := colours[name]; ok {
				return template.CSS(t.dark), nil
			}
			return "", fmt.Errorf("no colour named %q", name)
		},
	}
}

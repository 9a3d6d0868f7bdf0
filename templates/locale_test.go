package templates

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	texttemplate "text/template"
	syntax "text/template/parse"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// messagesOf reads one embedded locale by key.
func messagesOf(t *testing.T, name string) map[string]*i18n.Message {
	t.Helper()
	list, _, err := parseLocale(embedded, name)
	if err != nil {
		t.Fatalf("parseLocale(%s): %v", name, err)
	}
	byKey := map[string]*i18n.Message{}
	for _, m := range list {
		byKey[m.ID] = m
	}
	return byKey
}

func TestEveryKeyIsThereInEveryLanguage(t *testing.T) {
	names, err := fs.Glob(embedded, "locales/*.toml")
	if err != nil || len(names) < 2 {
		t.Fatalf("locales: got %v, %v, want at least two", names, err)
	}
	english := messagesOf(t, "locales/en.toml")
	for _, name := range names {
		theirs := messagesOf(t, name)
		for key, en := range english {
			m := theirs[key]
			if m == nil {
				t.Errorf("%s: got no %q", name, key)
				continue
			}
			if (en.One != "") != (m.One != "") {
				t.Errorf("%s: %q: got one %q, want a singular just as English %q", name, key, m.One, en.One)
			}
			for form, s := range map[string]string{"other": m.Other, "one": m.One} {
				if form == "one" && en.One == "" {
					continue
				}
				if strings.TrimSpace(s) == "" {
					t.Errorf("%s: %q has no words for %q", name, key, form)
				}
				for _, field := range fieldsOf(t, s) {
					if all := fieldsOf(t, en.Other); !slices.Contains(all, field) && !slices.Contains([]string{"Weekday", "Day", "Month", "Mon", "Year"}, field) {
						t.Errorf("%s: %q asks for {{.%s}}, which the program does not fill; English has %v", name, key, field, all)
					}
				}
			}
		}
		for key := range theirs {
			if english[key] == nil {
				t.Errorf("%s: %q is in no other language", name, key)
			}
		}
	}
}

// fieldsOf lists the names in double braces.
func fieldsOf(t *testing.T, message string) []string {
	t.Helper()
	tmpl, err := texttemplate.New("").Parse(message)
	if err != nil {
		t.Fatalf("message %q: %v", message, err)
	}
	var out []string
	for _, n := range tmpl.Root.Nodes {
		if a, ok := n.(*syntax.ActionNode); ok {
			out = append(out, strings.TrimPrefix(a.Pipe.String(), "."))
		}
	}
	return out
}

func TestEveryKeyThatIsPrintedHasWords(t *testing.T) {
	english := messagesOf(t, "locales/en.toml")
	printed := regexp.MustCompile(`\bt n?"([a-z_.-]+)"|\btn? "([a-z_.-]+)"`)
	err := fs.WalkDir(embedded, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !(strings.HasSuffix(name, ".html") || strings.HasSuffix(name, ".txt")) {
			return err
		}
		data, err := fs.ReadFile(embedded, name)
		for _, m := range printed.FindAllStringSubmatch(string(data), -1) {
			if key := m[1] + m[2]; english[key] == nil {
				t.Errorf("%s prints %q, for which there are no words", name, key)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range []Problem{ProblemEmpty, ProblemMalformed, ProblemExpired, ProblemChoice} {
		if english["problem."+string(problem)] == nil {
			t.Errorf("no words for problem %q", problem)
		}
	}
	for _, m := range []Message{MessageUnknownLink, MessageTooMany, MessageNotFound, MessageFailed} {
		for _, part := range []string{".title", ".text"} {
			if english["message."+string(m)+part] == nil {
				t.Errorf("no words for message %q%s", m, part)
			}
		}
	}
}

func TestUnknownKeyIsAnError(t *testing.T) {
	set, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := set.edition("de").say("no.such.key"); err == nil {
		t.Errorf(`say("no.such.key"): got %q and no error, want one`, s)
	}
}

func TestNumbersAreWrittenAsTheLanguageDoes(t *testing.T) {
	set, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 1, "1 post"},
		{"en", 1412, "1,412 posts"},
		{"de", 1, "1 Beitrag"},
		{"de", 1412, "1.412 Beiträge"},
	} {
		if got, err := set.edition(tc.lang).count("chat.posts", tc.n); got != tc.want || err != nil {
			t.Errorf("count(chat.posts, %d) in %s: got %q, %v, want %q", tc.n, tc.lang, got, err, tc.want)
		}
	}
}

func TestLanguageIsMatchedAsReadersAskForIt(t *testing.T) {
	set, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		ask  []string
		want string
	}{
		{"nothing asked is English", nil, "en"},
		{"the reader's own", []string{"de"}, "de"},
		{"a country's form", []string{"de-AT"}, "de"},
		{"a browser's header", []string{"fr;q=0.9, de-CH;q=0.8, en;q=0.1"}, "de"},
		{"no words for it, so the site's", []string{"el", "de"}, "de"},
		{"not a language", []string{"\"><script>", "de"}, "de"},
		{"unknown everywhere", []string{"zz"}, "en"},
		{"empty falls through", []string{"", "de"}, "de"},
	} {
		if got := set.Match(tc.ask...); got != tc.want {
			t.Errorf("%s: Match(%q): got %q, want %q", tc.name, tc.ask, got, tc.want)
		}
	}
}

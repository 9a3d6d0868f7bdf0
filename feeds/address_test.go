package feeds

import (
	"testing"
	"time"
)

// U1: one spelling of one address.
func TestCanonicalURLGivesOneSpelling(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"scheme and host in lower case", "HTTPS://Example.ORG/Path", "https://example.org/Path"},
		{"an international host as A-label", "https://bücher.example.org/", "https://xn--bcher-kva.example.org/"},
		{"the default port goes", "http://example.org:80/", "http://example.org/"},
		{"another port stays", "http://example.org:8080/a", "http://example.org:8080/a"},
		{"the dot of the root goes", "http://example.org./a", "http://example.org/a"},
		{"no path is the root", "http://example.org", "http://example.org/"},
		{"dot segments", "http://example.org/a/./b/../c", "http://example.org/a/c"},
		{"dot segments never climb out", "http://example.org/../../a", "http://example.org/a"},
		{"a dot segment at the end is a folder", "http://example.org/a/..", "http://example.org/"},
		{"doubled slashes are another page", "http://example.org/a//b", "http://example.org/a//b"},
		{"escapes of unreserved characters go", "http://example.org/%7eada/%41", "http://example.org/~ada/A"},
		{"escapes in upper case", "http://example.org/%c3%a4", "http://example.org/%C3%A4"},
		{"letters are escaped", "http://example.org/ä b", "http://example.org/%C3%A4%20b"},
		{"a stray percent sign is escaped", "http://example.org/a?q=100%", "http://example.org/a?q=100%25"},
		{"the fragment goes", "http://example.org/a#comments", "http://example.org/a"},
		{"but not one that names a page", "http://example.org/a#!/page", "http://example.org/a#!/page"},
		{"an empty query goes", "http://example.org/a?", "http://example.org/a"},
		{"trackers go, the order stays", "http://example.org/?b=2&utm_source=x&a=1&fbclid=y&UTM_Medium=z", "http://example.org/?b=2&a=1"},
		{"ref means something on most sites", "http://example.org/?ref=abc", "http://example.org/?ref=abc"},
		{"source tracks on some", "https://medium.com/p?source=rss", "https://medium.com/p"},
		{"a user name goes", "http://ada:secret@example.org/", "http://example.org/"},
		{"line breaks inside go", "http://exam\nple.org/a\tb", "http://example.org/ab"},
		{"IPv6", "http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"},
		{"a search engine's wrapper", "https://www.google.com/url?q=https%3A%2F%2Fexample.org%2Fa%3Futm_source%3Dx&sa=D", "https://example.org/a"},
		{"a mail scanner's wrapper", "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa&data=1", "https://example.org/a"},
		{"a wrapper around no address stays", "https://www.google.com/url?q=javascript:alert(1)", "https://www.google.com/url?q=javascript:alert(1)"},
	}
	for _, tt := range tests {
		got, ok := CanonicalURL(tt.raw)
		if !ok || got != tt.want {
			t.Errorf("%s: CanonicalURL(%q) = %q, %t, want %q", tt.name, tt.raw, got, ok, tt.want)
		}
		if again, _ := CanonicalURL(got); again != got {
			t.Errorf("%s: CanonicalURL(%q) = %q, want it unchanged", tt.name, got, again)
		}
	}
}

func TestCanonicalURLRefusesWhatIsNoWebAddress(t *testing.T) {
	for _, raw := range []string{
		"", "   ", "example.org/a", "/a", "mailto:ada@example.org", "javascript:alert(1)", "JaVa\nScript:alert(1)", "data:text/html,x",
		"file:///etc/passwd", "ftp://example.org/", "http:///a", "http://exa mple.org/", "http:example.org", "http://[fe80::1%25eth0]/",
		"http://ex<script>.org/", "\x00",
	} {
		if got, ok := CanonicalURL(raw); ok {
			t.Errorf("CanonicalURL(%q) = %q, want it refused", raw, got)
		}
	}
}

func FuzzCanonicalURL(f *testing.F) {
	f.Add("HTTP://Example.org:80/a/../%7e?utm_source=x&b=%zz#!x")
	f.Add("https://www.google.com/url?q=https://www.google.com/url?q=http://example.org")
	f.Fuzz(func(t *testing.T, raw string) {
		got, ok := CanonicalURL(raw)
		if !ok {
			return
		}
		if again, ok := CanonicalURL(got); !ok || again != got {
			t.Fatalf("CanonicalURL(%q) = %q, and of that %q, %t: not settled", raw, got, again, ok)
		}
	})
}

func TestResolveURLKeepsWebAddressesOnly(t *testing.T) {
	const base = "https://example.org/blog/feed.xml"
	tests := []struct {
		name, base, ref, want string
	}{
		{"beside the feed", base, "a.html", "https://example.org/blog/a.html"},
		{"from the root", base, "/a", "https://example.org/a"},
		{"another host", base, "//other.example.org/a", "https://other.example.org/a"},
		{"absolute", base, "http://other.example.org/a", "http://other.example.org/a"},
		{"no base", "", "a.html", ""},
		{"script", base, " java\tscript:alert(1)", ""},
		{"data", base, "data:text/html,<script>", ""},
		{"a base that is a script", "javascript:alert(1)", "a", ""},
	}
	for _, tt := range tests {
		if got, _ := ResolveURL(tt.base, tt.ref); got != tt.want {
			t.Errorf("%s: ResolveURL(%q, %q) = %q, want %q", tt.name, tt.base, tt.ref, got, tt.want)
		}
	}
}

// U3: guid, else link, else title and day.
func TestIdentifyTellsItemsApart(t *testing.T) {
	day := time.Date(2026, 3, 3, 22, 0, 0, 0, time.UTC)
	base := Identify("ward-notes", "tag:1", "https://example.org/1", "One", day)
	if len(base) < 20 {
		t.Errorf("Identify(…) = %q, want at least 20 characters", base)
	}
	same := map[string]string{
		"another title":        Identify("ward-notes", "tag:1", "https://example.org/1", "Two", day),
		"another address":      Identify("ward-notes", "tag:1", "https://example.org/2", "One", day),
		"spaces around a guid": Identify("ward-notes", " tag:1\n", "https://example.org/1", "One", day),
	}
	for name, id := range same {
		if id != base {
			t.Errorf("%s: got %q, want the same ID %q", name, id, base)
		}
	}
	if id := Identify("other", "tag:1", "https://example.org/1", "One", day); id == base {
		t.Error("the same guid in two sources gives one ID: a feed could overwrite another's items")
	}
	url := Identify("s", "", "https://example.org/1", "", day)
	for _, variant := range []string{"http://example.org/1/", "https://m.example.org/1?utm_source=x", "https://www.example.org/1/amp", "https://example.org/1#top"} {
		if id := Identify("s", "", variant, "", day); id != url {
			t.Errorf("Identify of %q = %q, want that of https://example.org/1 (%q)", variant, id, url)
		}
	}
	title := Identify("s", "", "", "One", day)
	if title == Identify("s", "", "", "One", day.Add(3*time.Hour)) {
		t.Error("the same title on another day gives the same ID")
	}
}

package feeds

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPlainTextHoldsNoMarkup(t *testing.T) {
	tests := []struct{ name, markup, want string }{
		{"tags out, blocks apart", "<p>One</p><p>Two<br>Three</p>", "One Two Three"},
		{"inline tags leave no gap", "un<b>broken</b>", "unbroken"},
		{"entities", "Fish &amp; chips &eacute; &#8217; &#x2019;", "Fish & chips é ’ ’"},
		{"Windows numbers", "it&#146;s", "it’s"},
		{"script with its content", "a<script>alert('x')</script>b", "ab"},
		{"style with its content", "a<style>p{color:red}</style>b", "ab"},
		{"script in capitals, unclosed", "a<SCRIPT SRC=x>b", "a"},
		{"svg with its content", "a<svg onload=x><text>t</text></svg>b", "ab"},
		{"nested invisible elements", "a<object><object>x</object>y</object>b", "ab"},
		{"formulas keep their text", "<math><mi>a</mi><mo>+</mo><mi>b</mi><annotation>a+b</annotation></math>", "a+b"},
		{"comment", "a<!-- x > y -->b", "ab"},
		{"escaped twice", "&lt;p&gt;One&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;", "One"},
		{"escaped three times", "&amp;lt;b&amp;gt;One&amp;lt;/b&amp;gt;", "One"},
		{"a comparison is text", "p < 0.05 and x > 3", "p < 0.05 and x > 3"},
		{"a stray ampersand is text", "R&D at AT&T", "R&D at AT&T"},
		{"a tag cut off", "One <a href=\"http://exam", "One"},
		{"image", "a<img src=x onerror=alert(1)>b", "a b"},
	}
	for _, tt := range tests {
		if got := PlainText(tt.markup); got != tt.want {
			t.Errorf("%s: PlainText(%q) = %q, want %q", tt.name, tt.markup, got, tt.want)
		}
	}
}

func TestCleanTextShowsWhatItIs(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"clean text stays", "One, two: 3 ~ 4!", "One, two: 3 ~ 4!"},
		{"spaces only", " a  b ", "a b"},
		{"delete", "a\x7fb", "ab"},
		{"white space folds", "  a \t\n b\u00a0c ", "a b c"},
		{"line separators", "a\u2028b\u2029c\u0085d", "a b c d"},
		{"controls", "a\x00b\x1bc\u009bd", "abcd"},
		{"bidirectional overrides", "a\u202eb\u202c\u2066c\u2069", "abc"},
		{"zero width", "a\u200bb\ufeffc\u00add", "abcd"},
		{"joined emoji stay", "👩\u200d⚕️", "👩\u200d⚕️"},
		{"the flag of Wales stays", "🏴\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F", "🏴\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F"},
		{"tag characters elsewhere go", "a\U000E0067\U000E0062b", "ab"},
		{"stacked marks", "a" + strings.Repeat("\u0329", 40), "a" + strings.Repeat("\u0329", 4)},
		{"composed form", "e\u0301", "é"},
		{"not UTF-8", "a\xffb", "a\ufffdb"},
	}
	for _, tt := range tests {
		if got := CleanText(tt.text); got != tt.want {
			t.Errorf("%s: CleanText(%q) = %q, want %q", tt.name, tt.text, got, tt.want)
		}
	}
}

func TestCutTextEndsWithAWholeWord(t *testing.T) {
	tests := []struct {
		text string
		n    int
		want string
	}{
		{"short", 10, "short"},
		{"one two three four", 13, "one two…"},
		{"one, two three", 8, "one…"},
		{strings.Repeat("ä", 20), 10, strings.Repeat("ä", 9) + "…"},
	}
	for _, tt := range tests {
		if got := CutText(tt.text, tt.n); got != tt.want || utf8.RuneCountInString(got) > tt.n {
			t.Errorf("CutText(%q, %d) = %q, want %q", tt.text, tt.n, got, tt.want)
		}
	}
}

func FuzzPlainText(f *testing.F) {
	f.Add("<p>a &amp;lt;script&amp;gt; <svg><b>")
	f.Fuzz(func(t *testing.T, markup string) {
		got := PlainText(markup)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\r\n\t\x00") {
			t.Fatalf("PlainText(%q) = %q: not one clean line", markup, got)
		}
	})
}

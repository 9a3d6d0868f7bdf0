package templates

import (
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// contrast is the ratio of WCAG 2.2 between two colours written #RRGGBB.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	luminance := func(hex string) float64 {
		sum := 0.0
		for i, weight := range []float64{.2126, .7152, .0722} {
			v, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
			if err != nil {
				t.Fatalf("colour %q: %v", hex, err)
			}
			c := float64(v) / 255
			if c <= .04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+.055)/1.055, 2.4)
			}
			sum += weight * c
		}
		return sum
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

func TestEveryInkCanBeReadOnEveryGround(t *testing.T) {
	c := tokens()
	for _, ink := range []string{"ink", "muted", "green", "clay"} {
		for _, ground := range []string{"page", "band", "quote"} {
			if got := contrast(t, c[ink].light, c[ground].light); got < 4.5 {
				t.Errorf("%s on %s by day: got %.2f:1, want 4.5:1", ink, ground, got)
			}
			if got := contrast(t, c[ink].dark, c[ground].dark); got < 4.5 {
				t.Errorf("%s on %s by night: got %.2f:1, want 4.5:1", ink, ground, got)
			}
		}
	}
}

func TestStyleSheetHasTheSameColoursAsTheMail(t *testing.T) {
	data, err := fs.ReadFile(Assets(), "site.css")
	if err != nil {
		t.Fatal(err)
	}
	day, night, ok := strings.Cut(string(data), "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("site.css has no dark colours")
	}
	value := func(css, name string) string {
		m := regexp.MustCompile(`--` + name + `: (#[0-9A-F]{6});`).FindStringSubmatch(css)
		if m == nil {
			return ""
		}
		return m[1]
	}
	for name, c := range tokens() {
		if got := value(day, name); got != c.light {
			t.Errorf("site.css --%s: got %s, want %s", name, got, c.light)
		}
		if got := value(night, name); got != c.dark {
			t.Errorf("site.css --%s by night: got %s, want %s", name, got, c.dark)
		}
	}
	for _, sheet := range []string{day, night} {
		page := value(sheet, "page")
		if got := contrast(t, value(sheet, "error"), page); got < 4.5 {
			t.Errorf("error on page: got %.2f:1, want 4.5:1", got)
		}
		if got := contrast(t, value(sheet, "field"), page); got < 3 {
			t.Errorf("border of a field: got %.2f:1, want 3:1 (WCAG 1.4.11)", got)
		}
	}
	if strings.Contains(string(data), "url(") || strings.Contains(string(data), "@import") {
		t.Error("site.css fetches something")
	}
}

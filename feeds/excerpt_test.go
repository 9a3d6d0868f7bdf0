package feeds

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"pgregory.net/rapid"
)

const filler = "Nurses in four hospitals tried a shared record for a year and found that most of the errors at handover went away"

func TestExcerptEndsWithASentenceOrAWholeWord(t *testing.T) {
	sentence := filler + ", the trust said."
	tests := []struct{ name, lang, text, want string }{
		{"short text stays whole", "en", "A short note.", "A short note."},
		{"up to 200 stays whole", "en", sentence + " It will go on next year.", sentence + " It will go on next year."},
		{"a sentence past 60 % needs no ellipsis", "en", sentence + " " + filler + ".", sentence},
		{"else the last whole word", "en", filler + " " + filler,
			filler + " Nurses in four hospitals tried a shared…"},
		{"no comma before the ellipsis", "en", filler + " for patients, carers, doctors and others, " + filler,
			filler + " for patients, carers, doctors and others…"},
		{"Dr. ends nothing", "en", filler + " Later Dr. Ada Moss and Prof. Noor de Vries " + filler,
			filler + " Later Dr. Ada Moss and Prof. Noor de Vries…"},
		{"z. B. and 31. März end nothing", "de", filler + " Das gilt z. B. am 31. März und danach " + filler,
			filler + " Das gilt z. B. am 31. März und danach Nurses…"},
		{"No. 10 and 3.5 end nothing", "en", filler + " says No. 10 of 3.5 million people, and that is " + filler,
			filler + " says No. 10 of 3.5 million people, and that…"},
		{"the Greek question mark ends a sentence", "el", filler + " Πώς θα γίνει αυτό; " + filler, filler + " Πώς θα γίνει αυτό;"},
		{"but a semicolon does not", "en", filler + " and so on; " + filler, filler + " and so on; Nurses in four hospitals tried a…"},
		{"a quotation is not cut", "en", filler + " He said “we will never again go back to paper charts here” " + filler,
			filler + " He said…"},
		{"an address is not cut", "en", filler + " See https://example.org/a/very/long/address/of/a/page?with=query,and/more " + filler,
			filler + " See…"},
		{"the publisher's own cut keeps its ellipsis", "en", filler + " and then the trust [...]", filler + " and then the trust…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Excerpt(tt.text, tt.lang); got != tt.want {
				t.Errorf("Excerpt(%q, %q)\n got %q\nwant %q", tt.text, tt.lang, got, tt.want)
			}
		})
	}
}

func TestExcerptTakesBoilerplateOut(t *testing.T) {
	const story = "The health board starts a year of trials with shared records."
	tests := []struct{ name, text string }{
		{"read more", story + " Read more"},
		{"read more with an arrow", story + " Read More »"},
		{"continue reading with the title", story + " Continue reading Shared records →"},
		{"cut, then continue", story + " … Continue reading"},
		{"WordPress", story + " The post Shared records appeared first on Ward Notes."},
		{"WordPress in German", story + " Der Beitrag Akten erschien zuerst auf Stationsblatt."},
		{"WordPress in Dutch", story + " Het bericht Dossiers verscheen eerst op Zorgblad."},
		{"WordPress in Italian", story + " L'articolo Cartelle proviene da Corsia."},
		{"WordPress in French", story + " L’article Dossiers est apparu en premier sur La Garde."},
		{"WordPress in Spanish", story + " La entrada Historias se publicó primero en Planta Tres."},
		{"sign-up line", story + " Subscribe to our newsletter for weekly updates."},
		{"sign-up line twice", story + " Subscribe to our newsletter. Subscribe to our newsletter."},
		{"German button", story + " Weiterlesen"},
		{"Greek button", story + " Διαβάστε περισσότερα"},
		{"dateline", "LONDON (Reuters) - " + story},
		{"picture credit", "Photo: Ada Moss. " + story},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Excerpt(tt.text, ""); got != story {
				t.Errorf("Excerpt(%q)\n got %q\nwant %q", tt.text, got, story)
			}
		})
	}
	for _, text := range []string{
		"Patients want to read more on the train.",
		"Doctors share on average three records a day.",
		"Those who keep reading learn how to subscribe to our view of things.",
	} {
		if got := Excerpt(text, "en"); got != text {
			t.Errorf("Excerpt(%q) = %q, want it whole: it is a sentence, not a button", text, got)
		}
	}
}

func TestWithoutTitleKeepsASentenceThatStartsLikeIt(t *testing.T) {
	tests := []struct{ name, text, title, want string }{
		{"repeated", "Shared records – The board starts.", "Shared records", "The board starts."},
		{"goes on", "Shared records help nurses.", "Shared records", "Shared records help nurses."},
		{"only the title", "Shared records", "Shared records", "Shared records"},
	}
	for _, tt := range tests {
		if got := WithoutTitle(tt.text, tt.title); got != tt.want {
			t.Errorf("%s: WithoutTitle(%q, %q) = %q, want %q", tt.name, tt.text, tt.title, got, tt.want)
		}
	}
}

func TestExcerptNeverCutsAWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-zäéσ]{1,14}[.,;!?]?|[0-9]{1,4}|“[a-z]{2,9}”|👩‍⚕️`), 1, 120).Draw(t, "words")
		checkExcerpt(t, strings.Join(words, " "), rapid.SampledFrom([]string{"", "en", "de", "el"}).Draw(t, "lang"))
	})
}

func FuzzExcerpt(f *testing.F) {
	f.Add(filler+" "+filler, "en")
	f.Add("日本の病院では記録を共有する試みが始まった。"+strings.Repeat("看護師は引き継ぎの誤りが減ったと話している", 20), "ja")
	f.Add(strings.Repeat("y", 9000), "")
	f.Add(strings.Repeat("“", 300), "")
	f.Fuzz(func(t *testing.T, text, lang string) { checkExcerpt(t, text, lang) })
}

func checkExcerpt(t interface{ Fatalf(string, ...any) }, text, lang string) {
	got := Excerpt(text, lang)
	if !utf8.ValidString(got) {
		t.Fatalf("Excerpt(%q) = %q: not UTF-8", text, got)
	}
	if n := countGraphemes(got); n > excerptMost {
		t.Fatalf("Excerpt(%q) = %q: %d characters, want at most %d", text, got, n, excerptMost)
	}
	head := strings.TrimRight(got, `…”“"»›)]`)
	clean := CleanText(text)
	i := strings.Index(clean, head)
	if i < 0 {
		t.Fatalf("Excerpt(%q) = %q: not a part of the text", text, got)
	}
	if head == "" || !strings.Contains(got, "…") {
		return
	}
	last, _ := utf8.DecodeLastRuneInString(head)
	for ; i >= 0; i = indexFrom(clean, head, i+1) {
		next, _ := utf8.DecodeRuneInString(clean[i+len(head):])
		if !isWordRune(last) || !isWordRune(next) || isSpaceless(last) {
			return
		}
	}
	t.Fatalf("Excerpt(%q) = %q: cut inside a word", text, got)
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func indexFrom(s, sub string, from int) int {
	if from > len(s) {
		return -1
	}
	if i := strings.Index(s[from:], sub); i >= 0 {
		return from + i
	}
	return -1
}

func countGraphemes(s string) int {
	n := 0
	for it := graphemes.FromString(s); it.Next(); {
		n++
	}
	return n
}

func BenchmarkExcerpt(b *testing.B) {
	text := filler + " and so on. " + filler + ". " + filler
	for b.Loop() {
		Excerpt(text, "en")
	}
}

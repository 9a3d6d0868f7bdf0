package recap

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weekward/feeds"
)

// stream makes posts of lines "handle: text", a minute apart.
func stream(lines ...string) []feeds.Post {
	posts := make([]feeds.Post, len(lines))
	for i, line := range lines {
		who, text, _ := strings.Cut(line, ": ")
		id := fmt.Sprintf("s%02d", i)
		posts[i] = feeds.Post{ID: id, URI: id, Network: "file", Handle: who, Text: text, Lang: "en", At: time.Date(2010, 4, 2, 11, i, 0, 0, time.UTC)}
	}
	return posts
}

// ward is an hour in which four people say one thing, two another, and some
// only greet.
func ward() []feeds.Post {
	return stream(
		"ann: Hi all, so glad to be here with you again",
		"ben: Hi all, so glad to be with you here once again",
		"cyd: The new rota leaves nobody awake on the night ward between two and four",
		"dot: Between two and four nobody is awake on the night ward, says the new rota",
		"eva: On our night ward nobody is awake between two and four since the new rota",
		"fay: New rota: nobody awake on the night ward, two till four, every night",
		"gus: My tomatoes are out early this year and the slugs have found them",
		"hal: Patients on the night ward ask for tea when the kitchen is locked up",
		"ida: The kitchen is locked up when patients on the night ward ask for tea, every night",
		"jon: Bleeps on the night ward should light up before they make a noise",
		"kim: Hi all, glad to be here again with you",
	)
}

func ids(list []Highlight) []string {
	var found []string
	for _, h := range list {
		found = append(found, h.ID)
	}
	return found
}

func TestWhatManySayIsQuotedFirstAndOnce(t *testing.T) {
	list := Best("night ward", ward(), 3)
	if len(list) != 3 {
		t.Fatalf("Best gave %v, want 3 posts", ids(list))
	}
	for i, among := range [][]string{{"s02", "s03", "s04", "s05"}, {"s07", "s08"}, {"s09"}} {
		if !slices.Contains(among, list[i].ID) {
			t.Errorf("quote %d is %s %q, want one of %v", i+1, list[i].ID, list[i].Text, among)
		}
	}
	if many, few, one := list[0].Why.Said, list[1].Why.Said, list[2].Why.Said; many <= few || few <= one {
		t.Errorf("said by others = %v, %v, %v; want less each time", many, few, one)
	}
}

func TestAQuoteSpeaksForThoseWhoSayTheSame(t *testing.T) {
	s := openFloor("night ward", ward())
	c := newChorus(s)
	before := c.beside(4, s.score(4)) // eva
	c.quote(2)                        // cyd
	after := c.beside(4, s.score(4))
	if after.Repeats > -1 || after.Said > before.Said/2 || after.worth() > before.worth()-2 {
		t.Errorf("eva's post is worth %+v after cyd's is quoted, %+v before; want much less", after, before)
	}
	if tea := c.beside(7, s.score(7)); tea.Repeats < -0.5 || tea.Said == 0 {
		t.Errorf("a post about the kitchen is worth %+v after one about the rota is quoted", tea)
	}
}

func TestNoiseSpeaksForNobody(t *testing.T) {
	posts := append(ward(), stream("max: New rota, nobody awake on the night ward between two and four? Register now http://shop.example.org/beds")...)
	promo := len(posts) - 1
	posts[promo].ID, posts[promo].URI, posts[promo].At = "x1", "x1", posts[10].At.Add(time.Minute)
	posts[promo].Links = []string{"http://shop.example.org/beds"}
	s := openFloor("night ward", posts)
	c := newChorus(s)
	if s.noise[promo].kind != noisePromo || c.others(promo) != 0 {
		t.Errorf("the %s of max speaks for %v people, want a promotion that speaks for none", s.noise[promo].kind, c.others(promo))
	}
	if with, without := c.others(2), newChorus(openFloor("night ward", ward())).others(2); with > without+0.1 {
		t.Errorf("cyd speaks for %v people with the promotion and %v without, want no more", with, without)
	}
}

func TestGreetingsAreNotQuotedForTheirNumber(t *testing.T) {
	for _, h := range Best("night ward", ward(), 10) {
		if slices.Contains([]string{"s00", "s01", "s10"}, h.ID) {
			t.Errorf("quotes the greeting %q with %+v", h.Text, h.Why)
		}
	}
}

func TestSomebodyWhoRepeatsThemselvesCountsOnce(t *testing.T) {
	posts := ward()
	before := Best("night ward", posts, 1)[0]
	for i := range 5 {
		again := posts[5]
		again.ID, again.At = fmt.Sprintf("t%d", i), again.At.Add(time.Duration(i)*time.Second)
		again.URI, again.Text = again.ID, fmt.Sprintf("%s, I said %d times", again.Text, i+2)
		posts = append(posts, again)
	}
	h := Best("night ward", posts, 1)[0]
	if most := saying * 2; h.Why.Said > most { // three others: log2(1+3)
		t.Errorf("said = %v of %q after fay said it six times (%v before), want at most %v", h.Why.Said, h.Text, before.Why.Said, most)
	}
}

func TestWhoPassesAPostOnSaysItToo(t *testing.T) {
	posts := append(ward(), stream("leo: RT @jon: Bleeps on the night ward should light up before they make a noise")...)
	posts[len(posts)-1].ID, posts[len(posts)-1].URI, posts[len(posts)-1].At = "r1", "r1", posts[10].At.Add(time.Minute)
	list := Best("night ward", posts, 5)
	i := slices.IndexFunc(list, func(h Highlight) bool { return h.ID == "s09" })
	if i < 0 || list[i].Why.Said < saying/2 {
		t.Errorf("Best = %+v, want s09 among them, said by the one who passed it on", list)
	}
	if slices.Contains(ids(list), "r1") {
		t.Errorf("Best = %v, want no repost", ids(list))
	}
}

func TestWithoutATopicThePostsSayWhatTheyAreAbout(t *testing.T) {
	for _, topic := range []string{"", "Wochenmarkt"} {
		list := Best(topic, ward(), 2)
		if slices.Contains(ids(list), "s06") || len(list) < 2 {
			t.Errorf("Best(%q) = %v, want two posts about the night ward", topic, ids(list))
		}
	}
}

func TestNothingToQuoteIsNothing(t *testing.T) {
	for name, c := range map[string]struct {
		posts []feeds.Post
		n     int
	}{"no posts": {nil, 3}, "none wanted": {ward(), 0}, "only noise": {stream("ann: Hi all", "ben: thanks!", "cyd: "), 3}} {
		if list := Best("night ward", c.posts, c.n); len(list) > 0 {
			t.Errorf("%s: Best = %v, want nothing", name, ids(list))
		}
	}
}

func TestAnotherLanguageLosesNothing(t *testing.T) {
	posts := ward()
	german := posts[6]
	german.ID, german.Lang, german.Text = "d1", "de", "Nachts ist auf unserer Station zwischen zwei und vier niemand wach, seit es den neuen Plan gibt"
	texts, langs := []string{german.Text}, []string{"de"}
	for _, p := range posts {
		texts, langs = append(texts, p.Text), append(langs, p.Lang)
	}
	fits := read(texts, langs).fit("night ward", "en", everything(len(texts)))
	sum := 0.0
	for _, fit := range fits[1:] {
		sum += fit
	}
	if mean := sum / float64(len(posts)); fits[0] < mean-1e-9 || fits[0] > mean+1e-9 {
		t.Errorf("fit of a German answer = %v, want the mean of the others, %v", fits[0], mean)
	}
}

func TestAPostTheClockPutThereMustSpeakOfIt(t *testing.T) {
	const stray = "has no word in common with its question"
	posts := friday(t, "12:44 | y1 | | kofi_a | Tomatoes ripen earlier each summer beside our bicycle shed #hcsmeu")
	if got := reason(made(t, hcsmeu(), posts, nil), "y1"); got != stray {
		t.Errorf("a post about tomatoes left out because %q, want %q", got, stray)
	}
	posts = append(posts, script(t, "12:46 | y2 | y1 | anna_b | @kofi_a and every nurse takes some home #hcsmeu")...)
	if got := reason(made(t, hcsmeu(), posts, nil), "y1"); got == stray {
		t.Errorf("a post that somebody took up left out because %q", got)
	}
}

func TestBestIsTheSameInAnyOrder(t *testing.T) {
	posts := ward()
	want := Best("night ward", posts, 4)
	rapid.Check(t, func(r *rapid.T) {
		if diff := gocmp.Diff(want, Best("night ward", rapid.Permutation(posts).Draw(r, "order"), 4)); diff != "" {
			r.Fatalf("Best depends on the order (-first +shuffled):\n%s", diff)
		}
	})
}

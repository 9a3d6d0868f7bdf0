package chat

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
)

// london are the options of an invented #hcsmeu that meets at noon in London.
func london(t testing.TB) ImportOptions {
	t.Helper()
	o, err := For(feeds.Chat{Tag: "hcsmeu", Zone: "Europe/London", Start: "12:00"})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func load(t testing.TB, name string, o ImportOptions) Imported {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	in, err := Import(file, name, o)
	if err != nil {
		t.Fatalf("Import(%s): %v", name, err)
	}
	return in
}

// said is a post in one line: time in UTC, handle, text.
func said(posts []feeds.Post) []string {
	var lines []string
	for _, p := range posts {
		lines = append(lines, p.At.Format("2006-01-02 15:04:05")+" "+p.Handle+": "+p.Text)
	}
	return lines
}

func TestEveryFormOfTranscriptIsRead(t *testing.T) {
	for _, c := range []struct {
		file, form string
		want       []string
		warnings   []string // in order, each the start of one
	}{
		{"plain.csv", "csv", []string{
			"2010-04-02 11:03:00 mira_o: T1: Who rewrites clinic letters, and who reads them? #hcsmeu",
			"2010-04-02 11:05:00 jon_h: T1 We rewrote 40 letters\nwith patients at the table # hcsmeu",
			"2010-04-02 11:06:00 elif_k: T1 write to me at [e-mail] or [phone] #hcsmeu",
			"2010-04-02 11:07:00 jon_h: see http://journal.example.org/a?utm_source=tw&id=2, it is free #hcsmeu",
			"2010-04-02 11:11:00 sven_l: T1 and the row below it is kept #hcsmeu",
		}, []string{"a post of 2010-04-02 11:06", "line 7: no text", "line 8: no usable time", "line 9: no text", "line 10: a quote is never closed"}},
		{"tags.csv", "csv", []string{
			"2010-04-02 11:03:24 mira_o: T1: plain words & pictures? #hcsmeu",
			"2010-04-02 11:05:00 jon_h: @mira_o T1 both, please #hcsmeu",
		}, nil},
		{"rows.jsonl", "json", []string{
			"2010-04-02 11:03:00 mira_o: T1: Who reads letters? #hcsmeu",
			"2010-04-02 11:05:00 jon_h: T1 nobody, says the ward #hcsmeu",
		}, []string{"line 2: not JSON"}},
		{"stamped.txt", "text", []string{
			"2010-04-02 11:03:00 mira_o: T1: Who rewrites clinic letters? #hcsmeu",
			"2010-04-02 11:03:00 jon_h: T1 We do:\nwith patients at the table\nNote: all forty of them #hcsmeu",
			"2010-04-02 11:05:30 : T1 a glossary helps #hcsmeu",
		}, []string{"line 1: before the first author", "line 8: no usable time"}},
		{"clock-2010-04-02.txt", "text", []string{
			"2010-04-02 22:58:00 mira_o: T1: Who works nights? #hcsmeu",
			"2010-04-02 22:59:00 jon_h: T1 half of us #hcsmeu",
			"2010-04-02 23:01:00 elif_k: T1 and the other half cannot sleep #hcsmeu",
		}, nil},
		{"handles-2010-04-02.txt", "text", []string{
			"2010-04-02 11:00:00 mira_o: T1: Who rewrites clinic letters? #hcsmeu",
			"2010-04-02 11:00:00 jon_h: T1 We do, at the table\nT2: is for later",
			"2010-04-02 11:07:00 elif_k: T1 a glossary helps",
		}, nil},
		{"headed-2010-04-02.txt", "text", []string{
			"2010-04-02 11:00:00 mira_o: Welcome to #hcsmeu",
			"2010-04-02 11:00:00 jon_h: @mira_o: thank you\nand hello",
			"2010-04-02 11:00:00 : a voice without a name",
			"2010-04-02 11:00:00 mira_o: Welcome to #hcsmeu",
		}, nil},
		{"signed.html", "html", []string{
			"2010-04-02 11:00:00 jon_h: T1 We do, see http://journal.example.org/a #hcsmeu",
			"2010-04-02 11:00:00 elif_k: T1 A glossary helps #hcsmeu",
		}, []string{"line 1: a heading without an author"}},
		{"statuses.json", "json", []string{
			"2026-11-13 12:05:00 jon@two.example.org: T1 We do, see https://journal.example.org/letters/2026/plain-words-in-clinic?utm_source=m\nand our card https://ward.example.org/card & more #HCSMEU\n@mira",
			"2026-11-13 12:04:00 mira@one.example.org: T1: Who rewrites letters? #hcsmeu",
			"2026-11-13 12:02:00 z@one.example.org: a picture #hcsmeu",
		}, []string{"status 7: no usable time", "status 8: not readable"}},
		{"v2.json", "json", []string{
			"2022-04-01 11:05:00 mira_o: T1 we do & will https://journal.example.org/a #hcsmeu",
			"2022-04-01 11:06:00 jon_h: RT @mira_o: T1 we do… #hcsmeu",
			"2022-04-01 11:07:00 jon_h: @mira_o how?",
		}, []string{"left out for lack of #hcsmeu: 1 posts"}},
		{"bluesky.json", "json", []string{
			"2026-11-13 12:05:00 mira.example.org: 🥼👩‍⚕️ T1 see journal.example.org/a… #hcsmeu",
			"2026-11-13 12:06:00 shy.example.org: for signed-in eyes #hcsmeu",
		}, nil},
		{"archive.js", "json", []string{"2010-04-02 11:05:00 : T1 we do #hcsmeu"}, nil},
		{"lines.txt", "text", []string{
			"2015-04-09 01:31:50 : Risk test devised | second bar http://journal.example.org/r",
			"2015-04-08 23:30:18 : Workload harming A&E care",
		}, nil},
	} {
		t.Run(c.file, func(t *testing.T) {
			in := load(t, c.file, london(t))
			if got := said(in.Posts); in.Form != c.form || !slices.Equal(got, c.want) {
				t.Errorf("Import(%s) = %s\n got %q\nwant %q", c.file, in.Form, got, c.want)
			}
			if !slices.EqualFunc(in.Warnings, c.warnings, strings.HasPrefix) {
				t.Errorf("Import(%s) warns %q, want %q", c.file, in.Warnings, c.warnings)
			}
			for _, p := range in.Posts {
				if p.ID == "" || p.URI == "" || p.Tag != "hcsmeu" || p.At.Location() != time.UTC || p.Source != "import" {
					t.Errorf("Import(%s): incomplete post %+v", c.file, p)
				}
			}
			if again := load(t, c.file, london(t)); !reflect.DeepEqual(in, again) {
				t.Errorf("Import(%s) twice gives two results:\n%+v\n%+v", c.file, in, again)
			}
		})
	}
}

func TestLinesOfOneMinuteKeepTheirOrder(t *testing.T) {
	in := load(t, "headed-2010-04-02.txt", london(t))
	for i := 1; i < len(in.Posts); i++ {
		if !in.Posts[i-1].At.Before(in.Posts[i].At) {
			t.Errorf("post %d is not after post %d: %s, %s", i, i-1, in.Posts[i].At, in.Posts[i-1].At)
		}
	}
	ids := map[string]bool{}
	for _, p := range in.Posts {
		ids[p.ID] = true
	}
	if len(ids) != len(in.Posts) {
		t.Errorf("%d IDs for %d posts, want one each: the same words said twice are two posts", len(ids), len(in.Posts))
	}
}

func TestANetworksFactsAreKept(t *testing.T) {
	statuses := load(t, "statuses.json", london(t)).Posts
	jon, mira, z := statuses[0], statuses[1], statuses[2]
	want := []string{"https://journal.example.org/letters/2026/plain-words-in-clinic", "https://ward.example.org/card"}
	if !slices.Equal(jon.Links, want) {
		t.Errorf("links = %q, want %q", jon.Links, want)
	}
	if jon.ReplyTo != mira.URI || jon.Likes != 3 || jon.Reposts != 2 || !slices.Equal(jon.Tags, []string{"hcsmeu"}) {
		t.Errorf("jon = %+v, want a reply to mira with 3 likes, 2 reposts and the tag", jon)
	}
	if !z.NeverQuote || z.URL != "" || jon.NeverQuote {
		t.Errorf("z: never quote %v, address %q; jon: never quote %v; want only the sensitive post of z held back, without its javascript address", z.NeverQuote, z.URL, jon.NeverQuote)
	}
	tweets := load(t, "v2.json", london(t)).Posts
	if tweets[0].URI != "twitter:1501" || tweets[0].EditedAt.IsZero() || tweets[1].RepostOf != "twitter:1501" || tweets[2].ReplyTo != "twitter:1501" || tweets[1].Lang != "" {
		t.Errorf("tweets = %+v, want the edited one under its first number and the others pointing at it", tweets)
	}
	sky := load(t, "bluesky.json", london(t)).Posts
	if !slices.Equal(sky[0].Links, []string{"https://journal.example.org/article"}) || sky[0].URL != "https://bsky.app/profile/mira.example.org/post/k1" {
		t.Errorf("bluesky = %+v, want the link's whole target and the post's address", sky[0])
	}
	if !sky[1].NeverQuote || len(sky[1].Links) != 0 {
		t.Errorf("bluesky = %+v, want a person hidden from strangers never quoted", sky[1])
	}
	tags := load(t, "tags.csv", london(t)).Posts
	if tags[0].URI != "twitter:1251954312772812801" || tags[1].ReplyTo != tags[0].URI || tags[1].Network != "twitter" {
		t.Errorf("sheet = %+v, want replies joined by number", tags)
	}
}

func TestTheTagWithASpaceIsTheTag(t *testing.T) {
	for _, c := range []struct {
		why, text string
		want      []string
	}{
		{"plain", "hello #hcsmeu", []string{"hcsmeu"}},
		{"space after the sign", "hello # hcsmeu", []string{"hcsmeu"}},
		{"capitals, twice", "#HCSMEU and #hcsmeu", []string{"hcsmeu"}},
		{"full-width sign", "＃hcsmeu", []string{"hcsmeu"}},
		{"another word after a space", "we are # one", nil},
		{"a number", "ranked #1", nil},
		{"inside a word or address", "a#b https://x.example.org/#part", nil},
		{"other letters", "#υγεία #santé", []string{"υγεία", "santé"}},
	} {
		if got := hashtags(c.text, "hcsmeu"); !slices.Equal(got, c.want) {
			t.Errorf("%s: hashtags(%q) = %q, want %q", c.why, c.text, got, c.want)
		}
	}
}

func TestColumnsCanBeNamed(t *testing.T) {
	columns, err := ParseColumns("author=Who, text=Said ,at=When")
	if err != nil {
		t.Fatal(err)
	}
	o := london(t)
	o.Columns = columns
	in, err := Import(strings.NewReader("When;Who;Said\n02/04/2010 12:03;mira_o;T1: Who reads?\n14/04/2010 12:03;jon_h;me\n"), "x.csv", o)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"2010-04-02 11:03:00 mira_o: T1: Who reads?", "2010-04-14 11:03:00 jon_h: me"}
	if got := said(in.Posts); !slices.Equal(got, want) {
		t.Errorf("Import with columns = %q, want %q", got, want)
	}
	for mapping, want := range map[string]string{"autor=x": "no field", "text": "not field=column", "text=": "not field=column"} {
		if _, err := ParseColumns(mapping); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseColumns(%q) = %v, want an error with %q", mapping, err, want)
		}
	}
	if _, err := Import(strings.NewReader("a,b\n1,2\n"), "x.csv", o); err == nil || !strings.Contains(err.Error(), `no column "When"`) {
		t.Errorf("Import without the named column = %v, want an error that names it", err)
	}
}

func TestWhatCannotBeReadSaysWhatToDo(t *testing.T) {
	for _, c := range []struct{ why, name, content, want string }{
		{"no authors", "x.txt", "just\nprose\n", "no line names its author"},
		{"no day", "x.txt", "[12:03] @a: hello", "give the day"},
		{"no text column", "x.csv", "a,b\n1,2\n", "text=COLUMN"},
		{"empty table", "x.csv", "\n\n", "empty"},
		{"empty JSON", "x.json", " ", "empty"},
		{"no JSON", "x.json", "hello", "not JSON"},
	} {
		if _, err := Import(strings.NewReader(c.content), c.name, london(t)); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "import "+c.name+": ") {
			t.Errorf("%s: Import = %v, want an error with %q", c.why, err, c.want)
		}
	}
}

func TestAFileIsBounded(t *testing.T) {
	row := "2010-04-02 12:03,a,x\n"
	for why, content := range map[string]string{
		"bytes": "time,handle,text\n" + strings.Repeat("x", maxFile),
		"posts": "time,handle,text\n" + strings.Repeat(row, maxPosts+1),
	} {
		if _, err := Import(strings.NewReader(content), "x.csv", london(t)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("too many %s: Import = %v, want ErrTooLarge", why, err)
		}
	}
}

func TestBadQuotesDoNotCostTheRestOfALongFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("time,handle,text\n")
	for range 3000 {
		b.WriteString("2010-04-02 12:03,a,\"never closed\n2010-04-02 12:04,b,a 5\" screen\n")
	}
	begin := time.Now()
	in, err := Import(strings.NewReader(b.String()), "x.csv", london(t))
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 20*time.Second { // a twentieth of a second, without the race detector and neighbours
		t.Errorf("Import took %s, want a fraction of a second", took)
	}
	if len(in.Posts) == 0 || len(in.Warnings) == 0 {
		t.Errorf("%d posts, %d warnings, want both", len(in.Posts), len(in.Warnings))
	}
}

func TestOldSpreadsheetsAreRead(t *testing.T) {
	for why, content := range map[string][]byte{
		"Windows-1252":  []byte("time,handle,text\r\n2010-04-02 12:03,a,caf\xe9 \x93plain\x94\r\n"),
		"UTF-8 marked":  []byte("\xef\xbb\xbftime,handle,text\r\n2010-04-02 12:03,a,café “plain”\r\n"),
		"UTF-16 little": utf16le("\ufefftime,handle,text\r\n2010-04-02 12:03,a,café “plain”\r\n"),
	} {
		in, err := Import(bytes.NewReader(content), "x.csv", london(t))
		if err != nil || len(in.Posts) != 1 || in.Posts[0].Text != "café “plain”" {
			t.Errorf("%s: Import = %+v, %v, want the text café “plain”", why, in.Posts, err)
		}
	}
}

func utf16le(s string) []byte {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r), byte(r>>8))
	}
	return b
}

func TestForeignTextCannotBreakOut(t *testing.T) {
	in, err := Import(strings.NewReader("time,handle,text,link\n2010-04-02 12:03,=1+1,\"a\u202eb\x00c\u2028d\",javascript:pwn(1)\n"), "x.csv", london(t))
	if err != nil || len(in.Posts) != 1 {
		t.Fatalf("Import = %+v, %v", in, err)
	}
	if p := in.Posts[0]; strings.ContainsAny(p.Text, "\u202e\x00\u2028") || p.URL != "" || len(p.Links) > 0 {
		t.Errorf("post = %+v, want plain text and no javascript address", p)
	}
}

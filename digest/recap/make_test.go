package recap

import (
	"cmp"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weekward/feeds"
)

var update = flag.Bool("update", false, "renew the golden files")

// hcsmeu is the chat of the samples.
func hcsmeu() feeds.Chat {
	return feeds.Chat{
		Tag: "hcsmeu", Title: "Health care social media Europe", Zone: "Europe/London", Weekday: time.Friday, Start: "12:00", Minutes: 60,
		Style: "T", Moderators: []string{"mira_o"}, Policy: feeds.NamedWithLink,
	}
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

// friday reads the sample hour; extra lines in the same form may be added.
func friday(t testing.TB, extra ...string) []feeds.Post {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "friday.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return script(t, append(strings.Split(strings.TrimSpace(string(data)), "\n")[1:], extra...)...)
}

// script makes posts of lines "12:05 | id | answers | handle | text" on Friday
// 2 April 2010 in London.
func script(t testing.TB, lines ...string) []feeds.Post {
	t.Helper()
	var posts []feeds.Post
	for _, line := range lines {
		cells := strings.SplitN(line, "|", 5)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		p := feeds.Post{
			ID: cells[1], URI: "test:" + cells[1], Tag: "hcsmeu", Network: "twitter", Handle: cells[3], Author: cells[3],
			URL: "https://social.example.org/" + cells[1], Text: cells[4], At: at(t, "2010-04-02T"+cells[0]+":00+01:00").UTC(),
		}
		if cells[2] != "" {
			p.ReplyTo = "test:" + cells[2]
		}
		for word := range strings.FieldsSeq(p.Text) {
			if strings.HasPrefix(word, "http") {
				p.Links = append(p.Links, word)
			} else if tag, ok := strings.CutPrefix(word, "#"); ok {
				p.Tags = append(p.Tags, tag)
			}
		}
		posts = append(posts, p)
	}
	return posts
}

func week(t testing.TB) (from, to time.Time, o Options) {
	return at(t, "2010-03-30T07:00:00Z"), at(t, "2010-04-06T06:00:00Z"), Options{Slot: at(t, "2010-04-06T06:00:00Z")}
}

func made(t testing.TB, chat feeds.Chat, posts []feeds.Post, change func(*Options)) Recap {
	t.Helper()
	from, to, o := week(t)
	if change != nil {
		change(&o)
	}
	r, ok := Make(chat, posts, from, to, o)
	if !ok {
		t.Fatal("Make found no session")
	}
	return r
}

func TestAnHourBecomesThisRecap(t *testing.T) {
	got, err := json.MarshalIndent(made(t, hcsmeu(), friday(t), nil), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "friday.json")
	if *update {
		if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
		t.Errorf("recap of testdata/friday.txt differs (-want +got):\n%s", diff)
	}
}

func TestQuestionsAreTheModerators(t *testing.T) {
	r := made(t, hcsmeu(), friday(t), nil)
	var got []string
	for _, q := range r.Questions {
		if q.Label != "" {
			got = append(got, q.Label+" "+q.Text)
		}
	}
	want := []string{
		"T1 Who rewrites clinic letters in plain words, and does anybody read them?",
		"T2 Visual protocols at the bedside: do pictures beat paragraphs?",
		"T3 Who should pay for social media time of nurses and doctors?",
	}
	if !slices.Equal(got, want) {
		t.Errorf("questions = %q, want %q", got, want)
	}
}

func TestWithoutARegisteredModeratorThePromptsTell(t *testing.T) {
	chat := hcsmeu()
	chat.Moderators = nil
	if diff := gocmp.Diff(made(t, hcsmeu(), friday(t), nil), made(t, chat, friday(t), nil)); diff != "" {
		t.Errorf("recap without a registered moderator differs (-registered +found):\n%s", diff)
	}
}

func TestOwnLabelBeatsThreadBeatsClock(t *testing.T) {
	posts := friday(t,
		"12:17 | x1 | p06 | nadia_s | This answers the letters, though the clock says pictures by now #hcsmeu",
		"12:17 | x2 | p06 | omar_t | T2 I answer a letter post but speak about the bedside pictures instead #hcsmeu",
		"12:18 | x3 |      | piet_v | Nobody labels this one, so the clock has to tell where it belongs today #hcsmeu",
		"12:16 | x4 |      | rosa_d | Typed slowly: our letters go through a patient council every second month #hcsmeu",
		"12:18 | x5 | gone | kofi_a | An orphan whose parent nobody has read goes by the clock like the rest #hcsmeu",
		"18:00 | x6 |      | hana_y | Hours later and without a label, so it belongs to no question at all #hcsmeu",
	)
	all := func(o *Options) {
		o.Pinned = map[string]bool{"x1": true, "x2": true, "x3": true, "x4": true, "x5": true, "x6": true}
	}
	r := made(t, hcsmeu(), posts, all)
	for _, c := range []struct{ why, id, label, segment string }{
		{"its thread", "x1", "T1", "thread"},
		{"own label before thread", "x2", "T2", "label"},
		{"the clock", "x3", "T2", "clock"},
		{"three minutes of grace", "x4", "T1", "clock"},
		{"an orphan reply", "x5", "T2", "clock"},
		{"the open floor", "x6", "", "open"},
	} {
		h, label := highlight(r, c.id)
		if label != c.label || h.Why.Segment != c.segment {
			t.Errorf("%s: %s is under %q by %q, want %q by %q", c.why, c.id, label, h.Why.Segment, c.label, c.segment)
		}
	}
}

func TestLinksAreCountedByPerson(t *testing.T) {
	posts := friday(t, "12:33 | l1 | | sven_l | again the link http://journal.example.org/stroke-pictures?utm_source=tw #hcsmeu")
	want := []Link{{URL: "http://journal.example.org/stroke-pictures", Shared: 2, Question: "T2"}}
	if got := made(t, hcsmeu(), posts, nil).Links; !slices.Equal(got, want) {
		t.Errorf("links = %+v, want %+v", got, want)
	}
}

func TestTheTextIsAsWrittenWithoutLabelAndTagAtTheEnds(t *testing.T) {
	for _, c := range []struct{ why, text, want string }{
		{"label and tag", "T1: We print it. #hcsmeu", "We print it."},
		{"tag first", "#hcsmeu T1 We print it", "We print it"},
		{"tag with a space", "We print it # hcsmeu", "We print it"},
		{"tag inside", "T1 We met at #hcsmeu last year and print it", "We met at #hcsmeu last year and print it"},
		{"tag as a word of the sentence", "So glad to be part of #hcsmeu", "So glad to be part of #hcsmeu"},
		{"another tag", "We print it #plainwords #HCSMEU", "We print it #plainwords"},
		{"a mention stays", "@mira_o T1: agreed, we print it #hcsmeu", "@mira_o T1: agreed, we print it"},
		{"lines stay", "T1:\nFirst.\nSecond.\n#hcsmeu", "First.\nSecond."},
		{"disclosure stays", "T1 I work for a printer: we print it #hcsmeu", "I work for a printer: we print it"},
	} {
		if got := quotable(c.text, "hcsmeu"); got != c.want {
			t.Errorf("%s: quotable(%q) = %q, want %q", c.why, c.text, got, c.want)
		}
	}
}

func TestTheSameWeekGivesTheSameRecapInAnyOrder(t *testing.T) {
	posts := friday(t)
	edited := posts[6]
	edited.Text, edited.EditedAt = "T1: A glossary beside the letter helped us more than rewriting all of it. #hcsmeu", posts[6].At.Add(time.Minute)
	posts = append(posts, edited)
	want := made(t, hcsmeu(), posts, nil)
	if h, _ := highlight(want, "p07"); !strings.HasPrefix(h.Text, "A glossary") {
		t.Errorf("quotes %q of an edited post, want its newest text", h.Text)
	}
	rapid.Check(t, func(r *rapid.T) {
		shuffled := rapid.Permutation(posts).Draw(r, "order")
		if diff := gocmp.Diff(want, made(t, hcsmeu(), shuffled, nil)); diff != "" {
			r.Fatalf("recap depends on the order (-first +shuffled):\n%s", diff)
		}
	})
}

// TestAnyPostsKeepTheRules throws made-up hours at Make.
func TestAnyPostsKeepTheRules(t *testing.T) {
	texts := []string{
		"T1: who?", "T2 why?", "T1 an answer that is long enough to be worth a quote today", "Q2 another answer, with more words than one would need",
		"RT @ann: T1 an answer that is long enough to be worth a quote today", "thanks all", "", "#hcsmeu", "@ann yes indeed I think so too, every day",
	}
	people := []string{"ann", "ben", "cyd", "dot", ""}
	rapid.Check(t, func(r *rapid.T) {
		var lines []feeds.Post
		for i := range rapid.IntRange(0, 40).Draw(r, "n") {
			p := feeds.Post{
				Tag: "hcsmeu", Handle: rapid.SampledFrom(people).Draw(r, "who"), Text: rapid.SampledFrom(texts).Draw(r, "text"),
				At:    at(t, "2010-04-02T10:30:00Z").Add(time.Duration(rapid.IntRange(0, 200).Draw(r, "minute")) * time.Minute),
				Likes: rapid.IntRange(0, 9).Draw(r, "likes"), NeverQuote: rapid.Bool().Draw(r, "never"),
			}
			p.ID = string(rune('a'+i/26)) + string(rune('a'+i%26))
			p.URI = p.ID
			if i > 0 && rapid.Bool().Draw(r, "answers") {
				p.ReplyTo = lines[rapid.IntRange(0, i-1).Draw(r, "parent")].URI
				p.RepostOf = rapid.SampledFrom([]string{"", "", p.ReplyTo}).Draw(r, "repost")
			}
			lines = append(lines, p)
		}
		from, to, o := week(t)
		chat := hcsmeu()
		chat.Moderators = nil
		got, ok := Make(chat, lines, from, to, o)
		if !ok {
			return
		}
		keepsRules(r, got, lines)
	})
}

func keepsRules(r *rapid.T, got Recap, posts []feeds.Post) {
	byID := map[string]feeds.Post{}
	for _, p := range posts {
		byID[p.ID] = p
	}
	perPerson := map[string]int{}
	for _, q := range got.Questions {
		if len(q.Highlights) > usualQuotes {
			r.Fatalf("%s has %d quotes", q.Label, len(q.Highlights))
		}
		for _, h := range q.Highlights {
			p := byID[h.ID]
			perPerson[p.Handle]++
			if p.NeverQuote || p.Handle == "" || IsRepost(p) || perPerson[p.Handle] > perIssue {
				r.Fatalf("quoted against the rules: %+v", p)
			}
			w := h.Why
			if w.worth() < least || w.Said < 0 || w.Fit < 0 || w.Fit > fitting || w.Repeats > 0 {
				r.Fatalf("quoted for %+v", w)
			}
			if sum := round(w.Fit + w.Said + w.Replies + w.Reach + w.Link + w.Length + w.Noise + w.Repeats); sum != w.Total {
				r.Fatalf("parts of %+v add up to %v", w, sum)
			}
		}
	}
	if !slices.IsSortedFunc(got.LeftOut, func(a, b LeftOut) int { return cmp.Compare(a.ID, b.ID) }) {
		r.Fatalf("left out is not in order: %+v", got.LeftOut)
	}
}

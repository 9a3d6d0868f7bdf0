package recap

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
)

func quoted(r Recap) []string {
	var ids []string
	for _, q := range r.Questions {
		for _, h := range q.Highlights {
			ids = append(ids, h.ID)
		}
	}
	return ids
}

func reason(r Recap, id string) string {
	for _, l := range r.LeftOut {
		if l.ID == id {
			return l.Reason
		}
	}
	return ""
}

func highlight(r Recap, id string) (Highlight, string) {
	for _, q := range r.Questions {
		for _, h := range q.Highlights {
			if h.ID == id {
				return h, q.Label
			}
		}
	}
	return Highlight{}, "not quoted"
}

func TestRepostsAddReachNotASecondQuote(t *testing.T) {
	original := "T1: A letter that is read aloud once shows at once where nobody understands it"
	for _, c := range []struct{ why, text, repostOf string }{
		{"reshared by the network", "", "test:o1"},
		{"RT", "RT @ida_w: " + original + " #hcsmeu", ""},
		{"RT, cut off", "RT @ida_w: T1: A letter that is read aloud once shows at once where…", ""},
		{"RT with a comment", "So true! RT @ida_w: " + original + " #hcsmeu", ""},
		{"MT", "MT @ida_w: A letter that is read aloud once shows where nobody understands it #hcsmeu", ""},
		{"via", original + " via @ida_w #hcsmeu", ""},
		{"HT", original + " (HT @ida_w) #hcsmeu", ""},
		{"quotation marks", "\"@ida_w: " + original + "\" #hcsmeu", ""},
		{"curly quotation marks", "“@ida_w: " + original + "” #hcsmeu", ""},
		{"nearly the same words", "T1 - a letter that is read aloud once shows, at once, where nobody understands it!! #hcsmeu", ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			posts := friday(t, "12:05 | o1 | | ida_w | "+original+" #hcsmeu", "12:09 | r1 | | bo_k | "+c.text)
			posts[len(posts)-1].RepostOf = c.repostOf
			r := made(t, hcsmeu(), posts, nil)
			h, _ := highlight(r, "o1")
			if h.Why.Reach <= 0 {
				t.Errorf("reach of the original = %v, want more than 0 (left out: %q)", h.Why.Reach, reason(r, "o1"))
			}
			if slices.Contains(quoted(r), "r1") || !strings.HasSuffix(reason(r, "r1"), "of o1") {
				t.Errorf("the repost is quoted or not folded: reason %q, want one that names o1", reason(r, "r1"))
			}
		})
	}
}

func TestATranslationIsFoldedIntoItsOriginal(t *testing.T) {
	r := made(t, hcsmeu(), friday(t, "12:09 | tr | | lea_f | TR @jon_h: T1 Wir haben 40 Entlassbriefe mit Patienten am Tisch neu geschrieben #hcsmeu"), nil)
	if got := reason(r, "tr"); !strings.HasPrefix(got, "repost") {
		t.Errorf("translation left out because %q, want a repost", got)
	}
}

func TestShortAgreementIsNotADuplicate(t *testing.T) {
	posts := script(t, "12:01 | a | | ann_a | yes we do #hcsmeu", "12:02 | b | | ben_b | Yes, we do! #hcsmeu")
	for i, f := range foldReposts(posts, [][]string{words(posts[0].Text), words(posts[1].Text)}) {
		if f.repeat {
			t.Errorf("foldReposts: post %d folded as %q, want kept", i, f.reason)
		}
	}
}

func TestCapsHold(t *testing.T) {
	var extra []string
	for i, text := range []string{
		"Letters in capital type helped our older readers find the dose", "A patient council reads each draft before any printer sees it",
		"Shorter sentences cut complaints, says the desk downstairs", "Nobody asked the cleaners, who explain more than doctors do",
		"Translations for the five main languages of our district came next", "Icons for tablets, arrows for times, nothing else on the sheet",
	} {
		extra = append(extra, "12:0"+string(rune('5'+i%4))+" | c"+string(rune('1'+i))+" | | "+[]string{"uma_p", "uma_p", "vik_s", "wim_d", "xia_l", "yan_c"}[i]+" | T1 "+text+" #hcsmeu")
	}
	for quotes, want := range map[int]int{0: 3, 2: 2, 4: 4, 9: 4} {
		r := made(t, hcsmeu(), friday(t, extra...), func(o *Options) { o.Quotes = quotes })
		people := map[string]int{}
		for _, q := range r.Questions {
			inQuestion := map[string]int{}
			for _, h := range q.Highlights {
				inQuestion[h.Handle]++
				people[h.Handle]++
				if inQuestion[h.Handle] > 1 || people[h.Handle] > 2 || h.Handle == "mira_o" {
					t.Errorf("Quotes %d: %s is quoted %d times under %s and %d times in all", quotes, h.Handle, inQuestion[h.Handle], q.Label, people[h.Handle])
				}
			}
			if len(q.Highlights) > want {
				t.Errorf("Quotes %d: %s has %d quotes, want at most %d", quotes, q.Label, len(q.Highlights), want)
			}
		}
		if got := len(r.Questions[0].Highlights); got != want {
			t.Errorf("Quotes %d: T1 has %d quotes, want %d", quotes, got, want)
		}
	}
}

func TestTheEditorPinsAndDrops(t *testing.T) {
	r := made(t, hcsmeu(), friday(t), func(o *Options) {
		o.Pinned, o.Dropped = map[string]bool{"p18": true, "p02": true}, map[string]bool{"p06": true}
	})
	ids := quoted(r)
	if !slices.Contains(ids, "p18") || !slices.Contains(ids, "p02") {
		t.Errorf("quoted %v, want the pinned p18 and the moderator's p02 among them", ids)
	}
	if slices.Contains(ids, "p06") || reason(r, "p06") != "dropped by the editor" {
		t.Errorf("p06: quoted %v, reason %q, want it dropped by the editor", ids, reason(r, "p06"))
	}
}

func TestWishesOfAuthorsStandAboveThePin(t *testing.T) {
	posts := friday(t)
	posts[5].NeverQuote = true
	pin := func(o *Options) { o.Pinned = map[string]bool{"p06": true} }
	r := made(t, hcsmeu(), posts, pin)
	if slices.Contains(quoted(r), "p06") {
		t.Error("a post that must never be quoted is quoted")
	}
	whole, _ := json.Marshal(r)
	if strings.Contains(string(whole), "40 discharge letters with patients at the table; calls") {
		t.Error("the words of a post that must never be quoted are in the recap")
	}
}

func TestPolicies(t *testing.T) {
	for policy, want := range map[feeds.Policy]string{"": reasonAggregate, feeds.AggregateOnly: reasonAggregate, feeds.AskFirst: reasonAsk} {
		chat := hcsmeu()
		chat.Policy = policy
		r := made(t, chat, friday(t), nil)
		if ids := quoted(r); len(ids) > 0 {
			t.Errorf("policy %q quotes %v, want nobody", policy, ids)
		}
		if got := reason(r, "p06"); got != want {
			t.Errorf("policy %q: p06 left out because %q, want %q", policy, got, want)
		}
		if r.Posts != 30 || len(r.Questions) < 3 || len(r.Links) == 0 {
			t.Errorf("policy %q: %d posts, %d questions, %d links, want the figures all the same", policy, r.Posts, len(r.Questions), len(r.Links))
		}
	}
	chat := hcsmeu()
	chat.Policy = feeds.AskFirst
	if r := made(t, chat, friday(t), func(o *Options) { o.Pinned = map[string]bool{"p06": true} }); !slices.Equal(quoted(r), []string{"p06"}) {
		t.Errorf("ask-first with p06 pinned quotes %v, want p06 alone: the editor has asked", quoted(r))
	}
}

func TestNothingYoungerThanADayIsQuoted(t *testing.T) {
	r := made(t, hcsmeu(), friday(t), func(o *Options) { o.Slot = at(t, "2010-04-03T11:10:00Z") })
	for _, q := range r.Questions {
		for _, h := range q.Highlights {
			if h.At.After(at(t, "2010-04-02T11:10:00Z")) {
				t.Errorf("quotes %s of %s in an issue of the next day 11:10", h.ID, h.At.Format(time.TimeOnly))
			}
		}
	}
	if len(quoted(r)) == 0 || reason(r, "p26") != reasonFresh {
		t.Errorf("quotes %v, p26 %q, want the older posts quoted and p26 %q", quoted(r), reason(r, "p26"), reasonFresh)
	}
}

func TestNamelessPostsCountButAreNotQuoted(t *testing.T) {
	posts := friday(t)
	posts[5].Handle, posts[5].Author = "", ""
	r := made(t, hcsmeu(), posts, nil)
	if slices.Contains(quoted(r), "p06") || r.Posts != 30 {
		t.Errorf("quotes %v of %d posts, want p06 counted among 30 and not quoted", quoted(r), r.Posts)
	}
}

// Before the first question people say who they are and what they live with.
// That is said into the round, not for a newsletter, unless the editor asks.
func TestIntroductionsAreNotQuoted(t *testing.T) {
	intro := "12:01 | i1 | | carer_col | Col here, father of a boy with type 1 diabetes, mostly here to listen and learn #hcsmeu"
	posts := friday(t, intro, "12:02 | i2 | i1 | ann_k | @carer_col so glad you came, there are three of us #hcsmeu")
	r := made(t, hcsmeu(), posts, nil)
	if slices.Contains(quoted(r), "i1") || reason(r, "i1") != "said before the first question" {
		t.Errorf("quotes %v, i1 left out because %q", quoted(r), reason(r, "i1"))
	}
	if r := made(t, hcsmeu(), posts, func(o *Options) { o.Pinned = map[string]bool{"i1": true} }); !slices.Contains(quoted(r), "i1") {
		t.Errorf("quotes %v, want the pinned i1 among them", quoted(r))
	}
}

func TestNoiseIsNamedNotHidden(t *testing.T) {
	r := made(t, hcsmeu(), friday(t), nil)
	for id, want := range map[string]string{
		"p03": noiseGreeting, "p04": noiseGreeting, "p29": noiseGreeting, "p12": noiseHijack, "p18": noiseWordless, "p02": "the moderator's own",
	} {
		if got := reason(r, id); got != want {
			t.Errorf("%s left out because %q, want %q", id, got, want)
		}
	}
	for _, l := range r.Links {
		if strings.Contains(l.URL, "shop.example.org") {
			t.Errorf("a hijacker's link is printed: %s", l.URL)
		}
	}
}

package recap

import (
	"math"
	"regexp"
	"strings"
	"unicode/utf8"

	"weekward/feeds"
)

// The kinds of noise: scored down, never silently deleted (CH-12).
const (
	noiseNone     = ""
	noiseWordless = "no words beyond tag and link"
	noiseGreeting = "greeting or thanks"
	noisePromo    = "promotion"
	noiseHijack   = "hijacks the tag"
)

// A noise is what takes away from a post's score.
type noise struct {
	kind    string
	penalty float64 // zero or negative
}

// least is the score below which a post is not worth quoting: a sentence of
// readable length passes, a nod does not.
const least = 0.5

// What the parts that look at the other posts weigh. They were fitted together
// on chats whose points people had listed, where one voice more is what the
// other parts are measured by.
const (
	fitting   = 1.3 // a post that fits its question best
	saying    = 1.2 // one other person says the same; three are worth twice that
	repeating = 2.0 // all of it is said by a better quote
)

// score adds up what speaks for quoting a post (CH-14), the other quotes left
// out of account.
func (s *session) score(i int) Why {
	w := Why{
		Fit:     round(fitting * s.fits[i]),
		Replies: round(0.8 * math.Log2(1+float64(len(s.answerers[i])))),
		Reach:   round(s.reach(i)),
		Length:  s.readable(i),
		Noise:   s.noise[i].penalty,
		Segment: s.segments[i].evidence,
	}
	if len(s.posts[i].Links) > 0 {
		w.Link = 0.4
	}
	return w.summed()
}

// beside adds what depends on the quotes so far: those a post would still speak
// for, and what it would repeat.
func (c *chorus) beside(i int, w Why) Why {
	w.Said = round(saying * math.Log2(1+c.others(i)))
	w.Repeats = round(0 - repeating*c.spoken[i]) // not -0
	return w.summed()
}

func round(x float64) float64 { return math.Round(x*1000) / 1000 }

// reach damps reposts and likes, and measures them by what is usual on the
// network in this session: ten likes are many on one and few on another.
func (s *session) reach(i int) float64 {
	return min(1.5, 0.5*math.Log2(1+s.engaged[i]/max(1, s.usual[s.posts[i].Network])))
}

// engagement counts the likes of each post, and twice its reposts: those the
// network reports, or the ones that were read if they are more.
func engagement(s *session) []float64 {
	seen := make([]int, len(s.posts))
	for _, f := range s.folded {
		if f.of >= 0 {
			seen[f.of]++
		}
	}
	engaged := make([]float64, len(s.posts))
	for i, p := range s.posts {
		engaged[i] = 2*float64(max(seen[i], p.Reposts)) + float64(p.Likes)
	}
	return engaged
}

// usualEngagement is the mean of a network's posts that had any.
func usualEngagement(s *session) map[string]float64 {
	sum, n := map[string]float64{}, map[string]float64{}
	for i, p := range s.posts {
		if s.engaged[i] > 0 {
			sum[p.Network] += s.engaged[i]
			n[p.Network]++
		}
	}
	for network := range sum {
		sum[network] /= n[network]
	}
	return sum
}

// readable favours a thought that can be read at a glance and stands by itself.
// One that opens by speaking to somebody needs the post it answers, and so does
// one that asks back.
func (s *session) readable(i int) float64 {
	value := 0.4
	switch n := len(s.said[i]); {
	case n < 4:
		return 0
	case n < 8:
	case n <= 45:
		value = 1
	case n <= 80:
		value = 0.7
	}
	if opensToSomebody(s.posts[i].Text) {
		value /= 2
	}
	if s.asksBack(i) {
		value /= 2
	}
	return value
}

// opensToSomebody reports a text that begins with a mention; the dot that some
// put before it only makes it seen by more people.
func opensToSomebody(text string) bool { return strings.HasPrefix(strings.TrimLeft(text, ". "), "@") }

// asksBack reports a question to somebody who is not the moderator.
func (s *session) asksBack(i int) bool {
	at := s.parent(i)
	answersModerator := at >= 0 && s.isQuestion(at)
	return s.posts[i].ReplyTo != "" && !answersModerator && strings.Contains(s.posts[i].Text, "?")
}

// answering collects the distinct people who answered each post, its author
// not among them.
func answering(s *session) []map[string]bool {
	answerers := make([]map[string]bool, len(s.posts))
	for i, p := range s.posts {
		at := s.parent(i)
		if at < 0 || person(p) == "" || person(p) == person(s.posts[at]) {
			continue
		}
		if answerers[at] == nil {
			answerers[at] = map[string]bool{}
		}
		answerers[at][person(p)] = true
	}
	return answerers
}

var (
	greetingForm = regexp.MustCompile(`(?i)^\W*(?:hi|hello|hey|hiya|howdy|welcome|greetings|good (?:morning|afternoon|evening|day|night)|happy (?:friday|weekend)|bye|goodbye|good ?night|cheers|` +
		`thanks?(?: you)?|thx|ty|many thanks|great (?:chat|session)|lovely chat|nice to (?:meet|see)|i['’]?m \S+ \S+(?: \S+)? (?:from|at|of)|sorry i['’]?m late|` +
		`hallo|guten (?:tag|morgen|abend)|danke|vielen dank|tschüss|servus|moin|goedemiddag|goedenavond|goedemorgen|bedankt|dank je|` +
		`bonjour|bonsoir|salut|merci|ciao|buongiorno|buonasera|grazie|salve|hola|buenos días|buenas|gracias|` +
		`γεια|καλησπέρα|καλημέρα|ευχαριστ\pL*)(?:$|[^\pL])`)
	promoForm = regexp.MustCompile(`(?i)\b(?:register (?:now|today|here)|sign up (?:now|today|here)|buy (?:now|today)|order now|shop now|\d+ ?% off|discount|free trial|book a demo|limited offer|promo code|` +
		`(?:visit|check out|download|try) our\b|join our (?:webinar|newsletter|team)|our (?:new )?(?:product|whitepaper|white paper|ebook|webinar)|we['’]?re hiring|follow us|` +
		`jetzt (?:anmelden|kaufen|registrieren)|nu kopen|meld je aan|inscrivez-vous|iscriviti|regístrate)`)
)

// noises judges every post of a session.
func noises(s *session, regulars map[string]bool) []noise {
	judged := make([]noise, len(s.posts))
	for i, p := range s.posts {
		judged[i] = s.judge(i, p, regulars)
	}
	return judged
}

func (s *session) judge(i int, p feeds.Post, regulars map[string]bool) noise {
	said := s.said[i]
	labelled := s.segments[i].evidence == byLabel
	switch {
	case spokenWords(said) < 3:
		return noise{noiseWordless, -3}
	case s.hijacks(i, regulars):
		return noise{noiseHijack, -2}
	case len(p.Links) > 0 && promoForm.MatchString(p.Text):
		return noise{noisePromo, -1.2}
	case len(said) <= 18 && !labelled && greetingForm.MatchString(afterPreamble(p.Text)):
		return noise{noiseGreeting, -1.5}
	}
	return noise{noiseNone, 0}
}

// spokenWords counts the words of two letters and more: "A ✓ +1" says nothing.
func spokenWords(said []string) int {
	n := 0
	for _, w := range said {
		if utf8.RuneCountInString(w) > 1 {
			n++
		}
	}
	return n
}

// afterPreamble is a text from its first word on, mentions and tags skipped.
func afterPreamble(text string) string { return text[preamble(text):] }

// hijacks reports a stranger who uses the tag for something else: no label, no
// conversation, never seen in the chat before, three tags and more (CH-12).
func (s *session) hijacks(i int, regulars map[string]bool) bool {
	p := s.posts[i]
	return s.segments[i].evidence != byLabel && p.ReplyTo == "" && len(s.answerers[i]) == 0 && !regulars[person(p)] &&
		len(p.Tags) >= 3 && !strings.HasPrefix(p.Text, "@") && !s.moderators[person(p)]
}

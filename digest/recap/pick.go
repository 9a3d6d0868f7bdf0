package recap

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"weekward/feeds"
)

const (
	usualQuotes = 3              // most quotes a question, when the options do not say
	mostQuotes  = 4              // and the most they may say (CH-15)
	perIssue    = 2              // most quotes of one person
	coolingOff  = 24 * time.Hour // a mail cannot be recalled (CH-23)
	alike       = 0.5            // share of words from which a quote says what another has said
	excerpt     = 120            // characters of a post shown beside the rule that left it out
)

// A candidate is a post that may be quoted.
type candidate struct {
	post   int
	why    Why
	pinned bool
}

// A picker chooses the highlights of one session.
type picker struct {
	*chorus
	options Options
	quotes  int
	picked  map[int][]candidate // question → its highlights; -1 for the open floor
	people  map[string]int      // quotes of each person so far
	quoted  [][]string          // the words of each quote
	left    []LeftOut
}

// newPicker takes the most quotes a question may have; 0 stands for the usual.
func newPicker(s *session, o Options) *picker {
	return &picker{chorus: newChorus(s), options: o, quotes: cmp.Or(max(0, o.Quotes), usualQuotes), picked: map[int][]candidate{}, people: map[string]int{}}
}

// pick chooses the quotes, best first, within the caps (CH-15). Pinned posts
// come first and take their places. After each quote the others are scored
// again: what it says need not be said twice.
func (p *picker) pick() *picker {
	for list := p.candidates(); len(list) > 0; {
		slices.SortFunc(list, p.byScore)
		taken := slices.IndexFunc(list, p.admit)
		if taken < 0 {
			break
		}
		list = list[taken+1:]
		for i, c := range list {
			list[i].why = p.beside(c.post, c.why)
		}
	}
	slices.SortStableFunc(p.left, func(a, b LeftOut) int { return strings.Compare(a.ID, b.ID) })
	return p
}

// admit takes a candidate if no cap is met.
func (p *picker) admit(c candidate) bool {
	if reason := p.refuse(c); reason != "" {
		p.leave(c.post, reason)
		return false
	}
	p.take(c)
	return true
}

// candidates are the posts that no rule keeps out.
func (p *picker) candidates() []candidate {
	var found []candidate
	for i := range p.posts {
		if p.isQuestion(i) {
			continue
		}
		c := candidate{post: i, why: p.beside(i, p.score(i)), pinned: p.options.Pinned[p.posts[i].ID]}
		if reason := p.exclude(c); reason != "" {
			p.leave(i, reason)
			continue
		}
		found = append(found, c)
	}
	return found
}

// byScore orders by pin, score and time. The last rule has no meaning except
// that the same posts always give the same recap.
func (p *picker) byScore(a, b candidate) int {
	rank := func(c candidate) int {
		if c.pinned {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(rank(a), rank(b)),
		cmp.Compare(b.why.Total, a.why.Total),
		p.posts[a.post].At.Compare(p.posts[b.post].At),
		strings.Compare(p.posts[a.post].ID, p.posts[b.post].ID),
	)
}

// exclude names the rule that keeps a post out whatever else is picked. The
// wishes of authors and the policy of the chat stand above the editor's pin.
func (p *picker) exclude(c candidate) string {
	post := p.posts[c.post]
	switch {
	case p.options.Dropped[post.ID]:
		return "dropped by the editor"
	case p.folded[c.post].repeat:
		return p.folded[c.post].reason
	case post.NeverQuote:
		return reasonNever
	case p.chat.Policy == feeds.AggregateOnly || p.chat.Policy == "":
		return reasonAggregate
	case person(post) == "":
		return "no name to quote it with"
	case !p.options.Slot.IsZero() && post.At.After(p.options.Slot.Add(-coolingOff)):
		return reasonFresh
	case c.pinned:
		return ""
	case p.moderators[person(post)]:
		return "the moderator's own"
	case p.noise[c.post].kind != noiseNone && c.why.worth() < least:
		return p.noise[c.post].kind
	case c.why.worth() < least:
		return "too little to quote"
	case p.segments[c.post].evidence == byIntro:
		return "said before the first question"
	case p.stray(c):
		return "has no word in common with its question"
	}
	return ""
}

// stray reports a post that only the clock put where it is, that nobody took up
// and that speaks of something else.
func (p *picker) stray(c candidate) bool {
	placed := p.segments[c.post].evidence
	return (placed == byClock || placed == byNone) && c.why.Fit == 0 && c.why.Said == 0 && c.why.Replies == 0
}

// Reasons that tests and the desk know by name.
const (
	reasonNever     = "the author or the network asks not to be quoted"
	reasonAggregate = "the chat is quoted in figures only"
	reasonFresh     = "younger than a day"
	reasonAsk       = "to be asked first"
)

// refuse names the cap that a candidate meets, given what is picked already.
func (p *picker) refuse(c candidate) string {
	who, q := person(p.posts[c.post]), p.segments[c.post].question
	mine := func(other candidate) bool { return person(p.posts[other.post]) == who }
	switch {
	case c.pinned:
		return ""
	case len(p.picked[q]) >= p.quotes:
		return "enough quotes for the question"
	case slices.ContainsFunc(p.picked[q], mine):
		return "its author is quoted on this question"
	case p.people[who] >= perIssue:
		return "its author is quoted twice"
	case c.why.worth() < least, p.repeats(c.post):
		return "says what another quote says"
	case p.chat.Policy != feeds.NamedWithLink:
		return reasonAsk
	}
	return ""
}

func (p *picker) repeats(i int) bool {
	own := set(p.said[i])
	return slices.ContainsFunc(p.quoted, func(other []string) bool { return overlap(own, other) >= alike })
}

func (p *picker) take(c candidate) {
	q := p.segments[c.post].question
	p.picked[q] = append(p.picked[q], c)
	p.people[person(p.posts[c.post])]++
	p.quoted = append(p.quoted, set(p.said[c.post]))
	p.quote(c.post)
}

// leave remembers why a post was not quoted.
func (p *picker) leave(i int, reason string) {
	l := LeftOut{ID: p.posts[i].ID, Reason: reason}
	if of := p.folded[i].of; of >= 0 && reason == p.folded[i].reason {
		l.Reason = fmt.Sprintf("%s of %s", reason, p.posts[of].ID)
	}
	if p.mayShow(i, reason) {
		l.Text = feeds.CutText(strings.ReplaceAll(p.posts[i].Text, "\n", " "), excerpt)
	}
	p.left = append(p.left, l)
}

// mayShow reports whether the words of a post may stand beside the rule that
// left it out. They may not where they, or the post they repeat, are not to be
// quoted.
func (p *picker) mayShow(i int, reason string) bool {
	of := p.folded[i].of
	return reason != reasonAggregate && !p.posts[i].NeverQuote && (of < 0 || !p.posts[of].NeverQuote)
}

// highlights are the quotes of one question as they are printed.
func (p *picker) highlights(question int) []Highlight {
	quotes := make([]Highlight, 0, len(p.picked[question]))
	for _, c := range p.picked[question] {
		post := p.posts[c.post]
		quotes = append(quotes, Highlight{
			ID: post.ID, Author: cmp.Or(post.Author, post.Handle), Handle: post.Handle, Network: post.Network,
			Text: quotable(post.Text, p.chat.Tag), Lang: post.Lang, URL: post.URL, At: post.At.UTC(), Why: c.why,
		})
	}
	return quotes
}

package recap

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"weekward/feeds"
)

// Options are what the issue and its editor say about a recap.
type Options struct {
	Quotes  int             // most quotes a question, 1 to 4; 3 when 0
	Slot    time.Time       // when the issue is due: nothing younger than a day before it is quoted
	Pinned  map[string]bool // posts to quote, by ID, the moderator's too
	Dropped map[string]bool // posts not to quote, by ID
}

// Make understands the last session of a chat that starts in [from, to). Posts
// may hold other chats and other weeks, in any order; earlier ones tell
// regulars from strangers. It reports false when there was no session.
func Make(chat feeds.Chat, posts []feeds.Post, from, to time.Time, o Options) (Recap, bool) {
	posts = ofChat(chat, posts, to)
	start, ok := findSession(chat, posts, from, to)
	if !ok {
		return Recap{}, false
	}
	s := understand(chat, posts, start)
	o.Quotes = min(o.Quotes, mostQuotes)
	p := newPicker(s, o).pick()
	return Recap{
		Tag: strings.ToLower(chat.Tag), Title: chat.Title, Session: start, Zone: cmp.Or(chat.Zone, "UTC"),
		Posts: len(s.posts), People: people(s.posts), Replies: replies(s.posts),
		Questions: p.printed(), Links: sharedLinks(s), Timeline: timeline(s.posts, start, length(chat)),
		Next: NextSession(chat, latest(start, o.Slot)), LeftOut: p.left,
	}, true
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// ofChat gives the chat's posts before a moment, in order, each once in its
// newest wording.
func ofChat(chat feeds.Chat, posts []feeds.Post, to time.Time) []feeds.Post {
	var own []feeds.Post
	for _, p := range posts {
		if strings.EqualFold(p.Tag, chat.Tag) && p.At.Before(to) && !p.At.IsZero() {
			own = append(own, p)
		}
	}
	return newest(own)
}

// newest gives the posts in order of time, each once in its newest wording.
func newest(posts []feeds.Post) []feeds.Post {
	slices.SortFunc(posts, func(a, b feeds.Post) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), b.EditedAt.Compare(a.EditedAt), b.FetchedAt.Compare(a.FetchedAt),
			a.At.Compare(b.At), strings.Compare(a.Text, b.Text), strings.Compare(a.Source, b.Source))
	})
	posts = slices.CompactFunc(posts, func(a, b feeds.Post) bool { return a.ID == b.ID })
	slices.SortFunc(posts, func(a, b feeds.Post) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID)) })
	return posts
}

// understand works out who asked, who answered what, and what repeats what.
func understand(chat feeds.Chat, posts []feeds.Post, start time.Time) *session {
	end := start.Add(length(chat))
	s := &session{chat: chat, start: start, end: end, posts: between(posts, start.Add(-early), end.Add(late))}
	s.listen()
	s.moderators = moderating(s)
	s.questions = openings(s)
	s.asked, s.closed = inTime(s.questions), closing(s)
	s.weigh(regulars(posts[:before(posts, start.Add(-early))]))
	return s
}

// listen reads what was said and who repeats whom.
func (s *session) listen() {
	s.parents = make(map[string]int, len(s.posts))
	for i, p := range s.posts {
		s.parents[p.URI] = i
	}
	s.said = make([][]string, len(s.posts))
	for i, p := range s.posts {
		s.said[i] = words(p.Text)
	}
	s.folded = foldReposts(s.posts, s.said)
}

// weigh gives every post its question and what speaks for quoting it. Regulars
// are the people who took part before.
func (s *session) weigh(regulars map[string]bool) {
	s.segments = assign(s)
	s.answerers = answering(s)
	s.engaged = engagement(s)
	s.usual = usualEngagement(s)
	s.noise = noises(s, regulars)
	s.crowd = crowds(s)
	s.compare()
}

// regulars are the people who took part before.
func regulars(earlier []feeds.Post) map[string]bool {
	known := map[string]bool{}
	for _, p := range earlier {
		known[person(p)] = true
	}
	return known
}

// printed lists the questions in order of their numbers, and the open floor
// last when it has something to show.
func (p *picker) printed() []Question {
	questions := make([]Question, 0, len(p.questions)+1)
	for i, q := range p.questions {
		questions = append(questions, Question{
			Label: q.label.String(), Text: quotable(p.posts[q.post].Text, p.chat.Tag),
			Posts: p.answers(i), Highlights: p.highlights(i),
		})
	}
	if open := p.highlights(-1); len(open) > 0 || len(questions) == 0 {
		questions = append(questions, Question{Posts: p.answers(-1), Highlights: open})
	}
	return questions
}

// answers counts the posts of a question, the question itself and reposts not.
func (p *picker) answers(question int) int {
	n := 0
	for i, seg := range p.segments {
		if seg.question == question && seg.evidence != byIntro && !p.folded[i].repeat && !p.isQuestion(i) {
			n++
		}
	}
	return n
}

package recap

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"weekward/feeds"
)

// grace is how long after the next question an answer without a label is still
// taken for one to the question before: people type slower than a moderator.
const grace = 3 * time.Minute

// The evidence that gave a post its question, strongest first (CH-8).
const (
	byLabel  = "label"
	byThread = "thread"
	byClock  = "clock"
	byNone   = "open"
	byIntro  = "intro" // before the first question: people say who they are, which is not for quoting
)

// A session is one hour being understood. The slices run beside posts.
type session struct {
	chat       feeds.Chat
	start, end time.Time
	posts      []feeds.Post // in order of time, then ID
	said       [][]string   // the words of each
	folded     []folding
	moderators map[string]bool // persons
	questions  []opening       // in order of number
	asked      []int           // places in questions, in order of time
	closed     time.Time       // when the moderator wrapped up; zero when never
	segments   []segment
	noise      []noise
	parents    map[string]int     // URI → place
	answerers  []map[string]bool  // who answered each post
	engaged    []float64          // reposts and likes of each post
	usual      map[string]float64 // the mean of these on each network
	fits       []float64          // how well each post fits its question, 0 to 1
	voice      []float64          // how much each post counts in saying what another says, 0 to 1
	echoes     [][]echo           // the posts that say what each post says
	crowd      [][]int            // the people behind each post
}

// An opening is the moderator's post that asks a question.
type opening struct {
	label Label
	post  int
	at    time.Time
}

// A segment says which question a post belongs to, and why.
type segment struct {
	question int // place in questions; -1 for the open floor
	evidence string
}

// moderating tells the session's moderators: those of the register, else the
// one person who opens most of the numbered prompts.
func moderating(s *session) map[string]bool {
	registered := map[string]bool{}
	for _, p := range s.posts {
		if isModerator(s.chat.Moderators, person(p)) {
			registered[person(p)] = true
		}
	}
	if len(s.chat.Moderators) > 0 {
		return registered
	}
	if who := mostPrompts(s); who != "" {
		return map[string]bool{who: true}
	}
	return nil
}

// isModerator compares handles; a register without servers means the handle on
// any of them.
func isModerator(register []string, who string) bool {
	local, _, _ := strings.Cut(who, "@")
	return slices.ContainsFunc(register, func(m string) bool {
		m = strings.ToLower(strings.TrimPrefix(m, "@"))
		return m != "" && (m == who || m == local)
	})
}

// mostPrompts is the person who first used most of the numbers. One number
// alone makes a moderator only with a question mark.
func mostPrompts(s *session) string {
	opened, first := map[string]int{}, map[int]bool{}
	for i, p := range s.posts {
		l, ok := ParseLabel(p.Text, nil)
		if !ok || !l.Asks() || s.folded[i].repeat || first[l.Number] || person(p) == "" || p.At.After(s.end) {
			continue
		}
		first[l.Number] = true
		opened[person(p)] += 2
		if strings.ContainsAny(p.Text, "?;") { // ";" asks in Greek
			opened[person(p)]++
		}
	}
	best, most := "", 2
	for _, who := range slices.Sorted(maps.Keys(opened)) {
		if opened[who] > most {
			best, most = who, opened[who]
		}
	}
	return best
}

// openings finds the questions: for each number the moderator's first post
// with its label. An announcement before the hour gives way to the prompt
// inside it.
func openings(s *session) []opening {
	byNumber := map[int]opening{}
	for i, p := range s.posts {
		l, ok := ParseLabel(p.Text, nil)
		if !ok || !l.Asks() || s.folded[i].repeat && s.folded[i].of < 0 || !s.moderators[person(p)] || p.At.After(s.end.Add(grace)) {
			continue
		}
		known, exists := byNumber[l.Number]
		if !exists || known.at.Before(s.start) && !p.At.Before(s.start) {
			byNumber[l.Number] = opening{label: l, post: i, at: p.At}
		}
	}
	return slices.SortedFunc(maps.Values(byNumber), func(a, b opening) int { return cmp.Compare(a.label.Number, b.label.Number) })
}

// opened is the set of numbers for ParseLabel; never nil.
func (s *session) opened() map[int]bool {
	numbers := map[int]bool{}
	for _, q := range s.questions {
		numbers[q.label.Number] = true
	}
	return numbers
}

// assign gives every post its question.
func assign(s *session) []segment {
	opened := s.opened()
	segments := make([]segment, len(s.posts))
	for i := range s.posts {
		segments[i] = s.segmentOf(i, opened)
	}
	return segments
}

func (s *session) segmentOf(i int, opened map[int]bool) segment {
	if q := s.labelled(i, opened); q >= 0 {
		return segment{q, byLabel}
	}
	seen := map[int]bool{i: true}
	for at := s.parent(i); at >= 0 && !seen[at]; at = s.parent(at) {
		seen[at] = true
		if q := s.labelled(at, opened); q >= 0 {
			return segment{q, byThread}
		}
	}
	if q := s.clock(s.posts[i].At); q >= 0 {
		return segment{q, byClock}
	}
	if len(s.asked) > 0 && s.posts[i].At.Before(s.questions[s.asked[0]].at) {
		return segment{-1, byIntro}
	}
	return segment{-1, byNone}
}

// labelled is the question whose label a post carries, -1 for none.
func (s *session) labelled(i int, opened map[int]bool) int {
	l, ok := ParseLabel(s.posts[i].Text, opened)
	if !ok {
		return -1
	}
	return slices.IndexFunc(s.questions, func(q opening) bool { return q.label.Number == l.Number })
}

// parent is the place of the post that this one answers, -1 when it answers
// none that was read.
func (s *session) parent(i int) int {
	if at, ok := s.parents[s.posts[i].ReplyTo]; ok && s.posts[i].ReplyTo != "" {
		return at
	}
	return -1
}

// clock is the question being talked about at a moment: the last one asked
// more than the grace ago, or the first one at once. Before the first, after
// the wrap-up and after the hour the floor is open.
func (s *session) clock(at time.Time) int {
	if at.After(s.end.Add(grace)) || !s.closed.IsZero() && at.After(s.closed) {
		return -1
	}
	current := -1
	for i, q := range s.asked {
		if since := at.Sub(s.questions[q].at); since >= grace || i == 0 && since >= 0 {
			current = q
		}
	}
	return current
}

// inTime orders the questions as they were asked.
func inTime(questions []opening) []int {
	order := make([]int, len(questions))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(questions[a].post, questions[b].post) })
	return order
}

var wrapUp = regexp.MustCompile(`(?i)\b(?:wrap(?:ping)? (?:it |this )?up|that['’]?s (?:a wrap|all for|our hour|time)|final thoughts|closing thoughts|` +
	`thank(?:s| you)(?: so much| very much)?(?: to)? (?:all|everyone|everybody)|time['’]?s up|see you (?:all )?next)\b`)

// closing is when a moderator ended the discussion: a wrap-up after the last
// question, in the last third of the hour.
func closing(s *session) time.Time {
	last := s.start.Add(s.end.Sub(s.start) * 2 / 3)
	for _, q := range s.questions {
		if q.at.After(last) {
			last = q.at
		}
	}
	for _, p := range s.posts[before(s.posts, last):] {
		if s.moderators[person(p)] && wrapUp.MatchString(p.Text) {
			return p.At
		}
	}
	return time.Time{}
}

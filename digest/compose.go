package digest

import (
	"cmp"
	"slices"
	"strings"
)

// Compose makes the issue of a week. It is the only way an issue is made:
// previews and sends both call it, so what the editor saw is what readers get.
func Compose(w Week, o Options) Issue {
	p := newPool(w, o)
	picked := p.choose(p.rank())
	issue := Issue{Number: w.Number, Slot: w.Slot.UTC(), Stories: p.print(picked), Chats: p.chats}
	issue.Subject = subject(issue)
	issue.Preheader = preheader(issue)
	issue.Minutes = readingTime(issue)
	slices.SortFunc(p.out, byReason)
	issue.LeftOut = p.out
	return issue
}

// Empty reports whether there is nothing to read.
func (i Issue) Empty() bool { return len(i.Stories) == 0 && len(i.Chats) == 0 }

// print finishes the stories picked. Of an issue's parts the stories choose
// their pages first, then the other outlets that told them, then related news,
// the lead's before all others': nothing is printed twice.
func (p *pool) print(picked []told) []Story {
	s := p.newShelf()
	for _, t := range picked {
		s.take(t.item, t.group)
	}
	stories, discussed := make([]Story, len(picked)), p.discussions(picked)
	for i, t := range picked {
		stories[i] = s.finish(t)
		stories[i].Discussed = discussed[t.ID]
	}
	for i, t := range picked {
		stories[i].Related = s.beside(t.item, p.options.Related)
		p.leaveOutPassed(t, stories[i])
	}
	return stories
}

// leaveOutPassed names the news that was folded into a story without a line of
// its own.
func (p *pool) leaveOutPassed(t told, s Story) {
	shown := map[string]bool{}
	for _, also := range s.Also {
		shown[also.URL] = true
	}
	for _, it := range t.others {
		if p.news(it) && !shown[it.URL] {
			p.leaveOut(it.Title, p.reason(t, it)+" as “"+t.Title+"”", 0)
		}
	}
}

// byReason keeps what one rule left out together, the strongest first.
func byReason(a, b LeftOut) int {
	return cmp.Or(
		strings.Compare(a.Reason, b.Reason),
		cmp.Compare(b.Score, a.Score),
		strings.Compare(a.Title, b.Title),
	)
}

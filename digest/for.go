package digest

import "slices"

// For gives the issue for readers of some topics: the lead, which the subject
// names, then the stories of these topics and those meant for everybody. No
// topics stands for all. The issue itself is not changed.
func (i Issue) For(topics []string) Issue {
	if len(topics) == 0 {
		return i
	}
	out := i
	out.Stories = []Story{}
	for n, s := range i.Stories {
		if n == 0 || s.Topic == "" || slices.Contains(topics, s.Topic) {
			out.Stories = append(out.Stories, s)
		}
	}
	if len(out.Stories) < len(i.Stories) {
		out.Preheader = preheader(out)
		out.Minutes = readingTime(out)
	}
	return out
}

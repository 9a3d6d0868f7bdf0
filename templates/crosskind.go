package templates

import (
	"strings"

	"weekward/digest"
	"weekward/digest/recap"
)

// discussed says in which chat question a story was talked of: "discussed in
// #hcsmeu, Q2", or "discussed under Q2" behind a count that names the chat.
func (p *printer) discussed(s digest.Story) string {
	d := s.Discussed
	switch label := line(d.Question); {
	case d.Tag == "":
		return ""
	case strings.EqualFold(d.Tag, s.SharedIn) && s.Shared > 0:
		if label == "" {
			return ""
		}
		return p.say("story.discussed_under", "Question", label)
	case label == "":
		return p.say("story.discussed", "Where", hashtag(d.Tag))
	default:
		return p.say("story.discussed", "Where", hashtag(d.Tag)+", "+label)
	}
}

// mostAbout is how many stories a question names: the strongest, since the
// stories name it anyway.
const mostAbout = 2

// about points from each question of a chat back to the issue's stories that
// it was about.
func (p *printer) about(i digest.Issue, r recap.Recap, v *chatView) {
	for n, q := range r.Questions {
		titles := i.About(r.Tag, q.Label)
		if len(titles) == 0 || q.Label == "" { // the open floor is about everything
			continue
		}
		titles = titles[:min(len(titles), mostAbout)]
		for k, title := range titles {
			titles[k] = p.say("chat.quote_open") + short(line(title), 90) + p.say("chat.quote_close")
		}
		v.Questions[n].About = p.say("chat.about", "Titles", strings.Join(titles, ", "))
	}
}

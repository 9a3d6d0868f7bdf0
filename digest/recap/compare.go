package recap

import (
	"slices"
	"strings"
)

// compare holds the posts of a session against their questions and against one
// another.
func (s *session) compare() {
	texts, langs := make([]string, len(s.posts)), make([]string, len(s.posts))
	for i, p := range s.posts {
		texts[i], langs[i] = spoken(p.Text, s.chat.Tag), p.Lang
	}
	sp := read(texts, langs)
	s.fits = fits(s, sp)
	s.voice = make([]float64, len(s.posts))
	for i, fit := range s.fits {
		if s.noise[i].kind == noiseNone && s.segments[i].evidence != byIntro && !s.isQuestion(i) {
			s.voice[i] = fit
		}
	}
	s.echoes = echoes(sp, s.folded)
}

// fits tells how well each post fits its question. The open floor is measured
// by the chat's title and all that was asked.
func fits(s *session, sp *speech) []float64 {
	list := make([]float64, len(s.posts))
	topic := []string{s.chat.Title}
	for q, o := range s.questions {
		text := spoken(s.posts[o.post].Text, s.chat.Tag)
		topic = append(topic, text)
		among := s.answersTo(q)
		for k, fit := range sp.fit(text, s.posts[o.post].Lang, among) {
			list[among[k]] = s.placed(among[k], fit)
		}
	}
	all := everything(len(s.posts))
	for i, fit := range sp.fit(strings.Join(topic, " "), "", all) {
		if s.segments[i].question < 0 {
			list[i] = fit
		}
	}
	return list
}

// placed believes people more than their words: who labels a post or answers a
// labelled one talks about that question, in whatever words.
func (s *session) placed(i int, fit float64) float64 {
	if s.segments[i].evidence == byClock {
		return fit
	}
	return (1 + fit) / 2
}

// answersTo lists the posts of a question, without the question.
func (s *session) answersTo(question int) []int {
	var list []int
	for i, seg := range s.segments {
		if seg.question == question && !s.isQuestion(i) {
			list = append(list, i)
		}
	}
	return list
}

func (s *session) isQuestion(i int) bool {
	return slices.ContainsFunc(s.questions, func(q opening) bool { return q.post == i })
}

func everything(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

package digest

import (
	"slices"
	"strings"

	"weekward/digest/recap"
	"weekward/digest/related"
)

// Discussed says where a chat talked about a story (RN-6). The zero value says
// that none did.
type Discussed struct {
	Tag      string   `json:"tag"`                // of the chat
	Question string   `json:"question,omitempty"` // its label, "Q2"; "" for the chat as a whole
	Why      []string `json:"why,omitempty"`      // "link" when people shared the story there, else the words both have
}

const (
	// discussedLike is the likeness of a question with its quotes to a news text
	// from which on both are about one thing. In the chats looked at, news that
	// was talked of had 0.16 to 0.33, and of the others none over 0.11.
	discussedLike = 0.15
	// discussedWords is how many words they must share besides: one is chance.
	discussedWords = 2
	// sharedLink is the reason of a story whose address was shared.
	sharedLink = "link"
)

// A prompt is a question of a chat as text to compare.
type prompt struct {
	tag, label string
	document   related.Document
}

// prompts are the numbered questions of the issue's chats, each with the
// quotes under it. The open floor is about everything.
func prompts(chats []recap.Recap) []prompt {
	var list []prompt
	for _, c := range chats {
		for _, q := range c.Questions {
			if q.Label == "" {
				continue
			}
			said := make([]string, len(q.Highlights))
			for i, h := range q.Highlights {
				said[i] = h.Text
			}
			list = append(list, prompt{c.Tag, q.Label, related.Document{Title: q.Text, Body: strings.Join(said, "\n"), Day: c.Session}})
		}
	}
	return list
}

// discussions finds for each story the question in which it was discussed: by
// its address, else by the words of any of the items that tell it.
func (p *pool) discussions(stories []told) map[string]Discussed {
	found := map[string]Discussed{}
	byWords := p.talkedOf()
	for _, t := range stories {
		if d := p.sharedUnder(t); d.Tag != "" {
			found[t.ID] = d
		} else if d, yes := byWords[t.group]; yes {
			found[t.ID] = d
		}
	}
	return found
}

// sharedUnder finds where most people shared one of a story's addresses.
func (p *pool) sharedUnder(t told) Discussed {
	best, where := 0, Discussed{}
	for _, id := range p.groups[t.group].IDs {
		if s := p.shares[p.keys[id]]; p.keys[id] != "" && s.people > best {
			best, where = s.people, Discussed{s.tag, s.question, []string{sharedLink}}
		}
	}
	return where
}

// talkedOf finds for each cluster the question most like one of its items.
func (p *pool) talkedOf() map[int]Discussed {
	best, found := map[int]float64{}, map[int]Discussed{}
	for _, q := range prompts(p.chats) {
		for _, n := range p.index.Neighbours(q.document, related.Question{Least: discussedLike}) {
			group := p.group[n.ID]
			if n.Like <= best[group] {
				continue
			}
			if words := p.index.Shared(q.document, n.ID); len(words) >= discussedWords {
				best[group], found[group] = n.Like, Discussed{q.tag, q.label, words}
			}
		}
	}
	return found
}

// About lists the titles of the issue's stories that a chat's question
// discussed, in the order they are printed.
func (i Issue) About(tag, question string) []string {
	var titles []string
	for _, s := range i.Stories {
		if s.Discussed.Tag != "" && strings.EqualFold(s.Discussed.Tag, tag) && s.Discussed.Question == question && !slices.Contains(titles, s.Title) {
			titles = append(titles, s.Title)
		}
	}
	return titles
}

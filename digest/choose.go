package digest

import (
	"fmt"
	"slices"

	"weekward/digest/related"
)

const (
	// variety is what likeness to a story already chosen costs.
	variety = 0.5
	// sameAgain is the likeness from which on two stories are one to a reader,
	// though days or words kept them apart.
	sameAgain = 0.4
)

// A choice is the stories of an issue being picked.
type choice struct {
	*pool
	picked []told
	taken  map[string]int     // stories by outlet
	about  map[string]int     // stories by subject
	known  map[string]bool    // that are subjects
	like   map[string]float64 // by item: likeness to the nearest story picked
	twin   map[string]string  // by item: that story's title
	shown  map[string]string  // by mark: the story that has it
}

// choose picks the stories from the ranked list: what the editor
// pinned, then greedily the strongest that is not like those picked before,
// under the caps. The rest is left out by name. Stories come back in the order
// they are printed.
func (p *pool) choose(ranked []told) []told {
	c := &choice{pool: p, taken: map[string]int{}, about: map[string]int{}, known: defaultSubjects(), like: map[string]float64{}, twin: map[string]string{}, shown: map[string]string{}}
	var open []told
	for _, t := range ranked {
		if t.pinned {
			c.pick(t)
		} else {
			open = append(open, t)
		}
	}
	for len(c.picked) < p.options.Stories {
		i := c.best(open)
		if i < 0 {
			break
		}
		c.pick(open[i])
		open = slices.Delete(open, i, i+1)
	}
	for _, t := range open {
		p.leaveOut(t.Title, c.refusal(t), t.Score)
	}
	slices.SortFunc(c.picked, byRank)
	return placed(led(c.picked))
}

// led lets the strongest story lead that has something to print under its
// title: a lead of a bare headline is a poor front page. Where none has, the
// strongest leads. The rest stays in order.
func led(ranked []told) []told {
	i := slices.IndexFunc(ranked, func(t told) bool { return t.Excerpt != "" || t.Note != "" })
	if i < 1 {
		return ranked
	}
	lead := ranked[i]
	return slices.Insert(slices.Delete(ranked, i, i+1), 0, lead)
}

// best finds the story worth most beside those picked; -1 when none is allowed.
func (c *choice) best(open []told) int {
	best, worth := -1, -1.0
	for i, t := range open {
		w := t.Score * (1 - variety*c.like[t.ID])
		if w > worth && c.allowed(t) {
			best, worth = i, w
		}
		if t.Score <= worth {
			break // the list is in order of score: nothing better follows
		}
	}
	return best
}

func (c *choice) allowed(t told) bool {
	return c.taken[outlet(t.item)] < c.options.PerSource && c.like[t.ID] < sameAgain && c.double(t) == "" && c.full(t) == ""
}

// full names a subject of a story that has its share of the issue already.
func (c *choice) full(t told) string {
	for _, s := range c.subjects(t.Story) {
		if c.about[s] >= c.options.PerTopic {
			return s
		}
	}
	return ""
}

// subjects are the diseases and the like that a story is about, by the words
// of the profile: no issue shall be all about one of them.
func (c *choice) subjects(s Story) []string {
	return slices.DeleteFunc(slices.Clone(s.Why.Words), func(word string) bool { return !c.known[word] })
}

// double names the story that has the page or the title of another already.
func (c *choice) double(t told) string {
	for _, mark := range marks(t.item) {
		if title := c.shown[mark]; title != "" {
			return title
		}
	}
	return ""
}

func (c *choice) pick(t told) {
	c.picked = append(c.picked, t)
	c.taken[outlet(t.item)]++
	for _, s := range c.subjects(t.Story) {
		c.about[s]++
	}
	for _, mark := range marks(t.item) {
		c.shown[mark] = t.Title
	}
	for _, n := range c.index.Neighbours(c.document(t.item), related.Question{Least: unlike}) {
		if n.Like > c.like[n.ID] {
			c.like[n.ID], c.twin[n.ID] = n.Like, t.Title
		}
	}
}

// refusal says which rule kept a story out.
func (c *choice) refusal(t told) string {
	double := c.double(t)
	switch {
	case double != "":
		return fmt.Sprintf("same page or title as %q", double)
	case c.like[t.ID] >= sameAgain:
		return fmt.Sprintf("much like %q", c.twin[t.ID])
	case c.taken[outlet(t.item)] >= c.options.PerSource:
		return fmt.Sprintf("cap of %d from %s", c.options.PerSource, t.Source)
	case c.full(t) != "":
		return fmt.Sprintf("cap of %d about %s", c.options.PerTopic, c.full(t))
	}
	return fmt.Sprintf("not among the best %d", c.options.Stories)
}

// placed puts the stories to which the editor gave a place there.
func placed(ranked []told) []told {
	var list, moved []told
	for _, t := range ranked {
		if t.order > 0 {
			moved = append(moved, t)
		} else {
			list = append(list, t)
		}
	}
	slices.SortStableFunc(moved, func(a, b told) int { return a.order - b.order })
	for _, t := range moved {
		list = slices.Insert(list, min(t.order-1, len(list)), t)
	}
	return list
}

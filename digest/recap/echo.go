package recap

import (
	"slices"
	"strconv"
)

// From the first likeness on one post begins to say what another says, from
// the second on it says nothing else: the cosine of their words, by how rare
// they are in the session. They were fitted on chats whose posts people had
// sorted by what they say; from 0.08 to 0.12 and from 0.5 to 0.7 the quotes are
// as good.
const (
	touches = 0.1
	covers  = 0.6
)

// An echo is a post that says what another says, as far as strength tells, 0 to 1.
type echo struct {
	post     int
	strength float64
}

// echoes finds for each post those that say what it says, itself among them, in
// order of time. Posts that are folded into another have none: whoever repeats
// a post is counted with it.
func echoes(sp *speech, folded []folding) [][]echo {
	found := make([][]echo, len(sp.posts))
	weights := make([][]float64, len(sp.posts))
	said := make([][]echo, len(sp.in)) // by stem: who says it, and its weight there
	for i, u := range sp.posts {
		if folded[i].of >= 0 {
			continue
		}
		weights[i] = sp.weights(i)
		for k, m := range u.stems {
			said[m.stem] = append(said[m.stem], echo{i, weights[i][k]})
		}
	}
	likeness := make([]float64, len(sp.posts))
	for i, u := range sp.posts {
		if folded[i].of < 0 {
			for k, m := range u.stems {
				for _, other := range said[m.stem] {
					likeness[other.post] += other.strength * weights[i][k]
				}
			}
			likeness[i] = 1 // also for a post without words
			found[i] = heard(likeness)
		}
	}
	return found
}

// heard reads the echoes out of the likenesses with one post, and clears them.
func heard(likeness []float64) []echo {
	var list []echo
	for j, like := range likeness {
		if strength := min(1, (like-touches)/(covers-touches)); strength > 0 {
			list = append(list, echo{j, strength})
		}
		likeness[j] = 0
	}
	return list
}

// crowds gives for each post the people who said it: its author, and then those
// who passed it on. People are numbered; a nameless post is somebody of its own.
func crowds(s *session) [][]int {
	numbers := map[string]int{}
	crowd := make([][]int, len(s.posts))
	for i, p := range s.posts {
		name := person(p)
		if name == "" {
			name = " " + strconv.Itoa(i) // no handle starts with a space
		}
		if _, known := numbers[name]; !known {
			numbers[name] = len(numbers)
		}
		crowd[i] = []int{numbers[name]}
	}
	for i, f := range s.folded {
		if f.of >= 0 && !slices.Contains(crowd[f.of], crowd[i][0]) {
			crowd[f.of] = append(crowd[f.of], crowd[i][0])
		}
	}
	return crowd
}

// A chorus counts who says what a post says and is not spoken for by a quote yet.
type chorus struct {
	*session
	spoken []float64 // by post: how far the quotes so far say what it says, 0 to 1
	heard  []float64 // by person, while counting
}

func newChorus(s *session) *chorus {
	most := 0
	for _, crowd := range s.crowd {
		for _, who := range crowd {
			most = max(most, who+1)
		}
	}
	return &chorus{session: s, spoken: make([]float64, len(s.posts)), heard: make([]float64, most)}
}

// others counts the distinct people other than the author of a post who say
// what it says. Somebody counts in part when they say it in part, when a quote
// says some of it already, or when they hardly talk about the question. Noise
// speaks for nobody.
func (c *chorus) others(i int) float64 {
	if c.noise[i].kind != noiseNone {
		return 0
	}
	sum, author := 0.0, c.crowd[i][0]
	for _, e := range c.echoes[i] {
		part := (e.strength - c.spoken[e.post]) * c.voice[e.post]
		for _, who := range c.crowd[e.post] {
			if more := part - c.heard[who]; more > 0 && who != author {
				sum += more
				c.heard[who] = part
			}
		}
	}
	for _, e := range c.echoes[i] {
		for _, who := range c.crowd[e.post] {
			c.heard[who] = 0
		}
	}
	return sum
}

// quote notes that a post is quoted: it speaks for its echoes from now on.
func (c *chorus) quote(i int) {
	for _, e := range c.echoes[i] {
		c.spoken[e.post] = max(c.spoken[e.post], e.strength)
	}
}

package digest

import (
	"math"
	"slices"

	"weekward/digest/related"
)

const (
	// common is in how many titles a word may stand to say which news belongs
	// together; it also bounds the work: 20,000 titles are compared in a tenth
	// of a second.
	common = 30
	// companyShare is how far news is drawn to what its company is about, and
	// alone is how much likeness it takes to draw it half of that. Both were
	// fitted to headlines of whole weeks left out of the model's training.
	companyShare, alone = 0.65, 0.3
	// faint is the least likeness that counts as company.
	faint = 0.03
)

// company moves the logit of a text towards that of texts with the same rare
// words, and tells how many those are: a text that is the same counts as one,
// one that is half alike as a quarter. "Samsung's chairman is stable" names no
// illness; three headlines beside it do.
func (c *crowd) company(i int, logits []float64) (moved, echo float64) {
	sum, pages := 0.0, map[string]bool{}
	for _, other := range c.beside(i) {
		page := c.pages[other.text]
		if page != "" && pages[page] {
			continue // several feeds point at one page
		}
		pages[page] = true
		w := other.like * other.like
		sum += w * (logits[other.text] - logits[i])
		echo += w
	}
	return logits[i] + companyShare*sum/(echo+alone), echo
}

// A title is what company is found by: its words, and the page it stands on.
type title struct {
	words []related.Word
	page  string // "" when it is not known
}

// A crowd is titles by their words.
type crowd struct {
	pages  []string
	stems  [][]string
	in     map[string][]int // texts by stem
	length []float64
	like   []float64 // to the text in hand; zero between calls
}

func newCrowd(titles []title) *crowd {
	c := &crowd{in: map[string][]int{}, length: make([]float64, len(titles)), like: make([]float64, len(titles))}
	for i, t := range titles {
		var stems []string
		for _, w := range t.words {
			if !w.Stop && !slices.Contains(stems, w.Stem) {
				stems = append(stems, w.Stem)
				c.in[w.Stem] = append(c.in[w.Stem], i)
			}
		}
		c.stems, c.pages = append(c.stems, stems), append(c.pages, t.page)
	}
	for i, stems := range c.stems {
		for _, s := range stems {
			c.length[i] += c.rarity(s)
		}
		c.length[i] = math.Sqrt(c.length[i])
	}
	return c
}

// rarity is the square of a stem's inverse document frequency.
func (c *crowd) rarity(stem string) float64 {
	idf := math.Log(float64(len(c.stems)+1) / float64(len(c.in[stem])))
	return idf * idf
}

// A beside is a text and its likeness to another.
type beside struct {
	text int
	like float64
}

// beside finds the texts that share rare words with one. A copy of the same
// page is no company.
func (c *crowd) beside(i int) []beside {
	var met []int
	for _, s := range c.stems[i] {
		if len(c.in[s]) > common {
			continue
		}
		for _, other := range c.in[s] {
			if other == i || c.pages[i] != "" && c.pages[i] == c.pages[other] {
				continue
			}
			if c.like[other] == 0 {
				met = append(met, other)
			}
			c.like[other] += c.rarity(s)
		}
	}
	slices.Sort(met)
	var list []beside
	for _, other := range met {
		if like := c.like[other] / (c.length[i] * c.length[other]); like > faint {
			list = append(list, beside{other, like})
		}
		c.like[other] = 0
	}
	return list
}

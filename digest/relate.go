package digest

import (
	"cmp"
	"math"
	"slices"

	"weekward/digest/related"
	"weekward/feeds"
)

const (
	// perOutlet is how many related items one outlet may have (RN-2).
	perOutlet = 2
	// sameEvent is the probability from which on an item is taken to tell the
	// story itself. It is under the limit of clusters: a story too many beside
	// the lead does more harm than one too few.
	sameEvent = 0.15
	// sameText is the likeness from which on two items say the same, however
	// many days lie between; sayAgain is where people begin to find that.
	sameText = 0.5
	sayAgain = 0.85
	// offSubject is what an item without the newsletter's words is worth as
	// related reading against one full of them.
	offSubject = 0.4
	// plain is the likeness from which on no second shared word is asked for.
	plain = 0.2
	// telling is the weight of a word of the newsletter's that needs no second.
	telling = 2
	// candidates is how many of the nearest items are looked at more closely.
	candidates = 100
)

// RelatedTo finds at most n items of the week's stock that belong beside an
// article, which may be one of them or any other text. It follows the rules of
// the news under a lead: different stories, no copy of the article, none that
// the last issues had, nothing after the freeze, never padded.
func RelatedTo(w Week, article feeds.Item, n int, o Options) []Related {
	return Relater(w, o)(article, n)
}

// Relater reads the week's stock once and answers what RelatedTo answers for
// one article after another. The answers do not depend on those before; it is
// not for two goroutines at a time.
func Relater(w Week, o Options) func(article feeds.Item, n int) []Related {
	p := newPool(w, o)
	return func(article feeds.Item, n int) []Related {
		s := p.newShelf()
		s.leaveOutCopies(article)
		return s.beside(article, n)
	}
}

// A shelf is the items still free to be printed, so that nothing is printed
// twice in an issue.
type shelf struct {
	*pool
	used  map[int]bool    // clusters that are printed already
	shown map[string]bool // marks that are
}

func (p *pool) newShelf() *shelf {
	return &shelf{pool: p, used: map[int]bool{}, shown: map[string]bool{}}
}

// take notes that an item is printed, and with it its story.
func (s *shelf) take(it feeds.Item, group int) {
	s.used[group] = true
	for _, mark := range marks(it) {
		s.shown[mark] = true
	}
}

// taken reports whether an item, its story, its page or its title is printed.
func (s *shelf) taken(it feeds.Item) bool {
	m := marks(it)
	return s.used[s.group[it.ID]] || s.shown[m[0]] || s.shown[m[1]]
}

// leaveOutCopies takes the article's own story off the shelf.
func (s *shelf) leaveOutCopies(article feeds.Item) {
	for _, mark := range marks(article) {
		s.shown[mark] = true
	}
	key := pageKey(article.URL)
	for _, it := range s.items {
		if it.ID == article.ID || key != "" && s.keys[it.ID] == key {
			s.used[s.group[it.ID]] = true
		}
	}
}

// beside takes up to n items from the shelf that belong beside an article.
func (s *shelf) beside(article feeds.Item, n int) []Related {
	list, beside := []Related{}, []feeds.Item{}
	doc, lang := s.document(article), s.profile.language(article)
	for _, near := range s.nearest(article, doc) {
		if len(list) == n {
			break
		}
		it := *s.byID[near.ID]
		if s.taken(it) || tooMany(it, beside) {
			continue
		}
		why := s.index.Shared(doc, near.ID)
		if !s.convincing(near, why, lang) || s.again(it, beside) {
			continue
		}
		s.take(it, s.group[it.ID])
		beside = append(beside, it)
		list = append(list, Related{
			ID: it.ID, Title: s.title(it), URL: it.URL, Source: it.Outlet, Lang: it.Lang, Published: it.Published.UTC(),
			Excerpt: s.excerpt(it), Score: rounded(near.Score), Why: why,
		})
	}
	return list
}

// nearest finds the items that may stand beside an article, the best first:
// those near in words and days, and of these rather those about the
// newsletter's subject.
func (s *shelf) nearest(article feeds.Item, doc related.Document) []related.Neighbour {
	list := s.stories.Neighbours(doc, related.Question{Least: s.options.Threshold, Limit: candidates, Skip: s.forbidden(article)})
	list = slices.DeleteFunc(list, func(n related.Neighbour) bool { return n.Same >= sameEvent || n.Like >= sameText })
	for i, n := range list {
		it := *s.byID[n.ID]
		list[i].Score = rounded(n.Theme * recency(article, it) * s.onSubject(it))
	}
	slices.SortStableFunc(list, func(a, b related.Neighbour) int { return cmp.Compare(b.Score, a.Score) })
	return list
}

// recency dims a likeness by the time between an article and an item, halving
// what it takes off every two weeks (RN-1), and never by more than 15 %: what is
// near in time is too often the same story, and good reading may be old.
func recency(article, it feeds.Item) float64 {
	if article.Published.IsZero() {
		return 1
	}
	days := math.Abs(article.Published.Sub(it.Published).Hours()) / 24
	return 0.85 + 0.15*math.Exp2(-days/14)
}

// onSubject is 1 for an item full of the newsletter's words, less for others.
func (s *shelf) onSubject(it feeds.Item) float64 {
	if s.profile.empty() {
		return 1
	}
	fit, _ := s.profile.fit(it)
	return offSubject + (1-offSubject)*fit
}

// convincing reports whether what two texts share is more than chance: much
// of it, or two words, or one word that the newsletter is about.
func (s *shelf) convincing(near related.Neighbour, shared []string, lang string) bool {
	switch len(shared) {
	case 0:
		return near.Like >= plain
	case 1:
		return near.Like >= plain || s.profile.weight(shared[0], lang) >= telling
	}
	return true
}

// forbidden says which items may never stand beside an article, whatever else
// is printed: those the editor dropped, those the last issues had, those in
// another language.
func (s *shelf) forbidden(article feeds.Item) func(id string) bool {
	lang := s.profile.language(article)
	return func(id string) bool {
		it := *s.byID[id]
		_, carried := s.past.carried(it, s.keys[id])
		return carried || s.edits[id].Drop || s.profile.language(it) != lang
	}
}

// tooMany reports whether an item's outlet has its share already.
func tooMany(it feeds.Item, beside []feeds.Item) bool {
	n := 0
	for _, other := range beside {
		if outlet(other) == outlet(it) {
			n++
		}
	}
	return n >= perOutlet
}

// again reports whether an item says what one of those beside it says.
func (s *shelf) again(it feeds.Item, beside []feeds.Item) bool {
	for _, other := range beside {
		if s.index.Likeness(s.document(other), s.document(it)) >= sayAgain {
			return true
		}
	}
	return false
}

package recap

import (
	"regexp"
	"slices"
	"strings"

	"weekward/feeds"
)

var (
	// repeated opens what somebody else said: "RT @x: …", "MT @x …", "TR @x: …",
	// "@x: …" in quotation marks. A comment may stand before it.
	repeated = regexp.MustCompile(`(?:^|[\s(\[“"'.,;:!?-])(?:(?:RT|MT|TR|rt|Rt)[ :]+@([\pL\pN_]*(?:[.@-][\pL\pN_]+)*)|["“„«]@([\pL\pN_]+(?:[.@-][\pL\pN_]+)*))[ :]*`)

	// credited names a source: "via @x", "HT @x", "h/t @x".
	credited = regexp.MustCompile(`(?i)(?:^|[\s(\[])(?:via|ht|h/t|hat tip)[ :]+@([\pL\pN_]+(?:[.@-][\pL\pN_]+)*)[)\]]?`)
)

// IsRepost reports whether a post repeats another's words: by the network's
// word, or by the marks people used before there was a button (CH-10). A
// credit alone ("via @x") is no repost.
func IsRepost(p feeds.Post) bool { return p.RepostOf != "" || repeated.MatchString(p.Text) }

const (
	sameWords  = 4    // texts of fewer words are never near-duplicates: "thank you all" is said by many
	sameShare  = 0.85 // the share of words that makes two texts the same
	partWords  = 6    // of a text that is cut off so many words must be left to know it by
	commonWord = 200  // a word in more posts than this finds no duplicates
)

// A folding is how one post repeats another.
type folding struct {
	of     int    // place of the original; -1 when it is no repeat, or its original is unknown
	repeat bool   // another's words, even if the original was not read
	reason string // for LeftOut
}

// foldReposts finds for each post, in order of time, the original it repeats.
// Said holds the words of each.
func foldReposts(posts []feeds.Post, said [][]string) []folding {
	f := folder{posts: posts, said: said, byURI: map[string]int{}, byText: map[string]int{}, byWord: map[string][]int{}, sets: make([][]string, len(posts))}
	for i, p := range posts {
		f.byURI[p.URI] = i
	}
	folded := make([]folding, len(posts))
	for i := range posts {
		folded[i] = f.fold(i)
		if folded[i].of >= 0 {
			continue
		}
		if !folded[i].repeat {
			f.remember(i)
		}
	}
	for i := range folded {
		folded[i].of = root(folded, i)
	}
	return folded
}

type folder struct {
	posts  []feeds.Post
	said   [][]string
	byURI  map[string]int
	byText map[string]int   // whole normalised text → place
	byWord map[string][]int // word → places
	sets   [][]string
}

func (f *folder) remember(i int) {
	w := f.said[i]
	f.sets[i] = set(w)
	if len(w) < sameWords {
		return
	}
	if key := strings.Join(w, " "); !known(f.byText, key) {
		f.byText[key] = i
	}
	for _, word := range f.sets[i] {
		f.byWord[word] = append(f.byWord[word], i)
	}
}

func known(m map[string]int, key string) bool { _, ok := m[key]; return ok }

func (f *folder) fold(i int) folding {
	p := f.posts[i]
	if p.RepostOf != "" {
		if of, ok := f.byURI[p.RepostOf]; ok && of != i {
			return folding{of: of, repeat: true, reason: "reshare"}
		}
		return folding{of: f.original(p.Text, f.said[i], ""), repeat: true, reason: "reshare"}
	}
	if m := repeated.FindStringSubmatchIndex(p.Text); m != nil {
		quote, by := p.Text[m[1]:], submatch(p.Text, m, 1)+submatch(p.Text, m, 2)
		return folding{of: f.original(quote, words(quote), by), repeat: true, reason: "repost"}
	}
	if m := credited.FindStringIndex(p.Text); m != nil {
		own := p.Text[:m[0]] + " " + p.Text[m[1]:]
		if of := f.original(own, words(own), ""); of >= 0 {
			return folding{of: of, repeat: true, reason: "repost"}
		}
	}
	if of := f.original(p.Text, f.said[i], ""); of >= 0 {
		return folding{of: of, repeat: true, reason: "near-duplicate"}
	}
	return folding{of: -1}
}

func submatch(text string, m []int, n int) string {
	if m[2*n] < 0 {
		return ""
	}
	return text[m[2*n]:m[2*n+1]]
}

// original finds the earlier post with this text, w in words: the same, cut off
// at the end, or nearly the same. By is the author named, "" when unknown.
func (f *folder) original(text string, w []string, by string) int {
	cut := cutOff(text)
	if cut && len(w) > 0 {
		w = w[:len(w)-1] // the last word may be half of one
	}
	if len(w) < sameWords {
		return -1
	}
	if of, ok := f.byText[strings.Join(w, " ")]; ok {
		return of
	}
	return f.nearest(set(w), cut, by)
}

func cutOff(text string) bool {
	text = strings.TrimRight(text, " \n\"”»)")
	return strings.HasSuffix(text, "…") || strings.HasSuffix(text, "...")
}

func (f *folder) nearest(w []string, cut bool, by string) int {
	shared, common := map[int]int{}, 0
	for _, word := range w {
		places := f.byWord[word]
		if len(places) > commonWord {
			common++
			continue
		}
		for _, at := range places {
			shared[at]++
		}
	}
	best, most := -1, 0.0
	for at, n := range shared {
		share := 0.0
		switch limit := n + common; { // words they may share at most
		case cut && len(w) >= partWords || by != "" && f.by(at, by):
			share = float64(n) / float64(len(w)) // a part of the original is enough
		case float64(limit) >= sameShare*float64(len(w)+len(f.sets[at])-limit):
			share = overlap(w, f.sets[at])
		}
		if share > most || share == most && at < best {
			best, most = at, share
		}
	}
	if most < sameShare {
		return -1
	}
	return best
}

func (f *folder) by(at int, handle string) bool {
	handle = strings.ToLower(handle)
	who := person(f.posts[at])
	return who == handle || strings.HasPrefix(who, handle+"@")
}

// root follows a chain of reposts to its first post.
func root(folded []folding, i int) int {
	seen := []int{i}
	at := folded[i].of
	for at >= 0 && folded[at].of >= 0 && !slices.Contains(seen, at) {
		seen = append(seen, at)
		at = folded[at].of
	}
	if at == i {
		return -1
	}
	return at
}

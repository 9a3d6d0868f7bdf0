package related

import (
	_ "embed"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
)

// A Judge tells from the traits of two documents how likely they tell the same
// story. It is a sum of small decision trees, each of three questions, which
// "evaluate train stories" fits to news and posts whose stories people have
// marked. A question about likeness can only speak for, one about days or
// about nearer others only against: alike texts are never the less likely one
// story for being more alike.
type Judge struct {
	base  float32 // what the sum begins with
	trees []Tree
}

// A Tree asks three questions, one after another, and gives what the answers
// add. Question 0 is asked first; after question n comes 2n+1 when its trait is
// at most Cut, else 2n+2. Answers lead to the sums in the same way.
type Tree struct {
	Trait [7]uint8
	Cut   [7]float32
	Sum   [8]float32
}

// NewJudge makes a Judge of the sum to begin with and the trees.
func NewJudge(base float32, trees []Tree) *Judge { return &Judge{base, trees} }

// judgeText is what NewJudge needs, as "evaluate train stories" writes it.
//
//go:embed judge.txt
var judgeText string

// theJudge is the one the package ships. It is read once and never changed.
var theJudge = sync.OnceValue(func() *Judge {
	j, err := ReadJudge(judgeText)
	if err != nil {
		panic("related: judge.txt: " + err.Error()) // a broken build; the tests read it
	}
	return j
})

// Same is the probability that a pair with these traits tells one story.
func (j *Judge) Same(t *Traits) float32 {
	sum := j.base
	for i := range j.trees {
		tree := &j.trees[i]
		n := 0
		for range 3 {
			if t[tree.Trait[n]] <= tree.Cut[n] {
				n = 2*n + 1
			} else {
				n = 2*n + 2
			}
		}
		sum += tree.Sum[n-7]
	}
	return float32(1 / (1 + math.Exp(-float64(sum))))
}

// ReadJudge reads what String writes: a line "base SUM", then a line a tree of
// seven questions TRAIT<=CUT and eight sums. Lines that begin with # are notes.
func ReadJudge(text string) (*Judge, error) {
	j := &Judge{}
	for n, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		var err error
		switch {
		case len(fields) == 0 || strings.HasPrefix(line, "#"):
		case len(fields) == 2 && fields[0] == "base":
			j.base, err = number(fields[1])
		default:
			var t Tree
			t, err = readTree(fields)
			j.trees = append(j.trees, t)
		}
		if err != nil {
			return nil, fmt.Errorf("read judge, line %d: %w", n+1, err)
		}
	}
	return j, nil
}

func readTree(fields []string) (t Tree, err error) {
	if len(fields) != len(t.Cut)+len(t.Sum) {
		return t, fmt.Errorf("%d fields, want %d", len(fields), len(t.Cut)+len(t.Sum))
	}
	for i := range t.Cut {
		trait, cut, _ := strings.Cut(fields[i], "<=")
		n, err := strconv.Atoi(trait)
		if err != nil || n < 0 || n >= NumTraits {
			return t, fmt.Errorf("no such trait: %q", trait)
		}
		t.Trait[i] = uint8(n)
		if t.Cut[i], err = number(cut); err != nil {
			return t, err
		}
	}
	for i := range t.Sum {
		if t.Sum[i], err = number(fields[len(t.Cut)+i]); err != nil {
			return t, err
		}
	}
	return t, nil
}

func number(s string) (float32, error) {
	x, err := strconv.ParseFloat(s, 32)
	return float32(x), err
}

// String writes a Judge as ReadJudge reads it.
func (j *Judge) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "base %.4g\n", j.base)
	for _, t := range j.trees {
		for i := range t.Cut {
			fmt.Fprintf(&b, "%d<=%.4g ", t.Trait[i], t.Cut[i])
		}
		for i, s := range t.Sum {
			if i > 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "%.3f", s)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

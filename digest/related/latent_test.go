package related

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// weekday texts: "doctor" and "physician" never meet, but keep the same company.
var company = []Document{
	{ID: "a", Title: "doctor treats patient in hospital ward", Lang: "en"},
	{ID: "b", Title: "physician treats patient in hospital ward", Lang: "en"},
	{ID: "c", Title: "doctor visits patient at home", Lang: "en"},
	{ID: "d", Title: "physician visits patient at home", Lang: "en"},
	{ID: "e", Title: "bank raises interest rates on savings", Lang: "en"},
	{ID: "f", Title: "bank lowers interest rates on loans", Lang: "en"},
}

// latentOf reads documents into a space, as an Index would.
func latentOf(docs []Document, dims int) (*Latent, *Index) {
	x := NewIndex(docs)
	rows := make([]vector, len(x.docs))
	for i := range x.docs {
		rows[i] = x.docs[i].terms
	}
	return newLatent(rows, x.lexicon.terms.size(), dims), x
}

func TestWordsThatKeepTheSameCompanyLieNear(t *testing.T) {
	l, x := latentOf(company, 2)
	point := func(word string) []float32 {
		d := x.document(Document{ID: "question", Title: word, Lang: "en"})
		return l.fold(d.terms)
	}
	doctor, physician, bank := point("doctor"), point("physician"), point("bank")
	if got := cosine(doctor, physician); got < 0.9 {
		t.Errorf("cosine(doctor, physician) = %.2f, want 0.9 or more", got)
	}
	if got := cosine(doctor, bank); got > 0.1 {
		t.Errorf("cosine(doctor, bank) = %.2f, want 0.1 or less", got)
	}
}

// TestAllDirectionsKeepAllLikenesses: with as many directions as texts nothing
// is lost, so that the cosines are those of the vectors themselves.
func TestAllDirectionsKeepAllLikenesses(t *testing.T) {
	l, x := latentOf(company, len(company))
	for i := range x.docs {
		for j := range x.docs {
			terms := make([]float32, x.lexicon.terms.size())
			x.docs[j].terms.lay(terms)
			want := float64(x.docs[i].terms.dot(terms))
			if got := float64(cosine(l.doc(i), l.doc(j))); math.Abs(got-want) > 1e-4 {
				t.Errorf("cosine(%s, %s) = %.5f, want %.5f", x.docs[i].ID, x.docs[j].ID, got, want)
			}
		}
	}
}

func TestAFoldedTextLiesWhereItsTwinLies(t *testing.T) {
	l, x := latentOf(company, 3)
	for i := range x.docs {
		if got := cosine(l.fold(x.docs[i].terms), l.doc(i)); got < 0.999 {
			t.Errorf("cosine(fold(%s), doc) = %.4f, want 1", x.docs[i].ID, got)
		}
	}
}

func TestNothingToReadMakesNoSpace(t *testing.T) {
	for _, docs := range [][]Document{nil, {{ID: "a"}}, {{ID: "a", Title: "telehealth", Lang: "en"}}} {
		l, x := latentOf(docs, 5)
		for i := range x.docs {
			for _, v := range l.doc(i) {
				if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
					t.Errorf("newLatent(%v): doc %d = %v, want numbers", docs, i, l.doc(i))
				}
			}
		}
	}
}

func TestTheSameTextsGiveTheSamePoints(t *testing.T) {
	docs := invented(200)
	first, _ := latentOf(docs, 20)
	mixed := slices.Clone(docs)
	rand.New(rand.NewPCG(7, 7)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	second, _ := latentOf(mixed, 20)
	if !slices.Equal(first.docs, second.docs) {
		t.Error("the same texts in another order lie elsewhere, want the same points to the last digit")
	}
}

// invented makes texts of a thousand words, each with a few words of one of
// twenty subjects, as news has them.
func invented(n int) []Document {
	random := rand.New(rand.NewPCG(3, 4))
	docs := make([]Document, n)
	for i := range docs {
		subject, text := random.IntN(20), ""
		for range 30 {
			w := random.IntN(1000)
			if random.IntN(2) == 0 {
				w = 1000 + 20*subject + random.IntN(20)
			}
			text += fmt.Sprintf(" w%d", w)
		}
		docs[i] = Document{ID: fmt.Sprintf("%06d", i), Title: text, Lang: "en"}
	}
	return docs
}

package related

// A sheet is where one document is laid out over all dimensions, to be compared
// with others. A question takes one and gives it back blank: setting up a
// hundred thousand zeros costs more than comparing a hundred texts.
type sheet struct {
	reader
	terms, grams []float32
	shared       []float32 // by document of the index: what it shares with the one in hand
}

// sheet gives a blank one, large enough for all that the index holds.
func (x *Index) sheet() *sheet {
	s, used := x.sheets.Get().(*sheet)
	if !used {
		s = &sheet{}
	}
	s.lexicon = x.lexicon.over()
	s.shared = reaching(s.shared, len(x.docs))
	s.reach()
	return s
}

// reach makes room for all words that the sheet's lexicon knows.
func (s *sheet) reach() {
	s.terms, s.grams = reaching(s.terms, s.lexicon.terms.size()), reaching(s.grams, s.lexicon.grams.size())
}

func reaching(blank []float32, size int) []float32 {
	if len(blank) < size {
		return make([]float32, size+size/8)
	}
	return blank
}

// lay writes a document on the sheet; lift takes it off again.
func (s *sheet) lay(d *document) {
	d.terms.layWithin(s.terms)
	d.grams.layWithin(s.grams)
}

func (s *sheet) lift(d *document) {
	d.terms.liftWithin(s.terms)
	d.grams.liftWithin(s.grams)
}

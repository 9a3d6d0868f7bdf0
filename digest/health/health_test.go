package health

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"weekward/digest/related"
)

func read(title string) []related.Word { return related.NewLexicon().Words(title, Language) }

func TestShippedModelKnowsHealthNews(t *testing.T) {
	m := New()
	for _, test := range []struct{ health, other string }{
		{"Nasal spray halves migraine attacks in late-stage study", "Central bank halves its forecast in late summer"},
		{"Hospital trust shares records with family doctors", "Singer shares pictures of family holiday"},
		{"Officials confirm third case of bird flu in farm workers", "Officials confirm third round of trade talks"},
		{"Regulator approves first pill against sickle cell disease", "Regulator approves first merger of two airlines"},
	} {
		yes, no := m.Of(read(test.health)).Logit, m.Of(read(test.other)).Logit
		if yes < 0 || no > 0 {
			t.Errorf("logits of %q and %q = %.2f and %.2f, want the first above 0 and the second below", test.health, test.other, yes, no)
		}
	}
}

func TestUnknownWordsSayNothing(t *testing.T) {
	m := New()
	if got := m.Of(read("Xylqorv brupnitz wexalorum")); got.Logit > -2 || len(got.Words) > 0 {
		t.Errorf("a headline of unknown words has logit %.2f by %v, want no sign of health", got.Logit, got.Words)
	}
	if got := m.Of(nil); got.Logit > -2 || len(got.Words) > 0 {
		t.Errorf("no words have logit %.2f by %v, want no sign of health", got.Logit, got.Words)
	}
}

func TestNamedWordsStandInTheText(t *testing.T) {
	m := New()
	vocabulary := strings.Fields("Doctors warn of measles outbreak in schools; bank's shares rise, Ebola vaccine trial begins: patients' heart risk")
	rapid.Check(t, func(t *rapid.T) {
		title := strings.Join(rapid.SliceOfN(rapid.SampledFrom(vocabulary), 0, 12).Draw(t, "words"), " ")
		o := m.Of(read(title))
		for i, w := range o.Words {
			if !strings.Contains(strings.ToLower(title), w.Text) {
				t.Fatalf("%q is named and does not stand in %q", w.Text, title)
			}
			if i > 0 && w.Weight > o.Words[i-1].Weight {
				t.Fatalf("words of %q = %v, want the strongest first", title, o.Words)
			}
		}
	})
}

// lesson is a small world with two kinds of headline.
func lesson() ([]Example, [][]related.Word) {
	var headlines []Example
	for _, place := range strings.Fields("Rome Paris Madrid Athens Berlin Vienna Lisbon Dublin") {
		for _, h := range []struct {
			title  string
			health bool
		}{{"Clinic in " + place + " treats plague", true}, {"Bank in " + place + " lends money", false}, {"Team from " + place + " wins cup", false}} {
			headlines = append(headlines, Example{Words: read(h.title), Group: h.title, Health: h.health})
		}
	}
	var stream [][]related.Word
	for range 40 {
		stream = append(stream, read("Plague spreads near clinic"), read("How to treat scurvy"))
	}
	return headlines, stream
}

func TestLessonIsLearnt(t *testing.T) {
	m := Learn(lesson())
	for _, health := range []string{"Scurvy returns to Oslo", "Clinic opens in Oslo"} { // scurvy was met in the stream only
		for _, other := range []string{"Bank of Oslo lends", "Oslo wins cup"} {
			if yes, no := m.Of(read(health)).Logit, m.Of(read(other)).Logit; yes <= no {
				t.Errorf("logits of %q and %q = %.2f and %.2f, want the first above the second", health, other, yes, no)
			}
		}
	}
}

func TestSameLessonGivesTheSameModel(t *testing.T) {
	a, errA := Learn(lesson()).Marshal()
	b, errB := Learn(lesson()).Marshal()
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("two lessons with the same texts gave different models (%v, %v)", errA, errB)
	}
}

func TestModelIsReadAsItWasWritten(t *testing.T) {
	m := Learn(lesson())
	file, err := m.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	const title = "Plague closes clinic and bank in Rome"
	if a, b := m.Of(read(title)).Logit, again.Of(read(title)).Logit; a != b {
		t.Errorf("logit of %q = %v after reading, %v before", title, b, a)
	}
}

func TestShippedModelIsSmall(t *testing.T) {
	const most = 100 << 10
	if len(shipped) > most {
		t.Errorf("model.bin has %d bytes, want at most %d", len(shipped), most)
	}
}

func FuzzParse(f *testing.F) {
	file, err := Learn(lesson()).Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add(file[:len(file)-3])
	f.Add([]byte("{\"version\":1}\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if m, err := Parse(file); err == nil {
			m.Of(read("Plague closes clinic"))
		}
	})
}

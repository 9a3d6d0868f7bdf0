package recap

import (
	"testing"
	"unicode/utf8"
)

// opened is what the moderator asked in the tables below.
var opened = map[int]bool{1: true, 2: true, 3: true, 4: true}

func TestLabelsAreReadInEveryLanguageOfTheChats(t *testing.T) {
	for _, c := range []struct{ why, text, label, rest string }{
		{"bare", "T1 we print the plan", "T1", "we print the plan"},
		{"colon", "T1: we print the plan", "T1", "we print the plan"},
		{"full stop", "Q1. Who reads it?", "Q1", "Who reads it?"},
		{"dash", "A1 - everybody", "A1", "everybody"},
		{"long dash", "A1 — everybody", "A1", "everybody"},
		{"brackets", "(Q1) Who reads it?", "Q1", "Who reads it?"},
		{"square brackets", "[T2] next", "T2", "next"},
		{"as a tag", "#T1 visuals", "T1", "visuals"},
		{"lower case", "a2 yes, twice", "A2", "yes, twice"},
		{"nothing else", "T1", "T1", ""},
		{"in words", "Topic 1: trust", "T1", "trust"},
		{"in words with number sign", "Question #3 costs", "Q3", "costs"},
		{"German letter", "F1: Wer liest das?", "F1", "Wer liest das?"},
		{"German word", "Frage 1: Wer liest das?", "F1", "Wer liest das?"},
		{"German answer", "Antwort 2: alle", "A2", "alle"},
		{"Dutch letter", "V1 wie leest dit", "V1", "wie leest dit"},
		{"Dutch word", "Vraag 1: wie leest dit?", "V1", "wie leest dit?"},
		{"Italian letter", "D1: chi legge?", "D1", "chi legge?"},
		{"Italian word", "Domanda 1 - chi legge?", "D1", "chi legge?"},
		{"Greek letter", "Ε1: ποιος διαβάζει;", "Ε1", "ποιος διαβάζει;"},
		{"Greek word", "Ερώτηση 1: ποιος διαβάζει;", "Ε1", "ποιος διαβάζει;"},
		{"Spanish letter", "P1: ¿quién lee?", "P1", "¿quién lee?"},
		{"Spanish word", "Pregunta 1: ¿quién lee?", "P1", "¿quién lee?"},
		{"Spanish answer", "R1 nosotros", "R1", "nosotros"},
		{"after a mention", "@mira T1 agreed with you", "T1", "agreed with you"},
		{"after two mentions", "@mira @jon: A1: agreed", "A1", "agreed"},
		{"after a federated mention", "@mira@social.example.org A1: agreed", "A1", "agreed"},
		{"after a lost name", "@ T1 agreed", "T1", "agreed"},
		{"after a repost mark", "RT @mira: T1 we print it", "T1", "we print it"},
		{"after the chat's tag", "#hcsmeu T1: we print it", "T1", "we print it"},
		{"after a tag with a space", "# hcsmeu T1: we print it", "T1", "we print it"},
		{"after a picture", "➡️ Q1: who reads it?", "Q1", "who reads it?"},
		{"a year after punctuation", "Q1: 2010 was the year", "Q1", "2010 was the year"},
		{"diabetes after punctuation", "T1: diabetes apps are the best known", "T1", "diabetes apps are the best known"},
		{"levels after punctuation", "T4: levels of trust differ", "T4", "levels of trust differ"},
		{"both questions at once", "T1/T2: the same answer", "T1", "T2: the same answer"},
	} {
		t.Run(c.why, func(t *testing.T) {
			got, ok := ParseLabel(c.text, opened)
			if !ok || got.String() != c.label || c.text[got.End:] != c.rest {
				t.Errorf("ParseLabel(%q) = %s %v, rest %q, want %s, rest %q", c.text, got, ok, c.text[min(got.End, len(c.text)):], c.label, c.rest)
			}
		})
	}
}

func TestHealthTalkIsNotTakenForLabels(t *testing.T) {
	for _, c := range []struct{ why, text string }{
		{"type one diabetes", "T1D is not my fault"},
		{"type two diabetes mellitus", "T2DM costs a tenth of the budget"},
		{"type two, DM apart", "T2 DM rates are up"},
		{"haemoglobin", "A1C went down to 6.4"},
		{"haemoglobin in lower case", "a1c went down"},
		{"haemoglobin apart", "A1 c went down"},
		{"a quarter", "Q1 2010 brought more users"},
		{"a quarter, apostrophe", "Q1 '10 was slow"},
		{"a quarter, slash", "Q1/2010 was slow"},
		{"a quarter, business year", "Q1 FY11 was slow"},
		{"a company's quarter", "Q2 earnings were weak"},
		{"tumour stage", "T1N0M0 and still here"},
		{"tumour stage apart", "T2 N1 and still here"},
		{"tumour", "T2 tumour, grade 3"},
		{"a number nobody opened", "Q10 cream does not help"},
		{"a question nobody opened", "Q7: what about costs?"},
		{"hormone", "T4 levels are fine"},
		{"free hormone", "T4 free or total?"},
		{"thyroid", "T3 thyroid tests are overused"},
		{"diabetes types as words", "type 2 is no choice"},
		{"type two diabetes apart", "T2 diabetes is no choice"},
		{"type one diabetes apart", "T1 diabetes is no choice"},
		{"type one diabetics", "T1 diabetics know this"},
		{"both types", "T1/T2 diabetes are two things"},
		{"both types in words", "T1 and T2 diabetes are two things"},
		{"after a mention", "@mira T1D is not my fault"},
		{"after a tag", "#hcsmeu T2 diabetes again"},
		{"as a tag", "#T1D is not my fault"},
		{"hyphen", "T1-diabetes is not my fault"},
		{"scan weighting", "T2-weighted images show it"},
		{"scan weighting apart", "T1 weighted images show it"},
		{"vertebra", "T4 fracture after a fall"},
		{"vitamin", "D3 deficiency is common"},
		{"cells", "T4 cells is a typo, T cells it is"},
		{"milk", "A2 milk is a fad"},
		{"statistics", "F1 score of the model"},
		{"a decimal", "A1.5 is no type"},
		{"a percentage", "T1% of all"},
		{"later in the text", "I agree with T1 wholly"},
		{"no number", "T is for trust"},
		{"zero", "T0 is where we start"},
		{"three digits", "T100 phones"},
		{"part of a word", "Pat1 is my handle"},
		{"underscore", "T1_map"},
		{"nothing", ""},
		{"only a mention", "@mira"},
	} {
		t.Run(c.why, func(t *testing.T) {
			if got, ok := ParseLabel(c.text, opened); ok {
				t.Errorf("ParseLabel(%q) = %s, want none", c.text, got)
			}
		})
	}
}

func TestAnswersAreNotQuestions(t *testing.T) {
	for text, asks := range map[string]bool{"T1: who?": true, "Q1: who?": true, "A1: me": false, "R1: yo": false, "Antwort 1: ich": false, "Α1: εγώ": false, "Ε1: ποιος;": true} {
		l, ok := ParseLabel(text, nil)
		if !ok || l.Asks() != asks {
			t.Errorf("ParseLabel(%q).Asks() = %v (found %v), want %v", text, l.Asks(), ok, asks)
		}
	}
}

func FuzzParseLabel(f *testing.F) {
	for _, seed := range []string{"T1: a", "(Q1) b", "# hcsmeu T2 c", "RT @x@y.example.org: A1 d", "Ερώτηση 1", "T1/T2 diabetes", "\xff#T1", "@@@##((("} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, ok := ParseLabel(text, nil)
		if !ok {
			return
		}
		if l.Number < 1 || l.Number > maxQuestion || l.Start < 0 || l.Start >= l.End || l.End > len(text) {
			t.Fatalf("ParseLabel(%q) = %+v, out of range", text, l)
		}
		if utf8.ValidString(text) && (!utf8.ValidString(text[:l.Start]) || !utf8.ValidString(text[l.End:])) {
			t.Fatalf("ParseLabel(%q) = %+v, cuts a character", text, l)
		}
		if _, ok := ParseLabel(text, map[int]bool{}); ok {
			t.Fatalf("ParseLabel(%q) found %s though nothing was opened", text, l)
		}
	})
}

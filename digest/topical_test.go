package digest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"weekward/feeds"
)

// fits tells how well titles fit, in the company of one another.
func fits(o Options, titles ...string) []float64 {
	items := make([]feeds.Item, len(titles))
	for i, title := range titles {
		items[i] = feeds.Item{ID: fmt.Sprint(i), Title: title, Lang: "en"}
	}
	byID, list := Topical(items, o), make([]float64, len(titles))
	for i := range titles {
		list[i] = byID[fmt.Sprint(i)]
	}
	return list
}

func TestOurHealthComesBeforeHealthBeforeTheRest(t *testing.T) {
	got := fits(DefaultOptions(), "Telehealth platform opens patient records to hospitals", "Measles outbreak spreads in two cities", "Bank raises rates for the third time")
	if !(got[0] > got[1] && got[1] > got[2]) || got[1] < 0.3 || got[2] > 0.1 {
		t.Errorf("fit of telehealth, measles and a bank = %.2f, want it to fall, the measles still in, the bank out", got)
	}
}

// TestWordsOfDigitalHealthSpeakBesideTheModel is about news of a kind that the
// model has not learnt and takes for trade. A word of weight 1 adds little to
// what the model says, a word of digital health a lot.
func TestWordsOfDigitalHealthSpeakBesideTheModel(t *testing.T) {
	const without, with = "Startup raises five million", "Telemonitoring startup raises five million"
	plain, ours := fits(DefaultOptions(), without)[0], fits(DefaultOptions(), with)[0]
	if ours < 5*plain || ours > 0.5 {
		t.Errorf("fit of %q = %.4f and of %q = %.4f; want five times as much or more, and the model still heard", without, plain, with, ours)
	}
	light, heavy := DefaultOptions(), DefaultOptions()
	light.Topics, heavy.Topics = map[string]float64{"startup": 1}, map[string]float64{"startup": 3}
	if weak, strong := fits(light, without)[0], fits(heavy, without)[0]; weak > 2*plain || strong < 3*weak {
		t.Errorf("fit of %q = %.4f, %.4f when startup weighs 1, %.4f when it weighs 3; want only the last to speak up", without, plain, weak, strong)
	}
}

func TestModelLeavesOtherLanguagesAlone(t *testing.T) {
	off, items := DefaultOptions(), []feeds.Item{
		{ID: "de", Title: "Elektronische Patientenakte startet in drei Kliniken", Lang: "de"},
		{ID: "el", Title: "Τηλεϊατρική για τα νησιά", Lang: "el"},
		{ID: "it", Title: "Il vaccino arriva in ospedale", Lang: "it"},
	}
	off.Health = 0
	with, without := Topical(items, DefaultOptions()), Topical(items, off)
	for _, it := range items {
		if with[it.ID] != without[it.ID] || with[it.ID] < 0.2 {
			t.Errorf("fit of %q = %.3f with the model, %.3f without; want one of 0.2 or more, and no change", it.Title, with[it.ID], without[it.ID])
		}
	}
}

func TestModelCanBeSwitchedOff(t *testing.T) {
	o := DefaultOptions()
	o.Topics, o.Health = map[string]float64{"tulip": 3}, 0
	got := fits(o, "Tulip growers fear frost", "Measles outbreak spreads in two cities")
	if got[0] < 0.5 || got[1] > 0.1 {
		t.Errorf("fit of tulips and measles to a newsletter on tulips = %.2f, want the tulips only", got)
	}
}

func TestCompanySaysWhatATitleDoesNot(t *testing.T) {
	const title = "Kamrani chairman stable, firm says"
	rest := []string{title, "Bank raises rates", "Team wins cup", "Singer plans tour", "Storm closes road", "Court hears appeal", "Film opens festival"}
	alone := fits(DefaultOptions(), rest...)[0]
	among := fits(DefaultOptions(), append(rest, "Kamrani chairman in hospital after heart attack", "Heart surgery for Kamrani chairman, doctors say", "Kamrani chairman recovers from heart attack")...)[0]
	if among <= alone {
		t.Errorf("fit of %q = %.3f among reports of his heart attack, %.3f alone; want more", title, among, alone)
	}
}

func TestDefaultTopicsSayTheSameInEveryLanguage(t *testing.T) {
	count := map[string]int{}
	for _, n := range notions() {
		if n.weight < 1 || n.weight > 3 || len(n.words["en"]) == 0 {
			t.Errorf("a notion has weight %v and the words %v", n.weight, n.words)
		}
		for lang, words := range n.words {
			count[lang] += len(words)
			for _, w := range words {
				if w != strings.TrimSpace(w) || w == "" {
					t.Errorf("%q of %s is not written cleanly", w, lang)
				}
			}
		}
	}
	for _, lang := range strings.Fields(topicColumns) {
		if count[lang] < 120 {
			t.Errorf("%d words of %s, want 120 or more", count[lang], lang)
		}
	}
}

func TestWordsOfOneLanguageStayThere(t *testing.T) {
	p := newProfile(DefaultTopics())
	for _, title := range []string{"The arts fund opens its doors", "An impatient crowd", "A recept for disaster"} {
		if fit, words := p.fit(feeds.Item{Title: title, Lang: "en"}); fit != 0 {
			t.Errorf("fit of %q = %.2f by %q, want 0", title, fit, words)
		}
	}
	if fit, _ := p.fit(feeds.Item{Title: "De arts belt de patiënt", Lang: "nl"}); fit == 0 {
		t.Errorf("the Dutch doctor is not found in Dutch")
	}
}

func TestEditorsTopicsStandOverTheDefaults(t *testing.T) {
	topics := TopicsWith(map[string]float64{"zorg": 2, "de:pflege": 0, "virtual ward": 5})
	if topics["zorg"] != 2 || topics["nl:zorg"] != 0 || topics["virtual ward"] != 5 {
		t.Errorf("zorg = %v, nl:zorg %v, virtual ward %v; want 2, none, 5", topics["zorg"], topics["nl:zorg"], topics["virtual ward"])
	}
	p := newProfile(topics)
	if fit, words := p.fit(feeds.Item{Title: "Mehr Geld für die Pflege", Lang: "de"}); slices.Contains(words, "pflege") {
		t.Errorf("a word taken out is still found: %.2f by %q", fit, words)
	}
}

// afterChoices composes the quiet week after the editor chose among earlier titles.
func afterChoices(kept bool, titles ...string) Story {
	w := quietWeek()
	for i, title := range titles {
		w.Judged = append(w.Judged, Judgement{Issue: 20 + i, Title: title, Lang: "en", Kept: kept})
	}
	for _, s := range Rank(w, DefaultOptions()) {
		if s.ID == "ward" {
			return s
		}
	}
	return Story{}
}

func TestEditorsChoicesMoveAStoryALittle(t *testing.T) {
	titles := []string{"Roster trouble on three wards", "A roster that nurses like", "Who fills the roster?"}
	none, kept, dropped := afterChoices(true), afterChoices(true, titles...), afterChoices(false, titles...)
	if !(dropped.Why.Topic < none.Why.Topic && none.Why.Topic < kept.Why.Topic) {
		t.Errorf("topic after drops %.3f, after nothing %.3f, after keeps %.3f; want it to rise", dropped.Why.Topic, none.Why.Topic, kept.Why.Topic)
	}
	word := func(s Story) Term {
		i := slices.IndexFunc(s.Why.Terms, func(t Term) bool { return t.From == fromEditor })
		if i < 0 {
			return Term{}
		}
		return s.Why.Terms[i]
	}
	if k, d := word(kept), word(dropped); k.Text != "roster" || k.Weight <= 0 || d.Text != "roster" || d.Weight >= 0 {
		t.Errorf("named for it: %+v and %+v, want roster, up and down", k, d)
	}
	if once := afterChoices(true, titles[0]); once.Why.Topic != none.Why.Topic {
		t.Errorf("topic = %.3f after one choice, want %.3f as before: once is no habit", once.Why.Topic, none.Why.Topic)
	}
}

func TestEditorsChoicesAreBounded(t *testing.T) {
	lexicon := newProfile(nil).lexicon
	w := Week{Number: 100}
	for i := range 90 {
		w.Judged = append(w.Judged, Judgement{Issue: i, Title: "Robots heal tired nurses in cheerful Danish wards", Lang: "en", Kept: true})
	}
	title := lexicon.Words("Robots heal tired nurses in cheerful Danish wards", "en")
	if shift, _ := newTaste(w, lexicon).of(title, "en"); math.Abs(shift) > mostTaught {
		t.Errorf("shift after 90 keeps = %.2f, want at most %.2f", shift, mostTaught)
	}
	later := Week{Number: 50, Judged: w.Judged[60:]}
	if shift, _ := newTaste(later, lexicon).of(title, "en"); shift != 0 {
		t.Errorf("shift by choices in later issues = %.2f, want 0: an old issue stays as it was", shift)
	}
}

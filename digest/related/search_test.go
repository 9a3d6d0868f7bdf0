package related

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// wards are texts about a few things, in several languages.
var wards = []Document{
	{ID: "virtual", Title: "Virtual wards open on the islands", Body: "Patients stay at home and nurses watch their oxygen.", Lang: "en"},
	{ID: "vaccine", Title: "Parents get reminders for vaccinations", Body: "An app tells when the next vaccination is due.", Lang: "en"},
	{ID: "studies", Title: "Three studies of sleep apps", Body: "None of them found that people sleep longer.", Lang: "en"},
	{ID: "who", Title: "WHO publishes rules for telehealth", Body: "The agency asks ministries to pay for video visits.", Lang: "en"},
	{ID: "haus", Title: "Krankenhäuser teilen ihre Akten", Body: "Zwölf Kliniken öffnen das gemeinsame Krankenhausinformationssystem.", Lang: "de"},
	{ID: "sanita", Title: "La sanità digitale e i dati dei pazienti", Body: "Il garante della privacy chiede regole.", Lang: "it"},
	{ID: "bank", Title: "Bank leaves interest rates alone", Body: "Savers get nothing and borrowers pay the same.", Lang: "en"},
	{ID: "hygeia", Title: "Ο γιατρός στο τηλέφωνο", Body: "Η τηλεϊατρική στα νησιά του Αιγαίου.", Lang: "el"},
}

func answers(found []Found) []string {
	var list []string
	for _, f := range found {
		list = append(list, f.ID)
	}
	return list
}

func TestFindingByAFewWords(t *testing.T) {
	f := NewFinder(wards)
	for _, c := range []struct{ name, question, want string }{
		{"a word of the title", "islands", "virtual"},
		{"a word of the body", "oxygen", "virtual"},
		{"another form of the word", "vaccinated", "vaccine"},
		{"the singular", "study", "studies"},
		{"a misspelling", "telehelth", "who"},
		{"words of no meaning beside it", "what are the rules for video visits?", "who"},
		{"an abbreviation that is a word of no meaning", "WHO", "who"},
		{"nothing but a word of no meaning", "who", "who"},
		{"another form in German", "Krankenhaus", "haus"},
		{"a part of a compound", "Informationssystem", "haus"},
		{"no accent typed", "sanita", "sanita"},
		{"accents and capitals typed", "SANITÀ", "sanita"},
		{"no tonos typed", "γιατρος", "hygeia"},
	} {
		got := answers(f.Find(c.question, 10))
		if len(got) == 0 || got[0] != c.want {
			t.Errorf("%s: Find(%q) = %q, want %q first", c.name, c.question, got, c.want)
		}
	}
}

func TestNothingIsFoundForWhatNobodyWroteAbout(t *testing.T) {
	f := NewFinder(wards)
	for _, question := range []string{"", " ", "?!", "xyzzy", "quaternion", "the of and"} {
		if got := f.Find(question, 10); len(got) > 0 {
			t.Errorf("Find(%q) = %v, want nothing", question, got)
		}
	}
	for _, docs := range [][]Document{nil, {{ID: "empty"}}} {
		if got := NewFinder(docs).Find("telehealth", 10); len(got) > 0 {
			t.Errorf("Find(telehealth) among %v = %v, want nothing", docs, got)
		}
	}
}

func TestADocumentWithAllWordsComesBeforeOneWithSome(t *testing.T) {
	docs := append(slices.Clone(wards),
		Document{ID: "some", Title: "Video of the islands", Lang: "en"},
		Document{ID: "all", Title: "Video visits come to the islands", Lang: "en"})
	if got := answers(NewFinder(docs).Find("video visits islands", 3)); got[0] != "all" {
		t.Errorf("Find(video visits islands) = %q, want all of them first", got)
	}
}

func TestAnswersComeNewestFirstWhenTheyAreEqual(t *testing.T) {
	day := time.Date(2010, 4, 6, 0, 0, 0, 0, time.UTC)
	docs := append(slices.Clone(wards),
		Document{ID: "a", Title: "Telecare on trial", Lang: "en", Day: day},
		Document{ID: "b", Title: "Telecare on trial", Lang: "en", Day: day.AddDate(0, 0, 7)},
		Document{ID: "c", Title: "Telecare on trial", Lang: "en", Day: day})
	if got, want := answers(NewFinder(docs).Find("telecare", 3)), []string{"b", "a", "c"}; !slices.Equal(got, want) {
		t.Errorf("Find(telecare) = %q, want %q", got, want)
	}
}

func TestTheOrderOfDocumentsChangesNoAnswer(t *testing.T) {
	docs := invented(300)
	first := NewFinder(docs)
	mixed := slices.Clone(docs)
	rand.New(rand.NewPCG(5, 6)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	second := NewFinder(append(mixed, docs[:20]...)) // and some twice
	for i := range 20 {
		question := fmt.Sprintf("w%d w%d w%d", 1000+20*i, 1001+20*i, i)
		if a, b := first.Find(question, 50), second.Find(question, 50); !slices.Equal(a, b) {
			t.Errorf("Find(%q) = %v, and with the documents in another order %v", question, a, b)
		}
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	f := NewFinder(wards)
	want := f.Find("virtual wards telehelth", 5)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if got := f.Find("virtual wards telehelth", 5); !slices.Equal(got, want) {
					t.Errorf("Find beside others = %v, want %v", got, want)
				}
			}
		})
	}
	wg.Wait()
}

func TestScoresFallFromOne(t *testing.T) {
	f := NewFinder(invented(300))
	found := f.Find("w1001 w1002 w7", 500)
	if len(found) < 2 || found[0].Score != 1 {
		t.Fatalf("Find = %v, want several, the first with score 1", found)
	}
	for i := 1; i < len(found); i++ {
		if found[i].Score > found[i-1].Score || found[i].Score <= 0 {
			t.Errorf("Find()[%d] has score %v after %v, want less and more than 0", i, found[i].Score, found[i-1].Score)
		}
	}
	if got := f.Find("w1001 w1002 w7", 5); !slices.Equal(got, found[:5]) {
		t.Errorf("Find(5) = %v, want the first five, %v", got, found[:5])
	}
}

func TestBeginningsReachAllFormsOfAWord(t *testing.T) {
	for _, c := range []struct {
		question string
		want     []string
	}{
		{"studies", []string{"studies", "studi", "study"}},
		{"Vaccinated parents", []string{"vaccinated", "vaccin", "parents", "parent"}},
		{"Krankenhäuser", []string{"krankenhauser", "krankenhaus"}},
		{"the", []string{"the"}},
	} {
		got := Beginnings(c.question)
		for _, w := range c.want {
			if !slices.Contains(got, w) {
				t.Errorf("Beginnings(%q) = %q, want %q among them", c.question, got, w)
			}
		}
	}
	if got := Beginnings("what is the cure"); slices.Contains(got, "the") {
		t.Errorf("Beginnings(what is the cure) = %q, want no words of no meaning", got)
	}
	if got := Beginnings("?"); len(got) > 0 {
		t.Errorf("Beginnings(?) = %q, want none", got)
	}
}

func FuzzFindSurvivesAnyQuestion(f *testing.F) {
	finder := NewFinder(wards)
	for _, q := range []string{"virtual ward", "\xff\xfe", "a\x00b", "WHO", "ὑγίεια", "👩‍⚕️ app", "l'hôpital d'Nice"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, question string) {
		for _, found := range finder.Find(question, 5) {
			if !(found.Score > 0 && found.Score <= 1) {
				t.Errorf("Find(%q) gives score %v, want above 0 and at most 1", question, found.Score)
			}
		}
	})
}

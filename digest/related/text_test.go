package related

import (
	"slices"
	"strings"
	"testing"
)

func TestHeadlineLosesWhatItDoesNotSay(t *testing.T) {
	for _, test := range []struct{ why, title, want string }{
		{"a count of updates", "UPDATE 2-Hospital group buys clinic", "Hospital group buys clinic"},
		{"a wrap-up", "WRAPUP 1-Health ministers meet", "Health ministers meet"},
		{"two labels", "REFILE-UPDATE 1-Health ministers meet", "Health ministers meet"},
		{"a count at the end", "Health ministers meet (3)", "Health ministers meet"},
		{"a medium", "Health ministers meet [VIDEO]", "Health ministers meet"},
		{"a name said twice", "Jane Doe - Jane Doe opens clinic", "Jane Doe opens clinic"},
		{"a name said once stays", "Jane Doe - A clinic opens", "Jane Doe - A clinic opens"},
		{"a year is no count", "The best apps (of 2025)", "The best apps (of 2025)"},
		{"nothing but a label stays", "UPDATE 2-", "UPDATE 2-"},
		{"a word that begins like a label", "UPDATED rules for clinics", "UPDATED rules for clinics"},
	} {
		if got := headline(test.title); got != test.want {
			t.Errorf("%s: headline(%q) = %q, want %q", test.why, test.title, got, test.want)
		}
	}
}

func TestWordsAreFoldedAndStemmed(t *testing.T) {
	for _, test := range []struct{ why, lang, text, want string }{
		{"plural and possessive", "en", "The nurse’s apps", "nurs app"},
		{"French article", "fr", "l'hôpital numérique", "hopital numer"},
		{"French que", "fr", "qu’une téléconsultation", "teleconsult"},
		{"Italian article", "it", "dell'ospedale", "ospedal"},
		{"German umlaut and plural", "de", "Krankenhäuser", "krankenhaus"},
		{"Dutch trema", "nl", "patiënten", "patient"},
		{"Spanish accent", "es", "vacunación", "vacun"},
		{"Greek tonos and final sigma", "el", "Υγείας", "υγειασ"},
		{"Greek capitals", "el", "ΥΓΕΊΑΣ", "υγειασ"},
		{"German sharp s", "de", "Straße", "strass"},
		{"numbers stay", "en", "COVID-19 in 2026", "covid 19 2026"},
		{"no words", "en", "— … ★ !!!", ""},
	} {
		var stems []string
		for _, w := range NewLexicon().Words(test.text, test.lang) {
			if !w.Stop {
				stems = append(stems, w.Stem)
			}
		}
		if got := strings.Join(stems, " "); got != test.want {
			t.Errorf("%s: stems of %q = %q, want %q", test.why, test.text, got, test.want)
		}
	}
}

func TestLanguageIsRecognisedByItsCommonWords(t *testing.T) {
	l := NewLexicon()
	for want, text := range map[string]string{
		"en": "What the new rules mean for hospitals and their patients",
		"de": "Was die neuen Regeln für Krankenhäuser und ihre Patienten bedeuten",
		"nl": "Wat de nieuwe regels betekenen voor ziekenhuizen en hun patiënten",
		"it": "Che cosa significano le nuove regole per gli ospedali e per i pazienti",
		"fr": "Ce que les nouvelles règles changent pour les hôpitaux et leurs patients",
		"es": "Qué significan las nuevas normas para los hospitales y sus pacientes",
		"el": "Τι σημαίνουν οι νέοι κανόνες για τα νοσοκομεία και τους ασθενείς",
	} {
		if got := l.Language(text, ""); got != want {
			t.Errorf("Language(%q) = %q, want %q", text, got, want)
		}
	}
	if got := l.Language("for the patients", "pt-BR"); got != "pt" {
		t.Errorf(`Language of a text tagged "pt-BR" = %q, want "pt": a tag is believed`, got)
	}
}

func TestEndlessWordIsCut(t *testing.T) {
	got := tokens(strings.Repeat("ä", 100_000))
	if len(got) != 1 || len(got[0]) > maxLetters || !strings.HasPrefix(got[0], "ää") {
		t.Errorf("tokens of one endless word = %d words of %d bytes, want one of at most %d", len(got), len(strings.Join(got, "")), maxLetters)
	}
}

func TestElisionIsNotTakenFromOtherWords(t *testing.T) {
	got := tokens("O'Brien's rock'n'roll l'app d’accord")
	want := []string{"o'brien", "rock'n'roll", "app", "accord"}
	if !slices.Equal(got, want) {
		t.Errorf("tokens = %q, want %q", got, want)
	}
}

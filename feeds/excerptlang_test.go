package feeds

import (
	"slices"
	"strings"
	"testing"
)

// story is one sentence in each language the excerpts know best.
var stories = map[string]string{
	"en": "The health board starts a year of trials with shared records.",
	"de": "Der Landkreis erprobt ein Jahr lang gemeinsame Akten in vier Kliniken.",
	"nl": "Het zorgbestuur begint een jaar van proeven met gedeelde dossiers.",
	"it": "La regione avvia un anno di prove con le cartelle condivise.",
	"fr": "La région lance une année d'essais avec des dossiers partagés.",
	"es": "La región inicia un año de pruebas con historias compartidas.",
	"el": "Η περιφέρεια ξεκινά έναν χρόνο δοκιμών με κοινούς φακέλους.",
}

// TestExcerptTakesBoilerplateOutInSevenLanguages sets each piece of boilerplate
// behind or before a sentence ("_") that must be all that stays.
func TestExcerptTakesBoilerplateOutInSevenLanguages(t *testing.T) {
	tests := []struct{ why, lang, text string }{
		{"the seed page: a sign-up box at the end, twice", "en", "_ Subscribe To Our Newsletter Sign up Subscribe To Our Newsletter Sign up"},
		{"a button alone", "en", "_ Sign up"},
		{"syndicated", "en", "_ This article originally appeared on Ward Notes."},
		{"share row at the end", "en", "_ Share this article on social media"},
		{"share row in front", "en", "Share Tweet Email Print _"},
		{"cookies in front", "en", "We use cookies to improve your visit. _"},
		{"cookies at the end", "en", "_ This website uses cookies to improve your visit. Accept all"},
		{"credit with an initial", "en", "Photo: A. Moss. _"},
		{"credit in brackets", "en", "(Photo by Ada Moss/Example Pictures) _"},
		{"credit with the sign", "en", "© Ada Moss. _"},
		{"dateline with a day", "en", "BOSTON, March 3, 2026 (Reuters) - _"},
		{"dateline in small letters with a day", "en", "Boston, March 3, 2026 — _"},
		{"rights", "en", "_ © 2026 Ward Notes. All rights reserved."},
		{"credit, then dateline", "en", "Photo: Ada Moss. LONDON (Reuters) - _"},

		{"button", "de", "_ Mehr erfahren"},
		{"sign-up line", "de", "_ Melden Sie sich für unseren Newsletter an"},
		{"share row in front", "de", "Teilen Drucken Merken _"},
		{"cookies in front", "de", "Diese Website verwendet Cookies. _"},
		{"cookies with an adjective", "de", "Wir nutzen technische Cookies für diese Seite. _"},
		{"agency and desk, place in small letters", "de", "Hamburg (dpa/lno) – _"},
		{"agency without a desk", "de", "Frankfurt am Main (epd). - _"},
		{"credit with agency", "de", "Foto: Ada Moss/dpa. _"},
		{"list of words", "de", "_ Schlagwörter: Akten, Klinik"},
		{"rights", "de", "_ Alle Rechte vorbehalten."},

		{"button", "nl", "_ Lees het hele artikel"},
		{"sign-up line", "nl", "_ Schrijf u in voor onze nieuwsbrief"},
		{"share row", "nl", "_ Deel dit bericht"},
		{"cookies", "nl", "Wij gebruiken functionele cookies. _"},
		{"dateline", "nl", "DEN HAAG (ANP) - _"},
		{"credit", "nl", "Beeld: Noor de Vries. _"},

		{"button", "it", "_ Leggi anche: Un anno di cartelle"},
		{"sign-up line", "it", "_ Iscriviti alla nostra newsletter"},
		{"share row", "it", "_ Condividi su"},
		{"cookies", "it", "Questo sito utilizza i cookie per le statistiche. _"},
		{"agency before the place", "it", "(ANSA) - ROMA, 3 MAR - _"},
		{"credit", "it", "Foto di Ada Rossi. _"},
		{"rights", "it", "_ Riproduzione riservata"},

		{"button", "fr", "_ Lire aussi : Un an de dossiers"},
		{"sign-up line", "fr", "_ Inscrivez-vous à notre newsletter"},
		{"share row", "fr", "_ Partager sur les réseaux"},
		{"cookies", "fr", "Nous utilisons des cookies pour les statistiques. _"},
		{"place and day", "fr", "Paris, le 3 mars 2026 – _"},
		{"credit", "fr", "Crédit photo : Ada Moss. _"},

		{"button", "es", "_ Leer el artículo completo"},
		{"sign-up line", "es", "_ Suscríbete a nuestro boletín"},
		{"share row", "es", "_ Compartir en redes"},
		{"cookies", "es", "Este sitio web utiliza cookies propias. _"},
		{"agency behind the day", "es", "Madrid, 3 mar (EFE).- _"},
		{"credit", "es", "Fotografía: Ada Moss. _"},

		{"button that begins with a sigma", "el", "_ Συνεχίστε την ανάγνωση"},
		{"sign-up line", "el", "_ Εγγραφείτε στο ενημερωτικό δελτίο μας"},
		{"share row", "el", "_ Κοινοποιήστε το άρθρο"},
		{"cookies", "el", "Χρησιμοποιούμε cookies για τα στατιστικά. _"},
		{"dateline", "el", "ΑΘΗΝΑ (ΑΠΕ-ΜΠΕ) – _"},
		{"credit", "el", "Φωτογραφία: Άδα Μως. _"},
		{"credit in brackets", "el", "(Φωτογραφία: Άδα Μως) _"},
	}
	for _, tt := range tests {
		t.Run(tt.lang+"/"+tt.why, func(t *testing.T) {
			want := stories[tt.lang]
			text := strings.Replace(tt.text, "_", want, 1)
			if got := Excerpt(text, tt.lang); got != want {
				t.Errorf("Excerpt(%q, %q)\n got %q\nwant %q", text, tt.lang, got, want)
			}
		})
	}
}

func TestExcerptKeepsSentencesThatOnlySoundLikeBoilerplate(t *testing.T) {
	tests := []struct{ why, lang, text string }{
		{"the story is about sharing", "en", "Facebook, Twitter and other networks share health data, a study says."},
		{"one verb begins a sentence", "en", "Share prices of device makers fell on Monday."},
		{"the story is about cookies", "en", "Cookies tell hospitals who reads their pages, a court found."},
		{"photo is the subject", "en", "Photo sharing helps nurses to document wounds."},
		{"a place in a sentence", "en", "Boston hospitals, in March, began to share records – a first."},
		{"a place in brackets", "de", "Neustadt (Holstein) bekommt eine neue Klinik mit Notaufnahme."},
		{"the story is about sign-ups", "en", "Thousands sign up for trials each year."},
		{"mail is the subject", "de", "Mail an die Praxis: So antworten Ärzte."},
		{"a verb", "nl", "Delen van dossiers scheelt fouten, zegt het bestuur."},
		{"imprimer is the subject", "fr", "Imprimer des médicaments sera bientôt possible."},
	}
	for _, tt := range tests {
		t.Run(tt.lang+"/"+tt.why, func(t *testing.T) {
			if got := Excerpt(tt.text, tt.lang); got != tt.text {
				t.Errorf("Excerpt(%q, %q) = %q, want it whole", tt.text, tt.lang, got)
			}
		})
	}
}

func TestSentencesEndWhereReadersStop(t *testing.T) {
	tests := []struct{ why, lang, text string }{ // "|" stands where a sentence ends
		{"a title and a name", "en", "Dr. Moss asked Prof. Lee. | She said yes. |"},
		{"for example", "en", "Records, e.g. Notes, are kept. | All are. |"},
		{"versus, and the afternoon", "en", "Paper vs. Screen is at 3 p.m. Friday. | Come. |"},
		{"a number, and a decimal", "en", "No. 10 has 3.5 million. | So be it. |"},
		{"initials", "en", "J. K. Moss wrote it. | B. read it. |"},
		{"a name with a mark in it", "en", "Yahoo! says so. | Really? | Yes! |"},
		{"a quotation's mark belongs to it", "en", "“It works.” | That was all. |"},
		{"three dots go on in lower case", "en", "It works… or so they say. | Fine. |"},

		{"abbreviations of two letters", "de", "Das gilt z. B. Ärzten, d. h. Allen, u. a. Pflegern. | Gut. |"},
		{"an ordinal", "de", "Am 31. März geht es los. | Am 1. April nicht. |"},
		{"about, number, million", "de", "Etwa ca. 5 Mio. Menschen laut Nr. 117. | Mehr nicht. |"},
		{"low quotation marks", "de", "„Es geht.“ | Sagte sie. |"},

		{"for example", "nl", "Dit geldt o.a. Artsen en bijv. Verpleegkundigen. | Goed. |"},
		{"titles", "nl", "Dhr. Jansen en mevr. De Vries komen. | Fijn. |"},

		{"titles", "it", "Il dott. Rossi e la sig. Bianchi arrivano. | Bene. |"},
		{"article and company", "it", "L'art. 5 vale per la Cura S.p.A. Milano. | Certo. |"},

		{"mister is one letter", "fr", "M. Dupont et Mme. Moreau arrivent. | Bien. |"},
		{"for example, with a space", "fr", "Des soins, p. ex. gratuits. | Oui ! | Non ? |"},

		{"titles", "es", "El Dr. Pérez y la Sra. Gil llegan. | Bien. |"},
		{"a doubled abbreviation", "es", "En EE. UU. hay dudas. | ¿Por qué? | ¡Nadie lo sabe! |"},
		{"number", "es", "La ley núm. 5 vale. | Sí. |"},

		{"the question mark looks like a semicolon", "el", "Πώς θα γίνει αυτό; | Κανείς δεν ξέρει. |"},
		{"titles", "el", "Ο κ. Παπάς και η Δρ. Μως ήρθαν. | Καλώς. |"},
		{"for example", "el", "Φάρμακα, π.χ. Ινσουλίνη, υπάρχουν. | Ναι. |"},

		{"no space after the mark", "ja", "記録を共有する。|看護師は喜ぶ。|"},
	}
	for _, tt := range tests {
		t.Run(tt.lang+"/"+tt.why, func(t *testing.T) {
			text := strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(tt.text, " |", ""), "|", ""))
			var want, got []string
			for s := range strings.SplitSeq(tt.text, "|") {
				if s = strings.TrimSpace(s); s != "" {
					want = append(want, s)
				}
			}
			from := 0
			for _, end := range sentenceEnds(text, tt.lang) {
				got = append(got, strings.TrimSpace(text[from:end]))
				from = end
			}
			if !slices.Equal(got, want) {
				t.Errorf("sentenceEnds(%q, %q)\n got %q\nwant %q", text, tt.lang, got, want)
			}
		})
	}
}

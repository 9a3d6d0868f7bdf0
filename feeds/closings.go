package feeds

// A closing is a phrase that feeds and pages hang on the end of a text: it
// begins with one wording, may have to hold another, and runs to the end.
type closing struct {
	starts string // lower case
	holds  string // lower case; "" for no more words needed
	reach  int    // at most so many bytes from its beginning to the end of the text
}

// closings are grouped by what they want from the reader, each in English,
// German, Dutch, Italian, French, Spanish and Greek.
var closings = []closing{
	// "The post TITLE appeared first on SITE."
	{"the post ", "appeared first on", 400}, {"this article ", "first appeared", 400}, {"this article ", "originally appeared", 400},
	{"this article ", "originally published", 400}, {"der beitrag ", "zuerst", 400}, {"het bericht ", "verscheen eerst op", 400},
	{"l'articolo ", "proviene da", 400}, {"l’articolo ", "proviene da", 400}, {"l'article ", "est apparu en premier sur", 400},
	{"l’article ", "est apparu en premier sur", 400}, {"cet article ", "est apparu en premier sur", 400},
	{"la entrada ", "primero en", 400}, {"la entrada ", "apareció primero", 400}, {"το άρθρο ", "πρώτα στ", 400}, {"το άρθρο ", "πρώτη φορά", 400},

	// "Read more"
	{"read more", "", 120}, {"read the full", "", 120}, {"read the rest", "", 120}, {"read the whole", "", 120},
	{"click here to read", "", 120}, {"click to read", "", 120}, {"learn more", "", 80}, {"find out more", "", 80}, {"view more", "", 80},
	{"continue reading", "", 250}, {"keep reading", "", 250}, {"(more", "", 10}, {"more »", "", 10}, {"more →", "", 10},
	{"weiterlesen", "", 200}, {"weiter lesen", "", 200}, {"mehr lesen", "", 120}, {"zum artikel", "", 60}, {"lesen sie mehr", "", 120},
	{"lesen sie weiter", "", 120}, {"mehr erfahren", "", 80}, {"den ganzen artikel lesen", "", 80}, {"jetzt lesen", "", 60},
	{"lees meer", "", 120}, {"lees verder", "", 200}, {"lees het hele", "", 120}, {"verder lezen", "", 80}, {"meer lezen", "", 80},
	{"leggi tutto", "", 200}, {"leggi di più", "", 120}, {"leggi anche", "", 250}, {"leggi l'articolo", "", 120}, {"leggi l’articolo", "", 120},
	{"continua a leggere", "", 200}, {"lire la suite", "", 200}, {"lire plus", "", 120}, {"lire aussi", "", 250}, {"lire l'article", "", 120},
	{"lire l’article", "", 120}, {"en savoir plus", "", 120}, {"continuer la lecture", "", 200}, {"leer más", "", 120}, {"leer el artículo", "", 120},
	{"seguir leyendo", "", 200}, {"continuar leyendo", "", 200}, {"sigue leyendo", "", 200}, {"διαβάστε περισσότερα", "", 200},
	{"διαβάστε τη συνέχεια", "", 200}, {"διαβάστε επίσης", "", 250}, {"συνεχίστε την ανάγνωση", "", 250}, {"περισσότερα »", "", 20},

	// "Subscribe to our newsletter"
	{"subscribe to our", "", 250}, {"subscribe to the", "newsletter", 250}, {"subscribe now", "", 120}, {"subscribe here", "", 120},
	{"sign up for our", "", 250}, {"sign up to our", "", 250}, {"sign up for the", "newsletter", 250}, {"sign up here", "", 120}, {"sign up now", "", 80},
	{"sign up", "", 10}, {"subscribe", "", 12}, {"get our newsletter", "", 160}, {"get the latest", "inbox", 200},
	{"click here to subscribe", "", 160}, {"click here to sign up", "", 160}, {"join our mailing list", "", 160},
	{"newsletter abonnieren", "", 120}, {"abonnieren sie", "newsletter", 160}, {"jetzt newsletter", "", 120}, {"zum newsletter", "", 120},
	{"melden sie sich", "newsletter", 200}, {"hier anmelden", "", 60}, {"jetzt anmelden", "", 60}, {"unser newsletter", "", 120},
	{"schrijf je in", "nieuwsbrief", 160}, {"schrijf u in", "nieuwsbrief", 160}, {"abonneer je", "nieuwsbrief", 160}, {"meld je aan", "nieuwsbrief", 160},
	{"meld u aan", "nieuwsbrief", 160}, {"inschrijven voor", "nieuwsbrief", 160}, {"iscriviti alla", "newsletter", 160}, {"iscriviti ora", "", 60},
	{"abbonati alla", "newsletter", 160}, {"ricevi la", "newsletter", 160}, {"abonnez-vous", "newsletter", 160}, {"inscrivez-vous", "newsletter", 160},
	{"recevez notre", "newsletter", 160}, {"je m'abonne", "", 60}, {"je m’abonne", "", 60}, {"suscríbete a", "", 160}, {"suscríbase a", "", 160},
	{"suscríbete", "", 20}, {"recibe nuestro", "boletín", 160}, {"apúntate a", "newsletter", 160}, {"εγγραφείτε στο", "newsletter", 160},
	{"εγγραφείτε στο", "ενημερωτικό", 200}, {"εγγραφή στο", "newsletter", 160},

	// share lines
	{"share this", "", 200}, {"share on", "", 200}, {"share:", "", 160}, {"follow us on", "", 160}, {"like us on", "", 160},
	{"teilen auf", "", 160}, {"artikel teilen", "", 160}, {"diesen artikel teilen", "", 160}, {"teilen:", "", 160}, {"teilen mit", "", 160}, {"folgen sie uns", "", 160},
	{"deel dit", "", 160}, {"deel op", "", 160}, {"delen:", "", 160}, {"delen via", "", 160}, {"volg ons op", "", 160},
	{"condividi su", "", 160}, {"condividi:", "", 160}, {"condividi questo", "", 160}, {"seguici su", "", 160},
	{"partager sur", "", 160}, {"partager :", "", 160}, {"partager:", "", 160}, {"partagez cet", "", 160}, {"partager cet", "", 160}, {"suivez-nous", "", 160},
	{"compartir en", "", 160}, {"compartir:", "", 160}, {"comparte est", "", 160}, {"compártelo", "", 160}, {"síguenos en", "", 160},
	{"κοινοποιήστε", "", 160}, {"κοινοποίηση", "", 160}, {"μοιραστείτε", "", 160}, {"ακολουθήστε μας", "", 160},

	// cookie lines
	{"we use cookies", "", 400}, {"this site uses cookies", "", 400}, {"this website uses cookies", "", 400}, {"wir verwenden cookies", "", 400},
	{"diese website verwendet cookies", "", 400}, {"diese seite verwendet cookies", "", 400}, {"diese webseite verwendet cookies", "", 400},
	{"wij gebruiken cookies", "", 400}, {"we gebruiken cookies", "", 400}, {"deze website gebruikt cookies", "", 400}, {"deze site gebruikt cookies", "", 400},
	{"questo sito utilizza", "cookie", 400}, {"questo sito usa", "cookie", 400}, {"utilizziamo i cookie", "", 400}, {"nous utilisons des cookies", "", 400},
	{"ce site utilise des cookies", "", 400}, {"utilizamos cookies", "", 400}, {"este sitio", "cookies", 400}, {"χρησιμοποιούμε cookies", "", 400},
	{"αυτός ο ιστότοπος χρησιμοποιεί cookies", "", 400},

	// filing and rights
	{"filed under", "", 250}, {"tagged:", "", 250}, {"tags:", "", 250}, {"posted in", "", 200}, {"schlagwörter:", "", 250}, {"kategorie:", "", 200},
	{"trefwoorden:", "", 250}, {"mots-clés", "", 250}, {"etiquetas:", "", 250}, {"ετικέτες:", "", 400},
	{"© ", "", 160}, {"copyright ©", "", 160}, {"all rights reserved", "", 80}, {"alle rechte vorbehalten", "", 80}, {"alle rechten voorbehouden", "", 80},
	{"tutti i diritti riservati", "", 80}, {"riproduzione riservata", "", 60}, {"tous droits réservés", "", 80}, {"todos los derechos reservados", "", 80},
	{"με επιφύλαξη παντός δικαιώματος", "", 120},
}

package news

import (
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// texts are what a feed may say about digital health, by language.
var texts = map[string]string{
	"Japanese":  "病院の電子カルテをつなぐ新しい試みが始まった",
	"Chinese":   "四家医院的护士试用共享病历一年，错误减少了一半",
	"Taiwanese": "四家醫院的護理師試用共享病歷一年，錯誤減少了一半",
	"Korean":    "네 병원의 간호사들이 일 년 동안 공유 기록을 시험했다",
	"Russian":   "Медсёстры четырёх больниц год вели общую карту пациента",
	"Ukrainian": "Медсестри чотирьох лікарень рік вели спільну картку пацієнта",
	"Bulgarian": "Сестрите в четири болници водиха общо досие една година",
	"Greek":     "Οι νοσηλευτές τεσσάρων νοσοκομείων δοκίμασαν κοινό φάκελο",
	"Polish":    "Pielęgniarki czterech szpitali przez rok prowadziły wspólną kartę, i było mniej błędów",
	"Czech":     "Sestry čtyř nemocnic vedly rok společnou kartu a chyb bylo o polovinu méně, říká přednosta",
	"Hungarian": "Négy kórház ápolói egy évig közös kartont vezettek, és fele annyi hiba történt: több idő jutott a betegekre",
	"Turkish":   "Dört hastanenin hemşireleri bir yıl boyunca ortak kayıt kullandı, yanlışlar yarıya indi",
	"Hebrew":    "אחיות בארבעה בתי חולים ניסו רשומה משותפת במשך שנה",
	"Arabic":    "جربت الممرضات في أربعة مستشفيات سجلا مشتركا لمدة عام",
	"Thai":      "พยาบาลในโรงพยาบาลสี่แห่งทดลองใช้เวชระเบียนร่วมกันหนึ่งปี",
	"English":   "The nurses’ “shared record” – one year on, it’s half the mistakes… says St Mary’s",
	"French":    "Les infirmières de quatre hôpitaux ont essayé un dossier partagé : l’été a été plus calme",
	"German":    "Pflegekräfte in vier Häusern führten ein Jahr lang die Übergabe gemeinsam: „halb so viele Fehler“",
	"Icelandic": "Hjúkrunarfræðingar fjögurra sjúkrahúsa notuðu sameiginlega sjúkraskrá í eitt ár",
	"Danish":    "Sygeplejersker på fire hospitaler førte fælles journal i et år og så færre fejl",
}

func TestUndeclaredCharsetsShowByTheirText(t *testing.T) {
	tests := []struct {
		language, charset string
		enc               encoding.Encoding
	}{
		{"Japanese", "shift_jis", japanese.ShiftJIS}, {"Japanese", "euc-jp", japanese.EUCJP},
		{"Chinese", "gb18030", simplifiedchinese.GB18030}, {"Taiwanese", "big5", traditionalchinese.Big5}, {"Korean", "euc-kr", korean.EUCKR},
		{"Russian", "windows-1251", charmap.Windows1251}, {"Russian", "koi8-r", charmap.KOI8R},
		{"Russian", "iso-8859-5", charmap.ISO8859_5}, {"Russian", "ibm866", charmap.CodePage866},
		{"Ukrainian", "windows-1251", charmap.Windows1251}, {"Bulgarian", "windows-1251", charmap.Windows1251},
		{"Greek", "windows-1253", charmap.Windows1253}, {"Greek", "iso-8859-7", charmap.ISO8859_7},
		{"Polish", "windows-1250", charmap.Windows1250}, {"Polish", "iso-8859-2", charmap.ISO8859_2},
		{"Czech", "windows-1250", charmap.Windows1250}, {"Czech", "iso-8859-2", charmap.ISO8859_2},
		{"Turkish", "windows-1254", charmap.Windows1254}, {"Hebrew", "windows-1255", charmap.Windows1255},
		{"Arabic", "windows-1256", charmap.Windows1256}, {"Thai", "windows-874", charmap.Windows874},
		{"English", "windows-1252", charmap.Windows1252}, {"French", "windows-1252", charmap.Windows1252},
		{"German", "windows-1252", charmap.Windows1252}, {"Danish", "windows-1252", charmap.Windows1252},
		{"Icelandic", "windows-1252", charmap.Windows1252},
	}
	for _, tt := range tests {
		want := "<rss><channel><title>" + texts[tt.language] + "</title></channel></rss>"
		data := in(t, tt.enc, want)
		// Charsets of one family differ in a few letters only: it is the text that counts.
		if got, charset, _ := toUTF8(data, ""); string(got) != want {
			t.Errorf("%s in %s: read as %s: %s", tt.language, tt.charset, charset, got)
		}
		declared := append([]byte(`<?xml version="1.0" encoding="iso-8859-1"?>`), data...)
		if got, charset, _ := toUTF8(declared, "text/xml; charset=iso-8859-1"); string(got[len(declared)-len(data):]) != want {
			t.Errorf("%s in %s, declared as Latin-1: read as %s: %s", tt.language, tt.charset, charset, got)
		}
	}
}

func TestDeclaredCharsetSurvivesADamagedCharacter(t *testing.T) {
	for name, enc := range map[string]encoding.Encoding{"euc-jp": japanese.EUCJP, "gb2312": simplifiedchinese.GBK} {
		text := texts["Japanese"]
		if name == "gb2312" {
			text = texts["Chinese"]
		}
		data := []byte(`<?xml version="1.0" encoding="` + name + `"?>`)
		for range 20 {
			data = append(data, in(t, enc, "<t>"+text+"</t>")...)
		}
		data = append(data, 0xff, '<', '/')
		if got, charset, warning := toUTF8(data, ""); charset != name || warning == "" || len(got) < 20*len(text) {
			t.Errorf("toUTF8 of %s with one wrong byte: read as %q, warning %q", name, charset, warning)
		}
	}
}

func TestTooLittleTextIsNoReasonToGuess(t *testing.T) {
	for _, text := range []string{"Müller", "Öl für Ärzte", "50 °C", "© 2026 · 20 €"} {
		if got, charset, _ := toUTF8(in(t, charmap.Windows1252, text), ""); string(got) != text || charset != "windows-1252" {
			t.Errorf("toUTF8(%q) = %q in %s, want it as it is", text, got, charset)
		}
	}
}

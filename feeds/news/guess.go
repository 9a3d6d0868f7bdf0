package news

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// A reading is one way to read bytes: a charset and what text in it looks
// like. Read in a wrong charset, text is still letters, but not the letters
// that its languages use most, nor in the order of words.
type reading struct {
	name     string
	enc      encoding.Encoding
	script   *unicode.RangeTable // of the letters beyond ASCII
	frequent []string            // by language, those that make up most of a text
	wide     bool                // of two bytes a character
}

// How text counts, by character, when a charset is guessed.
const (
	likely   = 1.0  // a letter that every text is full of
	sign     = 0.6  // a typographic sign
	possible = 0.3  // another letter of the script
	wrong    = -1.0 // what no text holds there

	guessSample = 8 << 10 // bytes looked at, from the first that is not ASCII
	guessLeast  = 0.4     // a guess needs so much a character
	guessMargin = 0.2     // and so much more than windows-1252
	guessFewest = 4       // characters beyond ASCII; fewer tell nothing
)

const (
	kana = "ーあいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんがぎぐげござじずぜぞだでどばびぶべぼぱぴぷぺぽっゃゅょ" +
		"アイウエオカキクケコサシスセソタチツテトナニネノハヒフヘホマミムメモヤユヨラリルレロワンガギグゲゴザジズゼダデドバビブベボパピプペポッャュョァィェォ"
	russian = "оеаинтсрвлкмдпуяызьбгчйх"
	greek   = "αοιετσνηυρπκμλςωδγθάέίόήώύ"
	hans    = "的一是不了人我在有他这中大来上国和地到说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身"
	hant    = "的一是不了人我在有他這中大來上國和地到說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身"
	hangul  = "이다의는에을가한고지도로기사를하서은인자리대시어나해정아보수과있으만전일부것제라들그주상원여구국면년동스장안게조성요화오니용공적비연연간관신무선경회세우모지까때없행방생실위"
	thai    = "กขคงจชดตถทนบปพมยรลวสหอาะเแโไใ"
	hebrew  = "יוהלאמרתשבנפדקחעםן"
	arabic  = "اليمنوتربهدسعةحقفكأ"
)

// readings are the charsets that are told apart. The first is the one to
// assume without better knowledge.
func readings() []reading {
	western := []string{"éèàùâêîôûç", "äöüßÄÖÜ", "áéíóúñüç", "áéíóúâêôãõçà", "àèéìòù", "åäöæøéÅÄÖÆØ", "áéíóúöðæ", "éëïöüèê"}
	central := []string{"ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"}
	turkish := []string{"ığşçöüİâ"}
	return []reading{
		{"windows-1252", charmap.Windows1252, unicode.Latin, western, false},
		{"shift_jis", japanese.ShiftJIS, unicode.Han, []string{kana}, true},
		{"euc-jp", japanese.EUCJP, unicode.Han, []string{kana}, true},
		{"gb18030", simplifiedchinese.GB18030, unicode.Han, []string{hans}, true},
		{"big5", traditionalchinese.Big5, unicode.Han, []string{hant}, true},
		{"euc-kr", korean.EUCKR, unicode.Hangul, []string{hangul}, true},
		{"windows-1251", charmap.Windows1251, unicode.Cyrillic, []string{russian}, false},
		{"koi8-r", charmap.KOI8R, unicode.Cyrillic, []string{russian}, false},
		{"iso-8859-5", charmap.ISO8859_5, unicode.Cyrillic, []string{russian}, false},
		{"ibm866", charmap.CodePage866, unicode.Cyrillic, []string{russian}, false},
		{"windows-1253", charmap.Windows1253, unicode.Greek, []string{greek}, false},
		{"iso-8859-7", charmap.ISO8859_7, unicode.Greek, []string{greek}, false},
		{"windows-1250", charmap.Windows1250, unicode.Latin, central, false},
		{"iso-8859-2", charmap.ISO8859_2, unicode.Latin, central, false},
		{"windows-1254", charmap.Windows1254, unicode.Latin, turkish, false},
		{"windows-1255", charmap.Windows1255, unicode.Hebrew, []string{hebrew}, false},
		{"windows-1256", charmap.Windows1256, unicode.Arabic, []string{arabic}, false},
		{"windows-874", charmap.Windows874, unicode.Thai, []string{thai}, false},
	}
}

// guess names the charset that bytes make most sense in, and by how much more
// than in windows-1252; that is 0 when they might well be windows-1252.
func guess(data []byte) (best reading, margin float64) {
	sample := sampleOf(data)
	all := readings()
	best = all[0]
	plain := best.weigh(sample)
	most := max(guessLeast, plain+guessMargin)
	for _, r := range all[1:] {
		if w := r.weigh(sample); w >= most && w-plain > margin {
			best, margin = r, w-plain
		}
	}
	return best, margin
}

// sampleOf is a part of the data that begins with the first byte that is not
// ASCII, and ends between two characters of any charset.
func sampleOf(data []byte) []byte {
	for len(data) > 0 && data[0] < utf8.RuneSelf {
		data = data[1:]
	}
	if len(data) <= guessSample {
		return data
	}
	end := guessSample
	for end > guessSample/2 && data[end-1] >= 0x40 { // no second byte of two is smaller
		end--
	}
	return data[:end]
}

// weigh is how likely a text is, read this way and in the best of its
// languages, from 1 down to -1.
func (r reading) weigh(sample []byte) float64 {
	text, err := r.enc.NewDecoder().Bytes(sample)
	if err != nil {
		return wrong
	}
	best := wrong
	for _, frequent := range r.frequent {
		best = max(best, r.weighAs(string(text), frequent))
	}
	return best
}

// weighAs is the mean weight of the characters beyond ASCII, in a language.
func (r reading) weighAs(text, frequent string) float64 {
	sum, n := 0.0, 0
	before := rune(' ')
	for i, c := range text {
		if c >= utf8.RuneSelf {
			after, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(c):])
			sum += r.weight(before, c, after, frequent)
			n++
		}
		before = c
	}
	if n < guessFewest {
		return 0
	}
	return sum / float64(n)
}

// weight is how likely a character is between two others.
func (r reading) weight(before, c, after rune, frequent string) float64 {
	switch {
	case c == utf8.RuneError, c < 0xa0, unicode.Is(unicode.Co, c):
		return wrong
	case r.wide:
		return r.eastAsian(c, frequent)
	case strings.ContainsRune("\u00a0«»‘’“”„–—…•€№", c):
		return sign
	case !unicode.IsLetter(c) && !unicode.Is(unicode.Mn, c):
		if unicode.IsLetter(before) && unicode.IsLetter(after) {
			return wrong // a sign in a word
		}
		return 0
	case !unicode.Is(r.script, c), r.breaksWord(before, c, after):
		return wrong
	case strings.ContainsRune(frequent, c):
		return likely
	}
	return possible
}

// eastAsian weighs a character of the charsets with two bytes a character.
func (r reading) eastAsian(c rune, frequent string) float64 {
	isHan := unicode.Is(unicode.Han, c)
	switch {
	case c >= 0xff61 && c <= 0xff9f: // katakana of half the width, one byte each
		return wrong / 2
	case strings.ContainsRune(frequent, c):
		return likely
	case unicode.In(c, unicode.Hiragana, unicode.Katakana), isHan && r.script != unicode.Han:
		return wrong / 2 // Chinese and Korean are written without
	case unicode.Is(r.script, c), c >= 0x3000 && c < 0x3040, c >= 0xff00 && c < 0xff61:
		return possible
	}
	return 0
}

// breaksWord tells letters that do not stand like that in a word.
func (r reading) breaksWord(before, c, after rune) bool {
	if unicode.IsUpper(c) && unicode.IsLower(before) {
		return true
	}
	switch r.script {
	case unicode.Latin: // letters with accents are far between
		return before >= utf8.RuneSelf && unicode.IsLetter(before) && after >= utf8.RuneSelf && unicode.IsLetter(after)
	case unicode.Thai: // vowels and tones stand over a letter
		return unicode.Is(unicode.Mn, c) && !unicode.Is(unicode.Thai, before)
	case unicode.Hebrew: // final forms are final
		return strings.ContainsRune("ךםןףץ", c) && unicode.Is(unicode.Hebrew, after)
	}
	return isASCIILetter(before) || isASCIILetter(after)
}

func isASCIILetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

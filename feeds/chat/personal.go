package chat

import "regexp"

var (
	// A handle of a federated network, @name@server, is no mail address: the
	// character before the name tells them apart.
	mailForm = regexp.MustCompile(`(^|[^\w.%+@/-])([\w.%+-]+@[\w-]+(?:\.[\w-]+)*\.\pL{2,})`)

	// Eight to fifteen digits that start with "+", "00", "0" or a bracket, or
	// are grouped 3-3-4; never inside a word or an address.
	phoneForm = regexp.MustCompile(`(^|[^\w+/.=#@&?-])((?:\+|00?|\(0?)[1-9]?\d{0,3}\)?(?:[ ./()-]{0,2}\d){6,12}|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})($|[^\w/-])`)
)

// maskPersonal covers mail addresses and phone numbers. People gave them to
// the chat of an hour, not to a newsletter's archive.
func maskPersonal(text string) string {
	text = mailForm.ReplaceAllString(text, "$1[e-mail]")
	return phoneForm.ReplaceAllString(text, "$1[phone]$3")
}

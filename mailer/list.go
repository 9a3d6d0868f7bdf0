package mailer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// addListHeaders says which list it is and how to leave it. go-mail writes
// what it is given, so each value is checked here.
func (p *plate) addListHeaders(m *gomail.Msg) error {
	leave := SlotLinks(p.header.BaseURL, p.mailing.Seed, p.mailing.Issue).Unsubscribe
	if !printable(leave) {
		return fmt.Errorf("build message: unsubscribe address %q cannot stand in a header", p.header.BaseURL)
	}
	host, err := listHost(p.header.BaseURL)
	if err != nil {
		return err
	}
	ways := []string{"<" + leave + ">"} // RFC 2369: the best way first
	if p.header.Mailbox != "" {
		if err := CheckEnvelope(p.header.Mailbox); err != nil {
			return fmt.Errorf("build message: %w", err)
		}
		ways = append(ways, "<"+leaveByMail(p.header.Mailbox, slot(p.mailing.Seed, "unsubscribe"))+">")
		if _, home, _ := strings.Cut(p.header.Mailbox, "@"); within(home, p.domain) {
			m.SetGenHeader("CFBL-Address", p.header.Mailbox+"; report=arf") // RFC 9477
		}
	}
	m.SetGenHeader("List-Id", strings.TrimSpace(phrase(p.header.Name)+" <weekward."+host+">")) // RFC 2919
	m.SetGenHeader("List-Unsubscribe", ways...)
	m.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") // RFC 8058: a POST there alone unsubscribes
	m.SetGenHeader("Precedence", "bulk")
	return nil
}

func listHost(base string) (string, error) {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "" {
		return "", fmt.Errorf("build message: %q is not the address of a site", base)
	}
	return strings.ToLower(strings.Trim(u.Hostname(), "[]")), nil
}

// leaveByMail is the address of a mail that asks to leave (RFC 6068). Its
// subject carries the token of the link, so that whoever forwards or answers
// it, from whatever address, leaves as the one it was made for.
func leaveByMail(mailbox, token string) string {
	local, domain, _ := strings.Cut(mailbox, "@")
	local = strings.NewReplacer("&", "%26", "=", "%3D").Replace(url.PathEscape(local))
	return "mailto:" + local + "@" + domain + "?subject=unsubscribe%20" + token
}

// within reports whether a host is a domain or below it.
func within(host, domain string) bool {
	host, domain = strings.ToLower(host), strings.ToLower(domain)
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// feedbackID is what mailbox providers sum up complaints by: the issue, the
// stream, and last the sender in 5 to 15 signs, the same for all mails (Gmail's
// feedback loop). It names no reader.
func (p *plate) feedbackID() string {
	sender := sha256.Sum256([]byte(strings.ToLower(p.domain)))
	campaign := KindLetter
	if p.mailing.Kind == KindIssue {
		campaign = fmt.Sprintf("%s%d", KindIssue, p.mailing.Issue)
	}
	return campaign + ":" + p.mailing.Kind + ":weekward:" + hex.EncodeToString(sender[:6])
}

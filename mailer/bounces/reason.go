package bounces

import "strings"

// A Reason says why a mail did not arrive, as far as it can be told. The
// reason of a complaint is the feedback type of its report.
type Reason string

// The reasons of failures.
const (
	NoSuchUser Reason = "no such user"
	NoSuchHost Reason = "no such host"
	Moved      Reason = "moved"
	NoMail     Reason = "takes no mail" // the host says that it never does (RFC 7504, 7505)
	Full       Reason = "mailbox full"  // quota of a person or of a disk
	Disabled   Reason = "disabled"      // locked, suspended, inactive: accounts come back
	TooBig     Reason = "too big"       // of the mail
	Content    Reason = "content"       // spam, a virus, a broken header: it is the mail
	Blocked    Reason = "blocked"       // it is us: blocked, not authenticated, too fast, no relaying
	Expired    Reason = "expired"       // tried for days
	Network    Reason = "network"       // not reached, a loop
	Other      Reason = "other"
)

// bad tells a reason that speaks against the address itself.
func (r Reason) bad() bool { return r == NoSuchUser || r == NoSuchHost || r == Moved || r == NoMail }

// Ours tells a refusal of what all mails of an issue share: it says nothing
// about the reader.
func (r Reason) Ours() bool { return r == Content || r == Blocked || r == TooBig }

// phrases are what mail systems say, by reason. They are matched against
// text in lower case without addresses and links. The order of reasons is the
// order of looking: what would wrongly suppress somebody comes last, so that
// "user unknown or over quota" is a full mailbox.
var phrases = []struct {
	reason Reason
	said   []string
}{
	{Full, []string{
		"mailbox full", "mailbox is full", "mailbox was full", "mail box full", "mail box is full", "mailfolder is full", "inbox is full", "inbox full", "folder is full",
		"over quota", "overquota", "quota exceeded", "quota exceed", "exceeded quota", "exceeds quota", "exceeding quota", "over the quota", "out of quota", "quota full", "quota is full",
		"exceeded storage", "storage quota", "exceeded its quota", "exceeded their quota", "exceeded the quota", "exceeded his", "disk quota", "disc quota", "quota violation", "over disk quota",
		"over the allowed quota", "overdrawn", "exceeded the space", "exceed the quota", "storage limit", "not enough storage", "insufficient storage", "insufficient system storage",
		"storage allocation", "mailbox size limit", "mailbox exceeds", "mailbox has exceeded", "mailbox exceeded", "exceeded mailbox", "exceed mailbox", "exceeds its maximum storage", "exceeds allowed size", "is over its",
		"no space left", "not enough disk", "disk full", "disk is full", "full disk", "maildir over", "user is over", "too many messages on this mailbox", "too much mail data", "not able to receive any more mail",
		"mailbox space", "exceeded the local limit", "in recipient s mailbox exceeded", "out of storage", "boite du destinataire pleine", "boite mail pleine", "postfach ist voll", "mailbox voll", "speicherplatz", "buzon lleno", "casella piena", "mailbox temporarily full", "boite aux lettres pleine",
	}},
	{TooBig, []string{
		"message size exceeds", "message too large", "message too big", "message is too big", "message is too large", "size exceeds", "mail size limit", "size limit exceeded", "too large for this recipient",
		"exceeded maximum inbound message size", "message length exceeds", "maximum message size", "exceeds maximum", "exceeds the maximum", "larger than the maximum", "larger than the current", "size of this message", "mail is too large", "message header size",
		"message size limit", "max message size", "exceeds size limit", "exceeds the size limit", "limit for message size", "recipsizelimit", "sizelimit",
	}},
	{Content, []string{
		"spam message", "spam content", "spam detected", "spam score", "as spam", "is spam", "like spam", "probable spam", "possible spam", "be spam", "spam rejected", "spam policy", "spam filter", "antispam", "anti-spam", "spam classification", "spamassassin",
		"considered spam", "identified as spam", "suspected spam", "message content rejected", "content rejected", "content filter", "contentrejected", "unsolicited", "junk mail", "junk e-mail", "bulk mail", "bulk email", "gtube", "mcspamsignature",
		"virus", "malware", "infected", "dangerous attachment", "prohibited attachment", "banned file", "blocked attachment", "executable", "attachment type", "phishing", "suspicious url", "header error", "illegal attachment", "attachments are not",
		"rfc 5322", "rfc 2822", "rfc822", "rfc 822", "not rfc", "not compliant", "noncompliant", "non-compliant", "missing header", "missing from", "multiple from", "bare lf", "bare <lf", "bare cr", "bare linefeed", "message contains", "invalid header", "malformed", "conversion is required", "not supported by destination",
		"message rejected due to content", "due to content", "objectionable content", "message refused by", "message looks", "scored too high", "ube,", "uce ", "message failed",
	}},
	{Blocked, []string{
		"sender address rejected", "sender rejected", "sender denied", "sender verify", "sender domain", "domain of sender", "sender s domain", "senders domain", "invalid sender", "sender address", "sender is ", "sender not ", "from address", "bad sender", "rejected mail from", "mail from", "envelope from", "return path", "purported", "from domain", "unknown sender", "not your domain",
		"blocked", "blacklist", "black list", "blocklist", "block list", "denylist", "deny list", "block-list", "blackhole", "dnsbl", " rbl", "rbl ", "spamhaus", "spamcop", "sorbs", "barracuda", "cloudmark", "proofpoint", "senderscore", "real-time", "listed at", "is listed", "are listed", "been listed", "listed in dns", "listed on", "currently listed", "banned", "reputation", "poor score", "abuse", "abusive", "complaint", "unwanted", "untrusted",
		"spf", "dkim", "dmarc", "authenticat", "unauthenticated", "unauthorized", "not authorized", "not authorised", "not permitted", "permission", "not allowed", "prohibited", "forbidden", "authorized only", "only authorized",
		"reverse dns", "rdns", "ptr ", "ptr record", "no ptr", "reverse lookup", "reverse host", "reverse address", "mismatches client ip", "client host", "client ip", "dynamic ip", "dynamic address", "residential", "dialup", "dial-up", "fix reverse", "ip name lookup", "ip address", "your ip", "sending ip", "your host", "your server", "your mail server", "your mta", " helo", " ehlo", "my name was rejected", "hostname", "unresolvable", "cannot resolve your",
		"relay", "we do not relay", "not our customer", "not local", "gateway", "too many", "rate limit", "ratelimit", "rate of", "frequency limited", "throttl", "too fast", "too quickly", "unusual rate", "limit exceeded", "exceeded the rate", "exceeded your", "connection limit", "concurrent", "volume", "slow down",
		"policy", "policies", "refused by", "service refused", "access denied", "access refused", "connection refused by", "administrative", "administrator", "security", "tls required", "encrypt", "starttls", "greylist", "graylist", "grey listed", "deferred due", "suspicious", "filtered", "restricted", "restriction", "denied by", "denied due", "not accepted from", "refuse to", "refusing", "refused mail", "rejected by the", "closed group", "not a member", "not member", "delivery not authorized", "not have permission", "moderated", "password", "quarantine", "rejected for", "rejected due", "spam",
	}},
	{Disabled, []string{
		"disabled", "suspended", "suspension", "inactive", "deactivated", "locked", "not active", "no longer active", "account expired", "user expired", "account has expired", "temporarily unavailable", "temporary unavailable", "on hold", "is not currently", "not available at this time", "currently not accepting", "not accepting messages", "not accepting mail", "not currently accepting", "discontinued", "dormant", "unconfirmed", "on vacation",
	}},
	{NoSuchHost, []string{
		"host unknown", "unknown host", "host not found", "no such host", "host or domain name not found", "domain not found", "no such domain", "unknown domain", "domain does not exist", "domain doesn t exist", "non-existent domain", "nonexistent domain", "illegal host", "domain is not reachable", "name not found", "name or service not known", "host name lookup", "domain may not exist", "bad destination system", "domain name not found", "unrouteable mail domain", "invalid domain", "bad domain", "couldn t find any host", "could not find any host", "cannot find your recipient s domain", "domain isn t", "unable to resolve",
		"host does not exist", "domain unknown", "domain lookup failed", "no mx", "no a record", "nxdomain", "name service error",
	}},
	{NoSuchUser, []string{
		"user unknown", "unknown user", "no such user", "user not found", "user not known", "user does not exist", "user doesn t exist", "user doesn t have", "user not exist", "user is unknown", "not a known user", "not a valid user", "no such a user", "invalid user", "delivery userid", "unknown userid", "bad user", "user invalid", "user not listed", "not listed in", "user name unknown", "username not", "local user",
		"no mailbox", "no such mailbox", "mailbox not found", "mailbox unavailable", "mailbox unknown", "mailbox does not exist", "unknown mailbox", "invalid mailbox", "mailbox not exist", "mailbox is inactive", "mailbox name not allowed", "mailbox invalid", "not a valid mailbox", "does not have a mailbox", "bad destination mailbox", "no mail box", "mailbox isn t", "mailbox not available", "mail box not found",
		"recipient unknown", "unknown recipient", "no such recipient", "recipient not found", "recipient does not exist", "recipient not exist", "recipient doesn t exist", "invalid recipient", "recipient invalid", "recipient name is not recognized", "recipient is not", "recipient not recognized", "unrecognized recipient", "recipientnotfound", "recipnotfound", "bad recipient", "no valid recipient", "not a valid recipient", "recipient address unknown", "recipients are unknown", "recipient no longer", "recipient is unknown", "delivery to the following recipient failed permanently: the email account",
		"address unknown", "unknown address", "no such address", "address not found", "address does not exist", "address doesn t exist", "invalid address", "address invalid", "bad address", "address you entered", "address is not valid", "address could not be found", "address wasn t found", "address was not found", "address couldn t be found", "address not known", "no longer valid", "not a valid address", "address is unknown", "address error", "inactive email address", "bad destination email address", "address not recognised", "undeliverable address", "nonexistent", "non-existent", "email address is possibly incorrect",
		"account does not exist", "no such account", "account not found", "unknown account", "account that you tried to reach does not exist", "account is invalid", "account has been deleted", "account closed", "account deleted", "not a valid account", "no longer available", "does not exist", "doesn t exist", "not exist", "do not exist", "no longer employed", "no longer with", "no longer in use", "not our user", "not in our", "no one here", "nobody here", "not known here", "no such person", "unknown local part", "unknown local-part", "unknown or illegal alias", "unknown alias", "unrouteable address", "unroutable address", "unrouteable", "mailing list does not", "no such list", "not found in directory", "can t be found", "could not be found", "couldn t be found", "cannot be found", "destinataire inconnu", "empfanger unbekannt", "benutzer unbekannt", "usuario desconocido", "utente sconosciuto", "destinataire invalide", "usuario no existe", "nicht vorhanden", "no valid recipients", "all recipient addresses rejected",
	}},
	{NoMail, []string{
		"does not accept mail", "doesn t accept mail", "doesn t receive email", "does not receive mail", "does not receive email", "never accepts", "null mx", "nullmx", "does not accept any mail", "smtp protocol returned a permanent error: no mail", "accepts no mail", "no mail accepted", "domain does not accept",
	}},
	{Moved, []string{"has moved", "user has moved", "new address", "address has changed", "moved to", "forwarding address"}},
	{Expired, []string{
		"expired", "queue too long", "retry timeout", "retry time", "delivery time", "too long in queue", "in the queue too long", "delivery attempts", "has been delayed", "is delayed", "not yet been delivered", "could not send message for", "cannot send message for", "cannot send message within", "time limit", "timeout exceeded", "gave up", "giving up on", "aborted after", "will be retried", "still be retried", "not been delivered within",
	}},
	{Network, []string{
		"timed out", "timeout", "time out", "connection refused", "connection reset", "no route", "network", "hop count", "too many hops", "routing loop", "mail loop", "loop", "loops back", "lost connection", "unreachable", "connection failed", "couldn t connect", "could not connect", "unable to connect", "connect to", "dns error", "connection dropped", "broken pipe", "not responding",
	}},
}

// vague are words that many systems put before any refusal at RCPT. They count
// only beside a code that says the address is bad.
var vague = []string{"recipient address rejected", "recipient rejected", "address rejected", "recipient unavailable", "does not like recipient", "address is incorrect", "check if address is correct", "rejected recipient", "local part"}

// reasonOf looks a text up. A status that names a bad address lets the words
// for it go before the words about us, which stand in many footers.
func reasonOf(words string, c code) Reason {
	if words == "" {
		return Other
	}
	if c.class == 5 && c.subject == 4 && c.detail == 1 && strings.Contains(words, "recipient address rejected: access denied") {
		return NoSuchUser // Exchange Online's directory says so of addresses it does not know
	}
	if c.names() && (saysAny(words, wordsFor(NoSuchUser)) || saysAny(words, vague)) && !saysAny(words, wordsFor(Full)) {
		return NoSuchUser
	}
	for _, p := range phrases {
		if saysAny(words, p.said) {
			return p.reason
		}
	}
	return Other
}

func wordsFor(r Reason) []string {
	for _, p := range phrases {
		if p.reason == r {
			return p.said
		}
	}
	return nil
}

func saysAny(words string, said []string) bool {
	for _, phrase := range said {
		if strings.Contains(words, phrase) {
			return true
		}
	}
	return false
}

// names tells the codes that say the address is bad (RFC 3463, 3.2; 5.1.10 is
// RFC 7505's).
func (c code) names() bool {
	return c.class == 5 && c.subject == 1 && (c.detail == 1 || c.detail == 2 || c.detail == 3 || c.detail == 6 || c.detail == 10)
}

// reasonOfCode is what a code says where no words do.
func reasonOfCode(c code) Reason {
	switch {
	case c.subject == 1 && (c.detail == 1 || c.detail == 3):
		return NoSuchUser
	case c.subject == 1 && c.detail == 2:
		return NoSuchHost
	case c.subject == 1 && c.detail == 6:
		return Moved
	case c.subject == 1 && c.detail == 10:
		return NoMail
	case c.subject == 2 && c.detail == 1:
		return Disabled
	case c.subject == 2 && c.detail == 2, c.subject == 3 && c.detail == 1:
		return Full
	case c.subject == 2 && c.detail == 3, c.subject == 3 && c.detail == 4:
		return TooBig
	case c.subject == 4 && c.detail == 7:
		return Expired
	case c.subject == 4:
		return Network
	case c.subject == 6:
		return Content
	case c.subject == 7:
		return Blocked
	}
	return Other
}

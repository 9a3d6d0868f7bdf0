package mailer

// sender is whom the envelope of a claim's message comes from: the mailbox
// that bounces go to, with a token of the one reader where that is set up. It
// is the same for every try.
func (p *plate) sender(c Claim) string {
	if c.from != "" {
		return c.from
	}
	if p.returns != nil {
		if from := p.returns(p.mailing.Issue, c.To.ID); from != "" {
			return from
		}
	}
	return p.bounces
}

// returns are the parameters of MAIL and RCPT that say what a server shall
// send back (RFC 3461).
type returns struct{ mail, rcpt string }

// returnsOver asks for little, where the relay offers to be asked: a report
// when a mail has failed, not one for every hour it is late, and in it the head
// of the mail only, which proves whose it was. A whole issue for each bad
// address of a long list is what fills a mailbox, and holds what a reader
// chose to read. Relays ask the next one the same; where that knows nothing of
// it, bounces come as they always did. ENVID and ORCPT are not sent: the token
// in the envelope's sender does their work, and comes back from everywhere.
func returnsOver(offered bool) returns {
	if !offered {
		return returns{}
	}
	return returns{mail: " RET=HDRS", rcpt: " NOTIFY=FAILURE"}
}

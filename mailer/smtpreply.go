package mailer

import (
	"bytes"
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
)

// appendEnvelope writes the three commands that announce a message. Content is
// 7bit and addresses are ASCII, so that nothing asks the relay for SMTPUTF8,
// which the next one on the way may lack.
func appendEnvelope(dst []byte, e Envelope, r returns) []byte {
	dst = append(append(append(append(dst, "MAIL FROM:<"...), e.From...), '>'), r.mail...)
	dst = append(append(append(append(dst, "\r\nRCPT TO:<"...), e.To...), '>'), r.rcpt...)
	return append(dst, "\r\nDATA\r\n"...)
}

// appendStuffed writes content so that no line of it looks like its end (RFC
// 5321, 4.5.2), and ends its last line.
func appendStuffed(dst, data []byte) []byte {
	if bytes.HasPrefix(data, []byte(".")) {
		dst = append(dst, '.')
	}
	for {
		i := bytes.Index(data, []byte("\r\n."))
		if i < 0 {
			break
		}
		dst = append(append(dst, data[:i+3]...), '.')
		data = data[i+3:]
	}
	dst = append(dst, data...)
	if !bytes.HasSuffix(dst, []byte("\r\n")) {
		dst = append(dst, "\r\n"...)
	}
	return dst
}

// A reply is what the relay said to one command. Its text is good until the
// next one is read.
type reply struct {
	code int
	text []byte
}

// The bounds of a reply: a relay has no reason to say more.
const (
	mostReplyLines = 100
	mostReplyText  = 1000
)

var errNoReply = errors.New("the relay's words are no reply")

// read reads one reply, of one line or several (RFC 5321, 4.2.1).
func (c *smtpConn) read() (reply, error) {
	c.text = c.text[:0]
	for range mostReplyLines {
		line, err := c.client.Text.R.ReadSlice('\n')
		if err != nil {
			return reply{}, err
		}
		line = bytes.TrimRight(line, "\r\n")
		code, more, ok := replyCode(line)
		if !ok {
			return reply{}, errNoReply
		}
		if len(line) > 4 && len(c.text) < mostReplyText {
			if len(c.text) > 0 {
				c.text = append(c.text, ' ')
			}
			c.text = append(c.text, line[4:]...)
		}
		if !more {
			return reply{code, c.text}, nil
		}
	}
	return reply{}, fmt.Errorf("%w: it has more than %d lines", errNoReply, mostReplyLines)
}

// replyCode reads the beginning of a reply's line.
func replyCode(line []byte) (code int, more, ok bool) {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, false, false
	}
	for _, b := range line[:3] {
		if b < '0' || b > '9' {
			return 0, false, false
		}
		code = 10*code + int(b-'0')
	}
	return code, len(line) > 3 && line[3] == '-', code >= 200 && code < 600
}

// refusal returns what a reply means at a stage; nil is the wanted one. A
// reply out of step is as good as none.
func (r reply) refusal(stage Stage) *DeliveryError {
	wanted := 2
	if stage == StageData {
		wanted = 3
	}
	if r.code/100 == wanted {
		return nil
	}
	return classify(stage, &textproto.Error{Code: r.code, Msg: string(r.text)})
}

// enhancedCode is at the start of a reply's text (RFC 2034).
var enhancedCode = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}\b`)

// classify turns what go-mail returned at a stage into a *DeliveryError. Its
// own errors say IsTemp false for every lost connection, so they are not
// asked.
func classify(stage Stage, err error) *DeliveryError {
	e := &DeliveryError{Stage: stage, Err: err}
	var reply *textproto.Error
	if !errors.As(err, &reply) || reply.Code < 400 {
		return e // a reply out of step is as good as none
	}
	e.Code, e.Reply = reply.Code, clip(oneLine(reply.Msg), longestReply)
	e.Permanent = reply.Code >= 500
	e.Enhanced = enhancedCode.FindString(e.Reply)
	return e
}

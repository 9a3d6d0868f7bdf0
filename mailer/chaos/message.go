package chaos

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"net"
	"net/mail"
	"strings"
	"time"
)

// mail takes the sender. Its faults are drawn for the recipient when RCPT came
// along with it; where it did not, nobody knows yet whose try this is.
func (s *session) mail() bool {
	s.begun, s.announced = false, false
	if !s.greeted {
		return s.say(503, "5.5.1", "who are you?")
	}
	if s.options.TLS != nil && !s.secure {
		return s.say(530, "5.7.0", "STARTTLS first")
	}
	if most := s.options.PerConnection; most > 0 && s.carried >= most {
		s.turnAway()
		s.say(421, "4.7.0", "enough over one connection")
		return false
	}
	together := s.peek()
	s.try = s.next(s.to)
	switch {
	case s.hit(Mail421, 421):
		s.say(421, "4.3.2", "busy")
		return false
	case s.hit(MailHang, 0):
		return s.hang()
	case s.hit(Mail451, 451):
		return s.say(451, "4.3.0", "later")
	case s.hit(Mail550, 550):
		return s.say(550, "5.7.1", "not from you")
	case together && s.hit(PipeDrop, 0):
		return false
	case together && s.hit(PipeShuffle, 0):
		s.r.ReadString('\n') //nolint:errcheck // it is there
		s.r.ReadString('\n') //nolint:errcheck // the next read says it
		s.say(354, "", "go ahead")
		s.say(250, "2.1.0", "sender ok")
		return s.say(250, "2.1.5", "recipient ok")
	}
	s.begun = true
	return s.say(250, "2.1.0", "sender ok")
}

// peek looks whether RCPT came along with MAIL, and whom it names. What a
// sender writes at once may come in pieces, so that it looks for a moment.
func (s *session) peek() bool {
	s.to = ""
	if s.options.NoPipelining {
		return false
	}
	s.raw.SetReadDeadline(time.Now().Add(20 * time.Millisecond)) //nolint:errcheck // then it waits
	defer s.raw.SetReadDeadline(time.Time{})                     //nolint:errcheck // see above
	for n := 1; ; n = s.r.Buffered() + 1 {
		_, err := s.r.Peek(n)
		waiting, _ := s.r.Peek(s.r.Buffered())
		line, _, whole := bytes.Cut(waiting, []byte("\r\n"))
		if whole && bytes.HasPrefix(line, []byte("RCPT TO:")) {
			s.to = path(string(line))
			return true
		}
		if err != nil || whole {
			return false
		}
	}
}

func (s *session) rcpt(argument string) bool {
	s.to = path(argument)
	s.try = s.next(s.to)
	switch {
	case !s.begun:
		return s.say(503, "5.5.1", "MAIL first")
	case s.hit(Rcpt421, 421):
		s.say(421, "4.3.2", "busy")
		return false
	case s.hit(RcptHang, 0):
		return s.hang()
	case s.hit(RcptDrop, 0):
		return false
	case s.hit(Rcpt450, 450):
		return s.say(450, "4.7.1", "greylisted, come again")
	case s.hit(Rcpt451, 451):
		return s.say(451, "4.3.0", "later")
	case s.hit(Rcpt550, 550):
		return s.say(550, "5.1.1", "no such mailbox")
	case s.hit(RcptPolicy, 550):
		return s.say(550, "5.7.1", "relaying denied")
	case s.hit(RcptFull, 552):
		return s.say(552, "5.2.2", "mailbox full")
	case !s.room():
		s.note(Entry{Conn: s.number, To: s.to, Try: s.try, Code: 451})
		return s.say(451, "4.7.0", "too many messages, slow down")
	}
	s.announced = true
	return s.say(250, "2.1.5", "recipient ok")
}

func (s *session) data() bool {
	switch {
	case !s.announced:
		return s.say(503, "5.5.1", "no recipient")
	case s.hit(DataHang, 0):
		return s.hang()
	case s.hit(Data451, 451):
		return s.say(451, "4.3.0", "later")
	case s.hit(Data554, 554):
		return s.say(554, "5.5.0", "no")
	case s.hit(Premature, 0):
		s.print("354 go ahead\r\n250 2.0.0 taken\r\n")
		s.r.Discard(100) //nolint:errcheck // it was never looked at
		return false
	}
	if !s.say(354, "", "go ahead") {
		return false
	}
	content, ok := s.content()
	if !ok {
		return false
	}
	s.begun, s.announced = false, false
	return s.end(content)
}

// content reads up to the lonely dot. It reports false when it broke off.
func (s *session) content() ([]byte, bool) {
	var b []byte
	stop, fault := s.cut()
	for {
		line, err := s.r.ReadSlice('\n')
		b = append(b, line...)
		if fault != "" && len(b) >= stop {
			s.breakOff(fault)
			return nil, false
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			if len(b) > 0 { // else it was only announced, and withdrawn
				s.note(Entry{Conn: s.number, To: s.to, Try: s.try})
			}
			return nil, false
		}
		if bytes.Equal(b, []byte(".\r\n")) || bytes.HasSuffix(b, []byte("\r\n.\r\n")) {
			return bytes.ReplaceAll(bytes.TrimPrefix(b[:len(b)-3], []byte(".")), []byte("\r\n.."), []byte("\r\n.")), true
		}
	}
}

// cut says at which octet the content is to be broken off, if at all.
func (s *session) cut() (octet int, f Fault) {
	for _, f := range []Fault{ContentDrop, ContentReset, ContentStall, Content552} {
		if s.drawn(f, s.to, s.try) {
			return int(s.chance(f+" at", s.to, s.try) * 4000), f
		}
	}
	return 0, ""
}

func (s *session) breakOff(f Fault) {
	e := Entry{Conn: s.number, To: s.to, Try: s.try, Fault: f}
	if f == Content552 {
		e.Code = 552
	}
	s.note(e)
	switch f {
	case ContentReset:
		if tcp, ok := s.raw.(*net.TCPConn); ok {
			tcp.SetLinger(0) //nolint:errcheck // then it is a drop
		}
	case ContentStall:
		<-s.done
	case Content552:
		s.say(552, "5.3.4", "too big")
	}
}

// end answers a whole message.
func (s *session) end(content []byte) bool {
	switch {
	case s.options.Size > 0 && len(content) > s.options.Size:
		s.note(Entry{Conn: s.number, To: s.to, Try: s.try, Code: 552})
		return s.say(552, "5.3.4", "too big")
	case s.hit(End451, 451):
		return s.say(451, "4.3.0", "later")
	case s.hit(End452, 452):
		return s.say(452, "4.3.1", "disk full")
	case s.hit(End552, 552):
		return s.say(552, "5.3.4", "too big")
	case s.hit(End554, 554):
		return s.say(554, "5.7.1", "content refused")
	case s.hit(End421, 421):
		s.say(421, "4.3.2", "busy")
		return false
	}
	return s.take(content)
}

// take keeps a message, and says so or not.
func (s *session) take(content []byte) bool {
	e := Entry{Conn: s.number, To: s.to, Try: s.try, Taken: true, Sum: sha256.Sum256(content), Code: 250}
	if m, err := mail.ReadMessage(bytes.NewReader(content)); err == nil {
		e.MessageID = m.Header.Get("Message-Id")
	}
	for _, f := range []Fault{EndDrop, EndHang, EndGarbage, EndSlow, EndThen421, EndThenDrop} {
		if s.drawn(f, s.to, s.try) {
			e.Fault = f
			break
		}
	}
	if e.Fault == EndDrop || e.Fault == EndHang || e.Fault == EndGarbage {
		e.Code = 0
	}
	s.carried++
	s.note(e)
	return s.answer(e.Fault)
}

func (s *session) answer(f Fault) bool {
	switch f {
	case EndDrop:
		return false
	case EndHang:
		return s.hang()
	case EndGarbage:
		return s.print("taken, I think\r\n")
	case EndSlow:
		select {
		case <-time.After(s.late()):
		case <-s.done:
		}
	}
	said := s.say(250, "2.0.0", "taken")
	if f == EndThen421 {
		s.say(421, "4.3.2", "and now goodbye")
	}
	return said && f != EndThen421 && f != EndThenDrop
}

// path is the address in the argument of MAIL or RCPT.
func path(argument string) string {
	_, rest, _ := strings.Cut(argument, "<")
	address, _, _ := strings.Cut(rest, ">")
	return address
}

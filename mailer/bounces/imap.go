package bounces

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// An IMAP mailbox (RFC 9051). There is no way round TLS but to a server on
// this machine.
type IMAP struct {
	Host        string // as in the certificate
	Address     string // host:port
	ImplicitTLS bool   // TLS from the first octet, not STARTTLS
	User        string
	Password    string
	Folder      string        // INBOX when ""
	Done        string        // folder for mails that were understood; "" marks them as read, and leaves out what is marked
	Timeout     time.Duration // of the whole visit; 5 minutes when 0
	TLS         *tls.Config   // nil is the usual; for servers with a certificate of their own
}

// Each implements Mailbox. Mails are fetched one at a time and keep their
// marks until they are filed.
func (b *IMAP) Each(ctx context.Context, handle Handler) error {
	timeout := b.Timeout
	if timeout <= 0 {
		timeout = 5 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", b.Address)
	if err != nil {
		return fmt.Errorf("open the bounce mailbox: %w", err)
	}
	defer conn.Close()
	// The client knows no contexts: closing is what stops it.
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	err = b.converse(ctx, conn, handle)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("read the bounce mailbox: %w", err)
	}
	return nil
}

// converse logs in, goes through the folder and says goodbye.
func (b *IMAP) converse(ctx context.Context, conn net.Conn, handle Handler) error {
	c, err := b.login(conn)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := b.visit(ctx, c, handle); err != nil {
		return err
	}
	return c.Logout().Wait()
}

// login negotiates TLS and logs in.
func (b *IMAP) login(conn net.Conn) (c *imapclient.Client, err error) {
	options := &imapclient.Options{TLSConfig: b.tlsConfig()}
	switch {
	case b.ImplicitTLS:
		c = imapclient.New(tls.Client(conn, b.tlsConfig()), options)
	case isLoopback(b.Host):
		c = imapclient.New(conn, options)
	default:
		if c, err = imapclient.NewStartTLS(conn, options); err != nil {
			return nil, err
		}
	}
	if err := c.Login(b.User, b.Password).Wait(); err != nil {
		c.Close()
		return nil, fmt.Errorf("log in: %w", err)
	}
	return c, nil
}

func (b *IMAP) tlsConfig() *tls.Config {
	if b.TLS != nil {
		return b.TLS.Clone()
	}
	return &tls.Config{ServerName: b.Host, MinVersion: tls.VersionTLS12}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// visit goes through the folder.
func (b *IMAP) visit(ctx context.Context, c *imapclient.Client, handle Handler) error {
	folder := b.Folder
	if folder == "" {
		folder = "INBOX"
	}
	if _, err := c.Select(folder, nil).Wait(); err != nil {
		return fmt.Errorf("open folder %s: %w", folder, err)
	}
	waiting := imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagDeleted}}
	if b.Done == "" {
		waiting.NotFlag = append(waiting.NotFlag, imap.FlagSeen)
	}
	found, err := c.UIDSearch(&waiting, nil).Wait()
	if err != nil {
		return fmt.Errorf("list folder %s: %w", folder, err)
	}
	for _, uid := range found.AllUIDs() {
		data, err := fetch(c, uid)
		if err != nil {
			return fmt.Errorf("fetch mail %d: %w", uid, err)
		}
		if data == nil {
			continue // gone since
		}
		understood, err := handle(ctx, strconv.FormatUint(uint64(uid), 10), data)
		if err != nil {
			return err
		}
		if !understood {
			continue
		}
		if err := b.file(c, uid); err != nil {
			return fmt.Errorf("file mail %d: %w", uid, err)
		}
	}
	return nil
}

// fetch reads the beginning of one mail and leaves its marks alone.
func fetch(c *imapclient.Client, uid imap.UID) ([]byte, error) {
	section := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: maxMail}}
	got, err := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil || len(got) == 0 {
		return nil, err
	}
	for _, s := range got[0].BodySection {
		return s.Bytes, nil
	}
	return nil, nil
}

// file moves a mail to the folder Done, or marks it as read. Where the server
// cannot move, nothing is deleted before the copy is there.
func (b *IMAP) file(c *imapclient.Client, uid imap.UID) error {
	one := imap.UIDSetNum(uid)
	if b.Done == "" {
		return mark(c, one, imap.FlagSeen)
	}
	err := b.move(c, one)
	var refused *imap.Error
	if errors.As(err, &refused) && refused.Type == imap.StatusResponseTypeNo { // the folder is not there yet
		if createErr := c.Create(b.Done, nil).Wait(); createErr != nil {
			return err
		}
		err = b.move(c, one)
	}
	return err
}

func (b *IMAP) move(c *imapclient.Client, one imap.UIDSet) error {
	if c.Caps().Has(imap.CapMove) {
		_, err := c.Move(one, b.Done).Wait()
		return err
	}
	if _, err := c.Copy(one, b.Done).Wait(); err != nil {
		return err
	}
	if err := mark(c, one, imap.FlagDeleted); err != nil {
		return err
	}
	if c.Caps().Has(imap.CapUIDPlus) {
		return c.UIDExpunge(one).Close()
	}
	return nil // what is marked as deleted is not read again
}

func mark(c *imapclient.Client, one imap.UIDSet, flag imap.Flag) error {
	return c.Store(one, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{flag}}, nil).Close()
}

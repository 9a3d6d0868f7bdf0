package news

import (
	"strings"
	"testing"
)

// longText is long enough to be laid aside, and holds what is decoded.
const (
	longText    = `Nurses &amp; clerks of four hospitals tried &lt;b&gt;one&lt;/b&gt; shared record for a whole year`
	longTextRed = `Nurses & clerks of four hospitals tried one shared record for a whole year`
)

func TestTextsLaidAsideComeBack(t *testing.T) {
	item := func(fields string) string { return rssOf(`<item><guid>1</guid>` + fields + `</item>`) }
	entry := func(fields string) string {
		return `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>` + fields + `</entry></feed>`
	}
	tests := []struct{ name, document, summary, content string }{
		{"description", item(`<description> ` + longText + ` </description>`), longTextRed, ""},
		{"content:encoded", item(`<content:encoded>` + longText + `</content:encoded>`), "", longTextRed},
		{"both, in capitals", item(`<Description>` + longText + `</Description><CONTENT:Encoded>` + longText + `</CONTENT:Encoded>`), longTextRed, ""},
		{"CDATA and text in turn", item(`<description>&lt;p>` + longText + `<![CDATA[ &amp; <i>more</i>]]> &amp;amp; more</description>`), longTextRed + " & more & more", ""},
		{"an own element within", item(`<description>` + longText + `<br/>` + longText + `</description>`), longTextRed + " " + longTextRed, ""},
		{"summary and content of Atom", entry(`<summary>` + longText + `</summary><content type="html">` + longText + `</content>`), longTextRed, longTextRed},
		{"XHTML in Atom", entry(`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">` + strings.Repeat("<p>one</p> ", 20) + `</div></content>`), "", strings.TrimSpace(strings.Repeat("one ", 20))},
		{"in another namespace", item(`<description xmlns="https://example.org/ns">` + longText + `</description>`), "", ""},
		{"words that look like a ticket", item(`<description>` + ticketMark + `0</description><content:encoded>` + longText + `</content:encoded>`), ticketMark + "0", longTextRed},
		{"no end", `<rss><channel><item><guid>1</guid><description>` + longText, longTextRed, ""},
	}
	for _, tt := range tests {
		feed := understand(t, tt.document)
		if len(feed.Entries) != 1 {
			t.Errorf("%s: Understand(%s) gives %d entries, want 1", tt.name, tt.document, len(feed.Entries))
			continue
		}
		e := feed.Entries[0]
		if got := e.Summary.Text(); got != tt.summary {
			t.Errorf("%s: Understand(%s): summary %q, want %q", tt.name, tt.document, got, tt.summary)
		}
		if got := e.Content.Text(); got != tt.content {
			t.Errorf("%s: Understand(%s): content %q, want %q", tt.name, tt.document, got, tt.content)
		}
	}
}

func TestNoTicketIsEverRead(t *testing.T) {
	body := `<item><guid>1</guid><title>T</title><description>` + longText + `</description></item>`
	for _, document := range []string{
		`<rss><channel><description>Wards ` + body + `</description></channel></rss>`,
		`<rss><channel><copyright>Wards ` + body + `</copyright>` + body + `</channel></rss>`,
		`<rss><channel><item><author>` + body + `</author></item></channel></rss>`,
		`<feed xmlns="http://www.w3.org/2005/Atom"><rights type="html">Wards <entry><summary>` + longText + `</summary></entry></rights></feed>`,
		`<rss xmlns:media="http://search.yahoo.com/mrss/"><channel><item xmlns="http://search.yahoo.com/mrss/">` + body + `</item></channel></rss>`,
	} {
		feed := understand(t, document)
		texts := []string{feed.Title, feed.Description.HTML(), feed.Copyright, feed.Author}
		for _, e := range feed.Entries {
			texts = append(texts, e.Title, e.Author, e.Summary.HTML(), e.Content.HTML())
		}
		if all := strings.Join(texts, "\n"); strings.Contains(all, ticketMark) {
			t.Errorf("Understand(%s) shows a ticket: %s", document, all)
		}
	}
}

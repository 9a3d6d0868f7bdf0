package news

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestRepairMakesWellFormedXML(t *testing.T) {
	tests := []struct{ name, document, want string }{
		{"well-formed stays", `<rss><channel><title>A &amp; B</title></channel></rss>`, `<rss><channel><title>A &amp; B</title></channel></rss>`},
		{"prologue goes", "junk<?xml version='1.0'?><!-- <rss> --><!DOCTYPE rss [<!ENTITY a '>'>]><rss></rss>junk", `<rss></rss>`},
		{"page around it goes", `<html><body><rss></rss></body></html>`, `<rss></rss>`},
		{"empty element", `<rss><item/></rss>`, `<rss><item></item></rss>`},
		{"bare ampersand", `<rss>Q&A &nbsp; &copy &#x41; &#0;</rss>`, "<rss>Q&amp;A \u00a0 &amp;copy A </rss>"},
		{"entities in capitals", `<rss>&LT;b&GT; &AMP;lt; &nvlt;</rss>`, "<rss>&lt;b&gt; &amp;lt; &lt;\u20d2</rss>"},
		{"bare less-than", `<rss>1 < 2 <3 <a@b></rss>`, `<rss>1 &lt; 2 &lt;3 &lt;a@b&gt;</rss>`},
		{"attributes without quotes", `<rss version=2.0 a='"' a=2 checked></rss>`, `<rss version="2.0" a="&#34;" checked="checked"></rss>`},
		{"space between fields", "<rss>\n<channel>\n <item>\n<title> A </title>\n</item>\n</channel>\n</rss>", `<rss><channel><item><title> A </title></item></channel></rss>`},
		{"left open", `<rss><channel><item><guid>1</guid><description>T`, `<rss><channel><item><guid>1</guid><description>T</description></item></channel></rss>`},
		{"cut off in a tag", `<rss><item><guid>1</guid><enclo url="x`, `<rss><item><guid>1</guid>&lt;enclo url="x</item></rss>`},
		{"cut off in a title", `<rss><channel><item><guid>1</guid><title>Nurses tr`, `<rss><channel><item><guid>1</guid></item></channel></rss>`},
		{"cut off before the link", `<rss><channel><item><guid>1</guid></item><item><title>T</title><link>https://exa`, `<rss><channel><item><guid>1</guid></item></channel></rss>`},
		{"cut off after the link", `<feed><entry><link href="https://example.org/1"/><title>T</title><upd`, `<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="https://example.org/1"></link><title>T</title>&lt;upd</entry></feed>`},
		{"end without beginning", `<rss></b><i>x</i></rss>`, `<rss><i>x</i></rss>`},
		{"closed in another order", `<rss><b><i>x</b></i></rss>`, `<rss><b><i>x</i></b></rss>`},
		{"item in an item", `<rss><item><title>1</title><item><title>2</title></item></rss>`, `<rss><item><title>1</title></item><item><title>2</title></item></rss>`},
		{"CDATA", `<rss><![CDATA[<b>]]></rss>`, `<rss><![CDATA[<b>]]></rss>`},
		{"CDATA without end", `<rss><![CDATA[<b>`, `<rss><![CDATA[<b>]]></rss>`},
		{"CDATA that ends in disguise", "<rss><![CDATA[a]\x07]>b]]></rss>", `<rss>a]]&gt;b</rss>`},
		{"control characters", "<rss>a\x01b\ufffec</rss>", `<rss>abc</rss>`},
		{"end tag without its bracket", `<rss><item>x</item</rss>`, `<rss><item>x</item></rss>`},
		{"dates in one form", `<rss><item><pubDate>Mo, 02 Mär 2026 10:00:00 MESZ</pubDate></item></rss>`, `<rss><item><pubDate>2026-03-02T08:00:00Z</pubDate></item></rss>`},
		{"what is no date stays", `<rss><item><pubDate>soon</pubDate></item></rss>`, `<rss><item><pubDate>soon</pubDate></item></rss>`},
		{"base made absolute", `<rss xml:base="a/b.html"></rss>`, `<rss xml:base="https://example.org/x/a/"></rss>`},
		{"base that is a script", `<rss xml:base="javascript:x"></rss>`, `<rss xml:base="https://example.org/x/"></rss>`},
	}
	for _, tt := range tests {
		base := ""
		if strings.Contains(tt.document, "base") {
			base = "https://example.org/x/feed.xml"
		}
		got := repair([]byte(tt.document), base).text
		if string(got) != tt.want {
			t.Errorf("%s: repair(%q)\n got %s\nwant %s", tt.name, tt.document, got, tt.want)
		}
	}
}

func FuzzRepair(f *testing.F) {
	f.Add([]byte(`<rss a='1'><channel><item><title>&amp; &x; <![CDATA[x]]></title</rss>`))
	f.Add([]byte(`<CHANNEL HREF="a"><ITEM LASTMOD=1><ABSTRACT>x`))
	f.Fuzz(func(t *testing.T, data []byte) {
		text, _, _ := toUTF8(data, "")
		doc := repair(text, "https://example.org/").text
		decoder := xml.NewDecoder(strings.NewReader(string(doc)))
		for {
			if _, err := decoder.Token(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				t.Fatalf("repair(%q) = %q: %v", text, doc, err)
			}
		}
	})
}

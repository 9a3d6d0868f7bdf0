package main

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"weekward/feeds"
)

// readFeedCSV reads a list of feeds with a header row; columns may stand in any
// order, be parted by comma, semicolon or tab, and be more than we know.
func readFeedCSV(text string) ([]feedLine, error) {
	header, _, _ := strings.Cut(text, "\n")
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.LazyQuotes, r.TrimLeadingSpace = -1, true, true
	for _, comma := range ";\t" {
		if strings.ContainsRune(header, comma) {
			r.Comma = comma
		}
	}
	names, err := r.Read()
	if err != nil {
		return nil, errors.New("it is empty")
	}
	column := map[string]int{}
	for i, name := range names {
		column[strings.ToLower(strings.TrimSpace(name))] = i
	}
	if _, ok := column["url"]; !ok {
		return nil, errors.New("it is no OPML, and as CSV its header row has no column url")
	}
	var found []feedLine
	for {
		row, err := r.Read()
		if err == io.EOF {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		found = append(found, feedLine{line: line, source: csvSource(row, column)})
	}
}

func csvSource(row []string, column map[string]int) feeds.Source {
	field := func(name string) string {
		if i, ok := column[name]; ok && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	s := feeds.Source{URL: field("url"), Title: field("title"), Section: field("section"), Topic: field("topic"), Lang: field("lang"), Weight: 1}
	if weight := field("weight"); weight != "" {
		w, err := strconv.ParseFloat(strings.Replace(weight, ",", ".", 1), 64)
		if err != nil {
			w = -1 // checkSource refuses it
		}
		s.Weight = w
	}
	return s
}

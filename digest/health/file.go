package health

import (
	"bytes"
	_ "embed" // the model
	"encoding/json"
	"fmt"
)

//go:embed model.bin
var shipped []byte

// version is that of the file and of the features it was trained with.
const version = 1

// signalCount is how many numbers describe a text: six of its words, six of
// its pairs, and those of the lexicon.
const signalCount = 12 + lexiconSignals

// New returns the model that is shipped with the program.
func New() *Model {
	m, err := Parse(shipped)
	if err != nil {
		panic(fmt.Sprintf("the model built into this program: %v", err)) // a test reads it
	}
	return m
}

// Parse reads a model that Marshal wrote.
func Parse(file []byte) (*Model, error) {
	head, rest, found := bytes.Cut(file, []byte("\n"))
	if !found {
		return nil, fmt.Errorf("read a model of health: %w", errCut)
	}
	m := &Model{terms: newLexicon()}
	if err := json.Unmarshal(head, &m.header); err != nil {
		return nil, fmt.Errorf("read a model of health: %w", err)
	}
	if m.Version != version || len(m.Mean) != signalCount || len(m.Spread) != signalCount || len(m.Weights) != signalCount {
		return nil, fmt.Errorf("read a model of health: version %d with %d signals, want %d with %d", m.Version, len(m.Weights), version, signalCount)
	}
	for _, t := range []*table{&m.words, &m.pairs, &m.own} {
		var err error
		if *t, rest, err = parseTable(rest); err != nil {
			return nil, fmt.Errorf("read a model of health: %w", err)
		}
	}
	return m, nil
}

// Marshal writes a model: one line of JSON, then its tables.
func (m *Model) Marshal() ([]byte, error) {
	b, err := json.Marshal(m.header)
	if err != nil {
		return nil, fmt.Errorf("write a model of health: %w", err)
	}
	b = append(b, '\n')
	for _, t := range []table{m.words, m.pairs, m.own} {
		b = t.append(b)
	}
	return b, nil
}

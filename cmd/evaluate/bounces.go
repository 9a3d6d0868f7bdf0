package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"weekward/mailer/bounces"
)

// evaluateBounces reads each mail in DIR/mail.
func evaluateBounces(args []string, out io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("bounces: want one folder, got %d arguments", len(args))
	}
	files, err := filepath.Glob(filepath.Join(args[0], "mail", "*.eml"))
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for _, line := range bounceLines(filepath.Base(file), bounces.Read(data)) {
			if err := encoder.Encode(line); err != nil {
				return err
			}
		}
	}
	return nil
}

// A bounceLine is one recipient of one mail.
type bounceLine struct {
	File      string  `json:"file"`
	Recipient *string `json:"recipient"`
	Action    string  `json:"action"`
	Status    string  `json:"status"`
	Kind      string  `json:"kind"`
}

// bounceLines are what a mail says; one line of kind "none" when that is
// nothing about an address.
func bounceLines(file string, r bounces.Report) []bounceLine {
	var lines []bounceLine
	for _, f := range r.Findings {
		line := bounceLine{File: file, Action: f.Action, Status: f.Status, Kind: string(f.Kind)}
		if f.Recipient != "" {
			line.Recipient = &f.Recipient
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		lines = append(lines, bounceLine{File: file, Kind: "none"})
	}
	return lines
}

// Evaluate runs the program's own functions over labelled folders and prints
// what the scorers read. It is for developers and is not shipped; it holds no
// logic of its own beyond reading and writing.
//
//	evaluate feeds DIR > feeds.jsonl
//	evaluate extract DIR > extract.jsonl
//	evaluate bounces DIR > bounces.jsonl
//	evaluate chat DIR > chat.jsonl
//	evaluate ranking --data DIR --out OUT
//	evaluate train stories --data DIR > digest/related/judge.txt
//	evaluate train topics --data DIR --out digest/health/model.bin
package main

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// commands are what can be evaluated. Each gets the arguments after its name
// and prints one JSON object a line.
var commands = map[string]func(args []string, out io.Writer) error{
	"bounces": evaluateBounces,
	"chat":    evaluateChat,
	"extract": evaluateExtract,
	"feeds":   evaluateFeeds,
	"ranking": evaluateRanking,
	"train":   evaluateTrain,
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintf(os.Stderr, "usage: evaluate %s DIR\n", strings.Join(slices.Sorted(maps.Keys(commands)), "|"))
		os.Exit(2)
	}
	out := bufio.NewWriter(os.Stdout)
	err := commands[os.Args[1]](os.Args[2:], out)
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "evaluate:", err)
		os.Exit(1)
	}
}

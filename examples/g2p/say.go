package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/packedlstm/packedlstm/seq2seq"
)

// runSay is the command say.
func runSay(args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := newFlags("say", "-model FILE [WORD...]", "Prints WORD<TAB>PH PH ... for each word; without words, for each line of\nstandard input.", stderr)
	model := flags.String("model", "", "model `file` that training wrote")
	if err := flags.Parse(args); err != nil {
		return err
	}
	prepared, v, err := openModel(*model)
	if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return say(prepared, v, flags.Args(), stdout, stderr)
	}
	// A line at a time: a reader at the other end of a pipe may wait for each answer.
	lines := bufio.NewScanner(stdin)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		if err := say(prepared, v, []string{strings.TrimSpace(lines.Text())}, stdout, stderr); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	return nil
}

// say prints the words' pronunciations, and a warning for letters never seen in
// training, which are left out.
func say(p *seq2seq.Prepared, v *vocabulary, words []string, stdout, stderr io.Writer) error {
	phonemes, unknown, err := pronounce(p, v, words, 1)
	if err != nil {
		return err
	}
	for i, word := range words {
		if len(unknown[i]) > 0 {
			fmt.Fprintf(stderr, "g2p: warning: %q: never seen in training, left out: %s\n", word, strings.Join(unknown[i], " "))
		}
		if len(unknown[i]) == len([]rune(strings.ToUpper(word))) {
			phonemes[i] = nil // no letter is left
		}
		if _, err := fmt.Fprintf(stdout, "%s\t%s\n", word, strings.Join(phonemes[i], " ")); err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// embeddedLexicon is the training split of the published grapheme-to-phoneme papers
// on CMUdict; data/LICENCE.txt is its licence.
//
//go:embed data/train.tsv.gz
var embeddedLexicon []byte

// Bounds on what a lexicon may hold: beyond them it is no lexicon.
const (
	maxLine    = 1 << 16
	maxEntries = 10_000_000
	maxSymbols = 1000 // letters of a word, phonemes of a pronunciation
)

// entry is a word and its pronunciations, in the order of the file.
type entry struct {
	word           string
	pronunciations [][]string
}

// readLexicon reads WORD<TAB>PH PH ..., a line a pronunciation, further
// pronunciations on lines of their own or in further tab-separated fields; gzip is
// recognised by its first bytes. Entries stand in the order of the words' first lines.
// Errors name the line.
func readLexicon(r io.Reader, name string) ([]entry, error) {
	buffered := bufio.NewReader(r)
	if head, _ := buffered.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		buffered = bufio.NewReader(unzipped)
	}
	var entries []entry
	index := map[string]int{}
	lines := bufio.NewScanner(buffered)
	lines.Buffer(nil, maxLine)
	number := 0
	for lines.Scan() {
		number++
		line := strings.TrimSuffix(lines.Text(), "\r")
		if line == "" {
			continue
		}
		word, pronunciations, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, number, err)
		}
		i, known := index[word]
		if !known {
			if len(entries) == maxEntries {
				return nil, fmt.Errorf("%s:%d: more than %d words", name, number, maxEntries)
			}
			i = len(entries)
			index[word] = i
			entries = append(entries, entry{word: word})
		}
		entries[i].pronunciations = append(entries[i].pronunciations, pronunciations...)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", name, number+1, err)
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("%s: no word in it", name)
	}
	return entries, nil
}

// parseLine splits one line. Words are taken in upper case, as CMUdict has them.
func parseLine(line string) (word string, pronunciations [][]string, err error) {
	if !utf8.ValidString(line) {
		return "", nil, errors.New("not UTF-8")
	}
	word, rest, found := strings.Cut(line, "\t")
	if !found {
		return "", nil, fmt.Errorf("%q: want a word, a tab and phonemes", shorten(line))
	}
	word = strings.ToUpper(strings.TrimSpace(word))
	if word == "" || utf8.RuneCountInString(word) > maxSymbols {
		return "", nil, fmt.Errorf("word %q: want 1 to %d letters", shorten(word), maxSymbols)
	}
	for field := range strings.SplitSeq(rest, "\t") {
		phonemes := strings.Fields(field)
		if len(phonemes) == 0 || len(phonemes) > maxSymbols {
			return "", nil, fmt.Errorf("word %q: a pronunciation of %d phonemes: want 1 to %d", shorten(word), len(phonemes), maxSymbols)
		}
		pronunciations = append(pronunciations, phonemes)
	}
	return word, pronunciations, nil
}

func shorten(s string) string {
	if len(s) > 40 {
		return s[:40] + "..."
	}
	return s
}

// readLexiconFile reads the named file, or the embedded lexicon if name is "".
func readLexiconFile(name string) ([]entry, error) {
	if name == "" {
		return readLexicon(bytes.NewReader(embeddedLexicon), "embedded lexicon")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readLexicon(f, name)
}

// split takes every 40th distinct word, in the order of the file, as the development
// set; no word is in both.
func split(entries []entry) (train, dev []entry) {
	for i, e := range entries {
		if i%40 == 0 {
			dev = append(dev, e)
		} else {
			train = append(train, e)
		}
	}
	return train, dev
}

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
	"unicode"
	"unicode/utf8"
)

// embeddedLexicon is the training split of the published grapheme-to-phoneme papers
// on CMUdict; data/LICENCE.txt is its licence.
//
//go:embed data/train.tsv.gz
var embeddedLexicon []byte

// Bounds on what a lexicon may hold, some twenty times CMUdict: beyond them it is no
// lexicon, but perhaps a small gzip file that unpacks to more than the memory.
const (
	maxLine           = 1 << 16
	maxText           = 64 << 20 // bytes, unpacked
	maxPronunciations = 2_000_000
	maxSymbols        = 1000 // letters of a word, phonemes of a pronunciation
)

// entry is a word and its pronunciations, in the order of the file.
type entry struct {
	word           string
	pronunciations [][]string
}

// readLexicon reads WORD<TAB>PH PH ..., a line a pronunciation, further
// pronunciations on lines of their own or in further tab-separated fields; gzip is
// recognised by its first bytes, and a byte-order mark, carriage returns before line
// ends and empty lines are passed over. Entries stand in the order of the words' first
// lines. Errors name the line.
func readLexicon(r io.Reader, name string) ([]entry, error) {
	buffered := bufio.NewReader(r)
	if head, _ := buffered.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, readError(err))
		}
		buffered = bufio.NewReader(unzipped)
	}
	var l lexicon
	lines := bufio.NewScanner(buffered)
	lines.Buffer(nil, maxLine)
	number := 0
	for lines.Scan() {
		number++
		err := l.add(lines.Text(), number == 1)
		// A line that the failure of the reader cut short is not to blame itself.
		if failure := lines.Err(); failure != nil {
			err = readError(failure)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, number, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", name, number+1, readError(err))
	}
	if len(l.entries) == 0 {
		return nil, fmt.Errorf("%s: no word in it", name)
	}
	return l.entries, nil
}

// readError says in the terms of a lexicon what its reader or scanner reported.
func readError(err error) error {
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("a line of %d bytes or more", maxLine)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the gzip data is damaged or cut off: %w", err)
	}
	return err
}

// lexicon collects entries line by line.
type lexicon struct {
	entries              []entry
	index                map[string]int // word -> its entry
	text, pronunciations int            // so far: bytes, pronunciations
}

func (l *lexicon) add(line string, first bool) error {
	if l.text += len(line) + 1; l.text > maxText {
		return fmt.Errorf("more than %d bytes of text", maxText)
	}
	line = strings.TrimSuffix(line, "\r")
	if first {
		line = strings.TrimPrefix(line, "\ufeff")
	}
	if line == "" {
		return nil
	}
	word, pronunciations, err := parseLine(line)
	if err != nil {
		return err
	}
	if l.pronunciations += len(pronunciations); l.pronunciations > maxPronunciations {
		return fmt.Errorf("more than %d pronunciations", maxPronunciations)
	}
	i, known := l.index[word]
	if !known {
		if l.index == nil {
			l.index = map[string]int{}
		}
		i = len(l.entries)
		l.index[word] = i
		l.entries = append(l.entries, entry{word: word})
	}
	l.entries[i].pronunciations = append(l.entries[i].pronunciations, pronunciations...)
	return nil
}

// parseLine splits one line. Words are taken in upper case, as CMUdict has them.
func parseLine(line string) (word string, pronunciations [][]string, err error) {
	if !utf8.ValidString(line) {
		return "", nil, errors.New("not UTF-8")
	}
	for _, c := range line {
		if c != '\t' && unicode.IsControl(c) {
			return "", nil, fmt.Errorf("%q: control character %U: want text", shorten(line), c)
		}
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

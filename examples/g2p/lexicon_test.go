package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestLexiconBorders: what editors leave at the borders of lines and files is passed
// over, and a word's later lines join its first.
func TestLexiconBorders(t *testing.T) {
	for name, text := range map[string]string{
		"plain":              "B\tX\nA\tY Z\nb\tW\n",
		"no last line end":   "B\tX\nA\tY Z\nB\tW",
		"carriage returns":   "B\tX\r\nA\tY Z\r\nB\tW\r\n",
		"byte-order mark":    "\ufeffB\tX\nA\tY Z\nB\tW\n",
		"empty lines":        "\n\nB\tX\n\r\nA\tY Z\nB\tW\n\n",
		"spaces":             " B \t X\nA\tY   Z \nB\tW\n",
		"one line of fields": "B\tX\tW\nA\tY Z\n",
	} {
		for _, content := range [][]byte{[]byte(text), gzipped(t, text)} {
			entries, err := readLexicon(bytes.NewReader(content), name)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			want := []entry{{"B", [][]string{{"X"}, {"W"}}}, {"A", [][]string{{"Y", "Z"}}}}
			if !slices.EqualFunc(entries, want, equalEntries) {
				t.Errorf("%s: %q, want %q", name, entries, want)
			}
		}
	}
}

func equalEntries(a, b entry) bool {
	return a.word == b.word && slices.EqualFunc(a.pronunciations, b.pronunciations, slices.Equal)
}

// TestLexiconDamagedGzip: cut or changed at any place, the error speaks of the gzip
// data, never of the line that was cut short with it.
func TestLexiconDamagedGzip(t *testing.T) {
	whole := gzipped(t, tinyLexicon(400))
	for end := 2; end < len(whole); end++ {
		_, err := readLexicon(bytes.NewReader(whole[:end]), "x")
		if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasPrefix(err.Error(), "x:") || !strings.Contains(err.Error(), "cut off") {
			t.Fatalf("the first %d of %d bytes: %v", end, len(whole), err)
		}
	}
	for i := len(whole) - 8; i < len(whole); i++ { // checksum and length
		changed := slices.Clone(whole)
		changed[i] ^= 0x55
		if _, err := readLexicon(bytes.NewReader(changed), "x"); err == nil || !strings.Contains(err.Error(), "gzip") {
			t.Errorf("byte %d of %d changed: %v", i, len(whole), err)
		}
	}
	if _, err := readLexicon(bytes.NewReader(append(slices.Clone(whole), "rubbish after it"...)), "x"); err == nil {
		t.Error("rubbish after the gzip data: no error")
	}
}

// repeated reads as count times text.
type repeated struct {
	text  string
	count int
	rest  string
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.rest == "" {
		if r.count == 0 {
			return 0, io.EOF
		}
		r.count--
		r.rest = r.text
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// TestLexiconBounds: what unpacks without end is refused before it fills the memory.
func TestLexiconBounds(t *testing.T) {
	long := "A\t" + strings.Repeat("B", maxLine/2) + "\n"
	for _, c := range []struct{ name, text, want string }{
		{"text", long, "bytes of text"},
		{"pronunciations of one word", "A" + strings.Repeat("\tB", maxLine/4) + "\n", "pronunciations"},
		{"a line without end", "AAAAAAAAAAAAAAAA", "x:1: a line of"},
	} {
		_, err := readLexicon(&repeated{text: c.text, count: 1 << 30}, "x")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v: want an error with %q", c.name, err, c.want)
		}
	}
}

func TestLexiconJunk(t *testing.T) {
	for text, want := range map[string]string{
		"A\tB\nC\x00\tD\n":        "x:2: \"C\\x00\\tD\": control character U+0000",
		"A\tB\x1b[2J\n":           "x:1: \"A\\tB\\x1b[2J\": control character U+001B",
		"A\tB\rC\tD\n":            "U+000D",
		"\xff\xfeC\x00\t\x00":     "x:1: not UTF-8",
		"PK\x03\x04 an archive\n": "x:1",
		"\x1f":                    "x:1",
		"A\t \n":                  "word \"A\": a pronunciation of 0 phonemes",
		" \tB\n":                  "word \"\"",
		strings.Repeat("A", maxSymbols+1) + "\tB\n": "want 1 to 1000 letters",
	} {
		if _, err := readLexicon(strings.NewReader(text), "x"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v: want an error with %q", text, err, want)
		}
	}
	if _, err := readLexicon(&failing{}, "x"); !errors.Is(err, os.ErrClosed) || !strings.HasPrefix(err.Error(), "x:1:") {
		t.Errorf("a reader that fails inside the first line: %v", err)
	}
}

// failing gives part of a line, then an error.
type failing struct{ begun bool }

func (f *failing) Read(p []byte) (int, error) {
	if f.begun {
		return 0, os.ErrClosed
	}
	f.begun = true
	return copy(p, "WOR"), nil
}

// FuzzReadLexicon: whatever the bytes, an error or entries that hold what they promise
// and survive being written and read again.
func FuzzReadLexicon(f *testing.F) {
	for _, text := range []string{"", "A\tB\n", "\ufeffa\tB C\tD\r\n\nA\tE", "A B\n", "A\t\n", "\x1f\x8b", "\xff", "ß\tS\n", "İ\tI\ni\tI\n", "\x1f\x8b\x08\x00rest"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		entries, err := readLexicon(bytes.NewReader(content), "x")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x:") || len(entries) > 0 {
				t.Fatalf("%d entries and %v", len(entries), err)
			}
			return
		}
		var text strings.Builder
		for _, e := range entries {
			if e.word == "" || !utf8.ValidString(e.word) || len(e.pronunciations) == 0 {
				t.Fatalf("%q", e)
			}
			text.WriteString(e.word)
			for _, p := range e.pronunciations {
				text.WriteString("\t" + strings.Join(p, " "))
			}
			text.WriteString("\n")
		}
		if text.Len() > maxLine {
			return // a word's lines, each short enough, may make one that is not
		}
		again, err := readLexicon(strings.NewReader(text.String()), "again")
		if err != nil || !slices.EqualFunc(entries, again, equalEntries) {
			t.Fatalf("%q read again: %q, %v", entries, again, err)
		}
		v := newVocabulary(entries)
		if err := v.check(); err != nil && len(v.Letters) <= maxVocabulary && len(v.Phonemes) <= maxVocabulary {
			t.Fatalf("vocabulary of %q: %v", entries, err)
		}
	})
}

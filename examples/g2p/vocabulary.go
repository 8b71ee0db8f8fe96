package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Ids of the phonemes' side that are no phonemes: what begins the decoder's input,
// and what ends its output.
const (
	startID      = 0
	endID        = 1
	firstPhoneme = 2
)

// vocabulary maps letters and phonemes to ids: a letter to its position, a phoneme to
// its position + firstPhoneme. Both lists are sorted, so equal data give equal ids.
type vocabulary struct {
	Letters  []string `json:"letters"`
	Phonemes []string `json:"phonemes"`

	letterIDs, phonemeIDs map[string]int
}

func newVocabulary(entries []entry) *vocabulary {
	v := &vocabulary{}
	letters, phonemes := map[string]bool{}, map[string]bool{}
	for _, e := range entries {
		for _, letter := range e.word {
			letters[string(letter)] = true
		}
		for _, p := range e.pronunciations {
			for _, phoneme := range p {
				phonemes[phoneme] = true
			}
		}
	}
	for letter := range letters {
		v.Letters = append(v.Letters, letter)
	}
	for phoneme := range phonemes {
		v.Phonemes = append(v.Phonemes, phoneme)
	}
	slices.Sort(v.Letters)
	slices.Sort(v.Phonemes)
	v.index()
	return v
}

func (v *vocabulary) index() {
	v.letterIDs, v.phonemeIDs = map[string]int{}, map[string]int{}
	for i, letter := range v.Letters {
		v.letterIDs[letter] = i
	}
	for i, phoneme := range v.Phonemes {
		v.phonemeIDs[phoneme] = i + firstPhoneme
	}
}

// maxVocabulary bounds the letters and the phonemes: embeddings and readout grow with
// them, and a file with more is no lexicon.
const maxVocabulary = 10_000

// parseVocabulary reads what json.Marshal wrote.
func parseVocabulary(text string) (*vocabulary, error) {
	v := &vocabulary{}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return nil, err
	}
	if err := v.check(); err != nil {
		return nil, err
	}
	v.index()
	return v, nil
}

// check returns an error unless every letter is one character, every phoneme a word of
// printable ones, none stands twice, and their numbers are within bounds.
func (v *vocabulary) check() error {
	for _, list := range []struct {
		kind    string
		symbols []string
		valid   func(string) bool
	}{
		{"letters", v.Letters, func(s string) bool { return utf8.RuneCountInString(s) == 1 }},
		{"phonemes", v.Phonemes, func(s string) bool {
			return s != "" && !strings.ContainsFunc(s, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) })
		}},
	} {
		if n := len(list.symbols); n < 1 || n > maxVocabulary {
			return fmt.Errorf("%d %s: want 1 to %d", n, list.kind, maxVocabulary)
		}
		first := map[string]int{}
		for i, s := range list.symbols {
			if !list.valid(s) {
				return fmt.Errorf("%s[%d] = %q: want one symbol", list.kind, i, shorten(s))
			}
			if j, twice := first[s]; twice {
				return fmt.Errorf("%s[%d] = %q: stands at %d already", list.kind, i, shorten(s), j)
			}
			first[s] = i
		}
	}
	return nil
}

// encodeWord returns the ids of the word's letters, in upper case; letters that are
// not in the vocabulary are left out and returned.
func (v *vocabulary) encodeWord(word string) (ids []int, unknown []string) {
	for _, letter := range strings.ToUpper(word) {
		if id, ok := v.letterIDs[string(letter)]; ok {
			ids = append(ids, id)
		} else {
			unknown = append(unknown, string(letter))
		}
	}
	return ids, unknown
}

// encodePhonemes returns the ids of a pronunciation.
func (v *vocabulary) encodePhonemes(phonemes []string) ([]int, error) {
	ids := make([]int, len(phonemes))
	for i, p := range phonemes {
		id, ok := v.phonemeIDs[p]
		if !ok {
			return nil, fmt.Errorf("phoneme %q was not in the training data", p)
		}
		ids[i] = id
	}
	return ids, nil
}

// decode returns the phonemes of ids; Start, which is none, is left out.
func (v *vocabulary) decode(ids []int) []string {
	phonemes := make([]string, 0, len(ids))
	for _, id := range ids {
		if id >= firstPhoneme {
			phonemes = append(phonemes, v.Phonemes[id-firstPhoneme])
		}
	}
	return phonemes
}

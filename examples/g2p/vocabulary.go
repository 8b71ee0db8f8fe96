package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
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

// parseVocabulary reads what json.Marshal wrote.
func parseVocabulary(text string) (*vocabulary, error) {
	v := &vocabulary{}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return nil, err
	}
	v.index()
	if len(v.Letters) == 0 || len(v.Phonemes) == 0 {
		return nil, errors.New("no letters or no phonemes")
	}
	if len(v.letterIDs) != len(v.Letters) || len(v.phonemeIDs) != len(v.Phonemes) {
		return nil, errors.New("a symbol stands twice")
	}
	return v, nil
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

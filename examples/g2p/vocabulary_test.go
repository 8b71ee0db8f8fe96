package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestVocabulary: equal words give equal ids, whatever their order, also after the
// vocabulary went through a file.
func TestVocabulary(t *testing.T) {
	entries := []entry{{"CAB", [][]string{{"K", "AE", "B"}}}, {"ÄB", [][]string{{"EH", "B"}, {"B"}}}}
	v := newVocabulary(entries)
	slices.Reverse(entries)
	text, err := json.Marshal(newVocabulary(entries))
	if err != nil {
		t.Fatal(err)
	}
	read, err := parseVocabulary(string(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []*vocabulary{v, read} {
		if !slices.Equal(v.Letters, []string{"A", "B", "C", "Ä"}) || !slices.Equal(v.Phonemes, []string{"AE", "B", "EH", "K"}) {
			t.Errorf("%+v", v)
		}
		ids, unknown := v.encodeWord("c?äb-")
		if !slices.Equal(ids, []int{2, 3, 1}) || !slices.Equal(unknown, []string{"?", "-"}) {
			t.Errorf("encodeWord: %v, unknown %q", ids, unknown)
		}
		ids, err := v.encodePhonemes([]string{"K", "AE"})
		if err != nil || !slices.Equal(ids, []int{5, 2}) || !slices.Equal(v.decode([]int{startID, 5, 2}), []string{"K", "AE"}) {
			t.Errorf("encodePhonemes: %v, %v", ids, err)
		}
		if _, err := v.encodePhonemes([]string{"K", "ZH"}); err == nil || !strings.Contains(err.Error(), `"ZH"`) {
			t.Errorf("an unknown phoneme: %v", err)
		}
	}
}

func TestParseVocabularyErrors(t *testing.T) {
	var many []string
	for i := range maxVocabulary + 1 {
		many = append(many, fmt.Sprint(i))
	}
	tooMany, err := json.Marshal(map[string][]string{"letters": {"A"}, "phonemes": many})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"":                                      "JSON",
		"[]":                                    "cannot unmarshal",
		"{}":                                    "0 letters",
		`{"letters":["A"]}`:                     "0 phonemes",
		`{"letters":["A",""],"phonemes":["K"]}`: `letters[1] = ""`,
		`{"letters":["AB"],"phonemes":["K"]}`:   `letters[0] = "AB"`,
		`{"letters":["A","B","A"],"phonemes":["K"]}`:  `letters[2] = "A": stands at 0`,
		`{"letters":["A"],"phonemes":["K",""]}`:       `phonemes[1] = ""`,
		`{"letters":["A"],"phonemes":["K\tL"]}`:       `phonemes[0] = "K\tL"`,
		`{"letters":["A"],"phonemes":["K","L","L"]}`:  `phonemes[2] = "L": stands at 1`,
		`{"letters":["A"],"phonemes":["K\u001b[2J"]}`: `phonemes[0]`,
		`{"letters":["A"],"phonemes":[1]}`:            "cannot unmarshal",
		string(tooMany):                               "10001 phonemes",
	} {
		if v, err := parseVocabulary(text); err == nil || v != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v: want an error with %q", text, err, want)
		}
	}
}

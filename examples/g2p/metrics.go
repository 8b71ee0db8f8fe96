package main

import "slices"

// score counts errors. A word is right if it equals any of its reference
// pronunciations; its edits are those to the closest one, the first of equals.
type score struct {
	Words, Wrong    int
	Edits, Phonemes int // edits to, and phonemes of, the closest references
}

// WER returns the word error rate in percent.
func (s score) WER() float64 { return percent(s.Wrong, s.Words) }

// PER returns the phoneme error rate in percent: edits over reference phonemes.
func (s score) PER() float64 { return percent(s.Edits, s.Phonemes) }

func percent(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return 100 * float64(part) / float64(whole)
}

// add counts one word.
func (s *score) add(predicted []string, references [][]string) {
	best, length := -1, 0
	for _, r := range references {
		if d := editDistance(predicted, r); best < 0 || d < best {
			best, length = d, len(r)
		}
	}
	s.Words++
	if best != 0 {
		s.Wrong++
	}
	s.Edits += max(best, 0)
	s.Phonemes += length
}

// editDistance returns the least number of insertions, deletions and substitutions
// that turn a into b (Levenshtein).
func editDistance(a, b []string) int {
	if slices.Equal(a, b) {
		return 0
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			substituted := diagonal
			if x != y {
				substituted++
			}
			diagonal = row[j+1]
			row[j+1] = min(substituted, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

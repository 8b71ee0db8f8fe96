package bench

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

//go:embed shapes.json
var shapesJSON []byte

const (
	maxSize   = 1 << 14 // of a row or a layer
	maxLayers = 64
	maxTokens = 1 << 24
	maxPadded = 1 << 28 // elements of the padded batch, which many peers compute
)

// Shape is one case: a layer and the lengths of a batch.
type Shape struct {
	Name          string  `json:"name"`
	Why           string  `json:"why"`
	Input         int     `json:"input"`
	Hidden        int     `json:"hidden"`
	Layers        int     `json:"layers"`
	Bidirectional bool    `json:"bidirectional"`
	Lengths       []int   `json:"lengths"`
	TokenCount    int     `json:"tokens"` // the sum of Lengths, for readers of the file
	Fill          float64 `json:"fill"`   // the part of the padded batch that is tokens, likewise
}

// Shapes returns the cases of shapes.json.
func Shapes() ([]Shape, error) { return ParseShapes(shapesJSON) }

// ParseShapes returns the cases of a shapes file, {"cases": [...]}. No case, a name that
// is missing or used twice, an unknown field, a size, length or number of layers out of
// range, no token at all, a padded batch beyond all memory, or a "tokens" other than the
// sum of the lengths is an error that names the line and the case.
func ParseShapes(data []byte) ([]Shape, error) {
	var file struct {
		Cases []json.RawMessage `json:"cases"`
	}
	if err := decodeStrictly(data, &file); err != nil {
		return nil, fmt.Errorf("bench: shapes: %s: %w", place(data, err), err)
	}
	if len(file.Cases) == 0 {
		return nil, fmt.Errorf("bench: shapes: no case: want one or more under \"cases\"")
	}
	shapes, seen := make([]Shape, len(file.Cases)), map[string]int{}
	starts := caseOffsets(data)
	for i, raw := range file.Cases {
		// A first look for the name: the next may fail before it comes to it, and takes null for 0.
		var head struct {
			Name    string
			Lengths []*int
		}
		_ = json.Unmarshal(raw, &head)
		err := decodeStrictly(raw, &shapes[i])
		if at := slices.Index(head.Lengths, nil); err == nil && at >= 0 {
			err = fmt.Errorf("lengths[%d] = null: want a number", at)
		}
		if err == nil {
			err = shapes[i].check()
		}
		if first, twice := seen[head.Name]; err == nil && twice {
			err = fmt.Errorf("case %d has the same name", first)
		}
		if err != nil {
			at := starts[i]
			if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
				at += int(wrong.Offset)
			}
			return nil, fmt.Errorf("bench: shapes: line %d: case %d %q: %w", line(data, at), i, head.Name, err)
		}
		seen[head.Name] = i
	}
	return shapes, nil
}

func decodeStrictly(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("more behind the end, at byte %d", d.InputOffset())
	}
	return nil
}

// caseOffsets returns where in a file that can be decoded each case begins.
func caseOffsets(data []byte) (starts []int) {
	d := json.NewDecoder(bytes.NewReader(data))
	_, _ = d.Token() // {
	for d.More() {
		key, err := d.Token()
		if name, ok := key.(string); err != nil || !ok || !strings.EqualFold(name, "cases") {
			return starts // no other key is known
		}
		starts = starts[:0] // of a key given twice the last counts
		if open, _ := d.Token(); open != json.Delim('[') {
			continue // null
		}
		for d.More() {
			var raw json.RawMessage
			if d.Decode(&raw) != nil {
				return starts
			}
			starts = append(starts, int(d.InputOffset())-len(raw))
		}
		_, _ = d.Token() // ]
	}
	return starts
}

var nameField = regexp.MustCompile(`"name"\s*:\s*("(?:[^"\\]|\\.)*")`)

// place says where a file cannot be decoded: the line, and the last name before.
func place(data []byte, err error) string {
	at := len(data)
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		at = min(at, int(syntax.Offset))
	} else if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		at = min(at, int(wrong.Offset))
	} else if !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Sprintf("lines 1 to %d", line(data, at))
	}
	where := fmt.Sprintf("line %d", line(data, at))
	if names := nameField.FindAllSubmatch(data[:at], -1); len(names) > 0 {
		where += fmt.Sprintf(": in or after case %s", names[len(names)-1][1])
	}
	return where
}

// line returns the line of a byte, from 1 on.
func line(data []byte, at int) int { return 1 + bytes.Count(data[:min(at, len(data))], []byte("\n")) }

func (s *Shape) check() error {
	if s.Name == "" {
		return fmt.Errorf("name is empty")
	}
	for _, f := range []struct {
		name       string
		value, max int
	}{{"input", s.Input, maxSize}, {"hidden", s.Hidden, maxSize}, {"layers", s.Layers, maxLayers}} {
		if f.value < 1 || f.value > f.max {
			return fmt.Errorf("%s = %d: want 1 to %d", f.name, f.value, f.max)
		}
	}
	tokens := 0
	for j, n := range s.Lengths {
		if n < 0 || n > maxTokens-tokens {
			return fmt.Errorf("lengths[%d] = %d after %d tokens: want 0 or more and %d tokens at most", j, n, tokens, maxTokens)
		}
		tokens += n
	}
	if tokens == 0 {
		return fmt.Errorf("%d lengths and no token: want at least one", len(s.Lengths))
	}
	width := max(s.Input, s.Directions()*s.Hidden)
	if padded := float64(len(s.Lengths)) * float64(s.Steps()) * float64(width); padded > maxPadded {
		return fmt.Errorf("%d lengths of up to %d, padded, have %.2g elements of x or y: want %d at most",
			len(s.Lengths), s.Steps(), padded, maxPadded)
	}
	if s.TokenCount != 0 && s.TokenCount != tokens {
		return fmt.Errorf("tokens = %d, the lengths have %d: want the same", s.TokenCount, tokens)
	}
	return nil
}

// Tokens returns the sum of the lengths.
func (s *Shape) Tokens() int {
	n := 0
	for _, length := range s.Lengths {
		n += length
	}
	return n
}

// Steps returns the longest length: the time steps of a packed batch.
func (s *Shape) Steps() int {
	n := 0
	for _, length := range s.Lengths {
		n = max(n, length)
	}
	return n
}

// Rows returns the sequences that have tokens: the rows of the first step.
func (s *Shape) Rows() int {
	n := 0
	for _, length := range s.Lengths {
		if length > 0 {
			n++
		}
	}
	return n
}

// Directions returns 2 for a bidirectional layer, else 1.
func (s *Shape) Directions() int {
	if s.Bidirectional {
		return 2
	}
	return 1
}

// FLOP returns the useful floating-point operations of one forward pass.
func (s *Shape) FLOP() float64 {
	perToken, input := 0, s.Input
	for range s.Layers {
		perToken += s.Directions() * 8 * s.Hidden * (input + s.Hidden)
		input = s.Directions() * s.Hidden
	}
	return float64(perToken) * float64(s.Tokens())
}

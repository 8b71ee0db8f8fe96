package bench

import (
	"strings"
	"testing"
)

func TestShapes(t *testing.T) {
	shapes, err := Shapes()
	if err != nil {
		t.Fatal(err)
	}
	seen := false
	for _, s := range shapes {
		if s.Name == "even32_h256" {
			seen = true
			if s.Tokens() != 1745 || s.Steps() != 100 || s.Rows() != 32 || s.FLOP() != 1745*8*256*512 {
				t.Errorf("%s: %d tokens, %d steps, %d rows, %g FLOP", s.Name, s.Tokens(), s.Steps(), s.Rows(), s.FLOP())
			}
		}
	}
	if !seen {
		t.Error("no case even32_h256")
	}
}

// TestParseShapesRefuses breaks a good file in one place each.
func TestParseShapesRefuses(t *testing.T) {
	const good = `{"cases": [
		{"name": "first", "why": "w", "input": 3, "hidden": 5, "layers": 1, "bidirectional": false,
			"lengths": [0, 7], "tokens": 7, "fill": 0.5},
		{"name": "second", "input": 1, "hidden": 17, "layers": 2, "bidirectional": true, "lengths": [1, 2]}]}`
	shapes, err := ParseShapes([]byte(good))
	if err != nil || len(shapes) != 2 || shapes[1].Directions() != 2 || shapes[0].Rows() != 1 {
		t.Fatalf("the good file: %+v, %v", shapes, err)
	}
	for _, c := range []struct{ old, new, want string }{
		{`"hidden": 17`, `"hidden": 0`, `line 4: case 1 "second": hidden = 0`},
		{`"why": "w"`, "\n\"why\": \n7", `line 4: case 0 "first"`},
		{`"hidden": 17`, `"hidden": 017`, `line 4: in or after case "second"`},
		{`"hidden": 5,`, `"hidden": 5;`, `line 2: in or after case "first"`},
		{`"hidden": 17`, `"hidden": -17`, `case 1 "second": hidden = -17`},
		{`"hidden": 17`, `"hidden": 99999999`, `case 1 "second": hidden = 99999999`},
		{`"hidden": 17`, `"hidden": "17"`, `case 1 "second"`},
		{`"hidden": 17`, `"hidden": 1.5`, `case 1 "second"`},
		{`"hidden": 17`, `"hiden": 17`, `case 1 "second"`},
		{`"layers": 2`, `"layers": 65`, `case 1 "second": layers = 65`},
		{`"input": 1`, `"input": 0`, `case 1 "second": input = 0`},
		{`[1, 2]`, `[1, -2]`, `case 1 "second": lengths[1] = -2`},
		{`[1, 2]`, `[16777216, 1]`, `case 1 "second": lengths[1] = 1 after 16777216`},
		{`[1, 2]`, `[]`, `case 1 "second": 0 lengths`},
		{`[1, 2]`, `[0, 0]`, `case 1 "second": 2 lengths and no token`},
		{`[1, 2]`, `[1, null]`, `line 4: case 1 "second": lengths[1] = null`},
		{`[1, 2]`, `[8000000, 1, 1, 1]`, `line 4: case 1 "second": 4 lengths of up to 8000000`},
		{`{"cases": [`, `{"cases": null, "cases": [`, ``}, // the last counts
		{`{"cases": [`, `{"cases": null, "cases": [{},`, `line 1: case 0 "": name`},
		{`"tokens": 7`, `"tokens": 8`, `line 2: case 0 "first": tokens = 8, the lengths have 7`},
		{`"second"`, `"first"`, `case 1 "first": case 0 has the same name`},
		{`"second"`, `""`, `case 1 "": name`},
		{`"cases"`, `"case"`, `unknown field "case"`},
		{`[1, 2]}]}`, `[1, 2]}]} {}`, `more behind the end`},
		{`[1, 2]}]}`, `[1, 2]`, `EOF`},
	} {
		bad := strings.Replace(good, c.old, c.new, 1)
		if bad == good {
			t.Fatalf("%s is not in the file", c.old)
		}
		if _, err := ParseShapes([]byte(bad)); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s for %s: error %v: want %q in it", c.new, c.old, err, c.want)
		}
	}
	for _, empty := range []string{``, `{}`, `{"cases": []}`, `[]`, `null`} {
		if _, err := ParseShapes([]byte(empty)); err == nil {
			t.Errorf("%q: no error", empty)
		}
	}
}

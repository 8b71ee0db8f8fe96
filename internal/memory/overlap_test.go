package memory

import "testing"

func TestOverlap(t *testing.T) {
	x := make([]float32, 10)
	for _, test := range []struct {
		name string
		a, b []float32
		want bool
	}{
		{"the same", x, x, true},
		{"one element", x[:4], x[3:], true},
		{"a part", x[2:3], x, true},
		{"side by side", x[:4], x[4:], false},
		{"empty inside", x[4:4], x, false},
		{"nil", nil, x, false},
		{"others", make([]float32, 10), x, false},
	} {
		if Overlap(test.a, test.b) != test.want || Overlap(test.b, test.a) != test.want {
			t.Errorf("%s: want %v", test.name, test.want)
		}
	}
}

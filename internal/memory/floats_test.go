package memory

import "testing"

// TestFloats: all are zero, of the length asked for, with no capacity that belongs to somebody else.
func TestFloats(t *testing.T) {
	const large = leastHuge / 4
	for _, n := range []int{0, 1, 17, large - 1, large, large + 33, 9*large - 1} {
		data := Floats(n)
		if len(data) != n || cap(data) != n {
			t.Errorf("%d floats: have len %d, cap %d", n, len(data), cap(data))
			continue
		}
		for i, v := range data {
			if v != 0 {
				t.Fatalf("%d floats: element %d is %g: want 0", n, i, v)
			}
			data[i] = float32(i)
		}
	}
}

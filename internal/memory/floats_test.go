package memory

import "testing"

// TestFloats: all are zero, of the length asked for, with no capacity that belongs to somebody else.
func TestFloats(t *testing.T) {
	const large = leastHuge / 4
	for _, n := range []int{0, 1, 17, large - 1, large, large + 33, 9*large - 1} {
		data := Floats(n)
		if len(data) != n || cap(data) < n {
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

func TestBuffer(t *testing.T) {
	s := []float32{1, 2, 3}
	for _, n := range []int{0, 1, 3, 4, leastHuge} {
		got := Buffer(s[:1], n)
		if len(got) != n {
			t.Fatalf("%d elements, want %d", len(got), n)
		}
		if own := n > 0 && &got[0] == &s[0]; own != (n > 0 && n <= 3) {
			t.Errorf("%d elements of 3: in the memory of s: %v", n, own)
		}
	}
}

package memory

import "testing"

// TestResize: also Buffer, which is Resize of floats that Floats makes.
func TestResize(t *testing.T) {
	for name, resize := range map[string]func([]float32, int) []float32{"Resize": Resize[float32], "Buffer": Buffer} {
		s := []float32{1, 2, 3}
		for _, n := range []int{0, 1, 3, 4, leastHuge} {
			got := resize(s[:1], n)
			if len(got) != n {
				t.Fatalf("%s: %d elements, want %d", name, len(got), n)
			}
			if own := n > 0 && &got[0] == &s[0]; own != (n > 0 && n <= 3) {
				t.Errorf("%s: %d elements of 3: in the memory of s: %v", name, n, own)
			}
		}
		if got := resize(nil, 0); got != nil {
			t.Errorf("%s: none of nil: %v", name, got)
		}
	}
}

package memory

import "testing"

func TestResize(t *testing.T) {
	s := []int{1, 2, 3}
	for _, n := range []int{0, 1, 3, 4} {
		got := Resize(s[:1], n)
		if len(got) != n {
			t.Fatalf("%d elements, want %d", len(got), n)
		}
		if own := n > 0 && &got[0] == &s[0]; own != (n > 0 && n <= 3) {
			t.Errorf("%d elements of 3: in the memory of s: %v", n, own)
		}
	}
	if got := Resize[int](nil, 0); got != nil {
		t.Errorf("none of nil: %v", got)
	}
}

package kernels

import (
	"slices"
	"testing"
)

// TestReadBuffer checks what is counted, what is refused and that nothing is written:
// what was loaded cannot be seen.
func TestReadBuffer(t *testing.T) {
	for _, l := range Available() {
		if !hasReadLoop(l) {
			if _, err := ReadBuffer(l, make([]float32, readTurn), 1); err == nil {
				t.Errorf("%v: no error from a level without a read loop", l)
			}
			continue
		}
		for _, c := range []struct{ n, rounds, want int }{
			{128, 1, 512}, {128, 0, 0}, {255, 3, 3 * 512}, {257, 5, 5 * 1024},
			{readCallBytes/4 + 128, 2, 2 * (readCallBytes + 512)}, {readCallBytes / 8, 17, 17 * readCallBytes / 2},
		} {
			buffer := make([]float32, c.n)
			for i := range buffer {
				buffer[i] = float32(i)
			}
			before := slices.Clone(buffer)
			got, err := ReadBuffer(l, buffer, c.rounds)
			if err != nil || got != c.want {
				t.Errorf("%v: %d floats, %d rounds: %d bytes, %v: want %d", l, c.n, c.rounds, got, err, c.want)
			}
			if !slices.Equal(buffer, before) {
				t.Errorf("%v: %d floats: the buffer has changed", l, c.n)
			}
		}
		for _, c := range []struct{ n, rounds int }{{127, 1}, {0, 1}, {128, -1}} {
			if _, err := ReadBuffer(l, make([]float32, c.n), c.rounds); err == nil {
				t.Errorf("%v: %d floats, %d rounds: no error", l, c.n, c.rounds)
			}
		}
	}
	if _, err := ReadBuffer(levelCount, make([]float32, 128), 1); err == nil {
		t.Error("no error from a level that does not exist")
	}
}

func TestRunFMAs(t *testing.T) {
	for _, l := range Available() {
		n, err := RunFMAs(l, 3)
		if l == Portable {
			if err == nil {
				t.Error("no error from the portable level")
			}
			continue
		}
		twice, _ := RunFMAs(l, 6)
		if err != nil || n <= 0 || twice != 2*n {
			t.Errorf("%v: %d FLOP for 3 iterations, %d for 6, %v", l, n, twice, err)
		}
		if n, err := RunFMAs(l, -1); n != 0 || err != nil {
			t.Errorf("%v: %d FLOP for -1 iterations, %v", l, n, err)
		}
	}
}

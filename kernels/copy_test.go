package kernels_test

import (
	"fmt"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// TestGatherBlocks: every block arrives at its place, what lies between rows of dst stays.
func TestGatherBlocks(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		rng := newRand(37)
		for _, rows := range []int{1, 3, 17, 100, 257} {
			for _, blocks := range []int{1, 2, 3, 7, 16, 2100} { // 2048 a call
				if blocks > 16 && rows > 3 {
					continue
				}
				for _, apart := range []int{0, 16, 33, 64} {
					srcStride, dstStride := (blocks-1)*apart+16+rng.IntN(3), blocks*16+rng.IntN(3)
					src := uniform(rng, rows*srcStride, 1)
					dst := uniform(rng, rows*dstStride, 1)
					want := append([]float32(nil), dst...)
					for r := range rows {
						for j := range blocks * 16 {
							want[r*dstStride+j] = src[r*srcStride+j/16*apart+j%16]
						}
					}
					if err := l.GatherBlocks(dst, dstStride, src, srcStride, apart, rows, blocks); err != nil {
						t.Fatal(err)
					}
					sameBits(t, fmt.Sprintf("%d rows of %d blocks, %d apart", rows, blocks, apart), dst, want)
				}
			}
		}
	})
}

// TestGatherBlocksErrors: what does not fit is refused, and dst stays.
func TestGatherBlocksErrors(t *testing.T) {
	l := kernels.Active()
	dst, src := make([]float32, 64), make([]float32, 160)
	for i := range src {
		src[i] = 1
	}
	for _, c := range []struct {
		name                                            string
		dst, src                                        []float32
		dstStride, srcStride, blockStride, rows, blocks int
	}{
		{"dst is short", dst[:63], src, 32, 80, 64, 2, 2},
		{"src is short", dst, src[:159], 32, 80, 64, 2, 2},
		{"rows of dst overlap", dst, src, 31, 80, 64, 2, 2},
		{"rows of src overlap", dst, src, 32, 79, 64, 2, 2},
		{"negative rows", dst, src, 32, 80, 64, -1, 2},
		{"negative blocks", dst, src, 32, 80, 64, 2, -1},
		{"huge blocks", dst, src, 32, 80, 64, 2, 1<<31 - 1},
		{"negative stride of blocks", dst, src, 32, 80, -1, 2, 2},
		{"huge stride of blocks", dst, src, 32, 80, 1<<31 - 1, 2, 2},
		{"dst is src", src, src, 32, 80, 64, 2, 2},
	} {
		if err := l.GatherBlocks(c.dst, c.dstStride, c.src, c.srcStride, c.blockStride, c.rows, c.blocks); err == nil {
			t.Errorf("%s: no error", c.name)
		}
	}
	for _, v := range dst {
		if v != 0 {
			t.Fatal("dst was written to")
		}
	}
	if err := l.GatherBlocks(nil, 0, nil, 0, 0, 0, 0); err != nil {
		t.Error("nothing:", err)
	}
}

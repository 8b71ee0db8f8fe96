package kernels

import (
	"fmt"
	"math"
)

// Dropout computes inverted dropout,
//
//	dst[i] = x[i]/(1-p) if element offset+i is kept, else 0
//
// (torch.nn.functional.dropout, training). Whether an element is kept depends on
// seed and its position offset+i alone, so any split of a range gives the same
// mask; each is dropped with probability p, to within 2^-32. The backward pass is
// the same call on the gradient. dst and x have the same length; dst may be x. p
// outside [0, 1] or NaN is an error; p = 1 gives zeros.
func Dropout(dst, x []float32, p float64, seed, offset uint64) error {
	if !(p >= 0 && p <= 1) {
		return fmt.Errorf("kernels: Dropout: p = %v: want 0 to 1", p)
	}
	if err := checkLengths("Dropout", dst, x); err != nil {
		return err
	}
	if p == 1 {
		clear(dst)
		return nil
	}
	scale := float32(1 / (1 - p))
	threshold := uint64(math.Round(p * (1 << 32)))
	for i, v := range x {
		position := offset + uint64(i)
		bits := mix(seed + (position/2+1)*goldenGamma)
		if position%2 == 1 {
			bits >>= 32
		}
		if bits&(1<<32-1) < threshold {
			v = 0
		} else {
			v *= scale
		}
		dst[i] = v
	}
	return nil
}

// goldenGamma and mix are SplitMix64 (Steele, Lea and Flood, Fast splittable
// pseudorandom number generators, 2014) with a counter for its state.
const goldenGamma = 0x9E3779B97F4A7C15

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

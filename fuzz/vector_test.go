package fuzz

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// FuzzVector: AddScaled, ColumnSums and Dropout compute their formulas to the bit at
// every level, whole or in two parts, in place or not.
func FuzzVector(f *testing.F) {
	f.Add(uint64(1), uint16(1), uint16(0), uint8(0), uint8(0), math.Float32bits(1), math.Float64bits(0.5))
	f.Add(uint64(2), uint16(100), uint16(33), uint8(1), uint8(bits), math.Float32bits(-3), math.Float64bits(0))
	f.Add(uint64(3), uint16(67), uint16(64), uint8(2), uint8(special), uint32(0x7F800000), math.Float64bits(1))
	f.Add(uint64(4), uint16(1031), uint16(1025), uint8(17), uint8(short), uint32(1), math.Float64bits(math.NaN()))
	f.Add(uint64(math.MaxUint64), uint16(255), uint16(3), uint8(5), uint8(tiny), uint32(0x7FC00000), math.Float64bits(-1))
	f.Add(uint64(6), uint16(31), uint16(31), uint8(5), uint8(huge), uint32(0x80000000), math.Float64bits(1-0x1p-53))
	f.Fuzz(func(t *testing.T, seed uint64, n16, split16 uint16, offset, numbers uint8, scaleBits uint32, pBits uint64) {
		rng := rand.New(rand.NewPCG(seed, 1))
		n := int(n16) % 1200
		split := int(split16) % (n + 1)
		x := newFrame(kind(numbers).draw(rng, n), int(offset)%8, 1, n, n)
		dst := newFrame(kind(numbers).draw(rng, n), int(offset)/8%8, 1, n, n)
		checkAddScaled(t, dst, x, split, math.Float32frombits(scaleBits))
		checkDropout(t, dst, x, split, math.Float64frombits(pBits), rng.Uint64(), seed-uint64(offset))
		columns := kernels.PanelWidth * (1 + int(offset)%9)
		stride := columns + int(offset)%20
		rows := newFrame(kind(numbers).draw(rng, n*columns), int(offset)%8, n, stride, columns)
		sums := newFrame(kind(numbers).draw(rng, columns), int(offset)/16, 1, columns, columns)
		checkColumnSums(t, sums, rows, split)
	})
}

func checkAddScaled(t *testing.T, dst, x *frame, split int, scale float32) {
	want, doubled := dst.clone(), x.clone()
	for i, v := range x.matrix {
		want.matrix[i] += float32(scale * v)
		doubled.matrix[i] += float32(scale * v)
	}
	for _, l := range kernels.Available() {
		whole, parts, same := dst.clone(), dst.clone(), x.clone()
		for _, err := range []error{
			l.AddScaled(whole.matrix, x.matrix, scale),
			l.AddScaled(parts.matrix[split:], x.matrix[split:], scale),
			l.AddScaled(parts.matrix[:split], x.matrix[:split], scale),
			l.AddScaled(same.matrix, same.matrix, scale),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		whole.same(t, fmt.Sprintf("%v: AddScaled", l), want)
		parts.same(t, fmt.Sprintf("%v: AddScaled in two parts", l), want)
		same.same(t, fmt.Sprintf("%v: AddScaled in place", l), doubled)
	}
}

func checkColumnSums(t *testing.T, dst, x *frame, split int) {
	want := dst.clone()
	for r := range x.rows {
		for j, v := range x.row(r) {
			want.matrix[j] += v
		}
	}
	for _, l := range kernels.Available() {
		whole, parts := dst.clone(), dst.clone()
		rest := x.matrix[min(split*x.stride, len(x.matrix)):]
		for _, err := range []error{
			l.ColumnSums(whole.matrix, x.matrix, x.rows, x.stride),
			l.ColumnSums(parts.matrix, x.matrix, split, x.stride),
			l.ColumnSums(parts.matrix, rest, x.rows-split, x.stride),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		whole.same(t, fmt.Sprintf("%v: ColumnSums", l), want)
		parts.same(t, fmt.Sprintf("%v: ColumnSums in two parts", l), want)
	}
}

// checkDropout: each element is 0 or x/(1-p), whatever range it is in.
func checkDropout(t *testing.T, dst, x *frame, split int, p float64, seed, offset uint64) {
	whole, parts, same := dst.clone(), dst.clone(), x.clone()
	err := kernels.Dropout(whole.matrix, x.matrix, p, seed, offset)
	if !(p >= 0 && p <= 1) {
		if err == nil {
			t.Fatalf("Dropout with p = %v: no error", p)
		}
		whole.unchanged(t, "Dropout with an error", dst)
		return
	}
	for _, err := range []error{err,
		kernels.Dropout(parts.matrix[split:], x.matrix[split:], p, seed, offset+uint64(split)),
		kernels.Dropout(parts.matrix[:split], x.matrix[:split], p, seed, offset),
		kernels.Dropout(same.matrix, same.matrix, p, seed, offset),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	parts.same(t, "Dropout in two parts", whole)
	for i, v := range x.matrix {
		got := whole.matrix[i]
		if math.Float32bits(got) != 0 && (p == 1 || !sameNumber(got, v*float32(1/(1-p)))) || p == 0 && !sameNumber(got, v) {
			t.Fatalf("Dropout of %v with p = %v: %v", v, p, got)
		}
		if !sameNumber(same.matrix[i], got) {
			t.Fatalf("Dropout in place: element %d is %v, want %v", i, same.matrix[i], got)
		}
	}
}

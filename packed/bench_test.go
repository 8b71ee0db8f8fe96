package packed_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/packed"
)

// benchmarkBatch is 64 sequences of 5 to 54 steps, in random or descending order.
func benchmarkBatch(sorted bool) []int {
	rng := rand.New(rand.NewPCG(3, 4))
	lengths := make([]int, 64)
	for i := range lengths {
		lengths[i] = 5 + rng.IntN(50)
	}
	if sorted {
		slices.SortFunc(lengths, func(a, b int) int { return b - a })
	}
	return lengths
}

func BenchmarkReset(b *testing.B) {
	lengths := benchmarkBatch(false)
	var l packed.Layout
	b.ReportAllocs()
	for b.Loop() {
		if err := l.Reset(lengths); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPack and BenchmarkUnpack count the bytes of the live rows.
func BenchmarkPack(b *testing.B) {
	benchmarkRows(b, func(l *packed.Layout, rows, padded []float32, order packed.Order, width int) error {
		_, err := packed.Pack(rows, l, padded, order, width)
		return err
	})
}

func BenchmarkUnpack(b *testing.B) {
	benchmarkRows(b, func(l *packed.Layout, rows, padded []float32, order packed.Order, width int) error {
		_, err := packed.Unpack(padded, l, rows, order, width, 0, 0)
		return err
	})
}

func BenchmarkReverse(b *testing.B) {
	benchmarkRows(b, func(l *packed.Layout, rows, _ []float32, _ packed.Order, width int) error {
		_, err := packed.Reverse(rows, l, rows, width)
		return err
	})
}

func benchmarkRows(b *testing.B, f func(l *packed.Layout, rows, padded []float32, order packed.Order, width int) error) {
	for _, sorted := range []bool{false, true} {
		l := must(packed.NewLayout(benchmarkBatch(sorted)))(b)
		for _, order := range orders {
			for _, width := range []int{1, 31, 256} {
				name := fmt.Sprintf("sorted=%v/order=%s/width=%d", sorted, [...]string{"batch", "time"}[order], width)
				b.Run(name, func(b *testing.B) {
					rows, padded := make([]float32, l.Rows()*width), make([]float32, l.Batch()*l.Steps()*width)
					b.SetBytes(int64(4 * len(rows)))
					b.ReportAllocs()
					for b.Loop() {
						if err := f(l, rows, padded, order, width); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

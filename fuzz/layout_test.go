package fuzz

import (
	"math"
	"slices"
	"sort"
	"testing"

	"github.com/packedlstm/packedlstm/packed"
)

// FuzzLayout makes lengths from bytes and checks the layout by its definition, the
// same layout from its batch sizes, and the error of a bad length put in somewhere.
func FuzzLayout(f *testing.F) {
	f.Add([]byte{}, 0, 0)
	f.Add([]byte{0}, 0, -1)
	f.Add([]byte{5, 0, 3, 9}, 2, math.MaxInt)
	f.Add([]byte{4, 4, 4}, 1, math.MinInt)
	f.Add([]byte{1, 255, 7, 7, 0}, 4, math.MaxInt32)
	f.Fuzz(func(t *testing.T, data []byte, at, bad int) {
		lengths := make([]int, min(len(data), 200))
		for i := range lengths {
			lengths[i] = int(data[i])
		}
		l, err := packed.NewLayout(lengths)
		if err != nil {
			t.Fatal(err)
		}
		checkLayout(t, l, lengths)
		again, err := packed.NewLayoutFromBatchSizes(l.BatchSizes(), l.SortedIndices())
		if err != nil {
			t.Fatal(err)
		}
		checkLayout(t, again, lengths)

		if len(lengths) > 0 && (bad < 0 || bad > 1<<27) {
			hostile := slices.Clone(lengths)
			hostile[int(uint(at)%uint(len(hostile)))] = bad
			if err := l.Reset(hostile); err == nil {
				t.Fatalf("Reset(%v): no error", hostile)
			}
			checkLayout(t, l, lengths)
		}
	})
}

func checkLayout(t *testing.T, l *packed.Layout, lengths []int) {
	t.Helper()
	sorted := make([]int, len(lengths))
	for i := range sorted {
		sorted[i] = i
	}
	sort.SliceStable(sorted, func(i, j int) bool { return lengths[sorted[i]] > lengths[sorted[j]] })
	if !slices.Equal(l.Lengths(), lengths) || !slices.Equal(l.SortedIndices(), sorted) {
		t.Fatalf("lengths %v sorted %v, want %v, %v", l.Lengths(), l.SortedIndices(), lengths, sorted)
	}
	for b, k := range l.UnsortedIndices() {
		if sorted[k] != b {
			t.Fatalf("UnsortedIndices[%d] = %d, but SortedIndices[%d] = %d", b, k, k, sorted[k])
		}
	}
	row := 0
	for step, n := range l.BatchSizes() {
		live := 0
		for _, length := range lengths {
			if length > step {
				live++
			}
		}
		if n != live || n == 0 || l.Offsets()[step] != row {
			t.Fatalf("step %d: batch size %d at row %d, want %d at %d", step, n, l.Offsets()[step], live, row)
		}
		row += n
	}
	if l.Rows() != row || l.Offsets()[l.Steps()] != row {
		t.Fatalf("%d rows, last offset %d, want %d", l.Rows(), l.Offsets()[l.Steps()], row)
	}
}

// FuzzBatchSizes gives any batch sizes and permutation: an error, or a layout that
// returns both.
func FuzzBatchSizes(f *testing.F) {
	f.Add([]byte{3, 2, 1}, []byte{2, 0, 1}, 0)
	f.Add([]byte{2, 3}, []byte{0, 1}, 0)
	f.Add([]byte{2, 0}, []byte{0, 0}, 0)
	f.Add([]byte{1, 1}, []byte{0, 1, 2}, math.MaxInt)
	f.Add([]byte{1}, []byte{}, -1)
	f.Fuzz(func(t *testing.T, sizes, indices []byte, first int) {
		batchSizes, sorted := make([]int, len(sizes)), make([]int, len(indices))
		for i, n := range sizes {
			batchSizes[i] = int(n)
		}
		for i, n := range indices {
			sorted[i] = int(n)
		}
		if first != 0 && len(batchSizes) > 0 {
			batchSizes[0] = first
		}
		l, err := packed.NewLayoutFromBatchSizes(batchSizes, sorted)
		descending := slices.IsSortedFunc(batchSizes, func(a, b int) int { return b - a }) &&
			!slices.ContainsFunc(batchSizes, func(n int) bool { return n <= 0 })
		once := slices.Clone(sorted)
		slices.Sort(once)
		permutation := len(slices.Compact(slices.Clone(once))) == len(sorted) &&
			(len(sorted) == 0 || once[len(once)-1] == len(sorted)-1)
		fits := len(batchSizes) == 0 || batchSizes[0] <= len(sorted)
		if want := descending && permutation && fits; want != (err == nil) {
			t.Fatalf("%v, %v: error %v, valid %v", batchSizes, sorted, err, want)
		}
		if err == nil {
			if !slices.Equal(l.BatchSizes(), batchSizes) || !slices.Equal(l.SortedIndices(), sorted) {
				t.Fatalf("got %v, %v: want %v, %v", l.BatchSizes(), l.SortedIndices(), batchSizes, sorted)
			}
			total := 0
			for _, n := range l.Lengths() {
				total += n
			}
			if total != l.Rows() {
				t.Fatalf("lengths %v sum to %d, %d rows", l.Lengths(), total, l.Rows())
			}
		}
	})
}

// FuzzPack sends a padded tensor through Pack and back, beside a row-by-row twin.
func FuzzPack(f *testing.F) {
	f.Add([]byte{5, 0, 3, 9}, uint8(3), uint8(1), false)
	f.Add([]byte{9, 5, 5, 1}, uint8(1), uint8(0), true)
	f.Add([]byte{0, 0}, uint8(2), uint8(4), true)
	f.Add([]byte{7}, uint8(2), uint8(2), true)
	f.Add([]byte{}, uint8(5), uint8(3), false)
	f.Add([]byte{3, 3}, uint8(0), uint8(3), true)
	f.Fuzz(func(t *testing.T, data []byte, w, extra uint8, timeFirst bool) {
		lengths := make([]int, min(len(data), 40))
		for i := range lengths {
			lengths[i] = int(data[i] % 32)
		}
		l, err := packed.NewLayout(lengths)
		if err != nil {
			t.Fatal(err)
		}
		width, steps, order := int(w%9), l.Steps()+int(extra%8), packed.BatchFirst
		at := func(b, s int) int { return (b*steps + s) * width }
		if timeFirst {
			order = packed.TimeFirst
			at = func(b, s int) int { return (s*len(lengths) + b) * width }
		}
		// each element is its own place; padding is -1
		padded := slices.Repeat([]int{-1}, len(lengths)*steps*width)
		rows := make([]int, l.Rows()*width)
		list := make([][]int, len(lengths))
		for b, n := range lengths {
			for s := range n {
				for x := range width {
					padded[at(b, s)+x] = at(b, s) + x
					rows[(l.Offsets()[s]+l.UnsortedIndices()[b])*width+x] = at(b, s) + x
					list[b] = append(list[b], at(b, s)+x)
				}
			}
		}
		check := func(name string, got, want []int, err error) {
			t.Helper()
			if err != nil || !slices.Equal(got, want) {
				t.Fatalf("%s of %v: error %v\n got %v\nwant %v", name, lengths, err, got, want)
			}
		}
		got, err := packed.Pack(nil, l, padded, order, width)
		check("Pack", got, rows, err)
		got, err = packed.Unpack(nil, l, rows, order, width, -1, steps)
		check("Unpack", got, padded, err)
		got, err = packed.PackSequences(got, l, list, width)
		check("PackSequences", got, rows, err)
		sequences, err := packed.UnpackSequences(nil, l, rows, width)
		check("UnpackSequences", slices.Concat(sequences...), slices.Concat(list...), err)
		sequences, err = packed.UnpadSequences(sequences, padded, lengths, order, width, packed.Right)
		check("UnpadSequences", slices.Concat(sequences...), slices.Concat(list...), err)
		if width > 0 {
			got, err = packed.PadSequences(got, list, order, width, -1, packed.Right, steps)
			check("PadSequences", got, padded, err)
		}
		got, err = packed.Reverse(nil, l, rows, width)
		if err == nil {
			got, err = packed.Reverse(got, l, got, width)
		}
		check("Reverse twice", got, rows, err)
	})
}

// FuzzPackHostile calls the border functions with any sizes: an error or a result,
// never a panic or an endless allocation.
func FuzzPackHostile(f *testing.F) {
	const huge = math.MaxInt>>23 + 1 // 2^40, or what an int has room for
	f.Add([]byte{2, 0, 4}, uint16(24), uint16(12), 2, 0, 0, 0)
	f.Add([]byte{2, 0, 4}, uint16(24), uint16(12), math.MaxInt, 1, math.MaxInt, 1)
	f.Add([]byte{0, 0}, uint16(0), uint16(0), math.MaxInt, 1, huge, 0)
	f.Add([]byte{0, 0}, uint16(0), uint16(0), huge, 0, 1<<20, 0)
	f.Add([]byte{}, uint16(0), uint16(0), 0, 1, math.MaxInt, 0)
	f.Add([]byte{3, 1}, uint16(5), uint16(4), -1, 7, -1, -3)
	f.Add([]byte{3, 1}, uint16(0), uint16(0), 0, 1, 1<<29, 1)
	f.Fuzz(func(t *testing.T, data []byte, nPadded, nRows uint16, width, order, total, side int) {
		lengths := make([]int, min(len(data), 40))
		for i := range lengths {
			lengths[i] = int(data[i])
		}
		l, err := packed.NewLayout(lengths)
		if err != nil {
			t.Fatal(err)
		}
		// A legal result may still be too large for this machine's memory.
		if steps := max(total, l.Steps()); steps >= 0 && len(lengths) > 0 &&
			width > 0 && steps <= math.MaxInt32 && width < huge && len(lengths)*steps > 1<<24/width {
			total = 0
			if len(lengths)*l.Steps() > 1<<24/width || l.Batch() > 1<<24/width {
				width = 1
			}
		} else if width > 1<<20 && width < huge<<20 {
			width = huge << 20
		}
		padded, rows := make([]byte, nPadded), make([]byte, nRows)
		o, s := packed.Order(order), packed.Side(side)
		if got, err := packed.Pack(nil, l, padded, o, width); err == nil && len(got) != l.Rows()*width {
			t.Fatalf("Pack: %d elements, want %d rows of %d", len(got), l.Rows(), width)
		}
		if got, err := packed.Unpack(nil, l, rows, o, width, 1, total); err == nil && width < 1<<20 &&
			len(got) != len(lengths)*max(total, l.Steps())*width {
			t.Fatalf("Unpack: %d elements", len(got))
		}
		var none *packed.Layout
		if _, err := packed.Unpack(nil, none, rows, o, width, 1, total); err == nil {
			t.Fatal("nil layout: no error")
		}
		list, _ := packed.UnpackSequences(nil, l, rows, width)
		packed.PackSequences(nil, l, list, width)
		packed.PackSequences(nil, l, [][]byte{padded, rows}, width)
		packed.PadSequences(nil, list, o, width, 1, s, total)
		packed.UnpadSequences(nil, padded, lengths, o, width, s)
		packed.ReversePadded(nil, padded, lengths, o, width, 1, s)
		packed.Reverse(nil, l, rows, width)
		packed.SortStates(nil, l, rows, width)
		packed.UnsortStates(nil, none, rows, width)
		packed.LastRows(nil, l, rows, width, 1)
		packed.FirstRowsBackward(nil, l, rows, width)
		packed.InvertPermutation(nil, []int{width, order, total, side})
	})
}

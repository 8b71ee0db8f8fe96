package kernels_test

import (
	"errors"
	"fmt"
	"runtime/debug"
	"syscall"
	"testing"
	"unsafe"

	"github.com/packedlstm/packedlstm/kernels"
)

// fences gives out slices that end, or start, at a page which cannot be touched, so
// that a read beyond them faults. (Canaries see writes only.)
type fences struct {
	mappings [][]byte
	atStart  bool
}

func (f *fences) slice(t *testing.T, n int) []float32 {
	t.Helper()
	page := syscall.Getpagesize()
	size := (4*n + page - 1) / page * page
	m, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Skip("no memory mapping: ", err)
	}
	f.mappings = append(f.mappings, m)
	err = errors.Join(syscall.Mprotect(m[:page], syscall.PROT_NONE), syscall.Mprotect(m[page+size:], syscall.PROT_NONE))
	if err != nil {
		t.Skip("no protected pages: ", err)
	}
	first := page
	if !f.atStart {
		first = page + size - 4*n
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&m[first])), n)
}

func (f *fences) close() {
	for _, m := range f.mappings {
		syscall.Munmap(m)
	}
	f.mappings = nil
}

// forEachFence runs f at every level with both kinds of slices; a fault fails the test.
func forEachFence(t *testing.T, run func(t *testing.T, l kernels.Level, f *fences) error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		debug.SetPanicOnFault(true) // of this subtest's goroutine
		for _, atStart := range []bool{false, true} {
			f := &fences{atStart: atStart}
			defer f.close()
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("slices at the start of a page %v: %v", atStart, r)
				}
			}()
			if err := run(t, l, f); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestVectorBounds(t *testing.T) {
	forEachFence(t, func(t *testing.T, l kernels.Level, f *fences) (err error) {
		for n := 1; n <= 35; n++ {
			x, dst := f.slice(t, n), f.slice(t, n)
			err = errors.Join(err, l.Exp(dst, x), l.Sigmoid(dst, x), l.Tanh(dst, x), l.AddScaled(dst, x, 3))
			f.close()
		}
		for rows := 1; rows <= 3; rows++ {
			err = errors.Join(err, l.ColumnSums(f.slice(t, 16), f.slice(t, rows*17-1), rows, 17))
			f.close()
		}
		return err
	})
}

func TestMultiplyBounds(t *testing.T) {
	forEachFence(t, func(t *testing.T, l kernels.Level, f *fences) error {
		for rows := 1; rows <= 7; rows++ {
			for _, k := range []int{1, 3, 4, 5} {
				for _, n := range []int{1, 15, 16, 17, 32, 33, 48, 64, 65, 80} {
					var p kernels.Panels
					if err := p.Pack(l, make([]float32, k*n), k, n, n); err != nil {
						return err
					}
					for _, step := range [][2]int{{k, 1}, {1, rows}} {
						x := kernels.Product{C: f.slice(t, rows*n), CStride: n, Init: f.slice(t, n), A: f.slice(t, rows*k),
							AStride: step[0], AKStride: step[1], Rows: rows, Count: (n + 15) / 16}
						if err := p.Multiply(&x); err != nil {
							return fmt.Errorf("%d x %d x %d: %w", rows, k, n, err)
						}
						f.close()
					}
				}
			}
		}
		return nil
	})
}

func TestLSTMBounds(t *testing.T) {
	const rows = 3
	forEachFence(t, func(t *testing.T, l kernels.Level, f *fences) error {
		for units := 1; units <= 35; units++ {
			p := blockWidth(units)
			block := func(width int) []float32 { return f.slice(t, rows*width) }
			forward := kernels.LSTMForward{Pre: block(4 * p), PreStride: 4 * p, Gates: block(4 * p), GatesStride: 4 * p,
				C: block(p), CStride: p, Cell: block(p), CellStride: p, H: block(p), HStride: p, Y: block(units), YStride: units, Rows: rows, Units: units}
			back := kernels.LSTMBackward{Gates: forward.Gates, GatesStride: 4 * p, DGates: block(4 * p), DGatesStride: 4 * p,
				Cell: forward.Cell, CellStride: p, CellPrev: block(p), CellPrevStride: p, DH: block(p), DHStride: p,
				DY: block(units), DYStride: units, DC: block(p), DCStride: p, Rows: rows, Units: units}
			if err := errors.Join(forward.Run(l), back.Run(l)); err != nil {
				return err
			}
			f.close()
		}
		return nil
	})
}

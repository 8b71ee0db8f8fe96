package kernels_test

import (
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"github.com/packedlstm/packedlstm/kernels"
)

// canary is a NaN: what a kernel computes from one, a test sees in the result.
const canary = 0x7fa5a5a5

// fences gives out matrices that end, or start, at a page which cannot be touched, so
// that an access beyond them faults. Their other side, and what lies between their rows,
// holds canaries. The memory is reused from one case to the next.
type fences struct {
	level   kernels.Level
	atStart bool
	slots   []*fenced
	used    int
	failed  int // cases
}

// fenced is one argument of a kernel: rows of width elements, stride apart.
type fenced struct {
	name                string
	mapping             []byte    // a page that cannot be touched at both ends
	whole               []float32 // what lies between
	first               int       // the matrix within whole
	matrix              []float32
	rows, stride, width int
	before              []float32 // the elements of a matrix that must not be written, else nil
}

const (
	fenceBytes  = 2 << 20 // of a slot; touched only as far as needed
	fenceMargin = 67      // elements with canaries on the open side
)

func newFences(t *testing.T, l kernels.Level, atStart bool) *fences {
	f := &fences{level: l, atStart: atStart}
	t.Cleanup(func() {
		for _, s := range f.slots {
			syscall.Munmap(s.mapping)
		}
	})
	return f
}

// slot returns the next piece of fenced memory.
func (f *fences) slot(t *testing.T) *fenced {
	if f.used == len(f.slots) {
		page := syscall.Getpagesize()
		m, err := syscall.Mmap(-1, 0, fenceBytes+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			t.Fatal("no memory mapping: ", err)
		}
		for _, edge := range [][]byte{m[:page], m[page+fenceBytes:]} {
			if err := syscall.Mprotect(edge, syscall.PROT_NONE); err != nil {
				t.Fatal("no protected page: ", err)
			}
		}
		f.slots = append(f.slots, &fenced{mapping: m, whole: unsafe.Slice((*float32)(unsafe.Pointer(&m[page])), fenceBytes/4)})
	}
	s := f.slots[f.used]
	f.used++
	return s
}

// output returns a matrix that a kernel may write; it holds numbers in [-1, 1).
func (f *fences) output(t *testing.T, name string, rows, stride, width int) []float32 {
	t.Helper()
	s := f.slot(t)
	n := 0
	if rows > 0 {
		n = (rows-1)*stride + width
	}
	if n+fenceMargin > len(s.whole) {
		t.Fatalf("%s: %d elements: want at most %d", name, n, len(s.whole)-fenceMargin)
	}
	s.name, s.rows, s.stride, s.width, s.before, s.first = name, rows, stride, width, nil, 0
	if !f.atStart {
		s.first = len(s.whole) - n
	}
	s.matrix = s.whole[s.first : s.first+n : s.first+n]
	for r := range rows {
		copy(s.matrix[r*stride:][:width], someNumbers[(r*7)%64:])
	}
	s.eachCanary(func(_ int, v *float32) bool { *v = math.Float32frombits(canary); return true })
	return s.matrix
}

// input returns a matrix that a kernel must not write.
func (f *fences) input(t *testing.T, name string, rows, stride, width int) []float32 {
	t.Helper()
	x := f.output(t, name, rows, stride, width)
	f.readOnly()
	return x
}

// readOnly makes the last matrix an input, with the elements that it has now.
func (f *fences) readOnly() {
	s := f.slots[f.used-1]
	s.before = append(make([]float32, 0, len(s.matrix)+1), s.matrix...) // not nil
}

// someNumbers is long enough for any row, wherever it starts in the first 64.
var someNumbers = uniform(newRand(11), 1<<14, 1)

// eachCanary visits the elements around and between the rows until visit returns false.
// The index counts from the matrix.
func (s *fenced) eachCanary(visit func(i int, v *float32) bool) {
	for i := max(0, s.first-fenceMargin); i < s.first; i++ {
		if !visit(i-s.first, &s.whole[i]) {
			return
		}
	}
	for r := range max(0, s.rows-1) {
		for i := r*s.stride + s.width; i < (r+1)*s.stride; i++ {
			if !visit(i, &s.matrix[i]) {
				return
			}
		}
	}
	end := s.first + len(s.matrix)
	for i := end; i < min(end+fenceMargin, len(s.whole)); i++ {
		if !visit(i-s.first, &s.whole[i]) {
			return
		}
	}
}

// intact returns an error if a canary or an element of an input changed, or if an
// output is not a finite number, which it is only if a canary went into it.
func (s *fenced) intact() (err error) {
	s.eachCanary(func(i int, v *float32) bool {
		if math.Float32bits(*v) != canary {
			err = fmt.Errorf("%s[%d], outside its rows, was overwritten with %v", s.name, i, *v)
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	if s.before != nil {
		if i := differentBits(s.matrix, s.before); i >= 0 {
			return fmt.Errorf("%s[%d], only to be read, was overwritten with %v", s.name, i, s.matrix[i])
		}
		return nil
	}
	for r := range s.rows {
		for i, v := range s.matrix[r*s.stride:][:s.width] {
			if v-v != 0 {
				return fmt.Errorf("%s[%d] of row %d is %v: computed from what lies outside the arguments", s.name, i, r, v)
			}
		}
	}
	return nil
}

// differentBits returns the first index at which a and b differ, -1 if none.
func differentBits(a, b []float32) int {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return i
		}
	}
	return -1
}

// run calls a kernel, reports a fault, an error or a change where none may be, and makes
// the memory free for the next case. The shape is a struct of what names the case.
func (f *fences) run(t *testing.T, kernel string, shape any, call func() error) {
	t.Helper()
	err := f.call(call)
	for _, s := range f.slots[:f.used] {
		if err == nil {
			err = s.intact()
		}
	}
	if err != nil {
		side := "end"
		if f.atStart {
			side = "start"
		}
		t.Errorf("%s at level %v, %+v, arguments that %s at a page: %v", kernel, f.level, shape, side, err)
		if f.failed++; f.failed == 10 {
			t.FailNow()
		}
	}
	f.used = 0
}

// call turns a fault into an error.
func (f *fences) call(call func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v%s", r, f.place(r))
		}
	}()
	return call()
}

// place says beside which argument a fault was.
func (f *fences) place(fault any) string {
	at, ok := fault.(interface{ Addr() uintptr })
	if !ok {
		return ""
	}
	for _, s := range f.slots[:f.used] {
		start := uintptr(unsafe.Pointer(&s.mapping[0]))
		if at.Addr() >= start && at.Addr() < start+uintptr(len(s.mapping)) {
			matrix := uintptr(unsafe.Pointer(&s.whole[0])) + 4*uintptr(s.first)
			return fmt.Sprintf(": %s has %d elements, the access is at byte %d", s.name, len(s.matrix), int(at.Addr())-int(matrix))
		}
	}
	return ""
}

// forEachFence runs f at every level, once with slices that end at a page which cannot
// be touched, once with slices that start at one.
func forEachFence(t *testing.T, run func(t *testing.T, l kernels.Level, f *fences)) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // of this subtest's goroutine
		for _, atStart := range []bool{false, true} {
			run(t, l, newFences(t, l, atStart))
			if t.Failed() {
				return
			}
		}
	})
}

// everySize returns 0 to 67 and the given sizes beyond; a sample of them in short tests.
func everySize(beyond ...int) (sizes []int) {
	for n := range 68 {
		if !testing.Short() || slices.Contains([]int{0, 1, 2, 3, 5, 6, 7, 15, 16, 17, 31, 33, 63, 64, 67}, n) {
			sizes = append(sizes, n)
		}
	}
	return append(sizes, beyond...)
}

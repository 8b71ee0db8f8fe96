package kernels

import (
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
)

// ReproducibleVariable is the environment variable that SetReproducible starts from:
// PACKEDLSTM_REPRODUCIBLE=0 turns it off.
const ReproducibleVariable = "PACKEDLSTM_REPRODUCIBLE"

// roundsTwice holds what SetReproducible(false) asks for.
var roundsTwice atomic.Bool

func init() {
	value := os.Getenv(ReproducibleVariable)
	if value == "" {
		return
	}
	on, err := strconv.ParseBool(value)
	if err != nil {
		fmt.Fprintf(os.Stderr, "packedlstm: %s: %q: want 0 or 1; using 1\n", ReproducibleVariable, value)
		return
	}
	SetReproducible(on)
}

// SetReproducible chooses, for the whole process and from now on, whether products at
// the portable level have the bits of every other level. That is the default. Where the
// compiler has no fused multiply-add for float32 (amd64 below GOAMD64=v3), rounding each
// step once must be emulated and costs the portable products about two thirds of their
// speed; off, they round product and sum apart there, within the bound that package
// kernels states. The assembly levels are always reproducible.
func SetReproducible(on bool) { roundsTwice.Store(!on) }

// Reproducible returns what SetReproducible chose.
func Reproducible() bool { return !roundsTwice.Load() }

// compilerFuses: float32 products and sums that the language allows to be fused are, as
// on arm64, riscv64, ppc64le and s390x. 1 + 2^-23 squared is 1 + 2^-22 + 2^-46; rounded
// before the sum, the last term is lost.
var compilerFuses = multiplyAdd(1+0x1p-23, 1+0x1p-23, -1-0x1p-22) != 0

//go:noinline
func multiplyAdd(x, y, z float32) float32 { return x*y + z }

// multiplyPortable computes x panel by panel, two rows by four columns at a time:
// eight sums in registers.
func multiplyPortable(p *Panels, x *Product, columns int) {
	native := compilerFuses || roundsTwice.Load()
	for j := 0; j < columns; j += PanelWidth {
		panel := p.panel(x.First + j/PanelWidth)
		width := min(PanelWidth, columns-j)
		for r := 0; r < x.Rows; r += 2 {
			rows := min(2, x.Rows-r)
			for lane := 0; lane < width; lane += 4 {
				multiplyTilePortable(x, panel[min(lane, len(panel)):], r, rows, j+lane, min(4, width-lane), p.k, native)
			}
		}
	}
}

// multiplyTilePortable computes rows x lanes elements of c from row r and column j on.
// Missing rows and lanes of the tile are computed from what is there and not stored.
func multiplyTilePortable(x *Product, b []float32, r, rows, j, lanes, k int, native bool) {
	t := portableTile{b: b, stride: x.AKStride}
	if k > 0 {
		t.a[0], t.a[1] = x.A[r*x.AStride:], x.A[(r+rows-1)*x.AStride:]
	}
	if x.Init != nil {
		for i := range rows {
			copy(t.sum[i][:lanes], x.Init[(r+i)*x.InitStride+j:])
		}
	}
	if native {
		t.run(k)
	} else {
		t.runFused(k)
	}
	for i := range rows {
		c := x.C[(r+i)*x.CStride+j:][:lanes]
		if x.Add {
			addScaledPortable(c, t.sum[i][:lanes], 1)
			continue
		}
		copy(c, t.sum[i][:])
	}
}

// portableTile is a tile of 2 rows x 4 lanes.
type portableTile struct {
	sum    [2][4]float32
	a      [2][]float32 // one row each
	stride int          // between k in a
	b      []float32    // a panel from the first lane on
}

// run adds the products of depth steps, fused where the compiler does that: no
// conversion stands around them.
func (t *portableTile) run(depth int) {
	s0, s1, s2, s3 := t.sum[0][0], t.sum[0][1], t.sum[0][2], t.sum[0][3]
	r0, r1, r2, r3 := t.sum[1][0], t.sum[1][1], t.sum[1][2], t.sum[1][3]
	a0, a1, b := t.a[0], t.a[1], t.b
	at := 0
	for range depth {
		x, y := a0[at], a1[at]
		b0, b1, b2, b3 := b[0], b[1], b[2], b[3]
		s0 += x * b0
		s1 += x * b1
		s2 += x * b2
		s3 += x * b3
		r0 += y * b0
		r1 += y * b1
		r2 += y * b2
		r3 += y * b3
		at += t.stride
		b = b[min(PanelWidth, len(b)):]
	}
	t.sum = [2][4]float32{{s0, s1, s2, s3}, {r0, r1, r2, r3}}
}

// runFused is run with every sum rounded once, whatever the compiler does: fast where
// no sum may be a midpoint (see isMidpoint). The one step with such a sum is left to
// stepFused: a call inside the loop would make every sum live in memory.
func (t *portableTile) runFused(depth int) {
	for k := 0; k < depth; k++ {
		k += t.runWide(k, depth)
		if k < depth {
			t.stepFused(k)
		}
	}
}

// runWide adds the products from step k on until one may be a midpoint, and returns how
// many steps that were. Products of float32 are exact in float64.
func (t *portableTile) runWide(k, depth int) (steps int) {
	s0, s1, s2, s3 := t.sum[0][0], t.sum[0][1], t.sum[0][2], t.sum[0][3]
	r0, r1, r2, r3 := t.sum[1][0], t.sum[1][1], t.sum[1][2], t.sum[1][3]
	a0, a1, b := t.a[0], t.a[1], t.b[k*PanelWidth:]
	at := k * t.stride
	for steps = 0; steps < depth-k; steps++ {
		x, y := float64(a0[at]), float64(a1[at])
		b0, b1, b2, b3 := float64(b[0]), float64(b[1]), float64(b[2]), float64(b[3])
		u0, u1, u2, u3 := x*b0+float64(s0), x*b1+float64(s1), x*b2+float64(s2), x*b3+float64(s3)
		if isMidpoint(u0) || isMidpoint(u1) || isMidpoint(u2) || isMidpoint(u3) {
			break
		}
		v0, v1, v2, v3 := y*b0+float64(r0), y*b1+float64(r1), y*b2+float64(r2), y*b3+float64(r3)
		if isMidpoint(v0) || isMidpoint(v1) || isMidpoint(v2) || isMidpoint(v3) {
			break
		}
		s0, s1, s2, s3 = float32(u0), float32(u1), float32(u2), float32(u3)
		r0, r1, r2, r3 = float32(v0), float32(v1), float32(v2), float32(v3)
		at += t.stride
		b = b[min(PanelWidth, len(b)):]
	}
	t.sum = [2][4]float32{{s0, s1, s2, s3}, {r0, r1, r2, r3}}
	return steps
}

// stepFused adds the products of step k.
func (t *portableTile) stepFused(k int) {
	for i := range t.sum {
		for lane, s := range t.sum[i] {
			t.sum[i][lane] = fma32(t.a[i][k*t.stride], t.b[k*PanelWidth+lane], s)
		}
	}
}

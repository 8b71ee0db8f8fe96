package kernels_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/kernels"
)

// TestMain prints the levels that run here and those that do not: no test fails for want of one.
// go test shows it with -v, or on failure.
func TestMain(m *testing.M) {
	var run, not []string
	for l := kernels.Portable; l <= kernels.AVX512; l++ {
		if l.IsAvailable() {
			run = append(run, l.String())
		} else {
			not = append(not, l.String())
		}
	}
	fmt.Printf("levels that run here: %s; not run: %s\n", strings.Join(run, ", "), strings.Join(not, ", "))
	os.Exit(m.Run())
}

// forEachLevel runs f as a subtest for every level that this machine has.
func forEachLevel(t *testing.T, f func(t *testing.T, l kernels.Level)) {
	t.Helper()
	levels.Require(t)
	for _, l := range kernels.Available() {
		t.Run(l.String(), func(t *testing.T) { f(t, l) })
	}
}

func TestLevels(t *testing.T) {
	levels.Require(t)
	t.Logf("levels that run here: %v; active: %v", kernels.Available(), kernels.Active())
	before := kernels.Active()
	defer kernels.SetActive(before)
	for _, l := range kernels.Available() {
		if err := kernels.SetActive(l); err != nil {
			t.Errorf("SetActive(%v): %v", l, err)
		}
		if kernels.Active() != l {
			t.Errorf("Active() = %v after SetActive(%v)", kernels.Active(), l)
		}
		if parsed, err := kernels.ParseLevel(strings.ToUpper(l.String())); err != nil || parsed != l {
			t.Errorf("ParseLevel(%q) = %v, %v", l.String(), parsed, err)
		}
	}
	unknown := kernels.Level(200)
	last := kernels.Active()
	if err := kernels.SetActive(unknown); err == nil || kernels.Active() != last {
		t.Errorf("SetActive(%v) = %v, then Active() = %v", unknown, err, kernels.Active())
	}
	if _, err := kernels.ParseLevel("avx3"); err == nil || !strings.Contains(err.Error(), "portable") {
		t.Errorf("ParseLevel(avx3): %v: want an error that lists the levels", err)
	}
	x := make([]float32, 4)
	if err := unknown.Exp(x, x); err == nil {
		t.Error("Exp at an unknown level: no error")
	}
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// uniform fills a new slice with values in [-scale, scale).
func uniform(rng *rand.Rand, n int, scale float64) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32((2*rng.Float64() - 1) * scale)
	}
	return x
}

// sameBits reports the first element that differs; all NaNs count as one.
func sameBits(t *testing.T, name string, got, want []float32) bool {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d elements, want %d", name, len(got), len(want))
		return false
	}
	for i := range got {
		g, w := math.Float32bits(got[i]), math.Float32bits(want[i])
		if g != w && !(got[i] != got[i] && want[i] != want[i]) {
			t.Errorf("%s[%d] = %x (%v), want %x (%v)", name, i, g, got[i], w, want[i])
			return false
		}
	}
	return true
}

// guarded returns a slice of n elements inside a larger one whose other elements
// hold a canary, and a check that they still do.
func guarded(t *testing.T, name string, n int) ([]float32, func()) {
	const margin, canary = 67, 0x7fa5a5a5
	whole := make([]float32, n+2*margin)
	for i := range whole {
		whole[i] = math.Float32frombits(canary)
	}
	return whole[margin : margin+n : margin+n], func() {
		t.Helper()
		for i, v := range whole {
			if (i < margin || i >= margin+n) && math.Float32bits(v) != canary {
				t.Errorf("%s: element %d outside [0, %d) was overwritten with %v", name, i-margin, n, v)
				return
			}
		}
	}
}

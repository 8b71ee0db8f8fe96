package kernels_test

import (
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/packedlstm/packedlstm/kernels"
)

// loops is an engine of plain loops.
type loops struct {
	name  string
	pause time.Duration
	idle  *atomic.Bool // computes nothing: nobody is faster
	calls *atomic.Int64
}

func (e loops) Name() string   { return e.name }
func (e loops) String() string { return "plain loops" }

func (e loops) Gemm(transposed bool, rows, columns, depth int, a []float32, aStride int, b []float32, bStride int, c []float32, cStride int) {
	e.calls.Add(1)
	time.Sleep(e.pause)
	for r := 0; r < rows && !e.idle.Load(); r++ {
		for j := range columns {
			sum := float64(c[r*cStride+j])
			for k := range depth {
				at := r*aStride + k
				if transposed {
					at = k*aStride + r
				}
				sum += float64(a[at]) * float64(b[k*bStride+j])
			}
			c[r*cStride+j] = float32(sum)
		}
	}
}

var (
	plain = loops{name: "test-loops", idle: new(atomic.Bool), calls: new(atomic.Int64)}
	slow  = loops{name: "test-slow", pause: 20 * time.Millisecond, idle: new(atomic.Bool), calls: new(atomic.Int64)}
	swift = loops{name: "test-swift", idle: new(atomic.Bool), calls: new(atomic.Int64)}
)

// registerEngines makes the test engines known, once.
func registerEngines(t *testing.T, engines ...kernels.Engine) {
	t.Helper()
	large, step := kernels.ActiveEngine(), kernels.ActiveStepEngine()
	t.Cleanup(func() { kernels.SetEngine(large); kernels.SetStepEngine(step) })
	known := strings.Join(kernels.Engines(), " ")
	for _, e := range engines {
		if strings.Contains(known, e.Name()) {
			continue
		}
		if err := kernels.RegisterEngine(e); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEngineNames(t *testing.T) {
	registerEngines(t, plain)
	for _, test := range []struct {
		what string
		err  error
		want string
	}{
		{"a name that is taken", kernels.RegisterEngine(plain), `"test-loops" is taken`},
		{"the name of the panels", kernels.RegisterEngine(loops{name: "panels"}), `"panels" is taken`},
		{"a name in capitals", kernels.RegisterEngine(loops{name: "MKL"}), `"MKL": want one in lower case`},
		{"no name", kernels.RegisterEngine(loops{}), `"": want one in lower case`},
		{"nil", kernels.RegisterEngine(nil), "e is nil"},
		{"an unknown engine", kernels.SetEngine("mkl"), `engine "mkl": want one of panels, auto`},
		{"auto for steps", kernels.SetStepEngine("auto"), `engine "auto": want one of panels, `},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.what, test.err, test.want)
		}
	}
	if err := kernels.SetEngine("Test-Loops"); err != nil || kernels.ActiveEngine() != "test-loops" {
		t.Errorf("SetEngine(Test-Loops): %v, active %s", err, kernels.ActiveEngine())
	}
	if e := kernels.EngineFor(kernels.Active(), 3, 5); e != kernels.Engine(plain) {
		t.Errorf("EngineFor: %v", e)
	}
	if e := kernels.StepEngine(); kernels.ActiveStepEngine() == "panels" && e != nil {
		t.Errorf("StepEngine: %v, want none", e)
	}
}

// TestEngineProducts: whatever a product asks for, an engine's is within K·2⁻²³·Σ|a||b| of
// the sum in float64, and writes nothing else.
func TestEngineProducts(t *testing.T) {
	const seed = 41
	rng := newRand(seed)
	for _, size := range [][3]int{{1, 1, 1}, {1, 17, 33}, {3, 5, 7}, {7, 31, 16}, {17, 3, 100}, {33, 257, 48}, {5, 0, 17}} {
		rows, k, n := size[0], size[1], size[2]
		for _, first := range []int{0, n / 32} {
			for _, add := range []bool{false, true} {
				for _, init := range []string{"none", "bias", "rows"} {
					for _, strides := range [][2]int{{k + 3, 1}, {1, rows + 2}, {2 * k, 2}, {1, 1}} {
						columns := n - 16*first
						x := kernels.Product{
							C: uniform(rng, rows*(columns+2), 1), CStride: columns + 2,
							A: uniform(rng, rows*strides[0]+k*strides[1], 1), AStride: strides[0], AKStride: strides[1],
							Rows: rows, First: first, Count: (n+15)/16 - first, Add: add,
						}
						switch init {
						case "bias":
							x.Init = uniform(rng, columns, 1)
						case "rows":
							x.Init, x.InitStride = uniform(rng, rows*columns, 1), columns
						}
						checkEngineProduct(t, fmt.Sprint(size, first, add, init, strides), x, uniform(rng, k*n, 1), k, n)
					}
				}
			}
		}
	}
}

func checkEngineProduct(t *testing.T, name string, x kernels.Product, b []float32, k, n int) {
	t.Helper()
	before := append([]float32(nil), x.C...)
	var p kernels.Panels
	p.SetEngine(plain)
	if err := p.Pack(kernels.Active(), b, k, n, n); err != nil {
		t.Fatal(err)
	}
	if err := p.Multiply(&x); err != nil {
		t.Fatal(name, err)
	}
	columns := n - 16*x.First
	for i, got := range x.C {
		r, j := i/x.CStride, i%x.CStride
		if j >= columns {
			if got != before[i] {
				t.Fatalf("%s: C[%d] beyond the columns changed", name, i)
			}
			continue
		}
		want, size := 0.0, 0.0
		if x.Add {
			want = float64(before[i])
		}
		if x.Init != nil {
			want += float64(x.Init[r*x.InitStride+j])
		}
		size = math.Abs(want)
		for kk := range k {
			v := float64(x.A[r*x.AStride+kk*x.AKStride]) * float64(b[kk*n+16*x.First+j])
			want, size = want+v, size+math.Abs(v)
		}
		if bound := float64(k+2) * 0x1p-23 * size; !(math.Abs(float64(got)-want) <= bound) {
			t.Fatalf("%s: C[%d, %d] = %v, want %v ± %v", name, r, j, got, want, bound)
		}
	}
}

// TestEnginePack: transposed and in blocks, over what an earlier shape left.
func TestEnginePack(t *testing.T) {
	rng := newRand(42)
	var p kernels.Panels
	for _, size := range [][2]int{{1, 1}, {33, 17}, {5, 100}, {64, 48}} {
		k, n := size[0], size[1]
		w := uniform(rng, n*k, 1)
		p.SetEngine(plain)
		if err := p.PackTransposed(kernels.Active(), w, n, k, k); err != nil {
			t.Fatal(err)
		}
		unit := make([]float32, k*k)
		for i := range k {
			unit[i*k+i] = 1
		}
		got := make([]float32, k*n)
		if err := p.Multiply(&kernels.Product{C: got, CStride: n, A: unit, AStride: k, AKStride: 1, Rows: k, Count: (n + 15) / 16}); err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if want := w[i%n*k+i/n]; got[i] != want {
				t.Fatalf("%v: element %d is %v, want %v", size, i, got[i], want)
			}
		}
		if _, err := p.Panel(0); err == nil {
			t.Error("Panel of an engine's matrix: no error")
		}
		if p.SetEngine(nil); p.K() != 0 || p.Engine() != nil {
			t.Error("a change of the engine left the matrix")
		}
	}
}

// TestAutoEngine: an engine that computes nothing wins, one that sleeps loses, and each
// shape is measured once.
func TestAutoEngine(t *testing.T) {
	registerEngines(t, slow)
	if err := kernels.SetEngine("auto"); err != nil {
		t.Fatal(err)
	}
	l := kernels.Active()
	if e := kernels.EngineFor(l, 33, 49); e != nil && e.Name() == slow.Name() {
		t.Error("the sleeping engine won")
	}
	if e := kernels.GradientEngineFor(l, 33, 49); e != nil && e.Name() == slow.Name() {
		t.Error("the sleeping engine won a gradient")
	}
	calls := slow.calls.Load()
	kernels.EngineFor(l, 33, 49)
	if allocs := testing.AllocsPerRun(10, func() { kernels.GradientEngineFor(l, 33, 49) }); allocs > 0 {
		t.Errorf("%v allocations to ask again", allocs)
	}
	if slow.calls.Load() != calls || calls == 0 {
		t.Errorf("%d calls to measure, %d to ask again", calls, slow.calls.Load()-calls)
	}
	registerEngines(t, swift)
	swift.idle.Store(true)
	defer swift.idle.Store(false) // it stays registered
	if e := kernels.EngineFor(l, 65, 49); e == nil || e.Name() != swift.Name() {
		t.Errorf("engine %v: the one that computes nothing lost", e)
	}
	for _, s := range [][2]int{{1<<24 + 1, 1}, {1, 1<<24 + 1}, {1 << 12, 1<<12 + 1}, {1 << 14, 1 << 14}, {1<<31 - 1, 1<<31 - 1}, {0, 5}} {
		calls := swift.calls.Load()
		if e := kernels.EngineFor(l, s[0], s[1]); e != nil || swift.calls.Load() != calls {
			t.Errorf("engine %v for %v, which is empty or too large to measure", e, s)
		}
	}
}

// TestAutoRows: what auto chose gets products and gradients of many rows; few are the level's
// own, and right, wherever it has kernels for rows of the matrix.
func TestAutoRows(t *testing.T) {
	registerEngines(t, swift)
	if err := kernels.SetEngine("auto"); err != nil {
		t.Fatal(err)
	}
	const k, n = 67, 51
	rng := newRand(43)
	b := uniform(rng, k*n, 1)
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		swift.idle.Store(true)
		defer swift.idle.Store(false)
		var p kernels.Panels
		p.SetEngine(kernels.EngineFor(l, k, n))
		if p.Engine() == nil {
			t.Fatal("the engine that computes nothing lost")
		}
		if err := p.Pack(l, b, k, n, n); err != nil {
			t.Fatal(err)
		}
		kernels.GradientEngineFor(l, n, k)
		own, many := l == kernels.AVX2 || l == kernels.AVX512, 8
		if l == kernels.AVX512 {
			many = 16
		}
		for _, rows := range []int{1, 3, 7, 8, 15, 16, 33} {
			x := kernels.Product{
				C: make([]float32, rows*n), CStride: n, Init: uniform(rng, n, 1),
				A: uniform(rng, rows*k, 1), AStride: k, AKStride: 1, Rows: rows, Count: (n + 15) / 16,
			}
			calls := swift.calls.Load()
			if err := p.Multiply(&x); err != nil {
				t.Fatal(err)
			}
			if few := swift.calls.Load() == calls; few != (own && rows < many) {
				t.Errorf("a product of %d rows by the level's own kernels: %v", rows, few)
			} else if few {
				checkOwnProduct(t, &x, b, k, n)
			}
			var w kernels.WeightGradient
			calls = swift.calls.Load()
			if err := w.Add(l, make([]float32, n*k), k, x.C, n, n, x.A, k, k, rows, 0, n); err != nil {
				t.Fatal(err)
			}
			if few := swift.calls.Load() == calls; few != (rows < many) {
				t.Errorf("a gradient of %d rows by the level's own tiles: %v", rows, few)
			}
		}
	})
}

// checkOwnProduct compares c = init + a·b with the sum in float64.
func checkOwnProduct(t *testing.T, x *kernels.Product, b []float32, k, n int) {
	t.Helper()
	for i, got := range x.C {
		r, j := i/n, i%n
		want := float64(x.Init[j])
		size := math.Abs(want)
		for l := range k {
			v := float64(x.A[r*k+l]) * float64(b[l*n+j])
			want, size = want+v, size+math.Abs(v)
		}
		if bound := float64(k+2) * 0x1p-23 * size; !(math.Abs(float64(got)-want) <= bound) {
			t.Fatalf("%d rows: C[%d, %d] = %v, want %v ± %v", x.Rows, r, j, got, want, bound)
		}
	}
}

//go:build openblas

package bench

import (
	"fmt"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// BenchmarkEngines runs every case with the package's own products, with OpenBLAS for the
// large ones, for those and the products of steps, and with what auto takes.
func BenchmarkEngines(b *testing.B) {
	shapes, err := Shapes()
	if err != nil {
		b.Fatal(err)
	}
	defer kernels.SetEngine(kernels.ActiveEngine())
	defer kernels.SetStepEngine(kernels.ActiveStepEngine())
	if err := kernels.SetEngine("openblas"); err != nil {
		b.Fatal(err)
	}
	// A line of configuration, as benchstat reads it: build, kernels and threads, read back.
	fmt.Printf("openblas: %v\n", kernels.EngineFor(kernels.Active(), 1, 1))
	for _, s := range shapes {
		for _, mode := range []Mode{Forward, Training} {
			for _, engine := range []struct{ name, large, step string }{
				{"panels", "panels", "panels"}, {"openblas", "openblas", "panels"},
				{"openblas-steps", "openblas", "openblas"}, {"auto", "auto", "panels"},
			} {
				b.Run(s.Name+"/"+string(mode)+"/"+engine.name, func(b *testing.B) {
					benchmarkEngine(b, s, mode, engine.large, engine.step)
				})
			}
		}
	}
}

func benchmarkEngine(b *testing.B, s Shape, mode Mode, large, step string) {
	if err := kernels.SetEngine(large); err != nil {
		b.Fatal(err)
	}
	if err := kernels.SetStepEngine(step); err != nil {
		b.Fatal(err)
	}
	f, err := NewFixture(s, kernels.CPU().L2)
	if err != nil {
		b.Fatal(err)
	}
	call, err := f.Run(mode, kernels.Active(), NewWorkspaces(1))
	if err != nil {
		b.Fatal(err)
	}
	if err := call(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := call(); err != nil {
			b.Fatal(err)
		}
	}
	work := f.Work(mode, kernels.CPU().L2)
	b.ReportMetric(work.GFLOPS(b.N, b.Elapsed().Seconds()), "GFLOP/s")
}

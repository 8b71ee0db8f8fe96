package bench

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/packed"
)

func TestShapes(t *testing.T) {
	shapes, err := Shapes()
	if err != nil {
		t.Fatal(err)
	}
	if len(shapes) == 0 {
		t.Fatal("no case")
	}
	for _, s := range shapes {
		if s.Name == "even32_h256" && (s.Tokens() != 1745 || s.FLOP() != 1745*8*256*512) {
			t.Errorf("%s: %d tokens, %g FLOP", s.Name, s.Tokens(), s.FLOP())
		}
	}
}

// peak returns the FLOP/s of independent FMAs on registers at level l: the median of
// several short runs, 0 where the level has no such loop.
func peak(l kernels.Level) float64 {
	const iterations = 200_000
	var rates []float64
	for range 9 {
		start := time.Now()
		flop, err := kernels.RunFMAs(l, iterations)
		if err != nil {
			return 0
		}
		rates = append(rates, float64(flop)/time.Since(start).Seconds())
	}
	slices.Sort(rates)
	return rates[len(rates)/2]
}

// BenchmarkLSTM runs every case at every level on one worker.
func BenchmarkLSTM(b *testing.B) {
	shapes, err := Shapes()
	if err != nil {
		b.Fatal(err)
	}
	before := kernels.Active()
	defer kernels.SetActive(before)
	b.Logf("%+v", kernels.CPU())
	for _, s := range shapes {
		for _, l := range kernels.Available() {
			if err := kernels.SetActive(l); err != nil {
				b.Fatal(err)
			}
			for _, mode := range []string{"forward", "training"} {
				b.Run(fmt.Sprintf("%s/%s/%v", mode, s.Name, l), func(b *testing.B) { benchmarkLSTM(b, s, l, mode) })
			}
		}
	}
}

func benchmarkLSTM(b *testing.B, s Shape, level kernels.Level, mode string) {
	net, err := lstm.New(lstm.Config{InputSize: s.Input, HiddenSize: s.Hidden, NumLayers: s.Layers,
		Bidirectional: s.Bidirectional, Bias: true}, 1)
	if err != nil {
		b.Fatal(err)
	}
	l, err := packed.NewLayout(s.Lengths)
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	x := make([]float32, l.Rows()*s.Input)
	for i := range x {
		x[i] = rng.Float32() - 0.5
	}
	dy := make([]float32, l.Rows()*net.Config().OutputSize())
	for i := range dy {
		dy[i] = rng.Float32() - 0.5
	}
	prepared, err := net.Prepare()
	if err != nil {
		b.Fatal(err)
	}
	ws, grads, flop := lstm.NewWorkspace(1), net.NewGradients(), s.FLOP()
	run := func() {
		if mode == "forward" {
			_, err = prepared.Forward(ws, l, x, nil)
		} else if _, err = net.ForwardTraining(ws, l, x, nil, 1); err == nil {
			_, err = net.Backward(ws, lstm.Upstream{Y: dy}, grads)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	if mode == "training" {
		flop *= 3
	}
	run() // grows the workspace
	rate := peak(level)
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
	perCall := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(perCall*1e9/float64(l.Rows()), "ns/token")
	b.ReportMetric(flop/perCall/1e9, "GFLOP/s")
	if rate > 0 {
		b.ReportMetric(100*flop/perCall/rate, "%peak")
	}
}

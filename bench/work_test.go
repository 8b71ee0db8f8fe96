package bench

import (
	"math"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// TestWork compares with figures worked out by hand.
func TestWork(t *testing.T) {
	shorten(t, 2e7)
	const l2 = 1 << 20
	row := Shape{Name: "row", Input: 3, Hidden: 5, Layers: 1, Lengths: []int{0, 7, 0}}
	rows := Shape{Name: "rows", Input: 10, Hidden: 300, Layers: 2, Bidirectional: true, Lengths: []int{4, 0, 6, 1}}
	large := Shape{Name: "large", Input: 10, Hidden: 2048, Layers: 1, Lengths: []int{2}}
	for _, c := range []struct {
		shape Shape
		mode  Mode
		want  Work
	}{
		// H = 5 is stored as 16: 4·16 columns of 4 bytes, 256 a row of the panels.
		{row, Forward, Work{Tokens: 7, FLOP: 7 * 8 * 5 * 8, WeightBytes: 7*256*5 + 256*3,
			StepBytes: 7 * 256 * 5, HeldBytes: 256 * 5}},
		{row, Training, Work{Tokens: 7, FLOP: 3 * 7 * 8 * 5 * 8, WeightBytes: 2 * (7*256*5 + 256*3)}},
		{row, Recurrent, Work{Tokens: 7, FLOP: 7 * 8 * 5 * 5, WeightBytes: 7 * 256 * 5,
			StepBytes: 7 * 256 * 5, HeldBytes: 256 * 5}},
		// K = 256, half an L2 has room for 512 columns of 1 KB.
		// 2·256·512 FLOP go into 2e7 76 times.
		{row, Product, Work{Tokens: 76, FLOP: 76 * 2 * 256 * 512, WeightBytes: 76 << 19,
			StepBytes: 76 << 19, HeldBytes: 512 << 10}},
		// H = 300 is stored as 304: 4,864 bytes a row of the panels. Layer 2 reads 600 columns.
		{rows, Forward, Work{Tokens: 11, FLOP: 11 * (2*8*300*310 + 2*8*300*900),
			WeightBytes: 2*4864*(6*300+10) + 2*4864*(6*300+600)}},
		{rows, Recurrent, Work{Tokens: 11, FLOP: 11 * 8 * 300 * 300, WeightBytes: 6 * 4864 * 300}},
		{rows, Product, Work{Tokens: 28 * 3, FLOP: 28 * 2 * 3 * 300 * 384, WeightBytes: 28 * 4 * 300 * 384}},
		// K = 1024 at most: 128 columns.
		{large, Product, Work{Tokens: 76, FLOP: 76 * 2 * 1024 * 128, WeightBytes: 76 << 19,
			StepBytes: 76 << 19, HeldBytes: 512 << 10}},
	} {
		if got := c.shape.Work(c.mode, l2); got != c.want {
			t.Errorf("%s %s:\n%+v, want\n%+v", c.shape.Name, c.mode, got, c.want)
		}
	}
}

func TestFigures(t *testing.T) {
	w := Work{Tokens: 50, FLOP: 2e9, StepBytes: 1e9}
	// 4 calls in half a second: 16 GFLOP/s, 8 GB/s.
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"ns/token", w.NsPerToken(4, 0.5), 0.5e9 / 200},
		{"GFLOP/s", w.GFLOPS(4, 0.5), 16},
		{"percent of peak", w.PercentPeak(4, 0.5, 64), 25},
		{"percent of bandwidth", w.PercentBandwidth(4, 0.5, 80), 10},
		{"median of 3", Median([]float64{3, 1, 2}), 2},
		{"median of 4", Median([]float64{4, 1, 3, 2}), 2.5},
		{"median of none", Median(nil), 0},
		{"digits", Digits(123.456789), 123.46},
	} {
		if math.Abs(c.got-c.want) > 1e-12*c.want {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1)} {
		if Figure(v) != nil {
			t.Errorf("figure(%v) = %v, want nil: JSON has no such number", v, *Figure(v))
		}
	}
}

func TestTiers(t *testing.T) {
	const kb, mb = 1 << 10, 1 << 20
	server := kernels.Machine{L1D: 48 * kb, L2: 1280 * kb, L3: 48 * mb}
	for _, c := range []struct {
		name    string
		machine kernels.Machine
		workers int
		want    []Tier
	}{
		{"server", server, 1,
			[]Tier{{"L1", 48 * kb, 24 * kb}, {"L2", 1280 * kb, 640 * kb}, {"L3", 48 * mb, 5 * mb}, {"memory", 0, 192 * mb}}},
		{"two cores", server, 2,
			[]Tier{{"L1", 48 * kb, 48 * kb}, {"L2", 1280 * kb, 1280 * kb}, {"L3", 48 * mb, 10 * mb}, {"memory", 0, 192 * mb}}},
		{"large L3", kernels.Machine{L1D: 32 * kb, L2: 512 * kb, L3: 256 * mb}, 1,
			[]Tier{{"L1", 32 * kb, 16 * kb}, {"L2", 512 * kb, 256 * kb}, {"L3", 256 * mb, 2 * mb}, {"memory", 0, 256 * mb}}},
		{"small L3", kernels.Machine{L1D: 32 * kb, L2: mb, L3: 3 * mb}, 2,
			[]Tier{{"L1", 32 * kb, 32 * kb}, {"L2", mb, mb}, {"memory", 0, 12 * mb}}},
		{"unknown", kernels.Machine{}, 1, []Tier{{"memory", 0, 256 * mb}}},
	} {
		got := Tiers(c.machine, c.workers)
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", c.name, got[i], c.want[i])
			}
		}
	}
	tiers := Tiers(server, 1)
	for _, c := range []struct {
		bytes float64
		want  string
	}{{1, "L1"}, {48 * kb, "L1"}, {48*kb + 1, "L2"}, {1 * mb, "L2"}, {4 * mb, "L3"}, {49 * mb, "memory"}} {
		if got := tiers[holder(tiers, c.bytes)].Name; got != c.want {
			t.Errorf("%g bytes are held by %s, want %s", c.bytes, got, c.want)
		}
	}
}

// TestDivide adds up what the rounds will cost.
func TestDivide(t *testing.T) {
	const roofs, each = 0.04, 0.004
	estimates := []float64{0.001, 0.01, 0.1} // the last too long for a call before
	for _, c := range []struct {
		name            string
		seconds         float64
		wanted, rounds  int
		longest, sample float64 // least sample
	}{
		// A round of one call each costs 0.174 s.
		{"too little", 0.1, 5, 1, 1, 0},
		{"two rounds", 0.4, 5, 2, 1, 0.005},
		{"five rounds", 2, 5, 5, 1, 0.05},
		{"more than wanted", 1000, 7, 7, 0.25, 0.24},
	} {
		calls, rounds, sample := divide(c.seconds, roofs, each, c.longest, estimates, c.wanted)
		if rounds != c.rounds || sample < c.sample || sample > c.longest {
			t.Errorf("%s: %d rounds of %v s a sample, want %d of %v to %v", c.name, rounds, sample, c.rounds, c.sample, c.longest)
		}
		cost := roofs + 3*each + estimates[0] + estimates[1]
		for i, e := range estimates {
			cost += float64(calls[i]) * e
			if calls[i] < 1 || (calls[i] > 1 && float64(calls[i])*e > sample) {
				t.Errorf("%s: %d calls of %v s in a sample of %v s", c.name, calls[i], e, sample)
			}
		}
		if c.name != "too little" && cost*float64(rounds) > c.seconds {
			t.Errorf("%s: %d rounds of %v s, have %v s", c.name, rounds, cost, c.seconds)
		}
	}
}

package main

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/bench/peers/floats"
	"github.com/packedlstm/packedlstm/bench/peers/protocol"
)

// checkFile writes what a peer would, and returns its path.
func checkFile(t *testing.T, v []float32) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "check.f32")
	if err := floats.Write(path, v); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestCompare: what is wrong in a check file is named, whichever tensor it is in, and what is
// within the bounds is not.
func TestCompare(t *testing.T) {
	c := protocol.NewCase(testShapes[0])
	d := c.NewData()
	want := compute(context.Background(), &c, &d, true)
	tensors := want.tensors(true)
	if len(tensors) != 2+16 {
		t.Fatalf("%d tensors: want y, dx and 16 parameters", len(tensors))
	}
	compare := func(change func(name string, v []float32)) (float64, error) {
		t.Helper()
		return want.compare(checkFile(t, rounded(want, true, change)), true)
	}
	for _, x := range tensors {
		last, nan := len(x.want)-1, float32(math.NaN())
		off := func(by float64) func(string, []float32) {
			return func(name string, v []float32) {
				if name == x.name {
					v[last] += float32(by * x.bound * x.scale)
				}
			}
		}
		if difference, err := compare(off(0.9)); err != nil || math.Abs(difference/x.bound-0.9) > 0.01 {
			t.Errorf("%s within the bound: difference %g: %v", x.name, difference, err)
		}
		refused := map[string]func(string, []float32){
			fmt.Sprintf("wrong output: %s[%d] = ", x.name, last): off(1.1),
			fmt.Sprintf("wrong output: %s[%d] = NaN: want %.8g ±", x.name, last, x.want[last]): func(name string, v []float32) {
				if name == x.name {
					v[last] = nan
				}
			},
			fmt.Sprintf("wrong output: %s[", x.name): func(name string, v []float32) {
				if name == x.name {
					clear(v)
				}
			},
		}
		for message, change := range refused {
			if _, err := compare(change); err == nil || !strings.HasPrefix(err.Error(), message) || strings.Contains(err.Error(), ";") {
				t.Errorf("%s: error %v: want %q and no more", x.name, err, message)
			}
		}
	}
}

// TestCompareForward: a case that is also run in mode training is compared by y alone in mode
// forward, and a file of the other mode has the wrong size.
func TestCompareForward(t *testing.T) {
	c := protocol.NewCase(testShapes[1])
	d := c.NewData()
	want := compute(context.Background(), &c, &d, true)
	path := checkFile(t, rounded(want, false, nil))
	if _, err := want.compare(path, false); err != nil {
		t.Error(err)
	}
	if _, err := want.compare(path, true); err == nil || !strings.Contains(err.Error(), "check.f32: have 612 bytes") {
		t.Errorf("error %v", err)
	}
}

// TestOneStep: sequences of one step have no gradient of weight_hh, and zeros are right.
func TestOneStep(t *testing.T) {
	c := protocol.Case{Input: 3, Hidden: 5, Layers: 1, Lengths: []int{1, 1}, MaxLength: 1}
	d := c.NewData()
	want := compute(context.Background(), &c, &d, true)
	if _, err := want.compare(checkFile(t, rounded(want, true, nil)), true); err != nil {
		t.Error(err)
	}
}

// TestParts: the gradients do not depend on how many cores compute the reference, and bias_ih
// and bias_hh have the same one.
func TestParts(t *testing.T) {
	c := protocol.NewCase(testShapes[0])
	d := c.NewData()
	whole := referenceLayer(&c, &d)
	want := newExpected(&c, true)
	all := map[string][]float64(nil)
	for b := range c.Lengths {
		all = sum(all, want.sequence(whole, &c, &d, b))
	}
	got := compute(context.Background(), &c, &d, true)
	for i, p := range got.gradients {
		for j, v := range all[p.name] {
			if math.Abs(p.grad[j]-v) > 1e-12 {
				t.Fatalf("%s.grad[%d] = %g: want %g", p.name, j, p.grad[j], v)
			}
			if strings.HasPrefix(p.name, "bias_hh") && p.grad[j] != got.gradients[i-1].grad[j] {
				t.Errorf("%s.grad[%d] is not that of bias_ih", p.name, j)
			}
		}
	}
}

package main

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// TestLabels places names beside crowded points: none may leave the canvas, cover a
// point or another name.
func TestLabels(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 5))
	l := &labels{canvas: draw.New(vgimg.New(500, 300))}
	var points []vg.Point
	for range 30 {
		p := vg.Point{X: vg.Length(150 + 200*rng.Float64()), Y: vg.Length(100 + 100*rng.Float64())}
		points = append(points, p)
		l.taken = append(l.taken, around(p, 4))
	}
	l.lines = append(l.lines, [2]vg.Point{{X: 0, Y: 0}, {X: 500, Y: 300}})
	for i, p := range points {
		l.name(p, "sentences32_h512_bi")
		box := l.taken[len(l.taken)-1]
		box.Min.X, box.Max.X = box.Min.X+nameGap, box.Max.X-nameGap
		if len(l.taken) != len(points)+i+1 || box.Min.X < 0 || box.Min.Y < 0 || box.Max.X > 500 || box.Max.Y > 300 {
			t.Errorf("name %d stands at %v", i, box)
		}
		for j, other := range l.taken[:len(l.taken)-1] {
			if box.Min.X < other.Max.X && other.Min.X < box.Max.X && box.Min.Y < other.Max.Y && other.Min.Y < box.Max.Y {
				t.Errorf("name %d at %v covers %d at %v", i, box, j, other)
			}
		}
	}
	if !l.crosses(vg.Rectangle{Min: vg.Point{X: 240, Y: 100}, Max: vg.Point{X: 260, Y: 200}}) ||
		l.crosses(vg.Rectangle{Min: vg.Point{X: 10, Y: 200}, Max: vg.Point{X: 60, Y: 210}}) {
		t.Error("crosses mistakes where the line goes")
	}
}

package main

import (
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// dots draws a line of dots for each case, the first case on top, with a bar to one of
// them.
type dots struct {
	lines []dotLine
	from  float64 // where bars begin
}

type dotLine struct {
	name  string
	dots  []dot
	bar   float64 // 0: none
	floor float64 // 0: none
}

type dot struct {
	impl string
	at   float64
}

// Plot implements plot.Plotter.
func (d *dots) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	edge := draw.LineStyle{Color: color.Gray{0x50}, Width: vg.Points(0.8)}
	if d.from > p.X.Min {
		c.StrokeLine2(edge, trX(d.from), c.Min.Y, trX(d.from), c.Max.Y)
	}
	half := (trY(1) - trY(0)) * 0.32
	for i, line := range d.lines {
		y := trY(float64(len(d.lines) - 1 - i))
		if line.bar > 0 {
			left, right := trX(max(d.from, p.X.Min)), trX(line.bar)
			c.FillPolygon(barColor(line), []vg.Point{
				{X: left, Y: y - half}, {X: right, Y: y - half}, {X: right, Y: y + half}, {X: left, Y: y + half}})
		}
		if line.floor > 0 {
			x := trX(line.floor)
			c.StrokeLine2(draw.LineStyle{Color: color.Black, Width: vg.Points(1)}, x, y-half*1.3, x, y+half*1.3)
		}
		for _, dot := range line.dots {
			c.DrawGlyph(dotStyle(dot.impl), vg.Point{X: trX(dot.at), Y: y})
		}
	}
}

// barColor is green where the floor is kept.
func barColor(line dotLine) color.Color {
	if line.bar < line.floor {
		return color.RGBA{0xf2, 0xb8, 0xb0, 0xff}
	}
	return color.RGBA{0xc4, 0xe4, 0xc0, 0xff}
}

// panel returns a plot with the names of the lines beside it.
func (d *dots) panel(title, x string) *plot.Plot {
	p := newPanel(title, x, "")
	p.Add(d)
	var marks []plot.Tick
	for i, line := range d.lines {
		marks = append(marks, plot.Tick{Value: float64(len(d.lines) - 1 - i), Label: line.name})
	}
	p.Y.Tick.Marker = plot.ConstantTicks(marks)
	p.Y.Min, p.Y.Max = -0.7, float64(len(d.lines))-0.3
	return p
}

// impls returns the peers that have a dot, in the order of the lines.
func (d *dots) impls() (names []string) {
	for _, line := range d.lines {
		for _, dot := range line.dots {
			if !slices.Contains(names, dot.impl) {
				names = append(names, dot.impl)
			}
		}
	}
	return names
}

func dotStyle(impl string) draw.GlyphStyle {
	return draw.GlyphStyle{Color: implColor(impl), Radius: vg.Points(2.6), Shape: draw.CircleGlyph{}}
}

// ratioPicture: a bar from 1 to the ratio to the best peer, a dot for each peer, the
// floor as a stroke.
func (r *Report) ratioPicture() *picture {
	p := &picture{name: "peers-ratio", heading: "How many times faster than each peer: bar to the best peer, stroke at the floor",
		columns: 2, width: 6.5 * vg.Inch, height: 5 * vg.Inch}
	for _, mode := range []string{forward, training} {
		for _, n := range r.threads() {
			d, low, high := &dots{from: 1}, 1.0, 2.0
			for _, c := range contests(r, n, mode) {
				line := dotLine{name: c.name(), bar: ratio(c.ours, c.best), floor: c.floor(mode)}
				for _, x := range c.results {
					if v := ratio(c.ours, x); v > 0 && x.family != ours {
						line.dots = append(line.dots, dot{x.Impl, v})
						low, high = min(low, v), max(high, v)
					}
				}
				d.lines = append(d.lines, line)
			}
			if len(d.lines) == 0 {
				continue
			}
			panel := d.panel(fmt.Sprintf("%s, %s", mode, threadsText(n)), "times as fast")
			logarithmic(&panel.X, low, high, 10)
			p.add(panel, d.impls())
		}
	}
	return p
}

// floor returns what the ratio to the best peer must be.
func (c *contest) floor(mode string) float64 {
	switch {
	case !c.uniform():
		return raggedFloor
	case mode == forward:
		return uniformForwardFloor
	}
	return uniformTrainingFloor
}

// peakPicture: every peer's percent of the FMA peak, a bar to this library's.
func (r *Report) peakPicture() *picture {
	p := &picture{name: "peers-peak", heading: "Percent of the FMA peak of as many cores, useful FLOP only", columns: 2,
		width: 6.5 * vg.Inch, height: 5 * vg.Inch}
	for _, mode := range []string{forward, training} {
		for _, n := range r.threads() {
			d := &dots{}
			measured := false
			for _, c := range contests(r, n, mode) {
				line := dotLine{name: c.name()}
				for _, x := range c.results {
					if x.Status != ok || x.PercentOfPeak == nil {
						continue
					}
					measured = true
					line.dots = append(line.dots, dot{x.Impl, *x.PercentOfPeak})
				}
				if c.ours != nil && c.ours.PercentOfPeak != nil {
					line.bar = *c.ours.PercentOfPeak
				}
				d.lines = append(d.lines, line)
			}
			if !measured {
				continue
			}
			panel := d.panel(fmt.Sprintf("%s, %s", mode, threadsText(n)), "% of FMA peak")
			panel.X.Min, panel.X.Max = 0, 100
			p.add(panel, d.impls())
		}
	}
	return p
}

package main

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"github.com/packedlstm/packedlstm/bench"
	"github.com/packedlstm/packedlstm/bench/chart"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel draws the roofs, the points of one mode and their names. A case stands at the
// same abscissa at all levels.
type panel struct {
	*figure
	mode bench.Mode
}

// Plot implements plot.Plotter.
func (p *panel) Plot(c draw.Canvas, plt *plot.Plot) {
	trX, trY := plt.Transforms(&c)
	at := func(x, y float64) vg.Point { return vg.Point{X: trX(x), Y: trY(y)} }
	l := &labels{canvas: c}
	p.roofs(c, at, l)
	points := p.points(at)
	for _, q := range points {
		l.taken = append(l.taken, around(q.at, vg.Points(4.5)))
		l.points = append(l.points, q.at)
	}
	p.connect(c, points)
	for _, q := range points {
		c.DrawGlyph(draw.GlyphStyle{Color: chart.LevelColor(q.level), Radius: vg.Points(2.8), Shape: draw.CircleGlyph{}}, q.at)
	}
	best := p.levels[len(p.levels)-1]
	for _, q := range points {
		if q.level == best {
			l.name(q.at, q.name)
		}
	}
}

// point is a result on the canvas.
type point struct {
	name, level string
	at          vg.Point
}

// points returns the results of the mode from left to right.
func (p *panel) points(at func(x, y float64) vg.Point) []point {
	var points []point
	for _, x := range p.report.Results {
		if x.Mode == p.mode && x.Workers == p.workers && x.GFLOPS != nil {
			points = append(points, point{x.Case, x.Level, at(x.FLOPPerByte, *x.GFLOPS)})
		}
	}
	slices.SortStableFunc(points, func(a, b point) int {
		switch {
		case a.at.X < b.at.X:
			return -1
		case a.at.X > b.at.X:
			return 1
		}
		return 0
	})
	return points
}

// connect draws a line from level to level of each case.
func (p *panel) connect(c draw.Canvas, points []point) {
	thin := draw.LineStyle{Color: color.Gray{0xb8}, Width: vg.Points(0.4)}
	last := map[string]point{}
	for _, q := range points {
		if from, ok := last[q.name]; ok {
			c.StrokeLine2(thin, from.at.X, from.at.Y, q.at.X, q.at.Y)
		}
		last[q.name] = q
	}
}

// roofs draws the peak of every level and the bandwidths of the fastest.
func (p *panel) roofs(c draw.Canvas, at func(x, y float64) vg.Point, l *labels) {
	best := p.best()
	if best == nil {
		return
	}
	peak, left := *best.PeakGFLOPS, p.xMax
	for _, b := range best.Bandwidths {
		if b.GBPerSecond == nil {
			continue
		}
		p.slope(c, at, l, b, peak)
		left = min(left, peak / *b.GBPerSecond)
	}
	for _, roof := range p.report.Roofs {
		if roof.Workers != p.workers || roof.PeakGFLOPS == nil {
			continue
		}
		from := at(max(left, p.xMin), *roof.PeakGFLOPS)
		to := at(p.xMax, *roof.PeakGFLOPS)
		line := draw.LineStyle{Color: chart.LevelColor(roof.Level), Width: vg.Points(1.1)}
		if roof.Level != best.Level {
			line.Dashes, line.Width = []vg.Length{vg.Points(4), vg.Points(3)}, vg.Points(0.9)
		}
		c.StrokeLine2(line, from.X, from.Y, to.X, to.Y)
		l.lines = append(l.lines, [2]vg.Point{from, to})
		s := chart.Style(8, chart.LevelColor(roof.Level))
		s.XAlign, s.YAlign = draw.XRight, draw.YBottom
		caption := fmt.Sprintf("%s peak %.0f GFLOP/s", chart.LevelName(roof.Level), *roof.PeakGFLOPS)
		place := vg.Point{X: to.X - vg.Points(3), Y: to.Y + vg.Points(1.5)}
		c.FillText(s, place, caption)
		l.taken = append(l.taken, vg.Rectangle{Min: vg.Point{X: place.X - s.Width(caption), Y: place.Y},
			Max: vg.Point{X: place.X, Y: place.Y + s.Height(caption)}})
	}
}

// slope draws the roof of one bandwidth, its name along the line.
func (p *panel) slope(c draw.Canvas, at func(x, y float64) vg.Point, l *labels, b bench.TierBandwidth, peak float64) {
	rate := *b.GBPerSecond
	x0 := max(p.xMin, p.yMin/rate)
	x1 := min(peak/rate, p.xMax)
	if x1 <= x0 {
		return
	}
	from, to := at(x0, rate*x0), at(x1, rate*x1)
	c.StrokeLine2(draw.LineStyle{Color: color.Gray{0x90}, Width: vg.Points(0.9)}, from.X, from.Y, to.X, to.Y)
	l.lines = append(l.lines, [2]vg.Point{from, to})
	s := chart.Style(8, chart.Grey)
	s.YAlign = draw.YBottom
	s.Rotation = math.Atan2(float64(to.Y-from.Y), float64(to.X-from.X))
	caption := fmt.Sprintf("%s %.0f GB/s", b.Name, rate)
	width, length := s.Width(caption), vg.Length(math.Hypot(float64(to.X-from.X), float64(to.Y-from.Y)))
	if width > length {
		return
	}
	cos, sin := vg.Length(math.Cos(s.Rotation)), vg.Length(math.Sin(s.Rotation))
	first := min(vg.Points(6), length-width)
	place := vg.Point{X: from.X + first*cos - vg.Points(1.5)*sin, Y: from.Y + first*sin + vg.Points(1.5)*cos}
	c.FillText(s, place, caption)
	for d := vg.Length(0); d < width; d += vg.Points(6) {
		l.taken = append(l.taken, around(vg.Point{X: place.X + d*cos, Y: place.Y + d*sin}, vg.Points(6)))
	}
}

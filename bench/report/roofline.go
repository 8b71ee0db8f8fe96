package main

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"github.com/packedlstm/packedlstm/bench"
	"github.com/packedlstm/packedlstm/bench/chart"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// writeRooflines draws a figure for each number of workers, as PNG and SVG, and returns
// the names of the files.
func writeRooflines(r *bench.Report, out string) (names []string, err error) {
	var workers []int
	for _, x := range r.Results {
		if !slices.Contains(workers, x.Workers) {
			workers = append(workers, x.Workers)
		}
	}
	for _, n := range workers {
		f := newFigure(r, n)
		name := "roofline"
		if n > 1 {
			name = fmt.Sprintf("roofline-%d", n)
		}
		width, height := f.size()
		files, err := chart.Write(out, name, width, height, f.draw)
		names = append(names, files...)
		if err != nil {
			return names, err
		}
	}
	return names, nil
}

// figure is one picture: a panel a mode, all with the same axes.
type figure struct {
	report     *bench.Report
	workers    int
	modes      []bench.Mode
	levels     []string // the fastest last
	xMin, xMax float64
	yMin, yMax float64
}

func newFigure(r *bench.Report, workers int) *figure {
	f := &figure{report: r, workers: workers, xMin: math.Inf(1), yMin: math.Inf(1)}
	for _, x := range r.Results {
		if x.Workers != workers || x.GFLOPS == nil {
			continue
		}
		if !slices.Contains(f.modes, x.Mode) {
			f.modes = append(f.modes, x.Mode)
		}
		if !slices.Contains(f.levels, x.Level) {
			f.levels = append(f.levels, x.Level)
		}
		f.xMin, f.xMax = min(f.xMin, x.FLOPPerByte), max(f.xMax, x.FLOPPerByte)
		f.yMin, f.yMax = min(f.yMin, *x.GFLOPS), max(f.yMax, *x.GFLOPS)
	}
	if len(f.modes) == 0 { // the budget ended first
		f.xMin, f.xMax, f.yMin, f.yMax = 1, 10, 1, 10
	}
	for _, roof := range r.Roofs {
		if roof.Workers == workers && roof.PeakGFLOPS != nil {
			f.yMax = max(f.yMax, *roof.PeakGFLOPS)
		}
	}
	// Room for slopes on the left, for names all around.
	f.xMin, f.xMax = f.xMin/4, f.xMax*3
	f.yMin, f.yMax = f.yMin/3, f.yMax*2.5
	return f
}

// grid returns the rows and columns of panels.
func (f *figure) grid() (rows, columns int) {
	columns = min(2, max(1, len(f.modes)))
	return max(1, (len(f.modes)+columns-1)/columns), columns
}

func (f *figure) size() (width, height vg.Length) {
	rows, columns := f.grid()
	return vg.Length(columns) * 8 * vg.Inch, vg.Length(rows)*6*vg.Inch + 0.7*vg.Inch
}

func (f *figure) draw(c draw.Canvas) {
	rows, columns := f.grid()
	c.FillPolygon(color.White, []vg.Point{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}})
	tiles := draw.Tiles{Rows: rows, Cols: columns, PadX: vg.Points(14), PadY: vg.Points(16),
		PadTop: 0.7 * vg.Inch, PadBottom: vg.Points(8), PadLeft: vg.Points(8), PadRight: vg.Points(12)}
	plots := make([][]*plot.Plot, rows)
	for i := range plots {
		plots[i] = make([]*plot.Plot, columns)
		for j := range plots[i] {
			if n := i*columns + j; n < len(f.modes) {
				plots[i][j] = f.panel(f.modes[n])
			}
		}
	}
	for i, line := range plot.Align(plots, tiles, c) {
		for j, tile := range line {
			if plots[i][j] != nil {
				plots[i][j].Draw(tile)
			}
		}
	}
	f.heading(c)
}

func (f *figure) heading(c draw.Canvas) {
	cores := "one core"
	if f.workers > 1 {
		cores = fmt.Sprintf("%d cores at once", f.workers)
	}
	m := f.report.Machine
	at := vg.Point{X: c.Min.X + vg.Points(14), Y: c.Max.Y - vg.Points(10)}
	c.FillText(chart.Style(14, color.Black), at, fmt.Sprintf("%s, %s", strings.TrimSpace(m.Brand), cores))
	at.Y -= vg.Points(20)
	note := "Medians. Names at the fastest level, the others of the same case straight above or below it."
	if best := f.best(); best != nil && len(best.Bandwidths) > 0 {
		note += " Slopes: read bandwidth at level " + best.Level + "."
	}
	c.FillText(chart.Style(9, chart.Grey), at, note)
}

// best returns the roof with the highest peak, nil if there is none.
func (f *figure) best() *bench.Roof {
	var best *bench.Roof
	for i := range f.report.Roofs {
		roof := &f.report.Roofs[i]
		if roof.Workers == f.workers && roof.PeakGFLOPS != nil && (best == nil || *roof.PeakGFLOPS > *best.PeakGFLOPS) {
			best = roof
		}
	}
	return best
}

func (f *figure) panel(mode bench.Mode) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = string(mode), "FLOP per byte of weights read", "GFLOP/s"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = chart.Ticks(2), chart.Ticks(10)
	for _, t := range []struct {
		style  *text.Style
		points float64
	}{{&p.Title.TextStyle, 12}, {&p.X.Label.TextStyle, 10}, {&p.Y.Label.TextStyle, 10},
		{&p.X.Tick.Label, 8}, {&p.Y.Tick.Label, 8}, {&p.Legend.TextStyle, 9}} {
		t.style.Font = chart.Style(t.points, nil).Font
	}
	p.Title.Padding = vg.Points(4)
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = color.Gray{0xe8}, color.Gray{0xe8}
	p.Add(grid, &panel{f, mode})
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = f.xMin, f.xMax, f.yMin, f.yMax
	p.Legend.ThumbnailWidth = vg.Points(10)
	for _, l := range f.levels {
		dot := draw.GlyphStyle{Color: chart.LevelColor(l), Radius: vg.Points(3.2), Shape: draw.CircleGlyph{}}
		p.Legend.Add(chart.LevelName(l), glyph{dot})
	}
	p.Legend.YOffs, p.Legend.XOffs = vg.Points(4), vg.Points(-4)
	return p
}

// glyph is a legend's picture of a level.
type glyph struct{ draw.GlyphStyle }

func (g glyph) Thumbnail(c *draw.Canvas) { c.DrawGlyph(g.GlyphStyle, c.Center()) }

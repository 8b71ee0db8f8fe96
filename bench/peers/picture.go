package main

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"github.com/packedlstm/packedlstm/bench/chart"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// picture is some panels under a heading and the machine.
type picture struct {
	name, heading string
	machine       string
	panels        []*plot.Plot
	dots          []string // the peers that the panels show by dots alone: one legend for all
	columns       int
	width, height vg.Length // of a panel
}

// writePictures draws what the run has data for, as PNG and SVG, and returns the files.
func writePictures(r *Report, out string) (files []string, err error) {
	for _, p := range []*picture{
		r.ratioPicture(), r.peakPicture(), r.lengthPicture(),
		r.sweepPicture("hidden", studyHidden, "Throughput against hidden size: 32 ragged sequences, forward",
			"hidden size", "useful GFLOP/s",
			func(x *Result) (float64, float64) { return float64(x.shape.Hidden), *x.UsefulGFLOPS }),
		r.sweepPicture("batch", studyRows, "Throughput against batch: equal lengths, H = 256, forward",
			"sequences in the batch", "useful GFLOP/s",
			func(x *Result) (float64, float64) { return float64(x.shape.Rows()), *x.UsefulGFLOPS }),
		r.sweepPicture("step", studyRows, "Time of a step against its live rows: H = 256, forward", "live rows", "us a step",
			func(x *Result) (float64, float64) {
				return float64(x.shape.Rows()), *x.MedianUs / float64(x.shape.Steps())
			}),
		r.workerPicture(),
	} {
		if len(p.panels) == 0 {
			continue
		}
		p.machine = strings.TrimSpace(r.Machine.Brand)
		written, err := chart.Write(out, p.name, p.columnsWidth(), p.rowsHeight(), p.draw)
		files = append(files, written...)
		if err != nil {
			return files, err
		}
	}
	return files, nil
}

const headingPoints = 12

// headingHeight is that of the heading, the machine and, if there is one, the legend.
func (p *picture) headingHeight() vg.Length {
	if len(p.dots) > 0 {
		return 0.9 * vg.Inch
	}
	return 0.6 * vg.Inch
}

func (p *picture) rows() int             { return (len(p.panels) + p.columns - 1) / p.columns }
func (p *picture) rowsHeight() vg.Length { return vg.Length(p.rows())*p.height + p.headingHeight() }
func (p *picture) columnsWidth() vg.Length {
	heading := chart.Style(headingPoints, color.Black).Width(p.heading) + vg.Points(28)
	return max(heading, vg.Length(min(p.columns, len(p.panels)))*p.width)
}

func (p *picture) draw(c draw.Canvas) {
	c.FillPolygon(color.White, []vg.Point{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}})
	columns := min(p.columns, len(p.panels))
	tiles := draw.Tiles{Rows: p.rows(), Cols: columns, PadX: vg.Points(14), PadY: vg.Points(14),
		PadTop: p.headingHeight(), PadBottom: vg.Points(8), PadLeft: vg.Points(8), PadRight: vg.Points(12)}
	grid := make([][]*plot.Plot, tiles.Rows)
	for i := range grid {
		grid[i] = make([]*plot.Plot, columns)
		for j := range grid[i] {
			if n := i*columns + j; n < len(p.panels) {
				grid[i][j] = p.panels[n]
			}
		}
	}
	for i, line := range plot.Align(grid, tiles, c) {
		for j, tile := range line {
			if grid[i][j] != nil {
				grid[i][j].Draw(tile)
			}
		}
	}
	at := vg.Point{X: c.Min.X + vg.Points(14), Y: c.Max.Y - vg.Points(8)}
	c.FillText(chart.Style(headingPoints, color.Black), at, p.heading)
	at.Y -= vg.Points(17)
	c.FillText(chart.Style(9, chart.Grey), at, p.machine)
	p.drawLegend(c, vg.Point{X: at.X + vg.Points(4), Y: at.Y - vg.Points(17)})
}

// add appends a panel that shows these peers by dots.
func (p *picture) add(panel *plot.Plot, impls []string) {
	p.panels = append(p.panels, panel)
	for _, impl := range impls {
		if !slices.Contains(p.dots, impl) {
			p.dots = append(p.dots, impl)
		}
	}
}

// drawLegend draws the dots and their names in a line that begins at a point.
func (p *picture) drawLegend(c draw.Canvas, at vg.Point) {
	style := chart.Style(8, color.Black)
	for _, impl := range p.dots {
		c.DrawGlyph(dotStyle(impl), vg.Point{X: at.X, Y: at.Y - vg.Points(5)})
		c.FillText(style, vg.Point{X: at.X + vg.Points(6), Y: at.Y}, impl)
		at.X += style.Width(impl) + vg.Points(18)
	}
}

// newPanel returns a plot in the style of all.
func newPanel(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	for _, t := range []struct {
		style  *text.Style
		points float64
	}{{&p.Title.TextStyle, 11}, {&p.X.Label.TextStyle, 9}, {&p.Y.Label.TextStyle, 9},
		{&p.X.Tick.Label, 8}, {&p.Y.Tick.Label, 8}, {&p.Legend.TextStyle, 8}} {
		t.style.Font = chart.Style(t.points, nil).Font
	}
	p.Title.Padding = vg.Points(4)
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = color.Gray{0xe8}, color.Gray{0xe8}
	p.Add(grid)
	p.Legend.ThumbnailWidth = vg.Points(14)
	return p
}

// logarithmic scales an axis over the values with some room; base as of chart.Ticks.
func logarithmic(a *plot.Axis, low, high float64, base int) {
	a.Scale, a.Tick.Marker = plot.LogScale{}, chart.Ticks(base)
	a.Min, a.Max = low/1.3, high*1.3
}

// implColor is the colour of a peer in every picture.
func implColor(impl string) color.Color {
	if level, own := strings.CutPrefix(impl, "packedlstm-"); own {
		return chart.LevelColor(level)
	}
	colors := map[string]color.Color{
		"pytorch-packed": color.RGBA{0xee, 0x7f, 0x0e, 0xff}, "pytorch-padded": color.RGBA{0xf5, 0xb8, 0x70, 0xff},
		"onnxruntime": color.RGBA{0x59, 0x59, 0xab, 0xff}, "onnxruntime_go": color.RGBA{0x9a, 0x9a, 0xd0, 0xff},
		"openvino": color.RGBA{0x8c, 0x56, 0x4b, 0xff}, "onednn": color.RGBA{0x00, 0x80, 0x80, 0xff},
		"keras": color.RGBA{0xe3, 0x77, 0xc2, 0xff}, "gomlx": color.RGBA{0x6b, 0x8e, 0x23, 0xff},
		"spago": color.RGBA{0xbc, 0xbd, 0x22, 0xff}, "gorgonia": color.RGBA{0x70, 0x80, 0x90, 0xff},
	}
	if c, known := colors[impl]; known {
		return c
	}
	return color.Gray{0x40}
}

// series is a line with points.
type series struct {
	name   string
	color  color.Color
	dashed bool
	points plotter.XYs
}

// linePanel draws series on two logarithmic axes.
func linePanel(title, x, y string, all []series) *plot.Plot {
	p := newPanel(title, x, y)
	first := true
	for _, s := range all {
		line, points, err := plotter.NewLinePoints(s.points)
		if len(s.points) == 0 || err != nil { // nothing measured
			continue
		}
		line.Color, line.Width = s.color, vg.Points(1.2)
		if s.dashed {
			line.Dashes = []vg.Length{vg.Points(4), vg.Points(3)}
		}
		points.GlyphStyle = draw.GlyphStyle{Color: s.color, Radius: vg.Points(2.2), Shape: draw.CircleGlyph{}}
		p.Add(line, points)
		p.Legend.Add(s.name, line, points)
		xMin, xMax, yMin, yMax := plotter.XYRange(s.points)
		if !first {
			xMin, xMax, yMin, yMax = min(xMin, p.X.Min), max(xMax, p.X.Max), min(yMin, p.Y.Min), max(yMax, p.Y.Max)
		}
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max, first = xMin, xMax, yMin, yMax, false
	}
	if first {
		return nil
	}
	logarithmic(&p.X, p.X.Min, p.X.Max, 2)
	logarithmic(&p.Y, p.Y.Min, p.Y.Max, 10)
	p.Legend.Top, p.Legend.Left = true, true
	p.Legend.YOffs, p.Legend.XOffs = vg.Points(-4), vg.Points(6)
	p.Y.Max *= 1.6 // room for the legend
	return p
}

// sweep returns a line a peer.
func sweep(results []*Result, at func(*Result) (x, y float64)) (all []series) {
	for _, impl := range ordered(results, implName) {
		s := series{name: impl, color: implColor(impl)}
		for _, x := range results {
			if x.Impl == impl && x.Status == ok && x.MedianUs != nil {
				var point plotter.XY
				point.X, point.Y = at(x)
				s.points = append(s.points, point)
			}
		}
		all = append(all, s)
	}
	return all
}

func (r *Report) sweepPicture(name, study, heading, x, y string, at func(*Result) (x, y float64)) *picture {
	p := &picture{name: "peers-" + name, heading: heading, columns: 1, width: 7 * vg.Inch, height: 4.5 * vg.Inch}
	results := r.find(study, 0, "")
	if len(results) == 0 {
		return p
	}
	if panel := linePanel(threadsText(results[0].Threads), x, y, sweep(results, at)); panel != nil {
		p.panels = append(p.panels, panel)
	}
	return p
}

// lengthPicture is packed against padded.
func (r *Report) lengthPicture() *picture {
	p := &picture{name: "peers-lengths",
		heading: "Packed against padded (pytorch issue 149194): 2 layers, H = 128, 32 sequences of 1 to T steps",
		columns: 2, width: 5.5 * vg.Inch, height: 4.5 * vg.Inch}
	for _, mode := range []string{forward, training} {
		all := sweep(r.find(studyLengths, 0, mode), func(x *Result) (float64, float64) {
			return float64(x.shape.Steps()), *x.MedianUs / 1e3
		})
		if panel := linePanel(mode, "T, the longest length", "ms a call", all); panel != nil {
			panel.X.Tick.Marker = chart.Ticks(10)
			p.panels = append(p.panels, panel)
		}
	}
	return p
}

// workerPicture is the throughput of the cases that show scaling, by threads.
func (r *Report) workerPicture() *picture {
	p := &picture{name: "peers-workers", heading: "Scaling over threads: GFLOP/s by those of one thread", columns: 2,
		width: 5.5 * vg.Inch, height: 4 * vg.Inch}
	for _, mode := range []string{forward, training} {
		results := slices.Concat(r.find(studyCases, 0, mode), r.find(studyWorkers, 0, mode))
		for _, name := range workerCases {
			if panel := scalingPanel(results, name, mode); panel != nil {
				p.panels = append(p.panels, panel)
			}
		}
	}
	return p
}

// scalingPeers are drawn beside this library.
var scalingPeers = []string{"pytorch-packed", "onnxruntime", "onednn"}

func scalingPanel(results []*Result, name, mode string) *plot.Plot {
	var all []series
	for _, impl := range ordered(results, implName) {
		s := series{name: impl, color: implColor(impl)}
		one := 0.0
		for _, x := range results {
			if x.Case != name || x.Impl != impl || x.Status != ok || x.UsefulGFLOPS == nil ||
				x.family != ours && !slices.Contains(scalingPeers, impl) {
				continue
			}
			if x.Threads == 1 {
				one = *x.UsefulGFLOPS
			}
			if one > 0 {
				s.points = append(s.points, plotter.XY{X: float64(x.Threads), Y: *x.UsefulGFLOPS / one})
			}
		}
		if len(s.points) > 1 {
			all = append(all, s)
		}
	}
	return linePanel(fmt.Sprintf("%s, %s", name, mode), "threads", "times as fast as on one", all)
}

package main

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"github.com/packedlstm/packedlstm/param"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// writeCurve draws losses above, error rates below, over the epochs, as a PNG.
func writeCurve(path string, epochs []epochRecord) error {
	losses, err := panel("Cross-entropy per phoneme", "nats", epochs, []series{
		{"training", func(e epochRecord) float64 { return e.TrainLoss }, color.RGBA{0x1f, 0x77, 0xb4, 0xff}},
		{"dev", func(e epochRecord) float64 { return e.DevLoss }, color.RGBA{0xd6, 0x27, 0x28, 0xff}},
	})
	if err != nil {
		return err
	}
	errors, err := panel("Error rates on dev", "%", epochs, []series{
		{"words (WER)", func(e epochRecord) float64 { return e.WER }, color.RGBA{0x2c, 0xa0, 0x2c, 0xff}},
		{"phonemes (PER)", func(e epochRecord) float64 { return e.PER }, color.RGBA{0x94, 0x67, 0xbd, 0xff}},
	})
	if err != nil {
		return err
	}
	img := vgimg.NewWith(vgimg.UseWH(10*vg.Inch, 20*vg.Inch/3), vgimg.UseDPI(120)) // 1200 x 800
	tiles := draw.Tiles{Rows: 2, Cols: 1, PadX: vg.Points(10), PadY: vg.Points(14),
		PadTop: vg.Points(10), PadBottom: vg.Points(10), PadLeft: vg.Points(10), PadRight: vg.Points(14)}
	plots := [][]*plot.Plot{{losses}, {errors}}
	canvases := plot.Align(plots, tiles, draw.New(img))
	for i := range plots {
		plots[i][0].Draw(canvases[i][0])
	}
	return param.WriteFileAtomic(path, func(w io.Writer) error {
		_, err := vgimg.PngCanvas{Canvas: img}.WriteTo(w)
		return err
	})
}

type series struct {
	name  string
	value func(epochRecord) float64
	color color.Color
}

// label says where the series ends and what its lowest value is: the model that is
// kept is that of the lowest word error rate, which need not be the last.
func (s series) label(epochs []epochRecord) string {
	if len(epochs) == 0 {
		return s.name
	}
	lowest := s.value(epochs[0])
	for _, e := range epochs {
		lowest = min(lowest, s.value(e))
	}
	return fmt.Sprintf("%s: %.3g at the end, lowest %.3g", s.name, s.value(epochs[len(epochs)-1]), lowest)
}

func panel(title, unit string, epochs []epochRecord, lines []series) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, "epoch", unit
	p.Y.Min = 0
	p.X.Tick.Marker, p.Y.Tick.Marker = epochTicks{}, valueTicks{}
	p.Legend.Top = true
	p.Add(plotter.NewGrid())
	for _, s := range lines {
		points := make(plotter.XYs, len(epochs))
		for i, e := range epochs {
			points[i] = plotter.XY{X: float64(e.Epoch), Y: s.value(e)}
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		line.Color, dots.Color, dots.Shape = s.color, s.color, draw.CircleGlyph{}
		line.Width = vg.Points(1.5)
		p.Add(line, dots)
		p.Legend.Add(s.label(epochs), line, dots)
	}
	if len(epochs) > 0 {
		p.X.Min, p.X.Max = float64(epochs[0].Epoch)-0.25, float64(epochs[len(epochs)-1].Epoch)+0.25
	}
	p.Y.Min = 0
	p.Y.Max *= 1.2 // room for the legend
	return p, nil
}

// epochTicks marks whole epochs only, at most about fifteen.
type epochTicks struct{}

func (epochTicks) Ticks(low, high float64) []plot.Tick {
	step := max(1, int(high-low)/15+1)
	var ticks []plot.Tick
	for e := int(low) + 1; float64(e) <= high; e++ {
		if e%step == 0 || step == 1 {
			ticks = append(ticks, plot.Tick{Value: float64(e), Label: fmt.Sprint(e)})
		}
	}
	return ticks
}

// valueTicks marks about six round values.
type valueTicks struct{}

func (valueTicks) Ticks(low, high float64) []plot.Tick {
	// The smallest of 1, 2, 5 times a power of ten that gives at most eight steps.
	step := math.Pow(10, math.Floor(math.Log10(max(high-low, 1e-9)/8)))
	for _, factor := range []float64{2, 2.5, 2} {
		if (high-low)/step > 8 {
			step *= factor
		}
	}
	var ticks []plot.Tick
	last := math.Floor(high/step + 1e-9) // 1.4/0.2 is just below 7
	for i := math.Ceil(low / step); i <= last; i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: fmt.Sprintf("%.4g", i*step)})
	}
	return ticks
}

// Package chart holds what the pictures of package bench have in common.
package chart

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"path/filepath"
	"strings"

	"github.com/packedlstm/packedlstm/param"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Write draws a picture into the folder as NAME.png and NAME.svg, each file as a whole,
// and returns the names of the files.
func Write(folder, name string, width, height vg.Length, paint func(draw.Canvas)) (files []string, err error) {
	png := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(110))
	svg := vgsvg.New(width, height)
	for _, c := range []struct {
		name   string
		canvas vg.CanvasSizer
		bytes  io.WriterTo
	}{{name + ".png", png, vgimg.PngCanvas{Canvas: png}}, {name + ".svg", svg, svg}} {
		paint(draw.New(c.canvas))
		err := param.WriteFileAtomic(filepath.Join(folder, c.name), func(w io.Writer) error {
			_, err := c.bytes.WriteTo(w)
			return err
		})
		if err != nil {
			return files, err
		}
		files = append(files, c.name)
	}
	return files, nil
}

// Grey is the colour of notes.
var Grey = color.Gray{0x60}

// Style returns a sans-serif text style that hangs from its upper left corner.
func Style(points float64, c color.Color) text.Style {
	s := draw.TextStyle{Color: c, Font: plot.DefaultFont, Handler: plot.DefaultTextHandler, XAlign: draw.XLeft, YAlign: draw.YTop}
	s.Font.Variant, s.Font.Size = "Sans", vg.Points(points)
	return s
}

// LevelColor is the colour of a level in every picture.
func LevelColor(level string) color.Color {
	switch level {
	case "avx512":
		return color.RGBA{0xc4, 0x2e, 0x2e, 0xff}
	case "avx2":
		return color.RGBA{0x1f, 0x77, 0xb4, 0xff}
	case "neon":
		return color.RGBA{0x2c, 0x8a, 0x2c, 0xff}
	}
	return color.Gray{0x80}
}

// LevelName writes a level as its makers do.
func LevelName(level string) string {
	switch level {
	case "avx512":
		return "AVX-512"
	case "avx2", "neon":
		return strings.ToUpper(level)
	}
	return level
}

// Ticks marks a logarithmic axis: with base 10 at 1, 2, 5 times its powers, else at the
// powers of the base.
func Ticks(base int) plot.Ticker { return ticks{base} }

type ticks struct{ base int }

func (t ticks) Ticks(low, high float64) []plot.Tick {
	steps := []float64{1}
	if t.base == 10 {
		steps = []float64{1, 2, 5}
	}
	var marks []plot.Tick
	base := float64(t.base)
	for power := math.Pow(base, math.Floor(math.Log(low)/math.Log(base))); power <= high; power *= base {
		for _, step := range steps {
			if v := power * step; v >= low && v <= high {
				marks = append(marks, plot.Tick{Value: v, Label: fmt.Sprintf("%.6g", v)})
			}
		}
	}
	return marks
}

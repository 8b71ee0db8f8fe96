package main

import (
	"image/color"
	"math"

	"github.com/packedlstm/packedlstm/bench/chart"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// labels places names beside points where nothing stands yet.
type labels struct {
	canvas draw.Canvas
	taken  []vg.Rectangle
	points []vg.Point    // that have names
	lines  [][2]vg.Point // better not crossed
}

// nameGap is what stays free between names side by side, linkGap how far a name stands
// off its point when a line links them.
const nameGap, linkGap = 2.0, 7.0

func around(p vg.Point, radius vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: p.X - radius, Y: p.Y - radius}, Max: vg.Point{X: p.X + radius, Y: p.Y + radius}}
}

// name writes the name in the free place nearest to the point, with a line to it where
// it stands apart. Where nothing is free it goes to the right of the point, over what is
// there.
func (l *labels) name(p vg.Point, name string) {
	s := chart.Style(7.5, color.Black)
	width, height := s.Width(name), s.Height(name)
	box := l.find(p, width, height)
	if distance(p, box) > linkGap {
		end := nearest(p, box)
		l.canvas.StrokeLine2(draw.LineStyle{Color: color.Gray{0x70}, Width: vg.Points(0.5)}, p.X, p.Y, end.X, end.Y)
		l.lines = append(l.lines, [2]vg.Point{p, end})
	}
	l.taken = append(l.taken, vg.Rectangle{Min: vg.Point{X: box.Min.X - nameGap, Y: box.Min.Y},
		Max: vg.Point{X: box.Max.X + nameGap, Y: box.Max.Y}})
	l.canvas.FillText(s, vg.Point{X: box.Min.X, Y: box.Max.Y}, name)
}

// find tries rings of growing radius, on each the sides before the corners, at first
// without crossing a line or seeming to name another point.
func (l *labels) find(p vg.Point, width, height vg.Length) vg.Rectangle {
	const turns = 24
	boxAt := func(radius vg.Length, turn int) vg.Rectangle {
		angle := 2 * math.Pi * float64(turn) / turns
		// The box touches the ring with the side or corner that faces the point.
		cos, sin := vg.Length(math.Cos(angle)), vg.Length(math.Sin(angle))
		center := vg.Point{X: p.X + cos*(radius+width/2), Y: p.Y + sin*(radius+height/2)}
		return vg.Rectangle{Min: vg.Point{X: center.X - width/2, Y: center.Y - height/2},
			Max: vg.Point{X: center.X + width/2, Y: center.Y + height/2}}
	}
	for _, search := range []struct {
		radius  vg.Length
		crossed bool
	}{{vg.Points(60), false}, {vg.Points(200), true}} {
		for radius := vg.Points(5.5); radius < search.radius; radius += vg.Points(3) {
			for _, turn := range order(turns) {
				if box := boxAt(radius, turn); l.free(box) && (search.crossed || !l.crosses(box) && !l.misleads(p, box)) {
					return box
				}
			}
		}
	}
	return boxAt(vg.Points(5.5), 0)
}

// misleads reports whether the name, or the line that links it, comes so near to another
// point that it seems to be that point's.
func (l *labels) misleads(p vg.Point, box vg.Rectangle) bool {
	gap, end := distance(p, box), nearest(p, box)
	for _, other := range l.points {
		if other == p {
			continue
		}
		if distance(other, box) < min(gap+1, 9) || gap > linkGap && touches([2]vg.Point{p, end}, around(other, 2)) {
			return true
		}
	}
	return false
}

// crosses reports whether a line goes through the box.
func (l *labels) crosses(box vg.Rectangle) bool {
	for _, line := range l.lines {
		if touches(line, box) {
			return true
		}
	}
	return false
}

// touches looks along the line: it is some hundred points long, no box that small.
func touches(line [2]vg.Point, box vg.Rectangle) bool {
	const steps = 200
	for i := range steps + 1 {
		part := vg.Length(i) / steps
		p := vg.Point{X: line[0].X + part*(line[1].X-line[0].X), Y: line[0].Y + part*(line[1].Y-line[0].Y)}
		if distance(p, box) == 0 {
			return true
		}
	}
	return false
}

// order returns the turns: right, left, above, below, then the others.
func order(turns int) []int {
	turn := []int{0, turns / 2, turns / 4, 3 * turns / 4}
	for i := range turns {
		if i%(turns/4) != 0 {
			turn = append(turn, i)
		}
	}
	return turn
}

// free reports whether the box is on the canvas and touches nothing.
func (l *labels) free(box vg.Rectangle) bool {
	if box.Min.X < l.canvas.Min.X || box.Min.Y < l.canvas.Min.Y || box.Max.X > l.canvas.Max.X || box.Max.Y > l.canvas.Max.Y {
		return false
	}
	for _, other := range l.taken {
		if box.Min.X < other.Max.X && other.Min.X < box.Max.X && box.Min.Y < other.Max.Y && other.Min.Y < box.Max.Y {
			return false
		}
	}
	return true
}

// nearest returns the point of the box that is nearest to p, distance how far it is.
func nearest(p vg.Point, box vg.Rectangle) vg.Point {
	return vg.Point{X: min(max(p.X, box.Min.X), box.Max.X), Y: min(max(p.Y, box.Min.Y), box.Max.Y)}
}

func distance(p vg.Point, box vg.Rectangle) vg.Length {
	q := nearest(p, box)
	return vg.Length(math.Hypot(float64(q.X-p.X), float64(q.Y-p.Y)))
}

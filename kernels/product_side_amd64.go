//go:build !purego

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

// TakesSide reports whether products of one row at the level compute a part of their Side.
func (l Level) TakesSide() bool { return l == AVX512 && l.IsAvailable() }

// sideK is how many k of a side product a turn of the one row takes.
const sideK = 2

// multiplySide computes panels of x, which has one row, and its side product along with them, until
// one of them ends or fewer than four panels are left. It returns what is left of x.
func multiplySide(p *Panels, x *Product, columns int) (rest Product, restColumns int) {
	rest, restColumns = *x, columns
	s := x.Side
	if x.Rows != 1 || x.Add || x.AKStride != 1 || columns%PanelWidth > 0 || !s.goesAlong(p) {
		return rest, restColumns
	}
	done, panels := 0, columns/PanelWidth
	for panels-done >= 4 && s.wholeTurns() > 0 {
		width := 4
		if panels-done >= 8 {
			width = 8
		}
		at := done
		if x.Descending {
			at = panels - done - width
		}
		multiplySideGroup(p, x, at, width)
		done += width
	}
	restColumns -= done * PanelWidth
	rest.Count -= done
	if !x.Descending {
		rest.First += done
		rest.C = rest.C[min(done*PanelWidth, len(rest.C)):]
		if rest.Init != nil {
			rest.Init = rest.Init[min(done*PanelWidth, len(rest.Init)):]
		}
	}
	return rest, restColumns
}

// goesAlong reports whether the side product is of the same kind as p.
func (s *SideProduct) goesAlong(p *Panels) bool {
	b := s.B.orEmpty()
	return b.level == p.level && b.engine == nil
}

// wholeTurns returns how many turns the panel can take that is begun, or else the next one, if it
// has 16 columns. What one turn would not fill is computed before.
func (s *SideProduct) wholeTurns() int {
	if s.Done() || (s.First+s.panel+1)*PanelWidth > s.B.n {
		return 0
	}
	turns := (s.B.k - s.k) / sideK
	if turns == 0 && s.k > 0 {
		if s.finishPanel() != nil {
			return 0 // never: check has seen the operands
		}
		return s.wholeTurns()
	}
	return turns
}

// multiplySideGroup computes width panels of x, 4 or 8, from the given one on.
func multiplySideGroup(p *Panels, x *Product, panel, width int) {
	b, j := p.panel(x.First+panel), panel*PanelWidth
	c, init := &x.C[j], &zeros[0]
	if x.Init != nil {
		init = &x.Init[j]
	}
	turnK := 32 / width
	k := 0
	for p.k-k >= turnK {
		turns := min(x.Side.wholeTurns(), (p.k-k)/turnK, maxK/turnK)
		if turns == 0 {
			break
		}
		args := asm.SideArgs{
			A: &x.A[k], B: &b[k*PanelWidth], BPanel: p.k * PanelWidth, Init: init, C: c, Turns: turns,
		}
		x.Side.turn(&args)
		if width == 8 {
			asm.ProductSide1x128AVX512(&args)
		} else {
			asm.ProductSide1x64AVX512(&args)
		}
		init, k = c, k+turns*turnK
	}
	if k == p.k {
		return
	}
	args := asm.ProductArgs{
		A: &x.A[k], AK: 1, B: &b[k*PanelWidth], BPanel: p.k * PanelWidth, Init: init, C: c,
		K: p.k - k, Tiles: 1, Last: PanelWidth,
	}
	args.Next = args.B
	productTileAVX512(&args, 1, width)
}

// turn completes the arguments of some turns by the side product's, and goes on by them.
func (s *SideProduct) turn(args *asm.SideArgs) {
	b, j := s.B, s.panel*PanelWidth
	args.X, args.W = &s.A[s.k*SideRows], &b.panel(s.First + s.panel)[s.k*PanelWidth]
	args.XC, args.XCRow = &s.C[j], s.CStride
	switch {
	case s.k > 0:
		args.XInit, args.XInitRow = args.XC, s.CStride
	case s.Init == nil:
		args.XInit = &zeros[0]
	default:
		args.XInit, args.XInitRow = &s.Init[j], s.InitStride
	}
	if s.k += args.Turns * sideK; s.k == b.k {
		s.panel, s.k = s.panel+1, 0
	}
}

//go:build !purego

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

// TakesSide reports whether products of one row at the level compute a part of their Side. (At AVX2
// sixteen registers leave room for four rows of the other product, which then takes its lines
// four times: the two together take as long as one after the other, or longer.)
func (l Level) TakesSide() bool { return l == AVX512 && l.IsAvailable() }

const (
	// sideWidth panels of the one row make a group. (Eight, four k at a time, are as fast or slower.)
	sideWidth   = 4
	sideColumns = sideWidth * PanelWidth
	// rowK and sideK are how many k of the one row and of the side product a turn takes.
	rowK  = 8
	sideK = 2
)

// multiplySide computes panels of x, which has one row, and its side product along with them, until
// one of them ends or fewer than four panels are left. It returns how many panels are done.
func multiplySide(p *Panels, x *Product, columns int) (done int) {
	if x.Rows != 1 || x.Add || x.AKStride != 1 || columns%PanelWidth > 0 || p.k < rowK || p.k > MaxSideK || !x.Side.goesAlong(p) {
		return 0
	}
	run := sideRun{panels: p, product: x, all: columns / PanelWidth}
	for run.all-run.done >= sideWidth && x.Side.wholeTurns() > 0 {
		run.compute()
	}
	return run.done
}

// without describes the product of one row without so many panels, its first or, if it descends, its
// last ones.
func (x *Product) without(panels int) Product {
	rest := *x
	rest.Count -= panels
	if !x.Descending {
		rest.First += panels
		rest.C = rest.C[panels*PanelWidth:]
		if rest.Init != nil {
			rest.Init = rest.Init[panels*PanelWidth:]
		}
	}
	return rest
}

// goesAlong reports whether the side product is of the same kind as p.
func (s *SideProduct) goesAlong(p *Panels) bool {
	b := s.B.orEmpty()
	return b.level == p.level && b.engine == nil
}

// wholeTurns returns how many turns the panel can take that is begun, or else the next one, if it
// has 16 columns.
func (s *SideProduct) wholeTurns() int {
	if s.Done() || !s.isWhole() {
		return 0
	}
	return (s.B.k - s.k) / sideK
}

// sideRun computes groups of panels of a product of one row, from the first one on or from the last
// back, along with its side product.
type sideRun struct {
	panels    *Panels
	product   *Product
	all, done int // panels of the product
}

// compute takes as many groups as there are, or as one call may.
func (r *sideRun) compute() {
	p, x := r.panels, r.product
	first, direction := r.done, 1
	if x.Descending {
		first, direction = r.all-r.done-sideWidth, -1
	}
	j := first * PanelWidth
	groups := min((r.all-r.done)/sideWidth, max(groupElements/(sideColumns*p.k), 1))
	args := asm.SideArgs{
		A: &x.A[0], B: &p.panel(x.First + first)[0], BPanel: p.k * PanelWidth, Init: &zeros[0], C: &x.C[j],
		Groups: groups, GroupTurns: p.k / rowK, GroupB: direction * sideColumns * p.k, GroupC: direction * sideColumns,
	}
	if x.Init != nil {
		args.Init, args.GroupInit = &x.Init[j], args.GroupC
	}
	x.Side.run(&args)
	computed := groups - args.Groups
	// What is left of their k, and of the group in the middle of which the side product ended.
	r.rest(first, computed, direction, args.GroupTurns*rowK)
	if args.Groups > 0 {
		r.rest(first+direction*computed*sideWidth, 1, direction, (args.GroupTurns-args.Turns)*rowK)
		computed++
	}
	r.done += computed * sideWidth
}

// rest computes the k from the given one on of some groups, the sums before which are in c.
func (r *sideRun) rest(panel, groups, direction, k int) {
	p, x := r.panels, r.product
	if k == p.k || groups == 0 {
		return
	}
	c := &x.C[panel*PanelWidth]
	args := asm.ProductArgs{
		A: &x.A[k], AK: 1, B: &p.panel(x.First + panel)[k*PanelWidth], BPanel: p.k * PanelWidth, Init: c, C: c,
		K: p.k - k, Tiles: 1, Last: PanelWidth, Groups: groups,
		GroupB: direction * sideColumns * p.k, GroupInit: direction * sideColumns, GroupC: direction * sideColumns,
	}
	args.Next, args.NextMask = args.B, -1
	productTileAVX512(&args, 1, sideWidth)
}

// run completes the arguments by those of the side product, computes, and goes on by what is done.
func (s *SideProduct) run(args *asm.SideArgs) {
	b, j, turns := s.B, s.panel*PanelWidth, s.wholeTurns()
	args.XFirst, args.X, args.W = &s.A[0], &s.A[s.k*SideRows], &b.panel(s.First + s.panel)[s.k*PanelWidth]
	args.XC, args.XCRow = &s.C[j], s.CStride
	args.XTurns, args.PanelTurns, args.Panels = turns, b.k/sideK, 1
	if b.k%sideK == 0 { // else the last k of each panel is not of a turn
		args.Panels = min(s.Count-s.panel, b.n/PanelWidth-s.First-s.panel)
	}
	args.PanelInit = &zeros[0]
	if s.Init != nil {
		args.PanelInit, args.PanelInitRow, args.InitStep = &s.Init[j], s.InitStride, PanelWidth
	}
	args.XInit, args.XInitRow = args.PanelInit, args.PanelInitRow
	if s.k > 0 {
		args.XInit, args.XInitRow = args.XC, s.CStride
	}
	panels := args.Panels
	asm.ProductSide1x64AVX512(args)
	switch {
	case args.Panels == panels || b.k%sideK > 0:
		s.k += (turns - args.XTurns) * sideK
	case args.Panels == 0:
		s.panel, s.k = s.panel+panels, 0
	default:
		s.panel, s.k = s.panel+panels-args.Panels, (args.PanelTurns-args.XTurns)*sideK
	}
	if s.k > 0 && s.wholeTurns() == 0 { // an odd k is left
		_ = s.finishPanel() // if it failed, Finish would say so
	}
}

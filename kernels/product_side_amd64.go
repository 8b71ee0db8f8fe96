//go:build !purego

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

// TakesSide reports whether products of one row at the level compute a part of their Side.
func (l Level) TakesSide() bool { return (l == AVX2 || l == AVX512) && l.IsAvailable() }

// rowK is how many k of the one row a turn takes.
const rowK = 8

// sideShapes says how each level computes the two products together.
var sideShapes = [levelCount]struct {
	// 1<<widthBits panels of the one row make a group. (At AVX-512 eight, four k at a time, are as fast or slower.)
	widthBits uint8
	// tile of the side product. (At AVX2 blocks of 16, 48 and 64 k are as fast or slower than 32, and all of
	// K at H = 512 by an eighth: then L2 delivers the panel four times. Blocks of several panels after each
	// other, over which x passes once, are 0.98 times as fast.)
	tile sideTile
}{
	Portable: {tile: wholePanel}, NEON: {tile: wholePanel},
	AVX2:   {widthBits: 1, tile: sideTile{rowBits: 2, turnBits: 2, depth: 32}},
	AVX512: {widthBits: 2, tile: sideTile{rowBits: 4, turnBits: 1, depth: allOfK}},
}

// sideTile returns the tile that the level cuts the side product's panels into.
func (l Level) sideTile() sideTile { return sideShapes[l].tile }

// multiplySide computes panels of x, which has one row, and its side product along with them, until
// one of them ends or fewer panels than a group has are left. It returns how many panels are done.
func multiplySide(p *Panels, x *Product, columns int) (done int) {
	if x.Rows != 1 || x.Add || x.AKStride != 1 || columns%PanelWidth > 0 || p.k < rowK || p.k > MaxSideK || !x.Side.goesAlong(p) {
		return 0
	}
	run := sideRun{panels: p, product: x, widthBits: sideShapes[p.level].widthBits, all: columns / PanelWidth}
	for run.groups() > 0 && x.Side.wholeTurns() > 0 {
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

// wholeTurns returns how many turns a tile can take, from its block on to the end of K, of the panel that
// is begun, or else of the next one, if it has 16 columns.
func (s *SideProduct) wholeTurns() int {
	if s.Done() || !s.isWhole() {
		return 0
	}
	return (s.B.k - s.block) >> s.B.level.sideTile().turnBits
}

// sideRun computes groups of panels of a product of one row, from the first one on or from the last
// back, along with its side product.
type sideRun struct {
	panels    *Panels
	product   *Product
	widthBits uint8
	all, done int // panels of the product
}

// width returns how many panels a group has.
func (r *sideRun) width() int { return 1 << r.widthBits }

// groups returns how many groups are left.
func (r *sideRun) groups() int { return (r.all - r.done) >> r.widthBits }

// compute takes as many groups as there are, or as one call may.
func (r *sideRun) compute() {
	p, x, width := r.panels, r.product, r.width()
	first, direction := r.done, 1
	if x.Descending {
		first, direction = r.all-r.done-width, -1
	}
	j, columns, groups := first*PanelWidth, width*PanelWidth, r.groups()
	if groups*columns*p.k > groupElements {
		groups = max(groupElements/(columns*p.k), 1)
	}
	args := &asm.SideArgs{
		A: &x.A[0], B: &p.panel(x.First + first)[0], BPanel: p.k * PanelWidth, Init: &zeros[0], C: &x.C[j],
		Groups: groups, GroupTurns: p.k / rowK, GroupB: direction * columns * p.k, GroupC: direction * columns,
	}
	if x.Init != nil {
		args.Init, args.GroupInit = &x.Init[j], args.GroupC
	}
	x.Side.run(args)
	computed := groups - args.Groups
	// What is left of their k, and of the group in the middle of which the side product ended.
	r.rest(min(first, first+direction*(computed-1)*width), computed, args.GroupTurns*rowK)
	if args.Groups > 0 {
		r.rest(first+direction*computed*width, 1, (args.GroupTurns-args.Turns)*rowK)
		computed++
	}
	r.done += computed * width
}

// rest computes the k from the given one on of some groups from a panel on, the sums before which are
// in c.
func (r *sideRun) rest(panel, groups, k int) {
	p, x := r.panels, r.product
	if k == p.k || groups == 0 {
		return
	}
	width := 1 // of its tiles
	if tilings[p.level].narrower {
		width = r.width()
	}
	columns, c := width*PanelWidth, &x.C[panel*PanelWidth]
	args := &asm.ProductArgs{
		A: &x.A[k], AK: 1, B: &p.panel(x.First + panel)[k*PanelWidth], BPanel: p.k * PanelWidth, Init: c, C: c,
		K: p.k - k, Tiles: 1, Last: PanelWidth, Groups: groups * r.width() / width,
		GroupB: columns * p.k, GroupInit: columns, GroupC: columns,
	}
	args.Next, args.NextMask = args.B, -1
	productTile(p.level, args, 1, width)
}

// run completes the arguments by those of the side product, computes, and goes on by what is done.
func (s *SideProduct) run(args *asm.SideArgs) {
	b, t, j := s.B, s.B.level.sideTile(), s.panel*PanelWidth
	row, k := s.tile<<t.rowBits, s.block+s.k
	args.XFirst, args.X, args.W = &s.A[0], &s.A[k*SideRows+row], &b.panel(s.First + s.panel)[k*PanelWidth]
	args.XC, args.XCRow = &s.C[j+row*s.CStride], s.CStride
	args.PanelTurns, args.PanelLeft, args.Panels = b.k>>t.turnBits, s.wholeTurns(), 1
	if t.takesAll(b.k) { // else the last k of each panel are not of a turn
		args.Panels = min(s.Count-s.panel, b.n/PanelWidth-s.First-s.panel)
	}
	args.BlockMost, args.BlockTurns = t.depth>>t.turnBits, t.turns(b.k-s.block)
	args.XTurns, args.RowTiles = args.BlockTurns-s.k>>t.turnBits, t.tiles()-s.tile
	args.PanelInit, args.TileInit = &zeros[0], &zeros[0]
	if s.Init != nil {
		args.PanelInit, args.PanelInitRow, args.InitStep = &s.Init[j], s.InitStride, PanelWidth
		args.TileInit = &s.Init[j+row*s.InitStride]
	}
	args.XInit, args.XInitRow = args.TileInit, args.PanelInitRow
	if k > 0 {
		args.XInit, args.XInitRow = args.XC, s.CStride
	}
	panels := args.Panels
	if b.level == AVX512 {
		asm.ProductSide1x64AVX512(args)
	} else {
		asm.ProductSide1x32AVX2(args)
	}
	switch {
	case args.Panels > 0:
		s.panel += panels - args.Panels
		s.block, s.tile = (args.PanelTurns-args.PanelLeft)<<t.turnBits, t.tiles()-args.RowTiles
		s.k = (args.BlockTurns - args.XTurns) << t.turnBits
	case t.takesAll(b.k):
		s.panel, s.block, s.tile, s.k = s.panel+panels, 0, 0, 0
	default: // some k are left
		s.block, s.tile, s.k = args.PanelTurns<<t.turnBits, 0, 0
		_ = s.finishPanel() // if it failed, Finish would say so
	}
}

//go:build purego || !amd64

package kernels

// TakesSide reports whether products of one row at the level compute a part of their Side.
func (l Level) TakesSide() bool { return false }

func (l Level) sideTile() sideTile { return wholePanel }

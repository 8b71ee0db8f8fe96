//go:build purego || !amd64

package kernels

func multiplyRows(_ Level, x *RowProduct) { multiplyRowsPortable(x) }

func multiplyDots(_ Level, x *DotProducts) { multiplyDotsPortable(x) }

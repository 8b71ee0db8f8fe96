//go:build !purego

package asm

// The tile products: 1x64 reads four panels side by side, 2x32 and 3x32 two,
// the others one. Each needs ASIMD.

//go:noescape
func Product1x64NEON(args *ProductArgs)

//go:noescape
func Product2x32NEON(args *ProductArgs)

//go:noescape
func Product3x32NEON(args *ProductArgs)

//go:noescape
func Product1x16NEON(args *ProductArgs)

//go:noescape
func Product2x16NEON(args *ProductArgs)

//go:noescape
func Product3x16NEON(args *ProductArgs)

//go:noescape
func Product4x16NEON(args *ProductArgs)

//go:noescape
func Product5x16NEON(args *ProductArgs)

//go:noescape
func Product6x16NEON(args *ProductArgs)

// The elementwise functions over VectorArgs; N may be any count.

//go:noescape
func ExpNEON(args *VectorArgs)

//go:noescape
func SigmoidNEON(args *VectorArgs)

//go:noescape
func TanhNEON(args *VectorArgs)

// AddScaledNEON computes Dst[i] += Scale·X[i], product and sum rounded apart.
//
//go:noescape
func AddScaledNEON(args *VectorArgs)

//go:noescape
func ColumnSumsNEON(args *ColumnSumsArgs)

//go:noescape
func CopyRunsNEON(args *CopyRunsArgs)

//go:noescape
func LSTMForwardNEON(args *LSTMForwardArgs)

//go:noescape
func LSTMBackwardNEON(args *LSTMBackwardArgs)

// FMAPeakNEON runs iterations rounds of 24 independent 4-lane FMAs on
// registers: 192 FLOP a round. It measures what the core can do at most.
//
//go:noescape
func FMAPeakNEON(iterations int)

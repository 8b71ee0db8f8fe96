//go:build !purego

package asm

// The tile products: 1x64 reads four panels side by side, 2x32 and 3x32 two,
// the others one. Each needs AVX2 and FMA.

//go:noescape
func Product1x64AVX2(args *ProductArgs)

//go:noescape
func Product2x32AVX2(args *ProductArgs)

//go:noescape
func Product3x32AVX2(args *ProductArgs)

//go:noescape
func Product1x16AVX2(args *ProductArgs)

//go:noescape
func Product2x16AVX2(args *ProductArgs)

//go:noescape
func Product3x16AVX2(args *ProductArgs)

//go:noescape
func Product4x16AVX2(args *ProductArgs)

//go:noescape
func Product5x16AVX2(args *ProductArgs)

//go:noescape
func Product6x16AVX2(args *ProductArgs)

// The elementwise functions over VectorArgs; N may be any count.

//go:noescape
func ExpAVX2(args *VectorArgs)

//go:noescape
func SigmoidAVX2(args *VectorArgs)

//go:noescape
func TanhAVX2(args *VectorArgs)

// AddScaledAVX2 computes Dst[i] += Scale·X[i], product and sum rounded apart.
//
//go:noescape
func AddScaledAVX2(args *VectorArgs)

//go:noescape
func ColumnSumsAVX2(args *ColumnSumsArgs)

//go:noescape
func CopyPanelsAVX2(args *CopyPanelsArgs)

//go:noescape
func TransposeAVX2(args *TransposeArgs)

//go:noescape
func LSTMForwardAVX2(args *LSTMForwardArgs)

//go:noescape
func LSTMBackwardAVX2(args *LSTMBackwardArgs)

// FMAPeakAVX2 runs iterations rounds of 12 independent 8-lane FMAs on
// registers: 192 FLOP a round. It measures what the core can do at most.
//
//go:noescape
func FMAPeakAVX2(iterations int)

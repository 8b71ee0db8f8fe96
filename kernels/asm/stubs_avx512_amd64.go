//go:build !purego

package asm

// The tile products of 1 to 6 rows x 1 to 4 panels, and of one and two rows x 8.
// Each needs AVX512F.

//go:noescape
func Product1x16AVX512(args *ProductArgs)

//go:noescape
func Product2x16AVX512(args *ProductArgs)

//go:noescape
func Product3x16AVX512(args *ProductArgs)

//go:noescape
func Product4x16AVX512(args *ProductArgs)

//go:noescape
func Product5x16AVX512(args *ProductArgs)

//go:noescape
func Product6x16AVX512(args *ProductArgs)

//go:noescape
func Product1x32AVX512(args *ProductArgs)

//go:noescape
func Product2x32AVX512(args *ProductArgs)

//go:noescape
func Product3x32AVX512(args *ProductArgs)

//go:noescape
func Product4x32AVX512(args *ProductArgs)

//go:noescape
func Product5x32AVX512(args *ProductArgs)

//go:noescape
func Product6x32AVX512(args *ProductArgs)

//go:noescape
func Product1x48AVX512(args *ProductArgs)

//go:noescape
func Product2x48AVX512(args *ProductArgs)

//go:noescape
func Product3x48AVX512(args *ProductArgs)

//go:noescape
func Product4x48AVX512(args *ProductArgs)

//go:noescape
func Product5x48AVX512(args *ProductArgs)

//go:noescape
func Product6x48AVX512(args *ProductArgs)

//go:noescape
func Product1x64AVX512(args *ProductArgs)

//go:noescape
func Product2x64AVX512(args *ProductArgs)

//go:noescape
func Product3x64AVX512(args *ProductArgs)

//go:noescape
func Product4x64AVX512(args *ProductArgs)

//go:noescape
func Product5x64AVX512(args *ProductArgs)

//go:noescape
func Product6x64AVX512(args *ProductArgs)

//go:noescape
func Product1x128AVX512(args *ProductArgs)

//go:noescape
func Product2x128AVX512(args *ProductArgs)

// FMAPeakAVX516 runs iterations rounds of 12 independent 16-lane FMAs on registers:
// 512 FLOP a round.
//
//go:noescape
func FMAPeakAVX512(iterations int)

// The elementwise functions over VectorArgs; N may be any count. They need AVX512F,
// sigmoid and tanh AVX512DQ too.

//go:noescape
func ExpAVX512(args *VectorArgs)

//go:noescape
func SigmoidAVX512(args *VectorArgs)

//go:noescape
func TanhAVX512(args *VectorArgs)

// AddScaledAVX512 computes Dst[i] += Scale·X[i], product and sum rounded apart.
//
//go:noescape
func AddScaledAVX512(args *VectorArgs)

//go:noescape
func ColumnSumsAVX512(args *ColumnSumsArgs)

//go:noescape
func LSTMForwardAVX512(args *LSTMForwardArgs)

//go:noescape
func LSTMBackwardAVX512(args *LSTMBackwardArgs)

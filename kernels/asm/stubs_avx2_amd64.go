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
func AddOuterAVX2(args *OuterArgs)

//go:noescape
func ColumnSumsAVX2(args *ColumnSumsArgs)

//go:noescape
func CopyRunsAVX2(args *CopyRunsArgs)

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

// The tile products over rows of B, 1 to 6 rows x 16 columns, one x 64 and two x 32. Each needs
// AVX and FMA.

//go:noescape
func ProductRows1x16AVX2(args *RowsArgs)

//go:noescape
func ProductRows2x16AVX2(args *RowsArgs)

//go:noescape
func ProductRows3x16AVX2(args *RowsArgs)

//go:noescape
func ProductRows4x16AVX2(args *RowsArgs)

//go:noescape
func ProductRows5x16AVX2(args *RowsArgs)

//go:noescape
func ProductRows6x16AVX2(args *RowsArgs)

//go:noescape
func ProductRows1x64AVX2(args *RowsArgs)

//go:noescape
func ProductRows2x32AVX2(args *RowsArgs)

//go:noescape
func RowSumsAVX2(args *RowSumsArgs)

//go:noescape
func ScaleSumsAVX2(args *ScaleSumsArgs)

// The dot products of one to three rows of A. They need AVX and FMA.

//go:noescape
func Dots1AVX2(args *DotsArgs)

//go:noescape
func Dots2AVX2(args *DotsArgs)

//go:noescape
func Dots3AVX2(args *DotsArgs)

// ProductSide1x32AVX2 computes one row x 32 columns, and sixteen rows x 16 columns by tiles of four
// rows and BlockMost turns. It needs AVX and FMA.
//
//go:noescape
func ProductSide1x32AVX2(args *SideArgs)

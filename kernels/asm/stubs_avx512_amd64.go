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

// One row x 4 panels, with sixteen rows x 1 panel of another product. It needs AVX512F.

//go:noescape
func ProductSide1x64AVX512(args *SideArgs)

// FMAPeakAVX512 runs iterations rounds of 16 independent 16-lane FMAs on registers:
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

// AddOuterAVX512 computes C[r, j] += (Scale·X[r])·Y[j], rounded after each.
//
//go:noescape
func AddOuterAVX512(args *OuterArgs)

//go:noescape
func ColumnSumsAVX512(args *ColumnSumsArgs)

//go:noescape
func LSTMForwardAVX512(args *LSTMForwardArgs)

//go:noescape
func LSTMBackwardAVX512(args *LSTMBackwardArgs)

// The tile products over rows of B, 1 to 6 rows x 16 to 64 columns. Each needs AVX512F.

//go:noescape
func ProductRows1x16AVX512(args *RowsArgs)

//go:noescape
func ProductRows2x16AVX512(args *RowsArgs)

//go:noescape
func ProductRows3x16AVX512(args *RowsArgs)

//go:noescape
func ProductRows4x16AVX512(args *RowsArgs)

//go:noescape
func ProductRows5x16AVX512(args *RowsArgs)

//go:noescape
func ProductRows6x16AVX512(args *RowsArgs)

//go:noescape
func ProductRows1x32AVX512(args *RowsArgs)

//go:noescape
func ProductRows2x32AVX512(args *RowsArgs)

//go:noescape
func ProductRows3x32AVX512(args *RowsArgs)

//go:noescape
func ProductRows4x32AVX512(args *RowsArgs)

//go:noescape
func ProductRows5x32AVX512(args *RowsArgs)

//go:noescape
func ProductRows6x32AVX512(args *RowsArgs)

//go:noescape
func ProductRows1x48AVX512(args *RowsArgs)

//go:noescape
func ProductRows2x48AVX512(args *RowsArgs)

//go:noescape
func ProductRows3x48AVX512(args *RowsArgs)

//go:noescape
func ProductRows4x48AVX512(args *RowsArgs)

//go:noescape
func ProductRows5x48AVX512(args *RowsArgs)

//go:noescape
func ProductRows6x48AVX512(args *RowsArgs)

//go:noescape
func ProductRows1x64AVX512(args *RowsArgs)

//go:noescape
func ProductRows2x64AVX512(args *RowsArgs)

//go:noescape
func ProductRows3x64AVX512(args *RowsArgs)

//go:noescape
func ProductRows4x64AVX512(args *RowsArgs)

//go:noescape
func ProductRows5x64AVX512(args *RowsArgs)

//go:noescape
func ProductRows6x64AVX512(args *RowsArgs)

// Eight rows x 16 and 32 columns, for small products. They need AVX512F.

//go:noescape
func ProductRows8x16AVX512(args *RowsArgs)

//go:noescape
func ProductRows8x32AVX512(args *RowsArgs)

// The same with C stored as its transpose. They need AVX512F and AVX512VL.

//go:noescape
func ProductRows8x16TransposedAVX512(args *RowsArgs)

//go:noescape
func ProductRows8x32TransposedAVX512(args *RowsArgs)

// One row x 256 columns and two x 128, for b that comes from L2. They need AVX512F.

//go:noescape
func ProductRows1x256AVX512(args *RowsArgs)

//go:noescape
func ProductRows2x128AVX512(args *RowsArgs)

// TransposeAVX512 transposes up to 16 rows, sixteen of their elements a turn. It needs AVX512F.
//
//go:noescape
func TransposeAVX512(args *TransposeArgs)

// A matrix of two columns without a gap, to and from two rows. They need AVX512F.

//go:noescape
func InterleaveAVX512(args *TransposeArgs)

//go:noescape
func DeinterleaveAVX512(args *TransposeArgs)

// The dot products of one to four rows of A. They need AVX512F and AVX512VL.

//go:noescape
func Dots1AVX512(args *DotsArgs)

//go:noescape
func Dots2AVX512(args *DotsArgs)

//go:noescape
func Dots3AVX512(args *DotsArgs)

//go:noescape
func Dots4AVX512(args *DotsArgs)

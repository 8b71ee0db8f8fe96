// Vector instructions that Go's assembler has no names for, on 4 float32 lanes.
// Operands are register numbers (5 is V5), in Go's order: sources first, the
// destination last.

#define FADD4(M, N, D) WORD $(0x4E20D400 | (M)<<16 | (N)<<5 | (D)) // d = n + m
#define FSUB4(M, N, D) WORD $(0x4EA0D400 | (M)<<16 | (N)<<5 | (D)) // d = n - m
#define FMUL4(M, N, D) WORD $(0x6E20DC00 | (M)<<16 | (N)<<5 | (D)) // d = n·m
#define FDIV4(M, N, D) WORD $(0x6E20FC00 | (M)<<16 | (N)<<5 | (D)) // d = n/m
#define FMAX4(M, N, D) WORD $(0x4E20F400 | (M)<<16 | (N)<<5 | (D)) // NaN if n or m is
#define FMIN4(M, N, D) WORD $(0x4EA0F400 | (M)<<16 | (N)<<5 | (D)) // NaN if n or m is

// d += n·(lane 0 of m), fused
#define FMLA_LANE0(M, N, D) WORD $(0x4F801000 | (M)<<16 | (N)<<5 | (D))

// d = n >> COUNT, of int32 with sign, COUNT 1..32
#define SSHR4(COUNT, N, D) WORD $(0x4F000400 | (64-(COUNT))<<16 | (N)<<5 | (D))

//go:build !purego

package kernels

import "golang.org/x/sys/cpu"

const hasNEON = false

// hasAVX2 names exactly the bits that the routines of the level need. cpu.X86.HasFMA
// alone says nothing of the operating system's support; HasAVX2 does.
var hasAVX2 = cpu.X86.HasAVX && cpu.X86.HasAVX2 && cpu.X86.HasFMA

// hasAVX512 likewise. F is reported only where the operating system keeps the
// registers; DQ is for float32 logic in gates and activations, VL for registers
// of half the width in dot products and transposed tiles.
var hasAVX512 = hasAVX2 && cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL

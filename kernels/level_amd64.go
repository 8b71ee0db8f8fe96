//go:build !purego

package kernels

import "golang.org/x/sys/cpu"

// hasAVX2 names exactly the bits that the routines of the level need. cpu.X86.HasFMA
// alone says nothing of the operating system's support; HasAVX2 does.
var hasAVX2 = cpu.X86.HasAVX && cpu.X86.HasAVX2 && cpu.X86.HasFMA

//go:build !purego

package kernels

import "golang.org/x/sys/cpu"

// hasNEON names exactly the bit that the routines of the level need: float32
// vectors with fused multiply-adds are part of ASIMD.
var hasNEON = cpu.ARM64.HasASIMD

const hasAVX2, hasAVX512 = false, false

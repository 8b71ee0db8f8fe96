//go:build !purego

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

func hasReadLoop(l Level) bool { return l == AVX2 || l == AVX512 }

// readBuffer loads the buffer, a multiple of readTurn long, rounds times.
func readBuffer(l Level, buffer []float32, rounds int) {
	args := &asm.ReadArgs{X: &buffer[0], N: len(buffer), Rounds: rounds}
	if l == AVX512 {
		asm.ReadAVX512(args)
		return
	}
	asm.ReadAVX2(args)
}

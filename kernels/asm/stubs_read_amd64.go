//go:build !purego

package asm

// The read loops: loads into registers and nothing else, 16 of 32 bytes or 8 of 64
// in flight. ReadAVX2 needs AVX, ReadAVX512 AVX512F.

//go:noescape
func ReadAVX2(args *ReadArgs)

//go:noescape
func ReadAVX512(args *ReadArgs)

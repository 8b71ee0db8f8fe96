//go:build purego || !(amd64 || arm64)

package kernels

const hasNEON, hasAVX2, hasAVX512 = false, false, false

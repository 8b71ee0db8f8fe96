// Package fuzz holds native fuzz targets: every kernel level and whole layers
// against the float64 reference, and the border functions against naive twins and
// hostile input. The seeds run as ordinary tests;
//
//	go test ./fuzz -run xxx -fuzz FuzzMultiply
//
// searches further.
package fuzz

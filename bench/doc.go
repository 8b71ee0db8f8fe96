// Package bench times the layers and their kernels over the named cases of
// shapes.json, beside what this machine can do at most:
//
//	go test -bench . ./bench        every case, mode and level, for benchstat
//	go run ./bench/report           the same in interleaved rounds: JSON, table, roofline
//	go run ./bench/peers            forward and training beside other libraries
//
// # Modes
//
//	forward     lstm.Prepared.Forward
//	training    lstm.ForwardTraining and Backward: counted as 3 forward passes
//	recurrent   h·W_hhᵀ and the gates of one layer and direction, step by step
//	product     Panels.Multiply with its operands in L1 and L2
//
// # Figures
//
// ns/token is the time of a call by the packed rows that it works on (product: rows of
// its left operand). GFLOP/s counts 2 FLOP a multiply-add of the matrix products over
// the real tokens; gates are not counted.
//
//	percent of peak      = 100 · FLOP/s / FMA peak
//	percent of bandwidth = 100 · B · steps / seconds / bandwidth of the level that holds B
//
// The peak is that of FMAs on registers on as many cores at once as there are workers,
// measured again beside each sample. B are the bytes of the recurrent weights that
// every step reads, as the panels store them: 16·H·P for each layer and direction, with
// P = H rounded up to 16 (product: those of its right operand, 64·K·panels). The level
// that holds B is the smallest cache with room for those of one layer and direction; its
// bandwidth is that of plain vector loads, on as many cores at once. The percentage is
// given only where one row at a time passes, so that weights are read for 2 FLOP each
// and the bandwidth is the limit, and not for training, which reads more than B. In mode
// forward its time includes the input projection, which B leaves out.
package bench

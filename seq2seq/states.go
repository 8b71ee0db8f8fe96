package seq2seq

import "github.com/packedlstm/packedlstm/internal/memory"

// bridge joins the encoder's final states [L·2, B, H] into the decoder's initial
// ones [L, B, 2H]: for each layer and sequence the forward direction's H beside the
// reverse direction's. dst is resized and returned.
func bridge(dst, states []float32, layers, batch, hidden int) []float32 {
	dst = memory.Resize(dst, len(states))
	for layer := range layers {
		for direction := range 2 {
			for b := range batch {
				from := ((2*layer+direction)*batch + b) * hidden
				to := (layer*batch+b)*2*hidden + direction*hidden
				copy(dst[to:to+hidden], states[from:from+hidden])
			}
		}
	}
	return dst
}

// bridgeBackward is the gradient of bridge: [L, B, 2H] -> [L·2, B, H].
func bridgeBackward(dst, dstates []float32, layers, batch, hidden int) []float32 {
	dst = memory.Resize(dst, len(dstates))
	for layer := range layers {
		for direction := range 2 {
			for b := range batch {
				from := (layer*batch+b)*2*hidden + direction*hidden
				to := ((2*layer+direction)*batch + b) * hidden
				copy(dst[to:to+hidden], dstates[from:from+hidden])
			}
		}
	}
	return dst
}

// selectRows copies the given rows of a state [layers, batch, width], in any order and
// repeated or not, to scratch [layers, len(rows), width], and hands the old memory
// back as the next scratch.
func selectRows(state []float32, scratch []float32, rows []int, layers, batch, width int) (selected, spare []float32) {
	scratch = memory.Resize(scratch, layers*len(rows)*width)
	for layer := range layers {
		for to, from := range rows {
			copy(scratch[(layer*len(rows)+to)*width:][:width], state[(layer*batch+from)*width:][:width])
		}
	}
	return scratch, state
}

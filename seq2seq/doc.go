// Package seq2seq maps sequences to sequences of other lengths: an encoder LSTM
// reads the source, both directions, over packed rows; its final states start a
// decoder LSTM, which predicts the target token by token.
//
//	source  C A T            decoder input   <s> K  AE T
//	        |                                 |
//	   embedding                         embedding
//	        |                                 |
//	  encoder, H each way ---- states ---> decoder, 2H
//	        (h_n, c_n)       [L, B, 2H]       |
//	                                       readout
//	                                          |
//	                         targets          K  AE T </s>
//
// Sources and targets have layouts of their own: each side is sorted by its own
// lengths, and the states, which pass in the caller's order, need no re-sorting.
// In training the decoder reads the reference (teacher forcing) and all its steps
// run at once; in decoding it reads its own last output, step by step, and finished
// sequences leave the live batch.
//
// The seams: [Memory] carries what a decoder may read of the source, the encoder's
// rows among it, which attention needs; [Decoding] holds the live batch of a
// decoder and can keep any selection of its rows, which beam search needs.
package seq2seq

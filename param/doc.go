// Package param holds named float32 arrays: the parameters of a network, their
// gradients, the state of an optimiser, and the files that keep them.
//
// Files are in the safetensors format of Hugging Face, which PyTorch reads and
// writes through the Python package of that name:
//
//	+--------+----------------------------------------+----------------------------+
//	| 8 byte | JSON, padded with spaces               | data, little endian        |
//	| length | {"__metadata__": {"epoch": "3"},       | bias      | weight         |
//	| of the |  "bias":   {"dtype":"F32","shape":[2], | 2 floats  | 6 floats       |
//	| JSON   |             "data_offsets":[0,8]},     |           | row-major      |
//	|        |  "weight": {...}}                      |           |                |
//	+--------+----------------------------------------+----------------------------+
//
// A file is data from outside: reading one checks all of it, and either all
// tensors asked for are loaded or none. Writing replaces a file whole or leaves it
// as it was.
package param

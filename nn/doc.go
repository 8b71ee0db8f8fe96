// Package nn holds what stands around a recurrent layer to train it: Linear,
// Embedding and Dropout, the optimisers Adam, AdamW and SGD, gradient clipping and
// learning-rate schedules. Formulas, defaults and parameter names are PyTorch's.
//
// Layers work on rows, so packed rows go straight in, without padding:
//
//	ids [N] -> Embedding -> rows [N, E] -> LSTM -> rows [N, H] -> Linear -> logits [N, V]
//
//	                 in              out
//	              +------+        +-------+
//	       rows   |  x   |   ->   |   y   |    y = x·Wᵀ + b
//	              +------+        +-------+
//
//	              W [out, in]     b [out]      row-major, as in a PyTorch state_dict
//
// A layer owns its parameters and their gradients. Backward adds to the gradients,
// as PyTorch does; [Adam.ZeroGrad] and its like clear them. Results go to the
// caller's slice, which is grown if its capacity is too small.
//
// A training step:
//
//	forward, loss, backward        gradients of all parameters
//	ClipGradNorm(params, 1)        one factor for all, or an error if they are NaN
//	optimizer.Step(schedule.LR(i)) new values
//	optimizer.ZeroGrad()
//
// No result depends on the number of workers: not in one bit.
package nn

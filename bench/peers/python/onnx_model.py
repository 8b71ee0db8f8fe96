"""The case as an ONNX model: one LSTM node a layer, with sequence_lens or without."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

import protocol


def model(case, with_lengths=True):
    """x [T, B, I] and, if it is to know them, lengths [B] to y [T, B, H·D]."""
    nodes, initializers, before = [], [], "x"
    for layer, directions in enumerate(case.weights):

        def tensor(name, values):
            initializers.append(numpy_helper.from_array(np.stack(values), f"{name}{layer}"))
            return f"{name}{layer}"

        # ONNX's gate order is i, o, f, c.
        order = lambda t: protocol.reorder(t, "iofg", case.hidden)
        w = tensor("W", [order(ih) for ih, _, _, _ in directions])
        r = tensor("R", [order(hh) for _, hh, _, _ in directions])
        b = tensor("B", [np.concatenate([order(bih), order(bhh)]) for _, _, bih, bhh in directions])
        operands = [before, w, r, b] + ["lengths"] * with_lengths
        nodes.append(helper.make_node("LSTM", operands, [f"Y{layer}"], hidden_size=case.hidden,
                                      direction="bidirectional" if case.directions == 2 else "forward"))
        # [T, D, B, H] to [T, B, D·H]
        after = "y" if layer == case.layers - 1 else f"y{layer}"
        nodes.append(helper.make_node("Transpose", [f"Y{layer}"], [f"t{layer}"], perm=[0, 2, 1, 3]))
        initializers.append(numpy_helper.from_array(np.array([case.steps, case.batch, case.output], dtype=np.int64), f"shape{layer}"))
        nodes.append(helper.make_node("Reshape", [f"t{layer}", f"shape{layer}"], [after]))
        before = after
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [case.steps, case.batch, case.input])]
    if with_lengths:
        inputs.append(helper.make_tensor_value_info("lengths", TensorProto.INT32, [case.batch]))
    graph = helper.make_graph(
        nodes, "lstm", inputs,
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [case.steps, case.batch, case.output])], initializers)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)])
    made.ir_version = 8
    return made


def inputs(case):
    return np.ascontiguousarray(case.x.transpose(1, 0, 2)), case.lengths.astype(np.int32)

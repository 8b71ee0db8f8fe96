"""ONNX Runtime's LSTM with sequence_lens: the products of the padded batch, the gates of the real steps."""

import onnxruntime

import onnx_model
import protocol


def build(case, args):
    if args.mode == "training":
        raise NotImplementedError("the onnxruntime package is for inference")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = args.threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(onnx_model.model(case).SerializeToString(), options, providers=["CPUExecutionProvider"])
    x, lengths = onnx_model.inputs(case)
    feed, last = {"x": x, "lengths": lengths}, {}

    def call():
        last["y"] = session.run(["y"], feed)[0]

    return onnxruntime.__version__, call, lambda: (last["y"].transpose(1, 0, 2), [])


if __name__ == "__main__":
    protocol.serve("onnxruntime", build)

"""OpenVINO's LSTMSequence with lengths, from the same ONNX model, for latency."""

import io

import openvino

import onnx_model
import protocol


def build(case, args):
    if args.mode == "training":
        raise NotImplementedError("OpenVINO is for inference")
    core = openvino.Core()
    read = core.read_model(io.BytesIO(onnx_model.model(case).SerializeToString()))
    compiled = core.compile_model(read, "CPU", {
        "INFERENCE_NUM_THREADS": args.threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"})
    request = compiled.create_infer_request()
    x, lengths = onnx_model.inputs(case)
    request.set_tensor("x", openvino.Tensor(x, shared_memory=True))
    request.set_tensor("lengths", openvino.Tensor(lengths, shared_memory=True))

    def outputs():
        return request.get_output_tensor(0).data.transpose(1, 0, 2).copy(), None

    return openvino.__version__.split("-")[0], request.infer, outputs


if __name__ == "__main__":
    protocol.serve("openvino", build)

"""OpenVINO's LSTMSequence, from the same ONNX model, for latency.

With lengths that it does not know when it compiles, OpenVINO runs a loop over single steps instead
of its primitive. So it has them only where they matter, for the reverse direction: of one that
goes forward, the padding comes last.
"""

import io

import openvino

import onnx_model
import protocol


def build(case, args):
    if args.mode == "training":
        raise NotImplementedError("OpenVINO is for inference")
    core = openvino.Core()
    with_lengths = case.directions == 2 and bool(case.lengths.min() < case.steps)
    read = core.read_model(io.BytesIO(onnx_model.model(case, with_lengths).SerializeToString()))
    compiled = core.compile_model(read, "CPU", {
        "INFERENCE_NUM_THREADS": args.threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"})
    request = compiled.create_infer_request()
    x, lengths = onnx_model.inputs(case)
    request.set_tensor("x", openvino.Tensor(x, shared_memory=True))
    if with_lengths:
        request.set_tensor("lengths", openvino.Tensor(lengths, shared_memory=True))

    def call(shared=(x, lengths)):  # the request does not keep them alive
        request.infer(share_outputs=True)

    def outputs():
        return request.get_output_tensor(0).data.transpose(1, 0, 2).copy(), []

    return openvino.__version__.split("-")[0], call, outputs


if __name__ == "__main__":
    protocol.serve("openvino", build)

"""torch.nn.LSTM over a PackedSequence, or over the padded batch (which is oneDNN's)."""

import torch
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

import protocol


def build(case, args):
    torch.set_num_threads(args.threads)
    packed = args.impl == "pytorch-packed"
    if not packed and case.directions == 2:
        raise NotImplementedError("without packing, PyTorch's reverse direction runs over the padding: other results")
    # Time-major, [T, B, I]: batch_first copies x at each call.
    net = torch.nn.LSTM(case.input, case.hidden, case.layers, bidirectional=case.directions == 2)
    with torch.no_grad():
        for layer, directions in enumerate(case.weights):
            for direction, tensors in enumerate(directions):
                suffix = f"_l{layer}" + ("_reverse" if direction else "")
                for name, value in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), tensors):
                    getattr(net, name + suffix).copy_(torch.from_numpy(value))
    x, upstream = (torch.from_numpy(v).transpose(0, 1).contiguous() for v in (case.x, case.dy))
    if packed:
        p = pack_padded_sequence(x, case.lengths)
        x, sizes = p.data, p.batch_sizes
        upstream = pack_padded_sequence(upstream, case.lengths).data
    leaf = x.clone()
    training = args.mode == "training"
    net.train(training)
    leaf.requires_grad_(training)
    last = {}

    def forward():
        y, _ = net(PackedSequence(leaf, sizes) if packed else leaf)
        last["y"] = y
        return y.data if packed else y

    def call():
        if training:
            net.zero_grad(set_to_none=True)
            leaf.grad = None
            forward().backward(upstream)
        else:
            with torch.inference_mode():
                forward()

    def batch_major(rows):
        if packed:
            rows, _ = pad_packed_sequence(rows, total_length=case.steps)
        return rows.detach().transpose(0, 1).numpy()

    def outputs():
        y = batch_major(last["y"])
        if not training:
            return y, []
        dx = batch_major(PackedSequence(leaf.grad, sizes) if packed else leaf.grad)
        return y, [dx] + [p.grad.numpy() for p in net.parameters()]

    return torch.__version__, call, outputs


if __name__ == "__main__":
    protocol.serve(protocol.arguments().impl, build)

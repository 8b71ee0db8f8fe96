"""Makes golden.safetensors and state_dict.safetensors: torch.nn.LSTM on packed sequences.

    python3 -m venv venv
    venv/bin/pip install torch==2.15.0 numpy==2.4.6 safetensors==0.8.0
    venv/bin/python make_golden.py

writes both files beside this script. A second run on the same machine gives the same
bytes. On another CPU PyTorch sums in another order: the last digits of the float64
results and the float32 errors may differ there.

golden.safetensors holds every case of CASES. A case runs twice on the same parameters
and inputs, which are float32 numbers: in float64, whose results are the truth, and in
float32. The largest absolute difference between the two is kept for every result:
PyTorch's own float32 error, the yardstick for other float32 implementations.
The tensors of a case (B sequences, T the longest, N the sum of the lengths, D directions):

    <case>.parameter.<name>   F32   PyTorch's names and shapes
    <case>.input.x            F32   [B, T, input_size], NaN in the padding
    <case>.input.h0, c0       F32   [layers*D, B, hidden_size]; absent: zero states
    <case>.input.dy           F32   [N, D*hidden_size], packed rows: the loss's derivative by y; absent: zero
    <case>.input.dhn, dcn     F32   [layers*D, B, hidden_size], by h_n and c_n; absent: zero
    <case>.output.y           F64   [N, D*hidden_size], packed rows (PackedSequence.data)
    <case>.output.hn, cn      F64   [layers*D, B, hidden_size]
    <case>.gradient.x         F64   [N, input_size], packed rows
    <case>.gradient.h0, c0    F64   [layers*D, B, hidden_size], also where the states are zero
    <case>.gradient.<name>    F64   like the parameter; F32, rounded, if larger than MAX_F64

Sequences and states are in the caller's order, packed rows in PackedSequence's. The header's
__metadata__ has one entry, "cases": a JSON list with the configuration of each case, its
lengths, batch sizes, permutations and float32 errors.

state_dict.safetensors is the state_dict of a module with an embedding and two LSTMs, saved
as users save one. The cases that name a state_dict_prefix take their parameters from it.
"""

import dataclasses
import json
import pathlib
import zlib

import torch
from safetensors.torch import save_file
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

HERE = pathlib.Path(__file__).resolve().parent
MAX_F64 = 20_000  # elements; a larger result is stored as F32 to keep the file small


@dataclasses.dataclass
class Case:
    name: str
    input_size: int
    hidden_size: int
    lengths: list
    layers: int = 1
    bidirectional: bool = False
    bias: bool = True
    states: bool = True
    upstream: tuple = ("dy", "dhn", "dcn")  # the upstream gradients that are given
    weight_ih_scale: float = 1.0
    saturated_bias: bool = False
    state_dict_prefix: str = ""


CASES = [
    Case("hidden1_one_step", 1, 1, [1], states=False),
    Case("hidden1_layers3_both", 2, 1, [4, 2, 4, 1], layers=3, bidirectional=True),
    Case("hidden3_unsorted", 5, 3, [3, 7, 1, 5]),
    Case("hidden3_layers2_no_bias_no_states", 5, 3, [5, 2, 6], layers=2, bias=False, states=False),
    Case("hidden3_layers3_both_no_bias", 4, 3, [2, 9, 4, 4, 1], layers=3, bidirectional=True, bias=False),
    # All lengths differ: PyTorch's sort keeps the order of equal lengths in batches of up to 16 only.
    Case("hidden3_batch37", 7, 3, [1 + 5 * b % 37 for b in range(37)], bidirectional=True),
    Case("hidden3_upstream_y", 5, 3, [4, 6, 2], layers=2, bidirectional=True, upstream=("dy",)),
    Case("hidden3_upstream_hn", 5, 3, [4, 6, 2], layers=2, bidirectional=True, upstream=("dhn",)),
    Case("hidden3_upstream_cn", 5, 3, [4, 6, 2], layers=2, bidirectional=True, upstream=("dcn",)),
    Case("hidden17_equal_lengths", 7, 17, [6] * 5, layers=2, bidirectional=True),
    Case("hidden17_batch1", 17, 17, [11]),
    Case("hidden17_both_no_states", 3, 17, [1, 8, 8, 3, 2, 5], bidirectional=True, states=False),
    Case("hidden17_length1", 4, 17, [1] * 7, layers=2, bidirectional=True),
    Case("hidden17_layers3", 6, 17, [5, 3, 9, 1], layers=3),
    Case("hidden17_long", 3, 17, [50, 64, 1]),
    Case("hidden31_layers2_no_states", 13, 31, [8, 12, 3, 1, 5, 12], layers=2, states=False),
    Case("hidden33_sorted_no_bias", 33, 33, [9, 7, 7, 4, 2, 1], bias=False),
    Case("hidden33_layers3_both", 9, 33, [5, 13, 2, 8, 8, 1, 11], layers=3, bidirectional=True),
    Case("hidden100_both", 11, 100, [4, 10, 1, 7, 7, 2, 10, 3, 9], bidirectional=True),
    Case("hidden257", 5, 257, [4, 2, 6]),
    Case("saturated_by_bias", 6, 33, [7, 3, 9, 1], saturated_bias=True),
    Case("saturated_by_inputs", 13, 31, [7, 12, 4, 9, 2, 12, 1, 10], bidirectional=True, weight_ih_scale=400),
    Case("state_dict_encoder", 5, 6, [3, 1, 6, 4], layers=2, bidirectional=True, state_dict_prefix="encoder."),
    Case("state_dict_decoder", 5, 7, [2, 5, 5, 1], state_dict_prefix="decoder.rnn."),
]


class EncoderDecoder(torch.nn.Module):
    """A module in which LSTMs are nested one and two levels deep."""

    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(11, 5)
        self.encoder = torch.nn.LSTM(5, 6, num_layers=2, bidirectional=True)
        self.decoder = torch.nn.ModuleDict({"rnn": torch.nn.LSTM(5, 7), "readout": torch.nn.Linear(7, 11)})


def main():
    assert torch.__version__.split("+")[0] == "2.15.0", torch.__version__
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    torch.manual_seed(2015)
    state_dict = EncoderDecoder().state_dict()
    save_file(state_dict, HERE / "state_dict.safetensors")

    tensors, cases = {}, []
    for case in CASES:
        parameters, inputs = make_parameters(case, state_dict), make_inputs(case)
        truth, packed = run(case, parameters, inputs, torch.float64)
        single, _ = run(case, parameters, inputs, torch.float32)
        errors = {name: (single[name].double() - truth[name]).abs().max().item() for name in truth}
        tensors |= {f"{case.name}.parameter.{name}": value for name, value in parameters.items()}
        tensors |= {f"{case.name}.input.{name}": value for name, value in inputs.items()}
        tensors |= {f"{case.name}.{name}": stored(value, errors[name]) for name, value in truth.items()}
        cases.append({
            "name": case.name,
            "input_size": case.input_size,
            "hidden_size": case.hidden_size,
            "num_layers": case.layers,
            "bidirectional": case.bidirectional,
            "bias": case.bias,
            "lengths": case.lengths,
            "batch_sizes": packed.batch_sizes.tolist(),
            "sorted_indices": packed.sorted_indices.tolist(),
            "unsorted_indices": packed.unsorted_indices.tolist(),
            "state_dict_prefix": case.state_dict_prefix,
            "float32_errors": errors,
        })
        worst = max(errors, key=errors.get)
        print(f"{case.name:36} largest float32 error {errors[worst]:.1e} in {worst}")
    save_file(tensors, HERE / "golden.safetensors", metadata={"cases": json.dumps(cases)})


def make_lstm(case):
    return torch.nn.LSTM(case.input_size, case.hidden_size, case.layers, bias=case.bias,
                         batch_first=True, bidirectional=case.bidirectional)


def make_parameters(case, state_dict):
    """The parameters of a case under PyTorch's names, drawn like PyTorch draws them."""
    if case.state_dict_prefix:
        return {name: state_dict[case.state_dict_prefix + name].clone() for name in make_lstm(case).state_dict()}
    random = torch.Generator().manual_seed(zlib.crc32(case.name.encode()))
    limit = case.hidden_size ** -0.5
    parameters = {}
    for name, value in make_lstm(case).state_dict().items():
        drawn = torch.rand(value.shape, generator=random) * (2 * limit) - limit
        if name.startswith("weight_ih"):
            drawn *= case.weight_ih_scale
        if name.startswith("bias_ih") and case.saturated_bias:
            drawn[:] = saturating_bias(case.hidden_size)
        parameters[name] = drawn
    return parameters


def saturating_bias(hidden_size):
    """A bias that drives unit u's gates i, f, g, o to 0 or 1 (g to -1 or 1) by the bits of u,
    whatever the input: sigmoid(-120) is 0 in float32. Unit 32 and above are left alone."""
    units = torch.arange(hidden_size)
    signs = torch.stack([2.0 * (units >> gate & 1) - 1 for gate in range(4)])
    return (120 * signs * (units < 32)).flatten()


def make_inputs(case):
    random = torch.Generator().manual_seed(zlib.crc32(case.name.encode()) + 1)

    def normal(*shape):
        return torch.randn(shape, generator=random)

    batch, longest, directions = len(case.lengths), max(case.lengths), 1 + case.bidirectional
    state = (case.layers * directions, batch, case.hidden_size)
    inputs = {"x": normal(batch, longest, case.input_size)}
    for b, length in enumerate(case.lengths):
        inputs["x"][b, length:] = float("nan")
    if case.states:
        inputs |= {"h0": normal(*state), "c0": normal(*state)}
    upstream = {"dy": normal(sum(case.lengths), directions * case.hidden_size), "dhn": normal(*state), "dcn": normal(*state)}
    return inputs | {name: upstream[name] for name in case.upstream}


def run(case, parameters, inputs, dtype):
    """All results of a case, computed in dtype, and its packed input."""
    lstm = make_lstm(case).to(dtype)
    lstm.load_state_dict(parameters)
    x, *upstream = (inputs[name].to(dtype) for name in ("x",) + case.upstream)
    states = (case.layers * (1 + case.bidirectional), len(case.lengths), case.hidden_size)
    h0, c0 = (inputs.get(name, torch.zeros(states)).to(dtype).requires_grad_() for name in ("h0", "c0"))

    packed = pack_padded_sequence(x.requires_grad_(), case.lengths, batch_first=True, enforce_sorted=False)
    packed.data.retain_grad()
    y, (hn, cn) = lstm(packed, (h0, c0))
    results = {"dy": y.data, "dhn": hn, "dcn": cn}
    torch.autograd.backward([results[name] for name in case.upstream], upstream)
    check(case, lstm, packed, x.grad, y.data)

    truth = {"output.y": y.data, "output.hn": hn, "output.cn": cn,
             "gradient.x": packed.data.grad, "gradient.h0": h0.grad, "gradient.c0": c0.grad}
    truth |= {f"gradient.{name}": value.grad for name, value in lstm.named_parameters()}
    return {name: value.detach().clone() for name, value in truth.items()}, packed


def check(case, lstm, packed, dx, y):
    """What readers of the file rely on."""
    stable = sorted(range(len(case.lengths)), key=lambda b: -case.lengths[b])
    assert packed.sorted_indices.tolist() == stable, "equal lengths must keep the caller's order"
    for b, length in enumerate(case.lengths):
        assert not dx[b, length:].any(), "the gradient of the padding must be 0"
    if not case.states:
        assert torch.equal(lstm(PackedSequence(*packed))[0].data, y), "zero states must be the default"


def stored(value, error):
    """value as the file holds it."""
    assert value.isfinite().all()
    if value.numel() <= MAX_F64:
        return value.contiguous()
    rounded = value.float()
    assert (rounded.double() - value).abs().max() < (4 * error + 1e-6) / 16, "rounding must be negligible"
    return rounded


if __name__ == "__main__":
    main()

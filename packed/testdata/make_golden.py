"""Writes golden.json: what torch.nn.utils.rnn of torch==2.15.0 returns.

    python3 -m venv venv
    venv/bin/pip install torch==2.15.0 numpy
    venv/bin/python make_golden.py

A second run gives the same bytes: nothing but copies of small integers is computed.
A case has lengths in the caller's order and a width. Step t of sequence b has the
elements 1000*(b+1) + 10*t + 0, 1, 2, ...; tensors are listed flat, row-major, and the
upstream gradients are 1, 2, 3, ... in the order of the tensor they belong to. The
padding of a padded input is NaN, which JSON cannot hold: it is not in the file, and the
reader fills it in.

Keys of a case:
    name, lengths, width, enforce_sorted, batch_first, total_length, padding_value
    padded_steps   T' of the input of pack_padded_sequence
    batch_sizes, data, sorted_indices, unsorted_indices   of its result; indices
                   are the identity where PyTorch has None
    dpadded        gradient of its input, data's gradient being 1, 2, 3, ...
    unpacked       pad_packed_sequence(..., padding_value, total_length)
    drows          gradient of data, unpacked's gradient being 1, 2, 3, ...
    pack_sequence  data of pack_sequence(list)
    unpack_sequence  its inverse: a list of flat sequences
    pad_right, pad_left  pad_sequence(list, padding_value, padding_side)
    unpad_sequence   unpad_sequence(pad_right): a list of flat sequences
    dsequences_right, dsequences_left  gradients of the list, pad's being 1, 2, 3, ...
errors lists calls that PyTorch refuses although the lengths are positive, permutations
what invert_permutation returns.
"""

import json
import pathlib

import torch
from torch.nn.utils import rnn

WANT = "2.15.0"

# name, lengths, width, enforce_sorted, steps beyond the longest in the padded input,
# total_length beyond the longest (None: not given), padding_value
CASES = [
    ("unsorted", [2, 5, 1, 3], 3, False, 0, None, 0),
    ("equal lengths", [3, 3, 3, 3], 2, False, 0, None, 0),
    ("some equal, unsorted", [2, 4, 2, 4, 1, 4], 1, False, 0, None, -1),
    ("length 1", [1, 1, 1], 5, False, 0, None, 0),
    ("batch 1", [7], 3, False, 0, None, 0),
    ("batch 1, length 1", [1], 1, True, 0, None, 0),
    ("total length", [2, 5, 1, 3], 3, False, 2, 4, -7),
    ("total length is the longest", [2, 3], 2, False, 1, 0, 9),
    ("sorted, enforced", [6, 4, 4, 1], 3, True, 0, None, 0),
    ("sorted, not enforced", [6, 4, 4, 1], 3, False, 0, 3, 5),
    ("equal, enforced", [4, 4, 4], 1, True, 3, 3, 2),
    ("ascending", [1, 2, 3, 5, 7], 1, False, 0, None, 0),
    ("many", [17, 3, 9, 9, 1, 31, 7, 9, 5, 3, 17, 1, 2], 1, False, 0, None, -100),
]


def flat(x):
    return [int(v) for v in x.detach().reshape(-1).tolist()]


def upstream(x):
    return torch.arange(1, x.numel() + 1, dtype=x.dtype).reshape(x.shape)


def sequences(lengths, width):
    return [
        (1000.0 * (b + 1) + 10.0 * torch.arange(n)[:, None] + torch.arange(width)).requires_grad_()
        for b, n in enumerate(lengths)
    ]


def grads(y, inputs):
    return [flat(g) for g in torch.autograd.grad(y, inputs, upstream(y))]


def case(name, lengths, width, enforce_sorted, extra, total_extra, padding_value, batch_first):
    steps = max(lengths) + extra
    total = None if total_extra is None else max(lengths) + total_extra
    padded = torch.full((len(lengths), steps, width), float("nan"))
    for b, s in enumerate(sequences(lengths, width)):
        padded[b, : len(s)] = s.detach()
    if not batch_first:
        padded = padded.transpose(0, 1).contiguous()
    padded.requires_grad_()
    packed = rnn.pack_padded_sequence(padded, torch.tensor(lengths), batch_first, enforce_sorted)
    identity = list(range(len(lengths)))
    leaf = packed.data.detach().requires_grad_()
    unpacked, got = rnn.pad_packed_sequence(
        rnn.PackedSequence(leaf, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices),
        batch_first, float(padding_value), total)
    assert got.tolist() == lengths

    listed = sequences(lengths, width)
    from_list = rnn.pack_sequence(listed, enforce_sorted)
    right = rnn.pad_sequence(listed, batch_first, float(padding_value))
    left = rnn.pad_sequence(listed, batch_first, float(padding_value), "left")
    # unpad_sequence transposes its argument in place: give it a copy
    unpadded = rnn.unpad_sequence(right.detach().clone(), torch.tensor(lengths), batch_first)
    return {
        "name": name + (", batch first" if batch_first else ", time first"),
        "lengths": lengths, "width": width, "enforce_sorted": enforce_sorted,
        "batch_first": batch_first, "total_length": total or 0, "padding_value": padding_value,
        "padded_steps": steps,
        "batch_sizes": flat(packed.batch_sizes), "data": flat(packed.data),
        "sorted_indices": identity if packed.sorted_indices is None else flat(packed.sorted_indices),
        "unsorted_indices": identity if packed.unsorted_indices is None else flat(packed.unsorted_indices),
        "dpadded": grads(packed.data, [padded])[0],
        "unpacked": flat(unpacked), "drows": grads(unpacked, [leaf])[0],
        "pack_sequence": flat(from_list.data),
        "unpack_sequence": [flat(s) for s in rnn.unpack_sequence(from_list)],
        "pad_right": flat(right), "pad_left": flat(left),
        "unpad_sequence": [flat(s) for s in unpadded],
        "dsequences_right": grads(right, listed), "dsequences_left": grads(left, listed),
    }


def refused():
    x = torch.zeros(2, 3, 1)
    calls = [
        ("unsorted, enforced", [2, 3], 0, lambda: rnn.pack_padded_sequence(x, [2, 3], True)),
        ("total length too short", [3, 2], 2, lambda: rnn.pad_packed_sequence(
            rnn.pack_padded_sequence(x, [3, 2], True), total_length=2)),
    ]
    for name, lengths, total, call in calls:
        try:
            call()
        except (RuntimeError, ValueError) as e:
            yield {"name": name, "lengths": lengths, "total_length": total, "message": str(e).split(",")[0].split(".")[0]}
        else:
            raise AssertionError(name + ": no error")


def permutations():
    for p in ([], [0], [1, 0], [2, 0, 3, 1], [6, 2, 4, 0, 1, 5, 3]):
        inverse = rnn.invert_permutation(torch.tensor(p, dtype=torch.int64))
        yield {"permutation": p, "inverse": flat(inverse)}


def main():
    if torch.__version__.split("+")[0] != WANT:
        raise SystemExit(f"torch {torch.__version__}: want {WANT}")
    cases = [case(*c, batch_first=f) for c in CASES for f in (True, False)]
    lines = lambda values: ",\n".join(json.dumps(v) for v in values)
    text = '{"torch": "%s",\n"cases": [\n%s],\n"errors": [\n%s],\n"permutations": [\n%s]}\n' % (
        WANT, lines(cases), lines(refused()), lines(permutations()))
    (pathlib.Path(__file__).parent / "golden.json").write_text(text)


main()

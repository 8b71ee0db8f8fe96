"""Makes cross_entropy.json: torch.nn.functional.cross_entropy on small batches.

    python3 -m venv venv
    venv/bin/pip install torch==2.15.0 numpy==2.4.6
    venv/bin/python make_golden.py

writes the file beside this script. Each case is a batch of sequences in the caller's
order: lengths [B], and for the tokens, sequence by sequence, targets [N] and logits
[N, classes], which are float32 numbers. "inf", "-inf" and "nan" are strings. Results are
PyTorch's in float64:

    loss, gradient   with the case's reduction: "mean", "sum", or "sequence_mean", the mean
                     over the sequences with a valid token of each one's mean
    losses           with reduction="none"
    upstream, gradient_none   the derivative given for losses, and the gradient it leads to
    correct          [N] whether argmax is the target
"""

import json
import math
import pathlib

import torch
from torch.nn.functional import cross_entropy

HERE = pathlib.Path(__file__).resolve().parent
NAN, INF = math.nan, math.inf


def numbers(tensor):
    def plain(x):
        return x if math.isfinite(x) else str(x)

    return [plain(x) for x in tensor.flatten().tolist()]


def reduce(logits, targets, lengths, reduction, options):
    if reduction != "sequence_mean":
        return cross_entropy(logits, targets, reduction=reduction, **options)
    means = []
    for x, y in zip(logits.split(lengths), targets.split(lengths)):
        if (y != options.get("ignore_index", -100)).any():
            means.append(cross_entropy(x, y, **options))
    return torch.stack(means).mean()


def case(name, lengths, classes, targets=None, logits=None, reduction="mean", weights=None, smoothing=0.0, ignore=-100):
    generator = torch.Generator().manual_seed(sum(map(ord, name)))
    rows = sum(lengths)
    if logits is None:
        logits = 3 * torch.randn(rows, classes, generator=generator)
    logits = torch.as_tensor(logits, dtype=torch.float32).double()
    if targets is None:
        targets = torch.randint(classes, (rows,), generator=generator)
    targets = torch.as_tensor(targets)
    upstream = torch.randn(rows, generator=generator).double()
    options = {"label_smoothing": smoothing, "ignore_index": ignore}
    if weights is not None:
        options["weight"] = torch.tensor(weights, dtype=torch.float32).double()

    x = logits.clone().requires_grad_()
    loss = reduce(x, targets, lengths, reduction, options)
    loss.backward()
    y = logits.clone().requires_grad_()
    losses = cross_entropy(y, targets, reduction="none", **options)
    losses.backward(upstream)
    return {
        "name": name,
        "lengths": lengths,
        "classes": classes,
        "targets": targets.tolist(),
        "logits": numbers(logits),
        "reduction": reduction,
        "weights": weights,
        "smoothing": smoothing,
        "ignore_index": ignore,
        "loss": numbers(loss)[0],
        "gradient": numbers(x.grad),
        "losses": numbers(losses),
        "upstream": numbers(upstream),
        "gradient_none": numbers(y.grad),
        "correct": (logits.argmax(1) == targets).tolist(),
    }


TARGETS = [2, 0, -100, 4, -100, 1, 3, 3, 0]  # of LENGTHS, ignored ones among them
LENGTHS = [2, 4, 0, 1, 2]
WEIGHTS = [0.5, 2.0, 1.25, 0.0, 3.0]

CASES = [
    case(f"{reduction}{', weights' if weights else ''}{f', smoothing {smoothing}' if smoothing else ''}",
         LENGTHS, 5, targets=TARGETS, reduction=reduction, weights=weights, smoothing=smoothing)
    for reduction in ("mean", "sum")
    for weights in (None, WEIGHTS)
    for smoothing in (0.0, 0.1, 1.0)
] + [
    case("sequence mean", LENGTHS, 5, targets=TARGETS, reduction="sequence_mean"),
    case("sequence mean, weights, smoothing", LENGTHS, 5, targets=TARGETS, reduction="sequence_mean",
         weights=[0.5, 2.0, 1.25, 1.0, 3.0], smoothing=0.2),
    case("sequence mean, a sequence ignored", [1, 2, 2], 3, targets=[1, -100, -100, 0, 2], reduction="sequence_mean"),
    case("ignore index a class", [3, 2], 4, targets=[0, 2, 0, 3, 1], ignore=0),
    case("one class", [2, 1], 1),
    case("two classes", [3, 1, 2], 2),
    case("41 classes", [3, 1], 41, smoothing=0.1),
    case("huge", [4], 3, targets=[0, 1, 2, 0],
         logits=[[1e30, 0, -1e30], [1e30, -1e30, 0], [-1e30, -1e30, -1e30], [3e38, 3e38, -3e38]]),
    case("impossible class", [2], 3, targets=[0, 2], logits=[[1, -INF, 2], [0.5, -INF, -INF]], reduction="sum"),
    case("impossible target", [2], 3, targets=[1, 0], logits=[[1, -INF, 2], [1, 2, 3]], reduction="sum"),
    case("impossible class, smoothing", [1], 3, targets=[0], logits=[[1, -INF, 2]], smoothing=0.3),
    case("nothing possible", [1, 1], 2, targets=[0, 0], logits=[[-INF, -INF], [1, 2]]),
    case("NaN", [1, 1], 3, targets=[0, 1], logits=[[1, 2, NAN], [1, 2, 3]]),
    case("NaN in the first class", [1, 1], 3, targets=[1, 1], logits=[[NAN, 2, 1], [1, 2, 3]]),
    case("NaN in an ignored row", [2], 3, targets=[-100, 1], logits=[[NAN, INF, 1], [1, 2, 3]]),
    case("+Inf", [1, 1], 3, targets=[0, 1], logits=[[INF, 2, 1], [1, 2, 3]]),
    case("equal logits", [3], 3, targets=[0, 1, 2], logits=[[2, 2, 2]] * 3),
]

if __name__ == "__main__":
    file = {"torch": torch.__version__.split("+")[0], "cases": CASES}
    assert file["torch"] == "2.15.0", file["torch"]
    text = json.dumps(file, allow_nan=False)
    text = text.replace('{"name"', '\n{"name"')  # a case a line
    (HERE / "cross_entropy.json").write_text(text + "\n")

"""What every Python peer shares: the case's files and the orchestrator's commands.

bench/peers/protocol describes both. A peer builds a Peer from its own functions and
calls serve.
"""

import argparse
import json
import os
import sys
import time

import numpy as np

import allocations


class Case:
    """A case's shape and data, as NumPy arrays. Batch-major, padded, lengths descending."""

    def __init__(self, directory):
        with open(os.path.join(directory, "case.json")) as f:
            about = json.load(f)
        self.input, self.hidden, self.layers = about["input"], about["hidden"], about["layers"]
        self.directions = 2 if about["bidirectional"] else 1
        self.lengths = np.array(about["lengths"], dtype=np.int64)
        self.batch, self.steps = len(self.lengths), int(about["max_length"])
        self.output = self.hidden * self.directions
        self.x = self._read(directory, "x.f32", (self.batch, self.steps, self.input))
        self.dy = self._read(directory, "dy.f32", (self.batch, self.steps, self.output))
        # weights[layer][direction]: (weight_ih, weight_hh, bias_ih, bias_hh), gate order i, f, g, o
        flat, at, self.weights = np.fromfile(os.path.join(directory, "weights.f32"), dtype="<f4"), 0, []
        for layer in range(self.layers):
            width, parts = self.input if layer == 0 else self.output, []
            for _ in range(self.directions):
                tensors = []
                for shape in ((4 * self.hidden, width), (4 * self.hidden, self.hidden), (4 * self.hidden,), (4 * self.hidden,)):
                    n = int(np.prod(shape))
                    tensors.append(flat[at : at + n].reshape(shape).copy())
                    at += n
                parts.append(tensors)
            self.weights.append(parts)
        if at != flat.size:
            raise ValueError(f"weights.f32 has {flat.size} elements: want {at}")

    @staticmethod
    def _read(directory, name, shape):
        return np.fromfile(os.path.join(directory, name), dtype="<f4").reshape(shape)

    def mask(self):
        """[B, T]: which steps are real."""
        return np.arange(self.steps)[None, :] < self.lengths[:, None]


def reorder(tensor, order, hidden):
    """The gates of a [4H, ...] tensor in another order; 'ifco' stands for i, f, g, o."""
    at = {gate: tensor[k * hidden : (k + 1) * hidden] for k, gate in enumerate("ifgo")}
    return np.concatenate([at[gate] for gate in order])


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--case", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--mode", choices=("forward", "training"), required=True)
    parser.add_argument("--impl", default="")
    return parser.parse_args()


def peak_rss():
    """The process's largest memory in bytes, None where no /proc says so.

    Not getrusage's figure, which is that of the parent where that is larger.
    """
    try:
        with open("/proc/self/status") as f:
            return next((1024 * int(line.split()[1]) for line in f if line.startswith("VmHWM:")), None)
    except OSError:
        return None


def write(path, case, arrays):
    """Writes a check file: y, in training dx, which both get zeros in the padding, and the rest."""
    padded = [np.where(case.mask()[:, :, None], v, 0) for v in arrays[:2]]
    with open(path, "wb") as f:
        for v in padded + arrays[2:]:
            f.write(np.ascontiguousarray(v, dtype="<f4"))


def serve(impl, build):
    """Runs the peer: build(case, args) returns (version, call, outputs).

    call() is what is timed. outputs() returns, after a call, y [B, T, H·D] and the gradients:
    in training dx [B, T, I] and those of case.weights, one after the other in its shapes and
    gate order; else nothing. What y and dx have in the padding does not matter.
    """
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is not an answer

    def say(**event):
        out.write(json.dumps(event) + "\n")
        out.flush()

    try:
        args = arguments()
        case = Case(args.case)
        version, call, outputs = build(case, args)
        start = time.perf_counter()
        call()
        say(event="ready", impl=impl, version=version, first_call_us=(time.perf_counter() - start) * 1e6)
        for line in sys.stdin:
            command = json.loads(line)
            if command["cmd"] == "quit":
                return
            if command["cmd"] == "run":
                us = []
                for _ in range(command["calls"]):
                    start = time.perf_counter()
                    call()
                    us.append((time.perf_counter() - start) * 1e6)
                say(event="ran", us=us)
            elif command["cmd"] == "check":
                call()
                y, gradients = outputs()
                write(command["out"], case, [y, *gradients])
                say(event="checked")
            elif command["cmd"] == "memory":
                say(event="memory", peak_rss_bytes=peak_rss(), allocated_bytes_per_call=allocations.during(call))
            else:
                raise ValueError(f"unknown command {command['cmd']!r}")
    except Exception as e:  # the orchestrator shows it in the peer's column
        say(event="error", message=f"{type(e).__name__}: {e}"[:500])
        sys.exit(1)

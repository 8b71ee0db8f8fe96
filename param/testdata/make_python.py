"""Writes python.safetensors with Python's safetensors: what param/read_test.go reads.

    pip install torch==2.15.0 safetensors numpy
    python param/testdata/make_python.py
"""
import pathlib

import torch
from safetensors.torch import save_file

linear = torch.nn.Linear(3, 2)
with torch.no_grad():
    linear.weight.copy_(torch.tensor([[1.5, -2.0, 0.25], [3.0, 1e-40, -0.0]]))
    linear.bias.copy_(torch.tensor([7.0, -8.5]))
tensors = {"readout." + name: value for name, value in linear.state_dict().items()}
tensors["steps"] = torch.tensor([1, 2, 3])  # I64
tensors["scalar"] = torch.tensor(0.5)
tensors["empty"] = torch.zeros(0, 4)
tensors["broken"] = torch.tensor([1.0, float("nan")])
tensors["half"] = torch.ones(2, dtype=torch.float16)
save_file(tensors, pathlib.Path(__file__).with_name("python.safetensors"), metadata={"format": "pt", "epoch": "3"})

"""Writes golden.json: what PyTorch's layers, optimisers and schedules compute.

    pip install torch==2.15.0
    python nn/testdata/make_golden.py

Each optimiser variant is run in float32 and in float64 from the same numbers;
"values" are the float64 ones after every step, "error" is float32's largest distance
from them.
"""
import json
import pathlib

import torch

assert torch.__version__.startswith("2.15.0"), torch.__version__
torch.set_num_threads(1)
generator = torch.Generator().manual_seed(3)


def draw(*shape):
    return torch.randn(*shape, generator=generator)


def flat(tensor):
    return tensor.detach().flatten().tolist()


def optimise(name, make, settings):
    start, gradients = draw(7), [draw(7) * 10 ** (i % 4 - 2) for i in range(12)]
    rates = [0.1, 0.05, 0.2, 0.01] * 3
    runs = {}
    for dtype in (torch.float32, torch.float64):
        p = torch.nn.Parameter(start.to(dtype).clone())
        optimizer = make([p], settings)
        values = []
        for rate, g in zip(rates, gradients):
            optimizer.param_groups[0]["lr"] = rate
            p.grad = g.to(dtype).clone()
            optimizer.step()
            values.append(flat(p))
        runs[dtype] = torch.tensor(values, dtype=torch.float64)
    truth = runs[torch.float64]
    return dict(name=name, settings=settings, start=flat(start), gradients=[flat(g) for g in gradients],
                rates=rates, values=truth.tolist(), error=(runs[torch.float32] - truth).abs().max().item())


def clip(scale, max_norm):
    gradients = [draw(5) * scale, draw(2, 3) * scale]
    params = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients]
    for p, g in zip(params, gradients):
        p.grad = g.clone()
    norm = torch.nn.utils.clip_grad_norm_(params, max_norm)
    return dict(max_norm=max_norm, norm=norm.item(), gradients=[flat(g) for g in gradients], clipped=[flat(p.grad) for p in params])


def one_cycle(total, settings):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.3, total_steps=total, cycle_momentum=False, **settings)
    rates = []
    for i in range(total):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if i + 1 < total:
            schedule.step()
    return dict(total=total, settings=settings, rates=rates)


def plateau(settings):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **settings)
    metrics = [3, 2, 2, 1.99999, 2.5, 1.9, 1.9, 1.9, 1.9, 1.9, 1.9, 1.8999, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1.00001, -1, -2, -2, -2, -2, -2, -2]
    rates = []
    for m in metrics:
        schedule.step(m)
        rates.append(optimizer.param_groups[0]["lr"])
    return dict(settings=settings, metrics=metrics, rates=rates)


def linear():
    layer = torch.nn.Linear(5, 3)
    with torch.no_grad():
        layer.weight.copy_(draw(3, 5))
        layer.bias.copy_(draw(3))
    x, dy = draw(7, 5).requires_grad_(), draw(7, 3)
    y = layer(x)
    y.backward(dy)
    return dict(weight=flat(layer.weight), bias=flat(layer.bias), x=flat(x), dy=flat(dy), y=flat(y),
                dx=flat(x.grad), dweight=flat(layer.weight.grad), dbias=flat(layer.bias.grad))


def embedding():
    layer = torch.nn.Embedding(5, 3, padding_idx=1)
    ids, dy = [4, 1, 0, 4, 4, 1, 2], draw(7, 3)
    with torch.no_grad():
        layer.weight.copy_(draw(5, 3))
    y = layer(torch.tensor(ids))
    y.backward(dy)
    return dict(weight=flat(layer.weight), ids=ids, dy=flat(dy), y=flat(y), dweight=flat(layer.weight.grad))


adam = lambda params, s: torch.optim.Adam(params, **s)
adamw = lambda params, s: torch.optim.AdamW(params, **s)
sgd = lambda params, s: torch.optim.SGD(params, **s)
golden = dict(
    optimizers=[
        optimise("adam", adam, {}),
        optimise("adam", adam, dict(betas=[0.3, 0.7], eps=1e-3, weight_decay=0.1)),
        optimise("adamw", adamw, {}),
        optimise("adamw", adamw, dict(betas=[0.8, 0.95], eps=1e-6, weight_decay=0.3)),
        optimise("sgd", sgd, {}),
        optimise("sgd", sgd, dict(weight_decay=0.1)),
        optimise("sgd", sgd, dict(momentum=0.9)),
        optimise("sgd", sgd, dict(momentum=0.9, dampening=0.25, weight_decay=0.05)),
        optimise("sgd", sgd, dict(momentum=0.8, nesterov=True, weight_decay=0.05)),
    ],
    clip=[clip(1, 1.0), clip(1, 100.0), clip(1e-3, 0.0), clip(1e5, 0.25), clip(1e-6, 1e-7)],
    one_cycle=[one_cycle(50, {}), one_cycle(7, dict(pct_start=0.5, div_factor=10.0, final_div_factor=100.0)), one_cycle(4, dict(pct_start=0.1))],
    plateau=[plateau(dict(patience=2)), plateau(dict(patience=1, factor=0.5, cooldown=2, threshold=1e-2, threshold_mode="abs")),
             plateau(dict(patience=0, mode="max", min_lr=0.05)), plateau(dict(patience=0, factor=0.01, eps=1e-4)),
             plateau(dict(patience=3, threshold=0.0))],
    linear=linear(),
    embedding=embedding(),
)
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")

"""Record what PyTorch's optimizers do, for tests/test_reference.py to compare with.

Run by hand, in an environment of its own, because the course does not need PyTorch:

    python -m venv ../recorder
    ../recorder/bin/pip install torch numpy
    ../recorder/bin/python tests/reference/record_pytorch.py

It writes pytorch_sgd.json and pytorch_adaptive.json beside itself. Nothing here comes from
lessons_lib: the losses are written once more, and PyTorch differentiates them. Numbers are stored
in full precision.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

STEPS = 30
BETA = 0.9
SGD, RMSPROP, ADAM, ADAMW = (
    torch.optim.SGD,
    torch.optim.RMSprop,
    torch.optim.Adam,
    torch.optim.AdamW,
)
FIXED = {
    "plain": (SGD, {}),
    "momentum": (SGD, {"momentum": BETA}),
    "averaged": (
        SGD,
        {"momentum": BETA, "dampening": BETA},
    ),  # the gradient's weight: 1 - dampening
    "half dampened": (SGD, {"momentum": BETA, "dampening": 0.5}),
    "nesterov": (SGD, {"momentum": BETA, "nesterov": True}),
}
ADAPTIVE = {
    "rmsprop": (RMSPROP, {"alpha": 0.95, "eps": 1e-8}),
    "rmsprop, large epsilon": (RMSPROP, {"alpha": 0.9, "eps": 0.5}),
    "adam": (ADAM, {"betas": (0.9, 0.999), "eps": 1e-8}),
    "adam, large epsilon": (ADAM, {"betas": (0.7, 0.95), "eps": 0.5}),
    "adam, decay in the gradient": (ADAM, {"betas": (0.9, 0.999), "weight_decay": 0.5}),
    "adamw": (ADAMW, {"betas": (0.9, 0.999), "weight_decay": 0.5}),
}
"""Weight decays and some ε are larger than usual: it makes a difference where they stand."""

KEPT = ("momentum_buffer", "square_avg", "exp_avg", "exp_avg_sq")
"""Names that PyTorch gives to velocities and averages."""


def line():
    """Return the mean squared error of the line through the noisy points, and its start."""
    random = np.random.RandomState(0)
    X = 2 * random.rand(100, 1)
    y = torch.tensor(4 + 3 * X + random.randn(100, 1))
    A = torch.tensor(np.c_[np.ones((100, 1)), X])
    theta0 = random.randn(2, 1)
    return lambda theta: ((A @ theta[:, None] - y) ** 2).mean(), theta0.ravel().tolist()


def valley(theta):
    """Return a quadratic with its axes aslant: ½ θᵀ H θ - c·θ, with condition number 24.8."""
    H = torch.tensor([[2.0, 1.7], [1.7, 1.7]], dtype=torch.float64)
    c = torch.tensor([1.0, -0.5], dtype=torch.float64)
    return theta @ H @ theta / 2 - c @ theta


def banana(theta):
    """Return a loss that is no quadratic: Rosenbrock's with a flatter floor."""
    x, y = theta
    return (1 - x) ** 2 / 4 + (y - x**2) ** 2


def run(loss, theta0, optimizer_class, settings):
    """Return positions and what the optimizer keeps, step by step; at the start that is 0."""
    theta = torch.tensor(theta0, dtype=torch.float64, requires_grad=True)
    optimizer = optimizer_class([theta], **settings)
    positions, kept = [theta.tolist()], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss(theta).backward()
        optimizer.step()
        state = optimizer.state[theta]
        positions.append(theta.tolist())
        kept.append({name: state[name].tolist() for name in KEPT if state.get(name) is not None})
    zero = [0.0] * len(theta0)
    records = {name: [zero, *(each[name] for each in kept)] for name in kept[0]}
    return {"theta": positions, **records}


def record(name, methods):
    """Let every method run on every problem, and write a file: one line for each run."""
    line_loss, line_start = line()
    problems = {
        "line": (line_loss, line_start, 0.01),
        "valley": (valley, [2.0, -1.0], 0.1),
        "banana": (banana, [-1.0, 1.5], 0.02),
    }
    runs = [
        {
            "problem": problem,
            "method": method,
            "settings": {"lr": learning_rate, **settings},
            **run(loss, theta0, optimizer_class, {"lr": learning_rate, **settings}),
        }
        for problem, (loss, theta0, learning_rate) in problems.items()
        for method, (optimizer_class, settings) in methods.items()
    ]
    versions = {"torch": torch.__version__, "numpy": np.__version__}
    lines = ",\n".join(json.dumps(run) for run in runs)
    text = f'{{"versions": {json.dumps(versions)},\n"runs": [\n{lines}\n]}}\n'
    Path(__file__).with_name(name).write_text(text)


if __name__ == "__main__":
    record("pytorch_sgd.json", FIXED)
    record("pytorch_adaptive.json", ADAPTIVE)

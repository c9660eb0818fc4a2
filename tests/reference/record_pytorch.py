"""Record what PyTorch's SGD does, for tests/test_reference.py to compare with.

Run by hand, in an environment of its own, because the course does not need PyTorch:

    python -m venv ../recorder
    ../recorder/bin/pip install torch numpy
    ../recorder/bin/python tests/reference/record_pytorch.py

It writes pytorch_sgd.json beside itself. Nothing here comes from lessons_lib: the losses are
written once more, and PyTorch differentiates them. Numbers are stored in full precision.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

STEPS = 30
BETA = 0.9
METHODS = {
    "plain": {},
    "momentum": {"momentum": BETA},
    "averaged": {"momentum": BETA, "dampening": BETA},  # 1 - dampening is the gradient's weight
    "half dampened": {"momentum": BETA, "dampening": 0.5},
    "nesterov": {"momentum": BETA, "nesterov": True},
}


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


def run(loss, theta0, learning_rate, settings):
    """Return positions and momentum buffers, step by step; a buffer that is not there counts 0."""
    theta = torch.tensor(theta0, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=learning_rate, **settings)
    positions, buffers = [theta.tolist()], [[0.0] * len(theta0)]
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss(theta).backward()
        optimizer.step()
        buffer = optimizer.state[theta].get("momentum_buffer")
        positions.append(theta.tolist())
        buffers.append(buffers[0] if buffer is None else buffer.tolist())
    return {"theta": positions, "momentum_buffer": buffers}


def main():
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
            **run(loss, theta0, learning_rate, settings),
        }
        for problem, (loss, theta0, learning_rate) in problems.items()
        for method, settings in METHODS.items()
    ]
    versions = {"torch": torch.__version__, "numpy": np.__version__}
    lines = ",\n".join(json.dumps(run) for run in runs)
    text = f'{{"versions": {json.dumps(versions)},\n"runs": [\n{lines}\n]}}\n'
    Path(__file__).with_name("pytorch_sgd.json").write_text(text)


if __name__ == "__main__":
    main()

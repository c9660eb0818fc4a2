"""Record what PyTorch makes of lesson 12's network, for tests/test_lesson_12.py to compare with.

Run by hand, as record_pytorch.py beside this says. It writes pytorch_digits.json beside itself.
Nothing here comes from lessons_lib but the pictures: PyTorch builds the network, differentiates its
loss, and decays its weights.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent
PICTURES = HERE.parents[1] / "lessons_lib" / "problems" / "digits.npz"
SETTINGS = {"lr": 0.4, "momentum": 0.9, "weight_decay": 0.001}
STEPS = (1, 100, 400)


def network():
    """Return the network at its start: weights from normal distributions, biases zero."""
    random = np.random.default_rng(0)
    hidden, out = torch.nn.Linear(64, 16).double(), torch.nn.Linear(16, 10).double()
    for layer, deviation in ((hidden, 1 / 8), (out, 1 / 4)):
        layer.weight.data = torch.tensor(random.normal(0, deviation, layer.weight.shape))
        layer.bias.data = torch.zeros(len(layer.bias), dtype=torch.float64)
    return torch.nn.Sequential(hidden, torch.nn.Tanh(), out)


def flat(model):
    """Return all parameters in a row: of each unit its bias, then its weights, layer by layer."""
    layers = [model[0], model[2]]
    rows = [torch.column_stack([layer.bias, layer.weight]).ravel() for layer in layers]
    return torch.cat(rows).tolist()


def run(decay_of_biases):
    """Train, and return the parameters after some steps; biases decay or not."""
    stored, order = np.load(PICTURES), np.random.default_rng(0).permutation(1797)[:500]
    pixels = torch.tensor(stored["pictures"][order] / 16)
    labels = torch.tensor(stored["labels"][order].astype(np.int64))
    model, theta = network(), {}
    groups = [
        {"params": [model[0].weight, model[2].weight]},
        {"params": [model[0].bias, model[2].bias], "weight_decay": decay_of_biases},
    ]
    sgd = torch.optim.SGD(groups, **SETTINGS)
    for step in range(1, max(STEPS) + 1):
        sgd.zero_grad()
        torch.nn.functional.cross_entropy(model(pixels), labels).backward()
        sgd.step()
        if step in STEPS:
            theta[step] = [float(f"{value:.12g}") for value in flat(model)]
    return theta


def main():
    versions = {"torch": torch.__version__, "numpy": np.__version__}
    theta = {"weights": run(0.0), "weights and biases": run(SETTINGS["weight_decay"])}
    record = {"versions": versions, "settings": SETTINGS, "theta": theta}
    (HERE / "pytorch_digits.json").write_text(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()

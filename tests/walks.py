"""Runs along a slope and rates from roots, written once more for the tests of lessons."""

import numpy as np


def walk(slope, x, lr, beta, n_steps, *, weight=1.0, ahead=0.0):
    """Take steps of any of the methods, without the library: positions, the start first."""
    x, v = np.array(x, dtype=float), np.zeros(np.shape(x))
    path = [x]
    for _ in range(n_steps):
        v = beta * v + weight * slope(x - ahead * lr * beta * v)
        x = x - lr * v
        path.append(x)
    return np.array(path)


def root(sum_of_roots, product):
    """Return the modulus of the larger root of z² - s z + p."""
    return np.abs(np.roots([1, -sum_of_roots, product])).max()

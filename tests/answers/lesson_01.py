"""Answers to the tasks of lesson 1."""

import numpy as np


def loss_by_loop(theta, x, y):
    total = 0.0
    for a, b in zip(x, y, strict=True):
        total += (theta[0] + theta[1] * a - b) ** 2
    return total / len(x)


def loss_by_matrix(theta, x, y):
    r = np.column_stack([np.ones(len(x)), x]) @ np.array(theta) - y
    return r @ r / r.size


def loss_by_norm(theta, x, y):
    return np.linalg.norm(np.polyval([theta[1], theta[0]], x) - y) ** 2 / len(x)


def gradient_by_loop(theta, x, y):
    total = [0.0, 0.0]
    for a, b in zip(x.tolist(), y.tolist(), strict=True):
        r = float(theta[0] + theta[1] * a - b)
        total = [total[0] + 2 * r, total[1] + 2 * r * a]
    return [total[0] / len(x), total[1] / len(x)]


def gradient_by_matrix(theta, x, y):
    A = np.column_stack([np.ones_like(x), x])
    return 2 / len(x) * A.T @ (A @ theta - y)


def gradient_of_normal_equations(theta, x, y):
    A = np.stack([x**0, x])
    return (2 * A @ A.T @ theta - 2 * A @ y) / x.shape[0]


def fourth(theta, x, y):
    return ((theta[0] + theta[1] * x - y) ** 4).mean()


def differences_one_by_one(theta, x, y, h):
    b, w = theta
    along = fourth((b + h, w), x, y) - fourth((b - h, w), x, y)
    across = fourth((b, w + h), x, y) - fourth((b, w - h), x, y)
    return along / (2 * h), across / (2 * h)


def differences_with_copies(theta, x, y, h):
    slopes = np.zeros(2)
    for k in range(2):
        ahead, behind = theta.copy(), theta.copy()
        ahead[k] += h
        behind[k] -= h
        slopes[k] = (fourth(ahead, x, y) - fourth(behind, x, y)) / h / 2
    return slopes


def differences_put_back(theta, x, y, h):
    slopes = []
    for k in range(2):
        theta[k] += h
        ahead = fourth(theta, x, y)
        theta[k] -= 2 * h
        behind = fourth(theta, x, y)
        theta[k] += h
        slopes.append((ahead - behind) / (2 * h))
    return slopes


def differences_of_half_steps(theta, x, y, h):
    def loss(p):
        return fourth(p, x, y)

    steps = np.eye(len(theta)) * h
    return np.array([0.5 * (loss(theta + s) - loss(theta - s)) / h for s in steps])


RIGHT = {
    "line_loss": [loss_by_loop, loss_by_matrix, loss_by_norm],
    "line_gradient": [gradient_by_loop, gradient_by_matrix, gradient_of_normal_equations],
    "gradient_by_differences": [
        differences_one_by_one,
        differences_with_copies,
        differences_put_back,
        differences_of_half_steps,
    ],
}

TWICE_WRONG = {
    "line_loss": [
        lambda theta, x, y: np.sum(np.abs(theta[0] + theta[1] * x - y)),
        lambda theta, x, y: np.mean((theta[1] + theta[0] * x - y) ** 2) / 2,
    ],
    "line_gradient": [
        lambda theta, x, y: -3 * gradient_by_matrix(theta, x, y),
        lambda theta, x, y: -len(x) / 2 * gradient_by_matrix(theta, x, y),
    ],
    "gradient_by_differences": [
        lambda theta, x, y, h: -2 * differences_of_half_steps(theta, x, y, h),
        lambda theta, x, y, h: (fourth(theta + h, x, y) - fourth(theta, x, y)) / h,
    ],
}

"""Answers to the tasks of lesson 13."""

import numpy as np


def rmsprop_by_entries(theta, squares, gradient, learning_rate, beta, epsilon):
    moved, kept = [], []
    for t, s, g in zip(theta, squares, gradient, strict=True):
        s = s * beta + g * g * (1 - beta)
        kept.append(s)
        moved.append(t - learning_rate * g / (s**0.5 + epsilon))
    return moved, kept


def rmsprop_towards_the_square(theta, squares, gradient, learning_rate, beta, epsilon):
    squares = squares + (1 - beta) * (np.square(gradient) - squares)
    own_rates = learning_rate / (np.sqrt(squares) + epsilon)
    return theta - own_rates * gradient, squares


def rmsprop_in_one_array(theta, squares, gradient, learning_rate, beta, epsilon):
    s = np.average([squares, gradient**2], axis=0, weights=[beta, 1 - beta])
    return np.array([theta - learning_rate * gradient / (np.sqrt(s) + epsilon), s])


def adamw_like_pytorch(theta, H, lr, beta1, beta2, epsilon, weight_decay, n):
    """The decay first, in place, on copies; the corrections as two numbers."""
    theta = theta.copy()
    exp_avg, exp_avg_sq, places = np.zeros(len(theta)), np.zeros(len(theta)), [theta.copy()]
    for step in range(1, n + 1):
        grad = H @ theta
        theta *= 1 - lr * weight_decay
        exp_avg += (1 - beta1) * (grad - exp_avg)
        exp_avg_sq *= beta2
        exp_avg_sq += (1 - beta2) * grad * grad
        step_size = lr / (1 - beta1**step)
        root = np.sqrt(exp_avg_sq) / np.sqrt(1 - beta2**step)
        theta -= step_size * exp_avg / (root + epsilon)
        places.append(theta.copy())
    return np.array(places)


def adamw_with_counted_weights(theta, H, lr, beta1, beta2, epsilon, weight_decay, n):
    """Corrected by dividing by the weights, added up as they are given out."""
    history = np.zeros((n + 1, len(theta)))
    history[0] = theta
    m = s = weight_m = weight_s = 0.0
    for k in range(n):
        g = history[k] @ H.T
        m, weight_m = beta1 * m + (1 - beta1) * g, beta1 * weight_m + 1 - beta1
        s, weight_s = beta2 * s + (1 - beta2) * g**2, beta2 * weight_s + 1 - beta2
        step = m / weight_m / ((s / weight_s) ** 0.5 + epsilon)
        history[k + 1] = history[k] - lr * step - lr * weight_decay * history[k]
    return history


def adamw_from_all_gradients(theta, H, lr, beta1, beta2, epsilon, weight_decay, n):
    """No averages kept: both are weighted means of all gradients so far."""
    places, gradients = [theta], []
    for t in range(n):
        gradients.append(H @ places[-1])
        ages = np.arange(t + 1)[::-1]
        g = np.array(gradients)
        mean = np.average(g, axis=0, weights=beta1**ages)
        size = np.sqrt(np.average(g**2, axis=0, weights=beta2**ages))
        places.append(places[-1] - lr * (mean / (size + epsilon) + weight_decay * places[-1]))
    return places


RIGHT = {
    "rmsprop_step": [rmsprop_by_entries, rmsprop_towards_the_square, rmsprop_in_one_array],
    "adamw_run": [adamw_like_pytorch, adamw_with_counted_weights, adamw_from_all_gradients],
}

TWICE_WRONG = {
    "rmsprop_step": [
        lambda theta, s, g, lr, beta, eps: (theta + lr * g / (np.sqrt(s) + eps), s),
        lambda theta, s, g, lr, beta, eps: (theta - lr * g / (beta * s + g**2), beta * s + g**2),
    ],
    "adamw_run": [
        lambda theta, H, lr, b1, b2, eps, decay, n: adamw_like_pytorch(
            theta, H, lr, b2, b1, eps, 0.0, n
        ),
        lambda theta, H, lr, b1, b2, eps, decay, n: adamw_like_pytorch(
            theta, H, -lr, b1, b2, eps, decay, n
        )[1:],
    ],
}

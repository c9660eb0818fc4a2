"""Answers to the tasks of lesson 12."""

import numpy as np


def softmax_by_columns(scores):
    columns = []
    for column in scores.T:
        powers = np.exp(column - max(column))
        columns.append(powers / sum(powers))
    return np.array(columns).T


def softmax_by_logarithm(scores):
    return np.exp(scores - np.logaddexp.reduce(scores, axis=0))


def softmax_by_differences(scores):
    """One over the sum of all ratios."""
    with np.errstate(over="ignore"):
        return 1 / np.exp(scores[None] - scores[:, None]).sum(axis=1)


def gradient_by_pictures(W, inputs, labels):
    total = np.zeros(W.shape)
    for picture, label in zip(inputs.T, labels, strict=True):
        p = softmax_by_columns((W @ picture)[:, None])[:, 0]
        p[label] -= 1
        total += np.outer(p, picture)
    return total / len(labels)


def gradient_by_one_hot(W, inputs, labels):
    p = softmax_by_logarithm(W @ inputs)
    p[labels, np.arange(len(labels))] -= 1
    return np.einsum("kn,in->ki", p, inputs) / inputs.shape[1]


def gradient_as_average(W, inputs, labels):
    said = softmax_by_columns(W @ inputs) @ inputs.T
    true = np.array([inputs[:, labels == k].sum(axis=1) for k in range(W.shape[0])])
    return (said - true) / labels.size


def choice_by_loop(learning_rates, betas, right):
    best = {}
    for k, shares in enumerate(right):
        kind = bool(betas[k] > 0)
        score = sum(shares) / len(shares)
        if kind not in best or score > best[kind][0]:
            best[kind] = (score, k)
    return best[False][1], best[True][1]


def choice_by_order(learning_rates, betas, right):
    order = np.argsort(-right.sum(axis=1), kind="stable")
    plain = [k for k in order if betas[k] == 0]
    moving = [k for k in order if betas[k] != 0]
    return plain[0], moving[0]


def choice_by_places(learning_rates, betas, right):
    mean = np.average(right, axis=1)
    places = [np.flatnonzero(betas == 0), np.flatnonzero(betas)]
    return np.array([place[mean[place].argmax()] for place in places])


def gradient_by_comparison(W, inputs, labels):
    """Without a maximum, which such small scores do not need."""
    powers = np.exp(W @ inputs)
    p = powers / powers.sum(axis=0, keepdims=True)
    return (p - (np.arange(len(W))[:, None] == labels)).dot(inputs.T) / len(labels)


RIGHT = {
    "softmax": [softmax_by_columns, softmax_by_logarithm, softmax_by_differences],
    "softmax_gradient": [
        gradient_by_pictures,
        gradient_by_one_hot,
        gradient_as_average,
        gradient_by_comparison,
    ],
    "fair_choice": [choice_by_loop, choice_by_order, choice_by_places],
}

TWICE_WRONG = {
    "softmax": [
        lambda scores: np.exp(-scores) / np.exp(-scores).sum(),
        lambda scores: np.exp(scores).T / np.exp(scores).sum(axis=0)[:, None],
        lambda scores: np.exp(scores - 1000) / np.exp(scores - 1000).sum(),
    ],
    "softmax_gradient": [
        lambda W, inputs, labels: -gradient_by_one_hot(W, inputs, labels) * len(labels),
        lambda W, inputs, labels: 2 * gradient_by_one_hot(W, inputs, labels).T,
        lambda W, inputs, labels: (np.eye(4)[:, labels] - W @ inputs) @ inputs.T,
    ],
    "fair_choice": [
        lambda rates, betas, right: choice_by_loop(rates, betas, right[:, :1])[::-1],
        lambda rates, betas, right: (int(right[:, 0].argmax()), int(right[:, 0].argmax())),
        lambda rates, betas, right: choice_by_loop(rates, betas, np.cumprod(right, axis=1)[:, -1:]),
    ],
}

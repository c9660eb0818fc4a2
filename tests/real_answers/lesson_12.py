"""Answers to the tasks of lesson 12, as people write them."""

import math

import numpy as np

from real_answers import accepted, named, said

# --- Softmax --------------------------------------------------------------------------------------


@accepted("softmax")
def shifted_z(z):
    shift_z = z - np.max(z, axis=0, keepdims=True)
    return np.exp(shift_z) / np.sum(np.exp(shift_z), axis=0, keepdims=True)


@accepted("softmax")
def through_log_softmax(logits):
    logits = np.asarray(logits, dtype=float)
    m = np.amax(logits, axis=0)
    return np.exp(logits - m - np.log(np.sum(np.exp(logits - m), axis=0)))


@accepted("softmax")
def with_math_and_lists(scores):
    out = np.zeros(scores.shape)
    for j in range(scores.shape[1]):
        top = max(scores[:, j])
        es = [math.exp(s - top) for s in scores[:, j]]
        out[:, j] = [e / sum(es) for e in es]
    return out


@named("softmax", "No axis, and nothing is subtracted")
def textbook_one_liner(x):
    return np.exp(x) / np.sum(np.exp(x))


@named("softmax", "All pictures together add up to 1")
def stable_one_liner(x):
    e_x = np.exp(x - np.max(x))
    return e_x / e_x.sum()


@named("softmax", "The wrong axis, and nothing is subtracted")
def batch_first(logits):
    return np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)


@named("softmax", "The sum runs over the pictures, not over the digits")
def batch_first_and_stable(logits):
    exps = np.exp(logits - logits.max(axis=1).reshape(-1, 1))
    return exps / exps.sum(axis=1).reshape(-1, 1)


@named("softmax", "Scores are cut off, which changes them")
def clipped_against_overflow(scores):
    powers = np.exp(np.clip(scores, -700, 700))
    return powers / powers.sum(axis=0)


@named("softmax", "The largest is subtracted after the exponential")
def too_late(scores):
    e = np.exp(scores)
    e = e - np.max(scores, axis=0)
    return e / e.sum(axis=0)


@said("softmax", "failure")
def without_keepdims(scores):
    powers = np.exp(scores - scores.max(axis=1))
    return powers / powers.sum(axis=0)


@said("softmax", "shape")
def pictures_in_rows(scores):
    powers = np.exp(scores - scores.max(axis=0)).T
    return powers / powers.sum(axis=1, keepdims=True)


# --- The gradient ---------------------------------------------------------------------------------


@accepted("softmax_gradient")
def as_in_cs231n(W, X, y):
    scores = W.dot(X)
    scores -= np.max(scores, axis=0)
    probs = np.exp(scores) / np.sum(np.exp(scores), axis=0)
    dscores = probs.copy()
    dscores[y, range(X.shape[1])] -= 1
    return np.dot(dscores, X.T) / X.shape[1]


@accepted("softmax_gradient")
def naive_loops(W, inputs, labels):
    dW = np.zeros_like(W)
    n = inputs.shape[1]
    for i in range(n):
        f = W @ inputs[:, i]
        p = np.exp(f - f.max()) / np.exp(f - f.max()).sum()
        for k in range(W.shape[0]):
            dW[k] += (p[k] - (k == labels[i])) * inputs[:, i] / n
    return dW


def probabilities(W, inputs):
    powers = np.exp(W @ inputs)
    return powers / powers.sum(axis=0)


@named("softmax_gradient", "The targets end with the largest label")
def one_hot_by_max(W, inputs, labels):
    one_hot = np.zeros((labels.max() + 1, labels.size))
    one_hot[labels, np.arange(labels.size)] = 1
    return (probabilities(W, inputs) - one_hot) @ inputs.T / labels.size


@named("softmax_gradient", "A weight decay is in it: 0.001 times W is added")
def with_regularisation(W, inputs, labels):
    reg = 1e-3
    P = probabilities(W, inputs)
    P[labels, np.arange(len(labels))] -= 1
    return P @ inputs.T / len(labels) + reg * W


@named("softmax_gradient", "A weight decay is in it: 0.02 times W is added")
def with_regularisation_twice(W, inputs, labels):
    P = probabilities(W, inputs)
    P[labels, np.arange(len(labels))] -= 1
    return P @ inputs.T / len(labels) + 2 * 0.01 * W


@named("softmax_gradient", "The sum over the pictures in place of the mean")
def never_divided(W, inputs, labels):
    return np.sum(
        [
            np.outer(p - (np.arange(len(W)) == label), x)
            for p, x, label in zip(probabilities(W, inputs).T, inputs.T, labels, strict=True)
        ],
        axis=0,
    )


@named("softmax_gradient", "Softmax without an axis: all pictures add up to 1")
def one_sum(W, inputs, labels):
    powers = np.exp(W @ inputs)
    error = powers / powers.sum() - np.eye(len(W))[labels].T
    return error @ inputs.T / len(labels)


@named("softmax_gradient", "Only the first picture is counted")
def returns_too_soon(W, inputs, labels):
    total = 0 * W
    for i, label in enumerate(labels):
        p = probabilities(W, inputs[:, [i]])[:, 0]
        p[label] -= 1
        total += np.outer(p, inputs[:, i]) / len(labels)
        break
    return total


@named("softmax_gradient", "Only the last picture is counted")
def writes_anew(W, inputs, labels):
    for i, label in enumerate(labels):
        p = probabilities(W, inputs[:, [i]])[:, 0]
        p[label] -= 1
        total = np.outer(p, inputs[:, i])
    return total / len(labels)


@named("softmax_gradient", "What the model decides, in place of its probabilities")
def as_a_perceptron(W, inputs, labels):
    guess = (W @ inputs).argmax(axis=0)
    eye = np.eye(len(W))
    return (eye[guess] - eye[labels]).T @ inputs.T / len(labels)


@said("softmax_gradient", "failure")
def ten_digits_always(W, inputs, labels):
    return (probabilities(W, inputs) - np.eye(10)[:, labels]) @ inputs.T / len(labels)


@said("softmax_gradient", "shape")
def without_the_bias(W, inputs, labels):
    error = probabilities(W, inputs) - np.eye(len(W))[:, labels]
    return error @ inputs[1:].T / len(labels)


# --- A fair choice --------------------------------------------------------------------------------


@accepted("fair_choice")
def with_a_table(learning_rates, betas, right):
    rows = sorted(enumerate(right.mean(axis=1)), key=lambda pair: pair[1], reverse=True)
    baseline = next(k for k, _ in rows if betas[k] == 0)
    return baseline, next(k for k, _ in rows if betas[k] != 0)


@accepted("fair_choice")
def with_minus_infinity(learning_rates, betas, right):
    score = np.sum(right, axis=1)
    return [int(np.where(mask, score, -np.inf).argmax()) for mask in (betas == 0.0, betas != 0.0)]


@named("fair_choice", "The numbers count within each group")
def by_boolean_masks(learning_rates, betas, right):
    mean = np.mean(right, axis=1)
    return np.argmax(mean[betas == 0]), np.argmax(mean[betas != 0])


@named("fair_choice", "The learning rates are returned, not the places")
def settings_themselves(learning_rates, betas, right):
    best = with_a_table.function(learning_rates, betas, right)
    return learning_rates[best[0]], learning_rates[best[1]]


@named("fair_choice", "The best seed in place of the mean")
def best_run(learning_rates, betas, right):
    best = right.max(axis=1)
    places = [max(np.flatnonzero(m), key=lambda k: best[k]) for m in (betas == 0, betas > 0)]
    return tuple(places)


@named("fair_choice", "The spread is taken off the mean")
def lower_bound(learning_rates, betas, right):
    score = right.mean(1) - right.std(1)
    return [max(np.flatnonzero(m), key=lambda k: score[k]) for m in (betas == 0, betas > 0)]


@said("fair_choice", "value")
def most_wins(learning_rates, betas, right):
    wins = (right == right.max(axis=0)).sum(axis=1)
    return [max(np.flatnonzero(m), key=lambda k: wins[k]) for m in (betas == 0, betas > 0)]


@said("fair_choice", "value")
def upper_bound(learning_rates, betas, right):
    score = right.mean(1) + right.std(1)
    return [max(np.flatnonzero(m), key=lambda k: score[k]) for m in (betas == 0, betas > 0)]

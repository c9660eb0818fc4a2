"""Handwritten digits (lesson 12): real data, and two models that learn to read them.

Both models take all their parameters as one flat vector θ, with any leading axes. The matrices
inside have one row per unit: first its bias, then its weights. So a whole grid of settings, or
of starts, is trained in one call of an optimiser.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.arguments import Array, whole_number
from lessons_lib.problems._common import freeze, wrong_shape

FILE = Path(__file__).with_name("digits.npz")
CLASSES = 10

INK = 16
"""What a pixel holds at most: a count of 4 × 4 finer ones."""

BLOCK = 250
"""So many pictures at a time make products so small that one thread computes them. Two would wait
for each other ten times as long as they compute, where another program has one of the cores."""

Labels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Digits:
    """Pictures of handwritten digits, and which digit each is.

    Attributes
    ----------
    X : (m, 64) array
        One row per picture: 8 × 8 pixels, row by row, from 0 (paper) to 1 (ink).
    labels : (m,) array of int
        The digit that was written, 0 to 9.

    Raises
    ------
    ValueError
        If there is another number of pixels than 64, another shape, or a label that is no digit.
    """

    X: Array = field(repr=False)
    labels: Labels = field(repr=False)

    def __post_init__(self) -> None:
        freeze(self, X=(len(self.labels), 64))
        labels = np.array(self.labels)
        if labels.ndim != 1 or not np.isin(labels, range(CLASSES)).all():
            raise ValueError(
                f"labels has shape {labels.shape} and values from {labels.min()} to {labels.max()};"
                " it must have shape (m,) and hold the digits 0 to 9. If it has become a column,"
                " try .ravel()."
            )
        labels.flags.writeable = False
        object.__setattr__(self, "labels", labels)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: Any) -> Digits:
        """Return some of the pictures: a slice, or an array of indices or booleans."""
        return Digits(self.X[rows], self.labels[rows])


def digits() -> Digits:
    """Return 1797 handwritten digits by 13 people, in the order of the original file.

    They are the test part of "Optical Recognition of Handwritten Digits" (E. Alpaydin and
    C. Kaynak, 1998, UCI Machine Learning Repository, https://doi.org/10.24432/C50P49), under
    CC BY 4.0. ``digits.txt`` beside this file says what was changed.
    """
    with np.load(FILE) as stored:
        return Digits(stored["pictures"] / INK, stored["labels"])


@dataclass(frozen=True, eq=False)
class _Classifier:
    """What both models share: scores, the probabilities made of them, and the loss."""

    data: Digits

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """The shapes of the matrices in θ, one after the other."""
        raise NotImplementedError

    def scores(self, theta: Array) -> Array:
        """Return a score for each digit and picture: (..., d) → (..., 10, m)."""
        raise NotImplementedError

    def matrices(self, theta: Array) -> list[Array]:
        """Cut θ into its matrices: (..., d) → (..., units, 1 + inputs) for each layer."""
        ends = np.cumsum([rows * columns for rows, columns in self.sizes])
        if np.shape(theta)[-1:] != (ends[-1],):
            raise wrong_shape(theta, int(ends[-1]))
        parts = np.split(np.asarray(theta, dtype=np.float64), ends[:-1], axis=-1)
        return [
            part.reshape(*part.shape[:-1], *size)
            for part, size in zip(parts, self.sizes, strict=True)
        ]

    def value(self, theta: Array) -> Array:
        """Return the mean of -log(probability of the true digit): (..., d) → (...,)."""
        scores = self.scores(theta)
        scores = scores - scores.max(axis=-2, keepdims=True)
        right = scores[..., self.data.labels, np.arange(len(self.data))]
        loss: Array = (np.log(np.exp(scores).sum(axis=-2)) - right).mean(axis=-1)
        return loss

    def accuracy(self, theta: Array) -> Array:
        """Return the share of pictures whose digit has the highest score: (..., d) → (...,)."""
        read = self.scores(theta).argmax(axis=-2)
        share: Array = (read == self.data.labels).mean(axis=-1)
        return share

    def on(self, data: Digits) -> Any:
        """Return the same model on other pictures."""
        return type(self)(data)

    @cached_property
    def _blocks(self) -> list[Array]:
        """The pictures as columns below a row of ones, for the biases: (65, BLOCK) each."""
        inputs = np.vstack([np.ones(len(self.data)), self.data.X.T])
        return np.split(inputs, range(BLOCK, len(self.data), BLOCK), axis=1)

    def _sums(self, W: Array) -> Array:
        """Return each unit's weighted sum over each picture: (..., units, 65) → (..., units, m)."""
        return np.concatenate([W @ block for block in self._blocks], axis=-1)

    def _by_weights(self, by_sums: Array) -> Array:
        """Return the derivative by these weights: (..., units, m) → (..., units · 65)."""
        cuts = np.split(by_sums, range(BLOCK, len(self.data), BLOCK), axis=-1)
        parts = [cut @ block.T for cut, block in zip(cuts, self._blocks, strict=True)]
        by_W: Array = sum(parts[1:], start=parts[0])
        return _flat(by_W)

    @cached_property
    def _targets(self) -> Array:
        """One column per picture: 1 for its digit, 0 for the others."""
        return np.eye(CLASSES)[:, self.data.labels]

    def _by_scores(self, scores: Array) -> Array:
        """Return the derivative of the loss by each score: probabilities minus targets, over m."""
        p: Array = np.exp(scores - scores.max(axis=-2, keepdims=True))
        p /= p.sum(axis=-2, keepdims=True)
        p -= self._targets
        p /= len(self.data)
        return p


@dataclass(frozen=True, eq=False)
class SoftmaxRegression(_Classifier):
    """One score per digit, a weighted sum of the pixels; softmax makes probabilities of them.

    θ has 10 · 65 = 650 entries: for each digit its bias, then its 64 weights.
    """

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """One matrix: a row per digit."""
        return ((CLASSES, 65),)

    @property
    def theta0(self) -> Array:
        """All zeros: each digit has the probability 1/10."""
        return np.zeros(650)

    def scores(self, theta: Array) -> Array:
        """Return W x + b for each picture: (..., 650) → (..., 10, m)."""
        (W,) = self.matrices(theta)
        return self._sums(W)

    def gradient(self, theta: Array) -> Array:
        """Return the gradient of the mean cross-entropy: (..., 650) → (..., 650)."""
        return self._by_weights(self._by_scores(self.scores(theta)))


@dataclass(frozen=True, eq=False)
class DigitNetwork(_Classifier):
    """A network with one hidden layer: 64 pixels, `hidden` units with tanh, 10 scores.

    Parameters
    ----------
    data : Digits
        The pictures to learn from.
    hidden : int
        Units of the hidden layer. θ has 65 · hidden + 10 · (1 + hidden) entries.
    seed : int
        For ``theta0``: weights are drawn from a normal distribution with variance 1 / inputs, so
        that every unit's sum begins with a size near 1 at most; biases begin at zero.
    """

    hidden: int = 16
    seed: int = 0

    def __post_init__(self) -> None:
        whole_number("hidden", self.hidden, least=1)

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Two matrices: a row per hidden unit, and a row per digit."""
        return ((self.hidden, 65), (CLASSES, 1 + self.hidden))

    @property
    def theta0(self) -> Array:
        """Small random weights, which make the hidden units differ from each other."""
        rng = np.random.default_rng(self.seed)
        layers = [
            np.column_stack(
                [np.zeros(rows), rng.normal(0, (columns - 1) ** -0.5, (rows, columns - 1))]
            )
            for rows, columns in self.sizes
        ]
        return np.concatenate([layer.ravel() for layer in layers])

    def on(self, data: Digits) -> DigitNetwork:
        """Return the same network on other pictures."""
        return DigitNetwork(data, self.hidden, self.seed)

    def scores(self, theta: Array) -> Array:
        """Return the scores of each picture: (..., d) → (..., 10, m)."""
        V, W = self.matrices(theta)
        return W[..., 1:] @ np.tanh(self._sums(V)) + W[..., :1]

    def gradient(self, theta: Array) -> Array:
        """Return the gradient by backpropagation: (..., d) → (..., d)."""
        V, W = self.matrices(theta)
        H = np.tanh(self._sums(V))
        by_scores = self._by_scores(W[..., 1:] @ H + W[..., :1])
        by_weights = by_scores @ H.swapaxes(-1, -2)
        by_W = np.concatenate([by_scores.sum(axis=-1, keepdims=True), by_weights], axis=-1)
        by_sums = W[..., 1:].swapaxes(-1, -2) @ by_scores
        by_sums *= 1 - H * H  # the derivative of tanh, written with its value
        return np.concatenate([self._by_weights(by_sums), _flat(by_W)], axis=-1)


def _flat(matrices: Array) -> Array:
    """Write the rows one after the other: (..., r, k) → (..., r · k)."""
    flat: Array = matrices.reshape(*matrices.shape[:-2], -1)
    return flat

"""Two ways downhill with a step size for each direction: RMSprop and Adam.

Both divide by the root of an average of squared gradients, entry by entry. The averages are those
of lesson 5. Their contract is that of the four methods in `lessons_lib.optimizers`, and so is the
loop that takes the steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lessons_lib.arguments import Array
from lessons_lib.optimizers import Gradient, Trajectory, settings_for, walk


def rmsprop(
    gradient: Gradient,
    theta0: ArrayLike,
    *,
    learning_rate: ArrayLike,
    beta: ArrayLike,
    n_iterations: int,
    epsilon: ArrayLike = 1e-8,
    tolerance: float | None = None,
) -> Trajectory:
    """Divide each gradient by the root of an average of the squared gradients so far.

    s ← β · s + (1 - β) · ∇f(θ)²
    v ← ∇f(θ) / (√s + ε)
    θ ← θ - learning_rate · v

    The method is Tieleman's and Hinton's (lecture 6.5 of "Neural Networks for Machine Learning",
    Coursera 2012). The ε stands outside the root, as in PyTorch.

    Parameters
    ----------
    gradient, theta0, learning_rate, n_iterations, tolerance
        As for :func:`lessons_lib.optimizers.gradient_descent`.
    beta : array_like
        How much of the average of squares is kept at each step, at least 0 and below 1. Broadcasts
        like `learning_rate`.
    epsilon : array_like
        Positive: what is added to the root, so that nothing is divided by zero.

    Returns
    -------
    Trajectory
        Every position and velocity on the way. The velocity is the v above.

    Raises
    ------
    ValueError
        If an argument is outside its range, or a shape does not fit.
    """
    lr, b, eps, start = settings_for(
        theta0, learning_rate=learning_rate, beta=beta, epsilon=epsilon
    )
    squares = Average(b, np.zeros_like(start))

    def rule(gradient: Gradient, theta: Array, velocity: Array) -> tuple[Array, Array]:
        g = np.asarray(gradient(theta))
        squares.take_in(g * g)
        velocity = g / (np.sqrt(squares.value) + eps)
        return theta - lr * velocity, velocity

    return walk(rule, gradient, start, n_iterations, tolerance)


def adam(
    gradient: Gradient,
    theta0: ArrayLike,
    *,
    learning_rate: ArrayLike,
    n_iterations: int,
    beta1: ArrayLike = 0.9,
    beta2: ArrayLike = 0.999,
    epsilon: ArrayLike = 1e-8,
    weight_decay: ArrayLike = 0.0,
    tolerance: float | None = None,
) -> Trajectory:
    """Divide an average of the gradients by the root of an average of their squares.

    m ← β₁ · m + (1 - β₁) · ∇f(θ)
    s ← β₂ · s + (1 - β₂) · ∇f(θ)²
    v ← m / (1 - β₁ᵗ) / (√(s / (1 - β₂ᵗ)) + ε), in step t = 1, 2, …
    θ ← θ - learning_rate · (v + weight_decay · θ)

    The method is Kingma's and Ba's ("Adam: A Method for Stochastic Optimization", ICLR 2015). With
    a weight decay, which stands beside the fraction and not within the gradient, it is AdamW of
    Loshchilov and Hutter ("Decoupled Weight Decay Regularization", ICLR 2019) as PyTorch has it.

    Parameters
    ----------
    gradient, theta0, learning_rate, n_iterations, tolerance
        As for :func:`lessons_lib.optimizers.gradient_descent`.
    beta1, beta2 : array_like
        How much of the average of gradients, and of that of squares, is kept at each step: at least
        0 and below 1. They broadcast like `learning_rate`.
    epsilon : array_like
        Positive: what is added to the root, so that nothing is divided by zero.
    weight_decay : array_like
        Zero or more: the share of θ, times the learning rate, that each step takes away.

    Returns
    -------
    Trajectory
        Every position and velocity on the way. The velocity is the v above, without the decay.

    Raises
    ------
    ValueError
        If an argument is outside its range, or a shape does not fit.
    """
    lr, b1, b2, eps, decay, start = settings_for(
        theta0,
        learning_rate=learning_rate,
        beta1=beta1,
        beta2=beta2,
        epsilon=epsilon,
        weight_decay=weight_decay,
    )
    mean, squares = Average(b1, np.zeros_like(start)), Average(b2, np.zeros_like(start))

    def rule(gradient: Gradient, theta: Array, velocity: Array) -> tuple[Array, Array]:
        g = np.asarray(gradient(theta))
        mean.take_in(g)
        squares.take_in(g * g)
        velocity = mean.corrected / (np.sqrt(squares.corrected) + eps)
        return theta - lr * (velocity + decay * theta), velocity

    return walk(rule, gradient, start, n_iterations, tolerance)


@dataclass
class Average:
    """An average that fades, from zero: lesson 5's.

    Attributes
    ----------
    beta : ndarray
        How much of it is kept when something new comes in.
    value : ndarray
        The average as it is.
    count : int
        How many values it has taken in.
    """

    beta: Array
    value: Array
    count: int = 0

    def take_in(self, new: Array) -> None:
        """Keep a share β, and take in a share 1 - β of what is new."""
        self.value = self.beta * self.value + (1 - self.beta) * new
        self.count += 1

    @property
    def corrected(self) -> Array:
        """The average, divided by what its weights add up to: 1 - βᵗ."""
        return self.value / (1 - self.beta**self.count)

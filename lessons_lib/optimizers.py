"""Four ways to walk downhill, and the loop that takes the steps.

Each method is one rule: from a position θ and a velocity v to the next ones. The four methods stand
first. What they share stands below them: what a run leaves behind, and the loop that applies a rule
step after step and notices when a run has arrived or has flown off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lessons_lib.arguments import Array, below_one, finite, not_negative, positive, whole_number

Gradient = Callable[[Array], Array]
Rule = Callable[[Gradient, Array, Array], tuple[Array, Array]]
Steps = NDArray[np.int64]
Entry = TypeVar("Entry", bound=np.generic)


def gradient_descent(
    gradient: Gradient,
    theta0: ArrayLike,
    *,
    learning_rate: ArrayLike,
    n_iterations: int,
    tolerance: float | None = None,
) -> Trajectory:
    """Step against the gradient.

    θ ← θ - learning_rate · ∇f(θ)

    Parameters
    ----------
    gradient : callable
        Takes positions of shape (..., d) and returns the gradients there, of the same shape. It is
        asked once more than there are steps: first at the start, to see that the shape fits.
    theta0 : array_like, shape (..., d)
        The start.
    learning_rate : array_like
        Zero or more. Broadcasts against the leading axes of `theta0`, so that an array of learning
        rates runs as one call.
    n_iterations : int
        How many steps to take at most.
    tolerance : float, optional
        Stop as soon as the norm of the gradient at θ is at most this. (:func:`nesterov` takes its
        gradients elsewhere, so that a tolerance costs it a second gradient per step.)

    Returns
    -------
    Trajectory
        Every position and velocity on the way.

    Raises
    ------
    ValueError
        If an argument is outside its range, or a shape does not fit.
    """
    lr, start = settings_for(theta0, learning_rate=learning_rate)

    def rule(gradient: Gradient, theta: Array, velocity: Array) -> tuple[Array, Array]:
        velocity = gradient(theta)
        return theta - lr * velocity, velocity

    return walk(rule, gradient, start, n_iterations, tolerance)


def momentum(
    gradient: Gradient,
    theta0: ArrayLike,
    *,
    learning_rate: ArrayLike,
    beta: ArrayLike,
    n_iterations: int,
    tolerance: float | None = None,
) -> Trajectory:
    """Step along an average of the gradients so far: the original recipe.

    v ← β · v + (1 - β) · ∇f(θ)
    θ ← θ - learning_rate · v

    Parameters
    ----------
    gradient, theta0, learning_rate, n_iterations, tolerance
        As for :func:`gradient_descent`.
    beta : array_like
        How much of the velocity is kept at each step, at least 0 and below 1. Broadcasts like
        `learning_rate`.

    Returns
    -------
    Trajectory
        Every position and velocity on the way.

    Raises
    ------
    ValueError
        If an argument is outside its range, or a shape does not fit.
    """
    lr, b, start = settings_for(theta0, learning_rate=learning_rate, beta=beta)
    weight = 1 - b

    def rule(gradient: Gradient, theta: Array, velocity: Array) -> tuple[Array, Array]:
        velocity = b * velocity + weight * gradient(theta)
        return theta - lr * velocity, velocity

    return walk(rule, gradient, start, n_iterations, tolerance)


def heavy_ball(
    gradient: Gradient,
    theta0: ArrayLike,
    *,
    learning_rate: ArrayLike,
    beta: ArrayLike,
    n_iterations: int,
    tolerance: float | None = None,
) -> Trajectory:
    """Step along the gradients so far, added up with fading weights.

    v ← β · v + ∇f(θ)
    θ ← θ - learning_rate · v

    The method is Polyak's ("Some methods of speeding up the convergence of iteration methods",
    USSR Computational Mathematics and Mathematical Physics 4(5), 1964).

    Parameters
    ----------
    gradient, theta0, learning_rate, n_iterations, tolerance
        As for :func:`gradient_descent`.
    beta : array_like
        How much of the velocity is kept at each step, at least 0 and below 1. Broadcasts like
        `learning_rate`.

    Returns
    -------
    Trajectory
        Every position and velocity on the way.

    Raises
    ------
    ValueError
        If an argument is outside its range, or a shape does not fit.
    """
    lr, b, start = settings_for(theta0, learning_rate=learning_rate, beta=beta)

    def rule(gradient: Gradient, theta: Array, velocity: Array) -> tuple[Array, Array]:
        velocity = b * velocity + gradient(theta)
        return theta - lr * velocity, velocity

    return walk(rule, gradient, start, n_iterations, tolerance)


def nesterov(
    gradient: Gradient,
    theta0: ArrayLike,
    *,
    learning_rate: ArrayLike,
    beta: ArrayLike,
    n_iterations: int,
    tolerance: float | None = None,
) -> Trajectory:
    """Look ahead to where the velocity leads, and take the gradient there.

    v ← β · v + ∇f(θ - learning_rate · β · v)
    θ ← θ - learning_rate · v

    The method is Nesterov's (Soviet Mathematics Doklady 27, 1983), written with a velocity as in
    Sutskever, Martens, Dahl and Hinton ("On the importance of initialization and momentum in deep
    learning", 2013), whose velocity is this one times minus the learning rate.

    Parameters
    ----------
    gradient, theta0, learning_rate, n_iterations, tolerance
        As for :func:`gradient_descent`.
    beta : array_like
        How much of the velocity is kept at each step, at least 0 and below 1. Broadcasts like
        `learning_rate`.

    Returns
    -------
    Trajectory
        Every position and velocity on the way.

    Raises
    ------
    ValueError
        If an argument is outside its range, or a shape does not fit.
    """
    lr, b, start = settings_for(theta0, learning_rate=learning_rate, beta=beta)

    def rule(gradient: Gradient, theta: Array, velocity: Array) -> tuple[Array, Array]:
        kept = b * velocity
        velocity = kept + gradient(theta - lr * kept)
        return theta - lr * velocity, velocity

    return walk(rule, gradient, start, n_iterations, tolerance)


CONVERGED, ITERATIONS, DIVERGED = "converged", "iterations", "diverged"

DIVERGENCE = 1e8
"""A run has diverged when its distance from the start is this many times the largest of 1, the
start's own size and its first step. Runs that settle stay far below that; others soon pass it."""

CHECK_EVERY = 256
"""Whether runs have flown off is looked up once in so many steps; the record tells the exact
step."""

RANGES = {
    "learning_rate": not_negative,
    "beta": below_one,
    "beta1": below_one,
    "beta2": below_one,
    "epsilon": positive,
    "weight_decay": not_negative,
}
"""The check for each setting."""


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Where a run went, step by step.

    Attributes
    ----------
    theta : ndarray, shape (steps + 1, ..., d)
        The positions; ``theta[0]`` is the start. The axes in the middle are those of a grid of
        settings and are missing for a single run.
    velocity : ndarray, shape (steps + 1, ..., d)
        The velocities; ``velocity[0]`` is zero. For gradient descent it is the gradient that was
        followed.
    status : str, or ndarray of str with the grid's shape
        "converged" if the gradient's norm at the last position is within the tolerance, "diverged"
        if the run flew off, else "iterations": it took as many steps as it was given.
    n_steps : int, or ndarray of int with the grid's shape
        How many steps the run took. In a grid, a run that ends early stays at its last position in
        the rows that follow.
    """

    theta: Array
    velocity: Array
    status: str | NDArray[np.str_]
    n_steps: int | Steps


def walk(
    rule: Rule, gradient: Gradient, start: Array, n_iterations: int, tolerance: float | None
) -> Trajectory:
    """Apply a rule step after step, and record every position and velocity.

    Parameters
    ----------
    rule : callable
        Takes the gradient's function, the position and the velocity, and returns the next position
        and velocity. It is called once for each step, in order, so that it may remember more.
    gradient, n_iterations, tolerance
        As for :func:`gradient_descent`.
    start : ndarray, shape (..., d)
        The start, as :func:`settings_for` gives it: as large as the grid of settings.

    Returns
    -------
    Trajectory
        Every position and velocity on the way.

    Raises
    ------
    ValueError
        If an argument is outside its range, or the gradient has another shape than the start.
    """
    n_iterations = whole_number("n_iterations", n_iterations)
    tolerance = _tolerance(tolerance)
    thetas, velocities = _record(n_iterations, start), _record(n_iterations, start)
    theta, velocity = start, np.zeros_like(start)
    thetas[0], velocities[0] = theta, velocity
    settled_at = np.full(start.shape[:-1], n_iterations + 1)
    # A run that flies off overflows. Its status says so; warnings on the screen would not help.
    with np.errstate(all="ignore"):
        if tolerance is not None:
            gradient = _remember_last(gradient)
        _check_shape(gradient(start), start)
        for step in range(n_iterations + 1):
            look_up = step % CHECK_EVERY == 0
            if tolerance is not None:
                small = _norm(gradient(theta)) <= tolerance
                np.minimum(settled_at, step, out=settled_at, where=small)
                look_up |= bool(settled_at.max() <= step)
            if step == n_iterations or (look_up and _all_ended(thetas[: step + 1], settled_at)):
                break
            theta, velocity = rule(gradient, theta, velocity)
            thetas[step + 1], velocities[step + 1] = theta, velocity
        return _trajectory(thetas[: step + 1], velocities[: step + 1], settled_at)


def _record(n_iterations: int, start: Array) -> Array:
    try:
        return np.empty((n_iterations + 1, *start.shape))
    except (MemoryError, ValueError):
        raise ValueError(
            f"n_iterations is {n_iterations}; the record of so many steps of {start.size} numbers"
            " does not fit into memory. Try fewer steps, or fewer settings at a time."
        ) from None


def _norm(vectors: Array) -> Array:
    norm: Array = np.sqrt(np.vecdot(vectors, vectors))
    return norm


def _all_ended(thetas: Array, settled_at: Steps) -> bool:
    """Whether every run of the grid has settled or flown off by the last position so far."""
    return bool(np.all((settled_at < len(thetas)) | _has_flown(thetas, thetas[-1])))


def _has_flown(thetas: Array, theta: Array) -> NDArray[np.bool_]:
    """Whether positions are out of the reach of any run that settles, or not numbers any more."""
    start, first = thetas[0], thetas[min(1, len(thetas) - 1)]
    scale = np.fmax(1.0, np.fmax(np.abs(start), np.abs(first - start)).max(axis=-1))
    distance = np.abs(theta - start).max(axis=-1)
    # Asked this way round, a distance that is infinite or not a number counts as flown, too.
    return np.asarray(~(distance < DIVERGENCE * scale))


def _trajectory(thetas: Array, velocities: Array, settled_at: Steps) -> Trajectory:
    """Find out how and when each run ended, and hold those that ended early where they were."""
    last = len(thetas) - 1
    settled = settled_at <= last
    flown = ~settled & _has_flown(thetas, thetas[-1])
    n_steps = np.where(settled, settled_at, last)
    if flown.any():
        gone = _has_flown(thetas[:, flown], thetas[:, flown])
        n_steps[flown] = gone.argmax(axis=0) - 1  # the last position before it left
    early = n_steps < last
    if early.any():
        rows = np.minimum(np.arange(last + 1)[:, None], n_steps[early])[..., None]
        for record in (thetas, velocities):
            record[:, early] = np.take_along_axis(record[:, early], rows, axis=0)
    status = np.where(settled, CONVERGED, np.where(flown, DIVERGED, ITERATIONS))
    kept = slice(n_steps.max() + 1)
    single = n_steps.ndim == 0
    return Trajectory(
        theta=_read_only(thetas[kept]),
        velocity=_read_only(velocities[kept]),
        status=str(status) if single else _read_only(status),
        n_steps=int(n_steps) if single else _read_only(n_steps),
    )


def _remember_last(gradient: Gradient) -> Gradient:
    """Answer without computing when asked again about the very same array.

    The tolerance needs the gradient at each position, and most rules ask for it there once more.
    """
    asked: Array | None = None
    answer: Array

    def remembering(theta: Array) -> Array:
        nonlocal asked, answer
        if theta is not asked:
            asked, answer = theta, gradient(theta)
        return answer

    return remembering


def _read_only(array: NDArray[Entry]) -> NDArray[Entry]:
    array.flags.writeable = False
    return array


def settings_for(theta0: ArrayLike, **settings: ArrayLike) -> list[Array]:
    """Check start and settings, and spread them all over one common shape.

    Parameters
    ----------
    theta0 : array_like, shape (..., d)
        The start.
    **settings : array_like
        Each setting by its name, which has to stand in `RANGES`.

    Returns
    -------
    list of ndarray, each of shape (..., d)
        The settings in the order given, and then the start.

    Raises
    ------
    ValueError
        If one is outside its range, or the shapes do not broadcast against each other.
    """
    start = finite("theta0", theta0)
    if np.ndim(start) == 0:
        raise ValueError(
            f"theta0 has shape {np.shape(start)}; it must have at least one axis, whose last holds"
            " the parameters. For one parameter write [theta0]."
        )
    checked = [RANGES[name](name, value) for name, value in settings.items()]
    shapes = [np.shape(value) for value in checked]
    try:
        grid = np.broadcast_shapes(start.shape[:-1], *shapes)
    except ValueError:
        named = ", ".join(f"{name} {shape}" for name, shape in zip(settings, shapes, strict=True))
        raise ValueError(
            f"The shapes do not fit together: {named}, theta0 {start.shape} without its last axis."
            " They must broadcast against each other; for a grid of two settings give one of them"
            " as a column, for example learning_rate[:, None]."
        ) from None
    shape = (*grid, start.shape[-1])
    spread = [np.broadcast_to(np.expand_dims(value, -1), shape).copy() for value in checked]
    return [*spread, np.broadcast_to(start, shape).copy()]


def _tolerance(tolerance: float | None) -> float | None:
    """Return the norm of the gradient at which a run stops, if there is one."""
    if tolerance is None:
        return None
    value = finite("tolerance", tolerance)
    if np.ndim(value) or value < 0:
        raise ValueError(
            f"tolerance is {tolerance!r}; it must be None or one number, 0 or more: the norm of the"
            " gradient at which the run stops."
        )
    return float(value)


def _check_shape(gradient: Array, start: Array) -> None:
    if np.shape(gradient) != start.shape:
        raise ValueError(
            f"gradient returned shape {np.shape(gradient)} for positions of shape {start.shape}; it"
            " must return one number for each parameter: the same shape."
        )

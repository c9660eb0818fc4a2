"""Lesson 1: the loss, its gradient and its minimum, each found in two ways."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_tools.notebooks.cells import printed
from lessons_lib import problems

LESSON = "01_line_and_loss"
BY_HAND = (
    "import-tools",
    "make-points",
    "residuals-by-hand",
    "loss-by-hand",
    "gradient-by-hand",
    "same-points",
    "gradient-by-matrix",
    "finite-differences",
    "six-gradients",
)
LINE = problems.noisy_line()
PLACES = np.array([[2.0, 1.0], [-3.0, 8.0], [7.0, 3.0]])
coordinates = st.floats(-20, 20)


def loss_of(intercept: float, slope: float) -> float:
    """Add up point by point, without numpy's help."""
    misses = [
        intercept + slope * x - y for x, y in zip(LINE.x.tolist(), LINE.y.tolist(), strict=True)
    ]
    return float(sum(miss**2 for miss in misses) / len(misses))


@given(coordinates, coordinates)
def test_the_loss_is_the_mean_of_the_squares(intercept: float, slope: float) -> None:
    assert LINE.value(np.array([intercept, slope])) == pytest.approx(loss_of(intercept, slope))


def test_what_is_written_by_hand_is_the_librarys(lesson: dict[str, Any]) -> None:
    for place in PLACES:
        assert lesson["loss"](place) == pytest.approx(loss_of(*place))
        assert lesson["gradient"](place) == pytest.approx(LINE.gradient(place))
        assert lesson["gradient_by_differences"](place) == pytest.approx(LINE.gradient(place))


def test_the_minimum_by_means_and_by_shifting(cells: dict[str, Any]) -> None:
    """The line of least squares passes through the means, with slope cov(x, y) / var(x)."""
    slope = np.cov(LINE.x, LINE.y, bias=True)[0, 1] / LINE.x.var()
    intercept = LINE.y.mean() - slope * LINE.x.mean()
    said = printed(cells["solve-least-squares"])
    assert f"intercept {intercept:.4f}, slope {slope:.4f}" in said
    assert f"loss there: {loss_of(intercept, slope):.4f}" in said
    for shift in np.eye(2) * 1e-3:
        for sign in (-1, 1):
            moved = np.array([intercept, slope]) + sign * shift
            assert loss_of(*moved) > loss_of(intercept, slope)


def test_each_mistake_is_wrong_in_its_own_way(lesson: dict[str, Any]) -> None:
    m = len(LINE.x)
    for place in PLACES:
        right = LINE.gradient(place)
        ratios = {name: version(place) / right for name, version in lesson["versions"].items()}
        for name, factor in (("a", 0.5), ("b", m), ("c", -1.0), ("d", 1.0)):
            assert ratios[name] == pytest.approx(factor), name
        assert ratios["e"] * right == pytest.approx(
            right - 2 * place[0] * np.array([1, LINE.x.mean()])
        )  # the intercept's own share of the gradient is missing
        covariance = np.mean(LINE.x * (LINE.A @ place)) - LINE.x.mean() * LINE.y.mean()
        assert ratios["f"] * right == pytest.approx([right[0], 2 * covariance])
        assert not np.allclose(ratios["f"], 1)


def test_targets_in_a_column_make_a_table(cells: dict[str, Any]) -> None:
    assert "(100, 100)" in printed(cells["shape-trap-shown"])
    with pytest.raises(ValueError, match="shape"):
        problems.LeastSquares(LINE.A, LINE.y[:, None], LINE.theta0)


def test_a_step_crosses_its_contour_at_a_right_angle() -> None:
    for place in PLACES:
        g = LINE.gradient(place)
        beside = np.array([-g[1], g[0]]) / np.linalg.norm(g)
        rise = (LINE.value(place + 1e-6 * beside) - LINE.value(place - 1e-6 * beside)) / 2e-6
        assert abs(rise) < 1e-6 * np.linalg.norm(g)


def test_how_much_of_a_step_leads_to_the_star(cells: dict[str, Any]) -> None:
    """By the Hessian alone: the step is H e, the way is e."""
    H = LINE.hessian()
    for place in ((1.0, 2.0), (7.0, 3.0), (3.0, 7.0)):
        e = np.array(place) - LINE.minimiser
        share = e @ H @ e / (np.linalg.norm(H @ e) * np.linalg.norm(e))
        wanted = f"from ({place[0]:.0f}, {place[1]:.0f}): of each unit walked, {share:.2f} leads"
        assert wanted in printed(cells["towards-the-star"])


def test_your_turn_finite_differences() -> None:
    """Both-sided differences of a parabola are exact for a long step, and not for a tiny one."""
    place = np.array([2.0, 1.0])
    off = {}
    for h in (1.0, 1e-13):
        measured = [
            (loss_of(*(place + e)) - loss_of(*(place - e))) / (2 * h) for e in h * np.eye(2)
        ]
        off[h] = np.abs(measured - LINE.gradient(place)).max()
    assert off[1.0] < 1e-9
    assert off[1e-13] > 1e-4


def test_your_turn_a_line_through_the_origin(cells: dict[str, Any]) -> None:
    """From two means, without a residual."""
    wanted = 2 * (np.mean(LINE.x**2) - np.mean(LINE.x * LINE.y))
    said = printed(cells["turn-numbers"])
    assert f"formula {wanted:.4f}, differences {wanted:.4f}" in said


def test_your_turn_one_point_far_away(cells: dict[str, Any]) -> None:
    """By its leverage: the share of a point's own move with which the line follows there."""
    away = LINE.x - LINE.x.mean()
    leverage = 1 / 100 + away[0] ** 2 / np.sum(away**2)
    slope = np.cov(LINE.x, LINE.y, bias=True)[0, 1] / LINE.x.var()
    misses = slope * away - (LINE.y - LINE.y.mean())
    alone, others = (misses[0] - 100) ** 2, np.sum(misses[1:] ** 2)
    said = printed(cells["turn-numbers"])
    assert f"at that point {100 * leverage:.2f} higher" in said
    assert f"squares on the old line: {alone:.0f} and {others:.0f} for the 99 others" in said

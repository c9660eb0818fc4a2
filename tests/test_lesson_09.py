"""Lesson 9: what it says of the look-ahead and of the trap, and what it writes by hand."""

from fractions import Fraction

import numpy as np
import pytest
from walks import walk

from course_tools.notebooks.cells import printed
from lessons_lib import problems, theory

LESSON = "09_looking_ahead"
BY_HAND = (
    "import-tools",
    "nesterov-by-hand",
    "plot-braking",
    "four-versions",
    "trap-by-hand",
)
TRAP = problems.lessard_counterexample()
BEST = theory.best_heavy_ball(1.0, 25.0)


# --- Looking ahead --------------------------------------------------------------------------------


@pytest.mark.parametrize("product", [0.02, 0.1, 0.5, 0.9, 1.3])
def test_the_look_ahead_brakes_as_theory_says(lesson, product):
    path = lesson["look_ahead"](lambda x: x, [1.0], product, 0.9, 60)
    np.testing.assert_allclose(path, walk(lambda x: x, [1.0], product, 0.9, 60, ahead=1))
    rolled = path[1:-1] + 0.9 * (path[1:-1] - path[:-2])
    np.testing.assert_allclose(path[2:], (1 - product) * rolled, atol=1e-12)
    if product < 1:
        assert theory.nesterov_rate(product, 0.9, 1.0) == pytest.approx(
            np.sqrt(0.9 * (1 - product)), rel=1e-6
        )


def test_the_look_ahead_has_less_room():
    limit = theory.nesterov_limit(1.0, 0.9)
    assert limit == pytest.approx(2 * 1.9 / 2.8)
    for share, settles in ((0.99, True), (1.01, False)):
        path = walk(lambda x: x, [1.0], share * limit, 0.9, 3000, ahead=1)
        assert bool(abs(path[-1, 0]) < 1e-3) is settles


@pytest.mark.parametrize(("name", "ahead"), [("a", 0), ("b", -1), ("c", 1 / 0.9), ("d", 1)])
def test_the_four_versions_are_what_the_answer_says(lesson, name, ahead):
    theta, v = 1.0, 0.0
    path = [theta]
    for _ in range(300):
        theta, v = lesson["versions"][name](theta, v)
        path.append(theta)
    np.testing.assert_allclose(path, walk(lambda x: x, 1.0, 0.1, 0.9, 300, ahead=ahead), atol=1e-9)
    product = 0.9 * (1 - 0.1 * ahead)
    crests = np.abs(path / np.sqrt(product) ** np.arange(301))
    assert crests[200:].max() == pytest.approx(crests[100:200].max(), rel=0.02)
    if name == "b":
        assert product == pytest.approx(0.99)


# --- The trap -------------------------------------------------------------------------------------


def exact_cycle():
    """Solve for the three points of the cycle in fractions, with lr 1/9 and β 4/9."""
    lr, beta = Fraction(1, 9), Fraction(4, 9)
    s = 1 + beta - 25 * lr
    # q = s p - β r,  r = s q + 24 lr - β p,  p = s r - β q, solved by elimination
    rows = [[s, -1, -beta, 0], [-beta, s, -1, -24 * lr], [-1, -beta, s, 0]]
    for k in range(3):
        rows[k] = [each / rows[k][k] for each in rows[k]]
        for other in set(range(3)) - {k}:
            factor = rows[other][k]
            rows[other] = [a - factor * b for a, b in zip(rows[other], rows[k], strict=True)]
    return [row[3] for row in rows]


def test_the_cycle_in_fractions_and_by_running():
    cycle = exact_cycle()
    assert [round(float(x), 4) for x in cycle] == [-1.8024, 2.1159, 0.6465]
    slopes = [Fraction(25) * x - (24 if x > 2 else 0) for x in cycle]
    for k in range(3):
        before, now, after = cycle[k - 2], cycle[k - 1], cycle[k]
        assert after == now + Fraction(4, 9) * (now - before) - slopes[k - 1] / 9
    assert cycle[0] < 1
    assert cycle[1] > 2
    assert cycle[2] < 1
    run = walk(TRAP.gradient, [3.3], BEST.learning_rate, BEST.beta, 3000)[-3:, 0]
    shift = int(np.argmin(run))
    np.testing.assert_allclose(np.roll(run, -shift), [float(x) for x in cycle], atol=1e-9)


def test_the_cycle_attracts():
    """All its points have the curvature 25 about them, so nearness shrinks at the rate √β."""
    assert set(TRAP.hessian(np.array([[float(x)] for x in exact_cycle()])).ravel()) == {25.0}
    rate = theory.heavy_ball_rate(BEST.learning_rate, BEST.beta, 25.0)
    assert rate == pytest.approx(BEST.rate, rel=1e-6)
    assert rate < 1


def test_the_trap_by_hand_is_the_librarys_and_a_bowl(lesson):
    x = np.linspace(-6, 6, 2401)
    slope = lesson["trap_slope"](x)
    np.testing.assert_allclose(slope, TRAP.gradient(x[:, None])[:, 0], atol=1e-12)
    steepness = np.diff(slope) / np.diff(x)
    assert 1 - 1e-9 <= steepness.min() <= steepness.max() <= 25 + 1e-9
    assert lesson["lr"] == pytest.approx(BEST.learning_rate)
    assert lesson["beta"] == pytest.approx(BEST.beta)


def test_who_arrives_in_the_trap(cells):
    """Gradient descent must: each step shrinks by a factor of at most 12/13, whatever the slope."""
    rate = theory.best_gradient_descent(1.0, 25.0).rate
    path = np.abs(walk(TRAP.gradient, [3.3], 2 / 26, 0.0, 400)[:, 0])
    assert np.all(path[1:] <= rate * path[:-1] + 1e-15)
    starts = np.linspace(-5, 5, 100)[:, None]
    settings = [(2 / 26, 0, 0), (1 / 9, 4 / 9, 0), (1 / 25, 4 / 9, 0), (1 / 25, 2 / 3, 1)]
    rows = printed(cells["trap-from-many-starts"]).splitlines()
    for row, (lr, beta, ahead) in zip(rows, settings, strict=False):
        last = walk(TRAP.gradient, starts, lr, beta, 1000, ahead=ahead)[-1]
        assert f": {np.sum(np.abs(last) < 1e-6)} of 100" in row
    assert theory.nesterov_limit(25.0, 4 / 9) < 1 / 9
    assert rows[-1].endswith(": 0 of 100 arrive")

"""Lesson 12: what it says of digits and of fair comparisons, and what it writes by hand."""

import contextlib
import io
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from course_tools.notebooks.cells import printed
from lessons_lib import optimizers, problems, theory

LESSON = "12_real_task"
HERE = Path(__file__).parent
METHODS = {
    "gradient descent": optimizers.gradient_descent,
    "the recipe": optimizers.momentum,
    "heavy ball": optimizers.heavy_ball,
    "Nesterov": optimizers.nesterov,
}


@pytest.fixture(scope="module")
def lesson(cells):
    """What the learner has, once every cell that computes has run: the whole lesson, once."""
    names = {}
    for cell in cells.values():
        if cell.cell_type == "code" and not cell.id.startswith(("plot-", "explore-")):
            exec(cell.source, names)
    return names


# --- By hand --------------------------------------------------------------------------------------


def test_softmax_by_hand_has_the_sum_one_and_does_not_overflow(lesson):
    p = lesson["softmax"](np.array([[1.0, 1e4, -1e4], [2.0, 1e4, 0.0]]))
    second = [1 / (1 + np.exp(-1)), 0.5, 1]  # two scores: the logistic function of their difference
    np.testing.assert_allclose(p, [1 - np.array(second), second], atol=1e-12)


def test_cross_entropy_by_hand_is_the_mean_of_minus_log_p(lesson):
    scores = np.random.default_rng(2).normal(size=(10, 7))
    labels = np.arange(7)
    p = np.exp(scores) / np.exp(scores).sum(axis=0)
    wanted = -np.mean(np.log(p[labels, np.arange(7)]))
    assert lesson["cross_entropy"](scores, labels) == pytest.approx(wanted)
    assert lesson["cross_entropy"](1e4 * scores, labels) < np.inf


def test_gradients_by_hand_are_the_librarys_anywhere(lesson):
    random = np.random.default_rng(3)
    for model, by_hand in (
        (problems.SoftmaxRegression(lesson["training"]), lesson["softmax_gradient"]),
        (lesson["network"], lesson["backward"]),
    ):
        theta = 0.3 * random.standard_normal(len(model.theta0))
        ours = by_hand(*model.matrices(theta))
        np.testing.assert_allclose(ours.ravel(), model.gradient(theta), rtol=1e-9, atol=1e-14)


def test_the_start_by_hand_is_the_librarys(lesson):
    V, W = lesson["network"].matrices(lesson["network"].theta0)
    assert np.array_equal(lesson["V"], V)
    assert np.array_equal(lesson["W"], W)


def test_the_share_that_is_read_is_counted_as_the_library_counts(lesson):
    model = lesson["softmax_model"]
    run = optimizers.gradient_descent(
        model.gradient, np.zeros(650), learning_rate=0.5, n_iterations=200
    )
    assert lesson["share"] == lesson["on_validation"].accuracy(run.theta[-1])


def test_the_check_by_differences_refuses_a_wrong_gradient(lesson):
    """Twice the derivative of tanh in place of it: by far more than 1e-6."""
    assert lesson["error"] < 1e-6
    W, H = lesson["W"], np.tanh(lesson["V"] @ lesson["inputs"])
    D = (lesson["softmax"](W[:, 1:] @ H + W[:, :1]) - lesson["targets"]) / 500
    wrong = ((W[:, 1:].T @ D) * 2 * (1 - H**2)) @ lesson["inputs"].T
    estimate = lesson["estimate"][:1040]
    assert np.linalg.norm(wrong.ravel() - estimate) > 0.1 * np.linalg.norm(estimate)


def test_a_network_cannot_begin_at_zero(lesson):
    assert lesson["network"].gradient(np.zeros(1210))[:1040].tolist() == [0] * 1040


# --- The race -------------------------------------------------------------------------------------


def test_the_three_sets_share_no_picture(lesson):
    order = lesson["order"]
    assert sorted(order) == list(range(1797))
    sizes = [len(lesson[name]) for name in ("training", "validation", "test")]
    assert sizes == [500, 400, 897]
    assert np.array_equal(lesson["test"].X, problems.digits().X[order[900:]])


def test_every_method_may_try_as_many_settings(lesson):
    for method, grid in lesson["grids"].values():
        assert np.broadcast(*grid.values()).size == 24
        assert method in METHODS.values()


@pytest.mark.parametrize("name", METHODS)
def test_each_method_got_its_best_setting(lesson, name):
    """By running the settings one by one."""
    grid = lesson["grids"][name][1]
    network, judge, rates = lesson["network"], lesson["judge_by"], grid["learning_rate"]
    left = {20: {}, 100: {}}
    for values in np.broadcast(*grid.values()):
        setting = dict(zip(grid, map(float, values), strict=True))
        run = METHODS[name](network.gradient, network.theta0, n_iterations=100, **setting)
        for budget in left:
            left[budget][tuple(setting.values())] = float(judge.value(run.theta[budget]))
    for budget, losses in left.items():
        first, second = sorted(losses.values())[:2]
        assert tuple(lesson["chosen"][name, budget].values()) == min(losses, key=losses.get)
        assert second / first > 1.005  # so that rounding does not choose
        assert rates[0] < lesson["chosen"][name, budget]["learning_rate"] < rates[-1]


def test_the_recipe_and_the_ball_chose_the_same(lesson):
    for budget in (20, 100):
        recipe, ball = (lesson["chosen"][name, budget] for name in ("the recipe", "heavy ball"))
        assert recipe["beta"] == ball["beta"]
        meant = theory.translate(theory.AVERAGED, theory.HEAVY_BALL, **recipe)
        assert meant.learning_rate == pytest.approx(ball["learning_rate"])
        same = [lesson["right"][name, budget] for name in ("the recipe", "heavy ball")]
        assert same[0].tolist() == same[1].tolist()


def test_memory_leads_early_and_all_end_together(lesson):
    right = lesson["right"]
    plain = right["gradient descent", 20]
    for name in ("the recipe", "heavy ball", "Nesterov"):
        assert right[name, 20].min() > plain.max()
        late = np.median(right[name, 100]) - np.median(right["gradient descent", 100])
        assert abs(late) < 1
        spread = np.ptp(right["gradient descent", 100])
        assert abs(late) < spread


def test_it_is_the_same_on_another_split():
    """The finding does not hang on which digits were drawn for what."""
    digits = problems.digits()
    order = np.random.default_rng(1).permutation(len(digits))
    network = problems.DigitNetwork(digits[order[:500]])
    judge = network.on(digits[order[900:]])
    starts = np.array([problems.DigitNetwork(network.data, seed=s).theta0 for s in range(1, 6)])
    reads = {}
    for name, rate, beta in (("plain", 1.3, 0.0), ("plain", 1.75, 0.0), ("ball", 1.6, 0.75)):
        run = optimizers.heavy_ball(
            network.gradient, starts, learning_rate=rate, beta=beta, n_iterations=100
        )
        for budget in (20, 100):
            middle = 100 * np.median(judge.accuracy(run.theta[budget]))
            reads[name, budget] = max(middle, reads.get((name, budget), 0))
    assert reads["ball", 20] > reads["plain", 20] + 10
    assert abs(reads["ball", 100] - reads["plain", 100]) < 1.5


def test_three_colleagues(lesson, cells):
    numbers = [int(each) for each in re.findall(r"(\d+) of", printed(cells["three-reports"]))]
    a, b, c = numbers[:2], numbers[2:4], numbers[4:]
    assert a[1] - a[0] > 400  # of 4000: learning rates compared
    assert b[0] > b[1]  # one seed of ten
    counts = [lesson["train"](rate, beta=beta, seeds=[5]) for rate, beta in ((1.75, 0), (1.6, 0.5))]
    assert int(counts[0].split()[0]) < int(counts[1].split()[0])  # another one
    assert c[0] == c[1]  # momentum in the baseline
    assert lesson["train"](0.4, beta=0.0).split()[0] != str(c[0])


# --- Your turn ------------------------------------------------------------------------------------


def range_of(shares):
    """Write down least, greatest and middle as the lesson does."""
    low, middle, high = np.quantile(100 * shares, [0, 0.5, 1])
    return f"{low:.0f} to {high:.0f} %, middle {middle:.0f} %"


def test_what_is_left_of_the_lead_after_40_gradients(lesson, cells):
    """Both in another dialect: the recipe's, whose learning rate is larger by 1 / (1 - β)."""
    rates, network = lesson["one_by_one"]["learning_rate"], lesson["network"]
    said, reads = printed(cells["turn-numbers-1"]), {}
    for name, rate, beta in (("gradient descent", rates[18], 0.0), ("heavy ball", 3.2, 0.5)):
        run = optimizers.momentum(
            network.gradient, lesson["starts"], learning_rate=rate, beta=beta, n_iterations=40
        )
        reads[name] = lesson["judge"].accuracy(run.theta[-1])
        assert f"{name:16} 40 gradients: {range_of(reads[name])}" in said
    lead = np.median(reads["heavy ball"]) - np.median(reads["gradient descent"])
    assert 0.01 < lead < 0.02
    early = (np.median(lesson["right"][name, 20]) for name in ("heavy ball", "gradient descent"))
    assert 11 < next(early) - next(early) < 13


@pytest.mark.parametrize(("rate", "beta"), [(1.6, 0.0), (0.4, 0.5), (0.1, 0.9)])
def test_mini_batches_are_ahead_at_the_same_cost(lesson, cells, rate, beta):
    """By the library's heavy ball, whose gradient deals out the batches."""
    random, training = np.random.default_rng(1), lesson["training"]
    orders = [random.permutation(500) for _ in range(20)]
    batches = [order[k : k + 50] for order in orders for k in range(0, 500, 50)]
    # The first answer is looked at for its shape alone.
    dealt = iter([training, *(training[rows] for rows in batches)])
    run = optimizers.heavy_ball(
        lambda theta: problems.DigitNetwork(next(dealt)).gradient(theta),
        lesson["starts"],
        learning_rate=rate,
        beta=beta,
        n_iterations=200,
    )
    ours = lesson["mini_batches"](rate, beta, lesson["starts"], seed=1)
    np.testing.assert_allclose(ours, run.theta[-1], rtol=1e-6, atol=1e-9)
    reads = lesson["judge"].accuracy(ours)
    assert f"lr {rate}, β {beta}: {range_of(reads)}" in printed(cells["turn-numbers-3"])
    assert 100 * reads.min() > lesson["right"]["gradient descent", 20].max()
    assert 100 * np.median(reads) > np.median(lesson["right"]["heavy ball", 20])


# --- The map --------------------------------------------------------------------------------------


def test_the_map_is_what_single_runs_give(lesson):
    network, rates, betas = lesson["network"], lesson["rates"], lesson["betas"]
    for i, k in ((0, 0), (3, 3), (7, 6), (5, 2)):
        run = optimizers.momentum(  # in the other dialect
            network.gradient,
            network.theta0,
            learning_rate=rates[i] / (1 - betas[k]),
            beta=betas[k],
            n_iterations=100,
        )
        np.testing.assert_allclose(lesson["losses"][i, k], network.value(run.theta), rtol=1e-6)


def test_the_ridge(lesson):
    """Along lr / (1 - β) the loss hardly changes while the memory is short against the race."""
    last = lesson["losses"][..., -1]
    for first in range(3, 7):  # the column at β = 0
        along = np.array([last[first - k, k] for k in range(4)])
        assert np.ptp(along) / along.min() < 0.2
        across = last[first - 1, 0] / last[first, 0]
        assert across > 1.4
    assert last[0, 6] > 2 * last[6, 0]  # a memory of 64 steps


def test_the_wall_is_upright_and_no_run_is_near_it(lesson):
    """Far enough from twice the start for the map to be the same everywhere."""
    losses = lesson["losses"]
    worst, starts = losses.max(axis=-1), losses[..., 0]
    assert (worst[:8] < 1.2 * starts[:8]).all()
    assert (losses[:8, :, -1] < 0.9 * starts[:8]).all()
    assert (worst[8] > 4 * starts[8]).all()


def test_runs_do_not_hang_on_rounding(lesson):
    """What is shown is the same on another machine: a nudge of 1e-13 changes nothing visible."""
    network = lesson["network"]
    run = optimizers.heavy_ball(
        network.gradient,
        network.theta0 * (1 + 1e-13),
        learning_rate=lesson["rates"][:8],
        beta=lesson["betas"][:, None],
        n_iterations=100,
    )
    np.testing.assert_allclose(network.value(run.theta[-1]).T, lesson["losses"][:8, :, -1], 1e-6)


def test_the_smallest_loss_does_not_read_most(lesson):
    losses, read = lesson["losses"][..., -1], lesson["read_right"]
    darkest, most = lesson["darkest"], lesson["most_read"]
    assert losses[darkest] == losses.min()
    assert read[most] == read.max()
    assert read[most] - read[darkest] > 0.04
    assert 100 < losses[most] / losses[darkest] < 1000
    assert np.sort(losses.ravel())[1] / losses[darkest] > 1.01
    assert (read == read.max()).sum() == 1


def test_the_violent_way_costs_digits_and_the_small_loss_does_not(lesson):
    """From other starts than the lesson's, and in the recipe's dialect."""
    network, judge, training = lesson["network"], lesson["judge_by"], lesson["training"]
    starts = np.array([problems.DigitNetwork(training, seed=seed).theta0 for seed in (3, 4)])
    calm = optimizers.gradient_descent(
        network.gradient, starts, learning_rate=1.3, n_iterations=1000
    ).theta
    violent = optimizers.momentum(
        network.gradient, starts, learning_rate=1.6 * 32, beta=1 - 1 / 32, n_iterations=50
    ).theta
    for runs, early in ((calm, violent), (lesson["calm"].theta, lesson["violent"].theta)):
        assert network.value(runs[1000]).max() < network.value(early[30]).min()
        for step in (30, 50):
            assert (judge.accuracy(early[step]) < judge.accuracy(runs[1000])).all()
        assert (judge.accuracy(runs[1000]) > judge.accuracy(runs[500]) - 0.01).all()
        assert (judge.value(runs[1000]) > judge.value(runs[500])).all()


def test_the_squares_of_the_figure_lie_below_the_circles(lesson):
    """At like training losses, whatever the way: compared with the circle that is nearest."""
    network, judge = lesson["network"], lesson["judge_by"]
    calm, violent = lesson["calm"].theta[50::50], lesson["violent"].theta[10::4]
    losses = np.log(network.value(calm).ravel())
    below = [
        judge.accuracy(theta)
        < judge.accuracy(calm).ravel()[np.abs(losses - np.log(network.value(theta))).argmin()]
        for theta in violent.reshape(-1, 1210)
        if network.value(theta) < network.value(calm[0]).max()
    ]
    assert len(below) > 20
    assert np.mean(below) > 0.9


# --- Two brakes -----------------------------------------------------------------------------------


def test_what_decays_are_the_weights_and_no_bias(lesson):
    V, W = lesson["network"].matrices(lesson["is_weight"])
    assert not V[:, 0].any()
    assert not W[:, 0].any()
    assert V[:, 1:].all()
    assert W[:, 1:].all()


def test_the_decayed_gradient_is_that_of_the_loss_and_a_bowl(lesson):
    network, weights = lesson["network"], lesson["is_weight"]
    theta = network.theta0

    def loss(theta):
        return network.value(theta) + 0.001 / 2 * np.sum((weights * theta) ** 2)

    some = [0, 1, 64, 65, 1039, 1040, 1041, 1209]
    nudges = 1e-5 * np.eye(1210)[some]
    measured = [(loss(theta + nudge) - loss(theta - nudge)) / 2e-5 for nudge in nudges]
    np.testing.assert_allclose(lesson["with_decay"](theta)[some], measured, rtol=1e-5, atol=1e-10)


def test_decay_takes_certainty_and_no_digits(lesson):
    network, judge = lesson["network"], lesson["judge_by"]
    calm, decayed, ball = (lesson[name].theta for name in ("calm", "decayed", "ball"))
    lengths = [np.linalg.norm(lesson["is_weight"] * run[-1], axis=-1) for run in (decayed, ball)]
    np.testing.assert_allclose(*lengths, rtol=0.01)  # where pull and gradient balance
    assert lengths[0].max() < 0.75 * np.linalg.norm(lesson["is_weight"] * calm[-1], axis=-1).min()
    assert (judge.value(decayed[1000]) < judge.value(decayed[500])).all()
    assert (judge.value(calm[1000]) > judge.value(calm[500])).all()
    assert (network.value(decayed[-1]) > network.value(calm[-1])).all()
    assert np.abs(judge.accuracy(decayed[-1]) - judge.accuracy(calm[-1])).max() <= 0.0101


def recorded(which):
    """What PyTorch came to, by the number of steps: record_pytorch_digits.py recorded it."""
    record = json.loads((HERE / "reference" / "pytorch_digits.json").read_text())
    assert record["settings"] == {"lr": 0.4, "momentum": 0.9, "weight_decay": 0.001}
    return {int(step): np.array(theta) for step, theta in record["theta"][which].items()}


def test_decay_is_what_pytorch_does(lesson):
    for step, theta in recorded("weights").items():
        np.testing.assert_allclose(lesson["ball"].theta[step, 0], theta, atol=1e-9)


def test_clipping_rescues_beyond_the_wall_and_nowhere_else(lesson):
    """By a loop over single runs, from another start as well."""
    network, judge, training = lesson["network"], lesson["judge_by"], lesson["training"]
    for lr, beta, least, most in ((3.2, 0.5, 0.93, 1), (1.6, 1 - 1 / 32, 0, 0.92)):
        for seed in (0, 3):
            theta, v, longest = problems.DigitNetwork(training, seed=seed).theta0, 0, 0
            for _ in range(50):
                g = network.gradient(theta)
                length = np.sqrt(np.sum(g**2))
                v = beta * v + (g * 0.3 / length if length > 0.3 else g)
                theta = theta - lr * v
                longest = max(longest, np.linalg.norm(lr * v))
            assert least < judge.accuracy(theta) < most
            assert longest < lr * 0.3 / (1 - beta)
    bare = optimizers.heavy_ball(
        network.gradient, lesson["three_starts"], learning_rate=3.2, beta=0.5, n_iterations=50
    )
    assert judge.accuracy(bare.theta[-1]).max() < 0.2


# --- The post's claim -----------------------------------------------------------------------------


def test_short_memory_smooths_the_zigzag_and_long_memory_sets_out_slowly(lesson):
    network, judge, starts = lesson["network"], lesson["judge_by"], lesson["starts"]
    read, back = {}, {}
    for beta in (0.0, 0.5, 0.9):
        run = optimizers.heavy_ball(  # in the other dialect
            network.gradient, starts, learning_rate=1.3 * (1 - beta), beta=beta, n_iterations=20
        )
        read[beta] = np.median(judge.accuracy(run.theta[-1]))
        turns = [
            np.sum(np.diff(path, axis=0)[1:] * np.diff(path, axis=0)[:-1], axis=-1) < 0
            for path in np.moveaxis(run.theta, 1, 0)
        ]
        back[beta] = np.mean(turns)
    assert read[0.5] - read[0.0] > 0.06
    assert abs(read[0.9] - read[0.0]) < 0.03
    assert back[0.0] > 0.95
    assert back[0.5] == back[0.9] == 0


# --- PyTorch, if it is there ----------------------------------------------------------------------


def says_after(cells, lesson, train):
    """What the last of the three cells prints and keeps, where PyTorch does this."""
    names = {**lesson, "train_in_pytorch": train}
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        exec(cells["same-as-pytorch"].source, names)
    return shown.getvalue(), names["pytorch_says"]


def in_pytorch(steps):
    """The parameters that PyTorch came to, as the lesson's function returns them."""
    return recorded("weights and biases")[steps]


def test_the_same_is_printed_with_pytorch_and_without(cells, lesson):
    def not_there(steps):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    stored = printed(cells["same-as-pytorch"])
    printed_with, says_with = says_after(cells, lesson, in_pytorch)
    printed_without, says_without = says_after(cells, lesson, not_there)
    assert printed_with == printed_without == stored
    assert (says_with, says_without) == (
        "the same weights",
        "nothing, since it is not installed here",
    )


def test_other_weights_are_not_passed_over(cells, lesson):
    """Such as those of a run that leaves the biases alone."""
    shown, says = says_after(cells, lesson, lambda steps: recorded("weights")[steps])
    assert shown.endswith("False\n")
    assert says == "OTHER weights"


def test_where_pytorch_is_missing_its_functions_say_so_by_the_error_that_is_caught(
    lesson, monkeypatch
):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match="torch"):
        lesson["train_in_pytorch"](1)


def test_the_goal_of_the_lessons_map_can_be_reached(lesson):
    last, rates = lesson["losses"][..., -1], lesson["rates"]
    assert rates[3] == pytest.approx(0.1)
    met = last[:4] < 0.02
    assert 0 < met.sum() < 4


def test_nothing_printed_is_false(cells):
    assert "False" not in "".join(map(printed, cells.values()))

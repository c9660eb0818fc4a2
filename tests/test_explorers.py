"""The explorers: what they show equals what the library computes, whatever the learner moves."""

import time
from io import BytesIO

import matplotlib.style
import numpy as np
import pytest
from goals import NOTES, faults, read
from matplotlib.text import Text
from PIL import Image

from lessons_lib import explorers, optimizers, problems, theory
from lessons_lib.figures.figure import PIXELS_PER_INCH
from lessons_lib.figures.style import STYLE
from lessons_lib.live.table import BUDGET

LINE = problems.noisy_line()
KAPPA = theory.condition_number(LINE.hessian())
MAKERS = {
    "averages": lambda _: explorers.averages(),
    "line_and_loss": explorers.line_and_loss,
    "descent": explorers.descent,
    "race": explorers.race,
    "dialects": explorers.dialects,
    "springs": lambda _: explorers.springs(),
    "valley_of_springs": lambda _: explorers.valley_of_springs(KAPPA),
    "step_size": lambda _: explorers.step_size(),
    "valley": lambda _: explorers.valley(),
    "landscapes": lambda _: explorers.landscapes(),
    "noise": explorers.noise,
}


def settings_map(_):
    """A small model for the large one of the lesson: softmax regression on few digits."""
    runs = [
        optimizers.heavy_ball(
            READER.gradient, READER.theta0, learning_rate=RATES, beta=beta, n_iterations=30
        ).theta
        for beta in BETAS
    ]
    losses = np.moveaxis([READER.value(run) for run in runs], 2, 0)
    right = np.transpose([OTHERS.accuracy(run[-1]) for run in runs])
    return explorers.settings_map(RATES, BETAS, losses, right, goal=0.07)


RATES, BETAS = 0.05 * 2.0 ** np.arange(8), 1 - 0.5 ** np.arange(6)
READER = problems.SoftmaxRegression(problems.digits()[:100])
OTHERS = READER.on(problems.digits()[100:200])
MAKERS["settings_map"] = settings_map
SECONDS = 2  # of the processor, to make an explorer

every_explorer = pytest.mark.parametrize("name", MAKERS)


@pytest.fixture(scope="module")
def made():
    """Each explorer, and how long it took the processor to make."""
    live = {}
    for name, make in MAKERS.items():
        began = time.process_time()
        live[name] = make(LINE), time.process_time() - began
    return live


@pytest.fixture
def explorer(made, name):
    return made[name][0]


def states(scene, n=25):
    """Draw states: the start, both ends of every control, and others at random."""
    random = np.random.default_rng(0)
    sizes = [len(control.values) for control in scene.controls]
    drawn = random.integers(0, sizes, (n, len(sizes))).tolist()
    return [scene.start, [0] * len(sizes), [size - 1 for size in sizes], *drawn]


def settings_of(scene, index):
    values = zip(scene.controls, index, strict=True)
    return {control.name: control.values[position] for control, position in values}


# --- The same as the library ----------------------------------------------------------------------


def single_run(method, lr, step, **beta):
    """Run one setting alone; a run that has flown off stays where it was."""
    path = method(LINE.gradient, LINE.theta0, learning_rate=lr, n_iterations=step, **beta).theta
    return path[np.minimum(np.arange(step + 1), len(path) - 1)]


def excess(path):
    return LINE.value(path) - LINE.value(LINE.minimiser)


def percent_left(path):
    left = np.linalg.norm(path - LINE.minimiser, axis=-1)
    return 100 * left / np.linalg.norm(LINE.theta0 - LINE.minimiser)


def shown_by_line_and_loss(intercept, slope):
    ends = np.array([0.0, 2.0])
    return [np.column_stack([ends, intercept + slope * ends]), np.array([[intercept, slope]])]


def path_and_curve(path, heights):
    curve = np.column_stack([np.arange(len(path)), heights])
    return [path, curve, curve[-1:]]


def shown_by_descent(lr, step):
    path = single_run(optimizers.gradient_descent, lr, step)
    return path_and_curve(path, excess(path))


def shown_by_race(method, lr, beta, step):
    rule = {
        "the recipe": optimizers.momentum,
        "heavy ball": optimizers.heavy_ball,
        "Nesterov": optimizers.nesterov,
    }[method]
    alone = single_run(optimizers.gradient_descent, lr, step)
    racing = single_run(rule, lr, step, beta=beta)
    one, other = (path_and_curve(path, percent_left(path)) for path in (alone, racing))
    return [one[0], other[0], *one[1:], *other[1:]]


def shown_by_averages(beta, noise, correction):
    signal = problems.noisy_signal(noise=noise)
    average, averages = 0.0, []
    for t, value in enumerate(signal.observed, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t) if correction == "on" else average)
    return [np.column_stack([signal.t, each]) for each in (signal.observed, averages)]


def shown_by_dialects(lr, beta, match, own, step):
    rolling = own if match == "from its own slider" else lr * (1 - beta)
    recipe = single_run(optimizers.momentum, lr, step, beta=beta)
    ball = single_run(optimizers.heavy_ball, rolling, step, beta=beta)
    one, other = (path_and_curve(path, percent_left(path)) for path in (recipe, ball))
    return [one[0], other[0], *one[1:], *other[1:]]


def spring(product, beta, step):
    parabola = problems.parabola()
    path = optimizers.heavy_ball(
        parabola.gradient, [1.0], learning_rate=product, beta=beta, n_iterations=step
    ).theta
    return path[np.minimum(np.arange(step + 1), len(path) - 1), 0]


def shown_by_springs(product, beta, step):
    path = np.column_stack([np.arange(step + 1), spring(product, beta, step)])
    return [np.array([[product, beta]]), path, path[-1:]]


def shown_by_valley_of_springs(product, beta, step):
    bar = np.array([[product / KAPPA, beta], [product, beta]])
    curves = []
    for each in bar[:, 0]:
        error = np.maximum(np.abs(spring(each, beta, step)), 1e-9)
        curve = np.column_stack([np.arange(step + 1), error])
        curves += [curve, curve[-1:]]
    return [bar, bar[:1], bar[1:], *curves]


def shown_by_step_size(product, step):
    x = (1 - product) ** np.arange(step + 1.0)
    path = np.column_stack([x, x**2 / 2])
    return [path, path[-1:], *path_and_curve(path, np.maximum(100 * abs(x), 1e-9))[1:]]


def errors_in_valley(kappa, lr, step):
    """What is left of each error, in percent: along the floor, across."""
    k = np.arange(step + 1.0)
    return [100 * abs(1 - lr * curvature) ** k for curvature in (1 / kappa, 1.0)]


def shown_by_valley(kappa, angle, lr, step):
    turn = np.radians(angle)
    valley = problems.valley(kappa, rotation=turn)
    path = optimizers.gradient_descent(
        valley.gradient, valley.theta0, learning_rate=lr, n_iterations=step
    ).theta
    around = np.linspace(0, 2 * np.pi, 73)
    ring = np.outer(np.sqrt(kappa) * np.cos(around), [np.cos(turn), np.sin(turn)])
    ring += np.outer(np.sin(around), [-np.sin(turn), np.cos(turn)])
    curves = [
        drawn
        for left in errors_in_valley(kappa, lr, step)
        for drawn in path_and_curve(path, np.maximum(left, 1e-9))[1:]
    ]
    return [*(level * ring for level in (0.1, 0.3, 0.6, 0.9, 1.3)), path, *curves]


def trained(lr, beta):
    return optimizers.heavy_ball(
        READER.gradient, READER.theta0, learning_rate=lr, beta=beta, n_iterations=30
    ).theta


def shown_by_settings_map(lr, beta):
    memory, ends = 1 / (1 - beta), np.array([0.5, 64])
    ridge = np.column_stack([lr * memory / ends, ends])
    curve = np.column_stack([np.arange(31), READER.value(trained(lr, beta))])
    return [ridge, np.array([[lr, memory]]), curve]


# For each landscape of one parameter: height, slope, lowest point, ends of the frame, starts.
# Some settings are chaotic and would show another rounding, so slopes round as the library's do.
LANDSCAPES = {
    "the saddle": (
        lambda x: x**4 / 4 - x**2 / 2,
        lambda x: x * x * x - x,
        1.0,
        (-1.8, 1.8),
        (0.001, 0.01, 0.1, 0.5, 1.7),
    ),
    "the plateau": (
        lambda x: problems.plateau().value(np.expand_dims(x, -1)),
        problems.plateau().gradient,
        0.0,
        (-6, 10),
        (3.5, 4, 5, 7, 9),
    ),
    "the two valleys": (
        lambda x: x**4 / 4 - x**2 / 2 + 0.2 * x,
        lambda x: x * x * x - x + 0.2,
        np.roots([1, 0, -1, 0.2]).min(),
        (-2.2, 2.2),
        (-2, -1.6, 0.3, 1.6, 2),
    ),
    "the trap": (
        lambda x: 12.5 * x**2 - 12 * np.clip(x - 1, 0, 1) ** 2 - 24 * np.maximum(x - 2, 0),
        lambda x: np.where(x < 1, 25 * x, np.where(x < 2, x + 24, 25 * x - 24)),
        0.0,
        (-5.5, 5.5),
        (-4, 0.5, 1.5, 3.3, 5),
    ),
}


def shown_by_landscapes(landscape, start, method, lr, beta, step):
    value, gradient, lowest, (first, last), starts = LANDSCAPES[landscape]
    rule = {
        "the recipe": optimizers.momentum,
        "heavy ball": optimizers.heavy_ball,
        "Nesterov": optimizers.nesterov,
    }[method]

    def percent(x):
        top = max(value(np.array(float(each))) for each in starts)
        share = (value(x) - value(np.array(lowest))) / (top - value(np.array(lowest)))
        return np.clip(100 * share, 1e-3, 1e6)

    heads, curves = [], []
    for run, more in ((optimizers.gradient_descent, {}), (rule, {"beta": beta})):
        start_at = [float(starts[round(start) - 1])]
        x = run(gradient, start_at, learning_rate=lr, n_iterations=100, **more).theta[:, 0]
        x = x[np.minimum(np.arange(step + 1), len(x) - 1)]
        places = np.column_stack([(x - first) / (last - first), percent(x)])
        heads.append(places[-1:])
        curves += path_and_curve(places, places[:, 1])[1:]
    across = np.linspace(0, 1, 161)
    ground = np.column_stack([across, percent(first + (last - first) * across)])
    ends = [np.array([[0.0, -10.0]]), np.array([[1.0, -10.0]])]
    return [ground, *ends, *heads, *curves]


def noisy_run(batch, lr, beta, decay):
    """Walk the heavy ball on the first points of each step's list, and lower its rate."""
    random, n = np.random.default_rng(0), 400
    drawn = random.integers(100, size=(n, 64))
    theta, velocity, path = LINE.theta0, np.zeros(2), [LINE.theta0]
    for step, rows in enumerate(drawn[:, : int(batch)]):
        factor = {
            "none": 1.0,
            "step decay": 1.0 if step < 200 else 0.1,
            "1/t": 50 / (50 + step),
            "cosine": np.cos(np.pi * step / n / 2) ** 2,
        }[decay]
        velocity = beta * velocity + LINE.batch(rows).gradient(theta)
        theta = theta - lr * factor * velocity
        path.append(theta)
    return np.array(path)


def shown_by_noise(**now):
    path = noisy_run(**now)
    distance = np.maximum(np.linalg.norm(path - LINE.minimiser, axis=1), 1e-3)
    return [path[201:], np.column_stack([np.arange(401), distance])[::2]]


SHOWN = {
    "noise": shown_by_noise,
    "averages": shown_by_averages,
    "line_and_loss": shown_by_line_and_loss,
    "descent": shown_by_descent,
    "race": shown_by_race,
    "dialects": shown_by_dialects,
    "springs": shown_by_springs,
    "valley_of_springs": shown_by_valley_of_springs,
    "step_size": shown_by_step_size,
    "valley": shown_by_valley,
    "landscapes": shown_by_landscapes,
    "settings_map": shown_by_settings_map,
}


def points_of(artist):
    return np.array([artist.get_position()]) if isinstance(artist, Text) else artist.get_xydata()


@every_explorer
def test_what_moves_is_what_the_library_computes(explorer, name):
    scene = explorer.scene
    for index in states(scene):
        explorer.draw(index)
        wanted = SHOWN[name](**settings_of(scene, index))
        for each, points in zip(scene.moving, wanted, strict=True):
            drawn = points_of(each.artist)
            assert drawn.shape == points.shape, (each.called, index)
            assert np.allclose(drawn, points, rtol=1e-6, atol=1e-9), (each.called, index)


def said_by_line_and_loss(intercept, slope):
    return {"loss": LINE.value(np.array([intercept, slope]))}


def said_by_descent(**now):
    *_, head = shown_by_descent(**now)
    return {"excess": head[0, 1]}


def said_by_race(**now):
    *_, head, _, other_head = shown_by_race(**now)
    return {"alone": head[0, 1], "racing": other_head[0, 1]}


def said_by_averages(**now):
    clean = problems.noisy_signal().clean
    off = [np.sqrt(np.mean((points[:, 1] - clean) ** 2)) for points in shown_by_averages(**now)]
    return {"raw": off[0], "error": off[1]}


def said_by_dialects(lr, beta, match, own, step):
    recipe, ball, *_ = shown_by_dialects(lr, beta, match, own, 60)
    matched = float(match != "from its own slider")
    return {
        "rolling": lr * (1 - beta) if matched else own,
        "apart": np.linalg.norm(recipe - ball, axis=-1).max().round(6),
        "matched": matched,
    }


def rate_of_spring(product, beta):
    """The largest eigenvalue of what a step does to the last two positions."""
    return np.abs(np.linalg.eigvals([[1 + beta - product, -beta], [1, 0]])).max()


def said_by_springs(product, beta, step):
    return {
        "critical": (1 - product**0.5) ** 2,
        "rate": rate_of_spring(product, beta),
        "left": abs(spring(product, beta, step)[-1]),
    }


def said_by_valley_of_springs(product, beta, step):
    ends = [product / KAPPA, product]
    along, across = (rate_of_spring(each, beta) for each in ends)
    left = np.sqrt(np.mean([spring(each, beta, step)[-1] ** 2 for each in ends]))
    return {"along": along, "across": across, "left": left}


def said_by_step_size(product, step):
    return {"factor": 1 - product, "left": 100 * abs(1 - product) ** step}


def said_by_valley(kappa, angle, lr, step):
    along, across = (left[-1] for left in errors_in_valley(kappa, lr, step))
    return {"left": np.hypot(along, across) / 2**0.5, "along": along, "across": across}


def said_by_settings_map(lr, beta):
    last = trained(lr, beta)[-1]
    right = 100 * OTHERS.accuracy(last)
    return {"effective": lr / (1 - beta), "loss": READER.value(last), "right": right}


def said_by_landscapes(**now):
    *_, first_and_last, starts = LANDSCAPES[now["landscape"]]
    *_, head, _, other_head = shown_by_landscapes(**now)
    return {
        "first": first_and_last[0],
        "last": first_and_last[1],
        "place": starts[round(now["start"]) - 1],
        "alone": head[0, 1],
        "racing": other_head[0, 1],
    }


def said_by_noise(batch, **now):
    late = noisy_run(batch, **now)[301:] - LINE.minimiser
    return {"hovers": np.sqrt((late**2).sum(axis=1).mean()), "price": 400 * batch}


SAID = {
    "noise": said_by_noise,
    "averages": said_by_averages,
    "line_and_loss": said_by_line_and_loss,
    "descent": said_by_descent,
    "race": said_by_race,
    "dialects": said_by_dialects,
    "springs": said_by_springs,
    "valley_of_springs": said_by_valley_of_springs,
    "step_size": said_by_step_size,
    "valley": said_by_valley,
    "landscapes": said_by_landscapes,
    "settings_map": said_by_settings_map,
}


@every_explorer
def test_what_is_said_is_what_the_library_computes(explorer, name):
    scene = explorer.scene
    for index in states(scene):
        wanted = SAID[name](**settings_of(scene, index))
        said = {readout: scene.value(readout, index) for readout in scene.readouts}
        assert said == pytest.approx(wanted, rel=1e-6, abs=1e-9)


def test_every_explorer_is_held_here():
    assert set(MAKERS) == set(explorers.__all__)


# --- Words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "averages",
            "At noise 0.5, with β = 0.90 and bias correction off, the average has a root mean"
            " square error of 0.422; the measurements have 0.481.",
        ),
        ("line_and_loss", "With intercept 2.0 and slope 1.0 the loss is 18.956."),
        (
            "descent",
            "After 30 steps at learning rate 0.01 the loss is 6.53 above its minimum.",
        ),
        (
            "race",
            "After 120 steps at learning rate 0.01: gradient descent has 5.85 % of the distance"
            " left, the recipe with β = 0.90 has 5.93 %.",
        ),
        (
            "dialects",
            "With β = 0.90, the recipe at learning rate 0.1 and the heavy ball at 0.1 (from its own"
            " slider): in 60 steps the largest distance between the paths is 9.24.",
        ),
        (
            "springs",
            "At lr · λ = 0.10 swinging takes a β above 0.468. With β = 0.90 the rate is 0.949;"
            " below 1 the ball comes to rest. After 60 steps its distance is 0.038 times that of"
            " the start.",
        ),
        (
            "step_size",
            "With lr · λ = 0.20 (creeping) each step multiplies the distance by 0.80. After 6 steps"
            " 26.21 % of the distance is left.",
        ),
        (
            "valley",
            "In a valley of condition number 12.83, turned by -45 degrees, 10 steps at learning"
            " rate 0.5 leave 47.5 % of the distance: 67.2 % of the error along the floor, and"
            " 0.0977 % of that across the valley.",
        ),
        (
            "noise",
            "Batch size 4, learning rate 0.05, β = 0.8, decay: none. Over the last 100 of 400 steps"
            " the distance to the minimum is 0.278 (root mean square). The run has looked at 1600"
            " points.",
        ),
    ],
)
def test_the_words_of_the_start(explorer, words):
    assert explorer.scene.sentence(explorer.scene.start) == words


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        (
            "averages",
            {"beta": 0.85, "noise": 1, "correction": "on"},
            "At noise 1.0, with β = 0.85 and bias correction on, the average has a root mean"
            " square error of 0.405; the measurements have 0.961. Goal reached.",
        ),
        (
            "line_and_loss",
            {"intercept": 4.2, "slope": 3.0},
            "With intercept 4.2 and slope 3.0 the loss is 0.993. Goal reached.",
        ),
        (
            "line_and_loss",
            {"intercept": 9, "slope": 8},
            "With intercept 9.0 and slope 8.0 the loss is 100.337. Outside the frame: your line.",
        ),
        (
            "descent",
            {"lr": 0.6, "step": 100},
            "After 100 steps at learning rate 0.602 the loss is 3.17e+18 above its minimum."
            " Outside the frame: gradient descent.",
        ),
        (
            "race",
            {"method": "heavy ball", "lr": 10, "beta": 0.99, "step": 120},
            "After 120 steps at learning rate 10: gradient descent has 1.06e+10 % of the distance"
            " left, heavy ball with β = 0.99 has 3.76e+11 %. Outside the frame: gradient descent,"
            " with memory.",
        ),
        (
            "dialects",
            {"lr": 0.1, "beta": 0.9, "match": "from its own slider", "own": 0.01, "step": 60},
            "With β = 0.90, the recipe at learning rate 0.1 and the heavy ball at 0.01 (from its"
            " own slider): in 60 steps the largest distance between the paths is 0. Goal reached.",
        ),
        (
            "dialects",
            {"lr": 0.1, "beta": 0.9, "match": "matched: lr · (1 - β)", "own": 1, "step": 60},
            "With β = 0.90, the recipe at learning rate 0.1 and the heavy ball at 0.01 (matched: lr"
            " · (1 - β)): in 60 steps the largest distance between the paths is 0.",
        ),
        (
            "springs",
            {"product": 4.2, "beta": 0, "step": 60},
            "At lr · λ = 4.20 swinging takes a β above 1.101. With β = 0.00 the rate is 3.200;"
            " below 1 the ball comes to rest. After 60 steps its distance is 3.9e+08 times that"
            " of the start. Outside the frame: the ball.",
        ),
        (
            "valley_of_springs",
            {"product": 2.45, "beta": 0.33, "step": 39},
            "With lr · L = 2.45 and β = 0.33 the rate is 0.574 along the floor and 0.574 across."
            " After 39 steps the distance is 1.2e-09 times that of the start. Goal reached.",
        ),
        (
            "step_size",
            {"product": 1.3, "step": 5},
            "With lr · λ = 1.30 (overshooting) each step multiplies the distance by -0.30. After 5"
            " steps 0.24 % of the distance is left. Goal reached.",
        ),
        (
            "step_size",
            {"product": 2.4, "step": 20},
            "With lr · λ = 2.40 (diverging) each step multiplies the distance by -1.40. After 20"
            " steps 83668.26 % of the distance is left. Outside the frame: the path, the"
            " ball.",
        ),
        (
            "valley",
            {"kappa": 20, "angle": 0, "lr": 1.85, "step": 47},
            "In a valley of condition number 20, turned by 0 degrees, 47 steps at learning rate"
            " 1.85 leave 0.739 % of the distance: 1.04 % of the error along the floor, and 0.0482 %"
            " of that across the valley. Goal reached.",
        ),
        (
            "valley",
            {"kappa": 100, "angle": 60, "lr": 2.1, "step": 60},
            "In a valley of condition number 100, turned by 60 degrees, 60 steps at learning rate"
            " 2.1 leave 2.15e+04 % of the distance: 28 % of the error along the floor, and"
            " 3.04e+04 % of that across the valley. Outside the frame: gradient descent.",
        ),
        (
            "noise",
            {"batch": 1, "lr": 0.02, "beta": 0.5, "decay": "step decay"},
            "Batch size 1, learning rate 0.02, β = 0.5, decay: step decay. Over the last 100 of 400"
            " steps the distance to the minimum is 0.0887 (root mean square). The run has looked at"
            " 400 points. Goal reached.",
        ),
        (
            "noise",
            {"batch": 64, "lr": 0.001, "beta": 0, "decay": "1/t"},
            "Batch size 64, learning rate 0.001, β = 0.0, decay: 1/t. Over the last 100 of 400"
            " steps the distance to the minimum is 4.12 (root mean square). The run has looked at"
            " 25600 points. Outside the frame: the cloud.",
        ),
        (
            "landscapes",
            {"landscape": "the two valleys", "start": 5, "method": "Nesterov"}
            | {"lr": 0.05, "beta": 0.95, "step": 55},
            "Over the two valleys, 55 steps from 2 at learning rate 0.05: gradient descent has"
            " 13.9 % of the height left, Nesterov with β = 0.95 has 0.00292 %. Goal reached.",
        ),
    ],
)
def test_the_words_of_other_states(explorer, settings, words):
    scene = explorer.scene
    assert scene.sentence([nearest(c, settings[c.name]) for c in scene.controls]) == words


def nearest(control, wanted):
    if control.kind == "choice":
        return control.values.index(wanted)
    return int(np.abs(np.array(control.values) - wanted).argmin())


@every_explorer
def test_no_state_has_a_number_that_is_none(explorer):
    """All numbers that are ever said or drawn are in the tables."""
    scene = explorer.scene
    assert not scene.computed
    for table in scene.tables:
        assert np.isfinite(table.values).all(), table.name
    for index in states(scene, 100):
        said = scene.sentence(index)
        assert "nan" not in said
        assert "inf" not in said
        assert "{" not in said


# --- Goals ----------------------------------------------------------------------------------------


def reaching(scene):
    """Say for all states at once whether the goal is met."""
    sizes = [len(control.values) for control in scene.controls]
    met = np.ones(sizes, dtype=bool)
    for name, relation, bound in scene.goal.conditions:
        if name in scene.readouts:
            table = scene.readouts[name]
            values, over = table.values[..., 0], table.over
        else:
            over = (scene.position(name),)
            values = np.array(scene.controls[over[0]].values)
        values = values.transpose(np.argsort(over))
        shape = [size if control in over else 1 for control, size in enumerate(sizes)]
        met &= (values < bound if relation == "<" else values > bound).reshape(shape)
    return met


@every_explorer
def test_a_goal_can_be_reached_but_is_not_at_the_start(explorer):
    scene = explorer.scene
    met = reaching(scene)
    assert not met[tuple(scene.start)]
    assert 0 < met.mean() < 0.1  # there to be found, but not by accident
    winning = np.argwhere(met)[:: met.sum() // 10 + 1].tolist()
    for index in [*winning, *states(scene)]:
        assert scene.reached(index) == met[tuple(index)]
        assert scene.sentence(index).endswith(" Goal reached.") == met[tuple(index)]


# --- What is made ---------------------------------------------------------------------------------


@every_explorer
def test_an_explorer_is_quickly_made(made, name):
    assert made[name][1] < SECONDS


@every_explorer
def test_tables_are_within_the_budget(explorer):
    assert 0 < len(explorer.tables) <= BUDGET


def test_an_explorer_is_made_the_same_twice(made):
    first, second = made["descent"][0], explorers.descent(LINE)
    for name in ("spec", "tables", "png", "png_sharp"):
        assert getattr(first, name) == getattr(second, name)
    assert first.scene.describe() == second.scene.describe()


@every_explorer
def test_one_output_for_everybody(explorer):
    data, metadata = explorer._repr_mimebundle_()
    view = "application/vnd.jupyter.widget-view+json"
    assert set(data) == {view, "image/png", "text/html", "text/plain"}
    assert data["text/plain"] == metadata["image/png"]["alt"]
    assert explorer.scene.sentence(explorer.scene.start) in data["text/plain"]
    assert f"Goal: {explorer.scene.goal.text}" in data["text/plain"]


@every_explorer
@pytest.mark.parametrize("sharpness", [1, 2])
def test_a_picture_with_few_colours_shows_what_one_with_all_does(explorer, sharpness):
    figure = explorer.draw(explorer.scene.start)
    drawn = BytesIO()
    with matplotlib.style.context(["default", STYLE]):
        figure.savefig(drawn, dpi=PIXELS_PER_INCH * sharpness)
    full, packed = (
        np.asarray(Image.open(picture).convert("RGB")).astype(int)
        for picture in (drawn, BytesIO(figure.png(sharpness)))
    )
    assert np.abs(full - packed).max() <= 8


@every_explorer
def test_axes_stay_where_they_are(explorer):
    figure = explorer.scene.figure
    before = [ax.get_position().bounds for ax in figure.axes]
    for index in states(explorer.scene, 0):
        explorer.draw(index)
        figure.draw_without_rendering()
        assert [ax.get_position().bounds for ax in figure.axes] == before
    assert explorer.scene.packed()[0]["axes"] == explorer.spec["axes"]


# --- The goals in the instructors' notes ----------------------------------------------------------


@pytest.mark.parametrize("notes", NOTES, ids=lambda path: path.stem)
def test_settings_in_the_instructors_notes_reach_the_goal(made, notes):
    scenes = {name: explorer.scene for name, (explorer, _) in made.items()}
    assert list(faults(read(notes), scenes)) == []

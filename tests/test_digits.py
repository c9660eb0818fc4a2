"""The handwritten digits: the file and the script that makes it, and both models, by two roads."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from course_tools import digits as script
from lessons_lib import optimizers, problems
from lessons_lib.problems.digits import BLOCK, FILE

DIGITS = problems.digits()
FEW = DIGITS[:30]
MODELS = {
    "softmax": problems.SoftmaxRegression(FEW),
    "network": problems.DigitNetwork(FEW, hidden=5, seed=3),
}
every_model = pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))


def somewhere(model, *shape, seed=0):
    """Points around the model's start."""
    random = np.random.default_rng(seed)
    return model.theta0 + 0.3 * random.standard_normal((*shape, len(model.theta0)))


# --- The file -------------------------------------------------------------------------------------


def test_the_file_is_what_the_script_makes():
    assert script.unpacked(FILE.read_bytes()) == script.unpacked(script.made())


def test_made_twice_it_is_the_same_and_a_sound_file_is_left_alone(tmp_path, capsys):
    path = tmp_path / "digits.npz"
    assert script.main([], path) == 0
    assert path.read_bytes() == script.made()
    squeezed_otherwise = io.BytesIO()
    with zipfile.ZipFile(squeezed_otherwise, "w") as bundle:
        for name, when, system, kind, content in script.unpacked(path.read_bytes()):
            about = zipfile.ZipInfo(name, when)
            about.create_system, about.compress_type = system, kind
            bundle.writestr(about, content, compresslevel=1)
    assert squeezed_otherwise.getvalue() != path.read_bytes()
    path.write_bytes(squeezed_otherwise.getvalue())
    assert script.main([], path) == 0
    assert path.read_bytes() == squeezed_otherwise.getvalue()
    assert script.main(["--help"], path) == 2
    assert "bytes" in capsys.readouterr().out


def test_one_other_pixel_is_seen():
    pictures, labels = script.read(script.source())
    pictures[1000, 20] ^= 1
    changed = script.packed(pictures=pictures, labels=labels)
    assert script.unpacked(changed) != script.unpacked(FILE.read_bytes())


@pytest.mark.parametrize(
    "line", [",".join(["0"] * 64), ",".join(["17"] * 64 + ["1"]), ",".join(["0"] * 64 + ["10"])]
)
def test_what_is_no_digit_is_refused(line):
    with pytest.raises(ValueError, match=r"64 pixels|0 to 9"):
        script.read(line.encode())


def test_the_file_is_small_and_says_where_it_comes_from():
    assert FILE.stat().st_size < 200_000
    about = FILE.with_suffix(".txt").read_text("utf-8")
    for part in ("Alpaydin", "Kaynak", "10.24432/C50P49", "licenses/by/4.0", "course_tools.digits"):
        assert part in about
    licence = (Path(__file__).parents[1] / "LICENSE-TEXTS.md").read_text("utf-8")
    assert "10.24432/C50P49" in licence


def test_the_digits_are_those_of_the_collection():
    assert DIGITS.X.shape == (1797, 64)
    assert np.isin(16 * DIGITS.X, range(17)).all()
    # The counts that the collection's own description gives for its test part.
    assert np.bincount(DIGITS.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert not DIGITS.X.flags.writeable
    assert len(DIGITS[:7]) == 7
    assert np.array_equal(DIGITS[DIGITS.labels == 3].labels, [3] * 183)


# --- The models -----------------------------------------------------------------------------------


@every_model
def test_gradients_are_those_of_differences(model):
    theta = somewhere(model)
    gradient = model.gradient(theta)
    nudges = 1e-5 * np.eye(len(theta))
    estimate = (model.value(theta + nudges) - model.value(theta - nudges)) / 2e-5
    assert np.linalg.norm(gradient - estimate) < 1e-6 * np.linalg.norm(gradient)


@every_model
def test_gradients_are_those_of_a_complex_step(model):
    """A second road: f(θ + ih) has the derivative in its imaginary part, without a difference."""

    def loss(theta):
        values = np.vstack([np.ones(len(FEW)), FEW.X.T])
        *hidden, last = model.sizes
        place = 0
        for rows, columns in hidden:
            weights = theta[place : place + rows * columns].reshape(rows, columns)
            values = np.vstack([np.ones(len(FEW)), np.tanh(weights @ values)])
            place += rows * columns
        scores = theta[place:].reshape(last) @ values
        right = scores[FEW.labels, np.arange(len(FEW))]
        return np.mean(np.log(np.exp(scores).sum(axis=0)) - right)

    theta = somewhere(model)
    assert model.value(theta) == pytest.approx(loss(theta), rel=1e-12)
    gradient = [loss(theta + 1e-30j * nudge).imag / 1e-30 for nudge in np.eye(len(theta))]
    np.testing.assert_allclose(model.gradient(theta), gradient, rtol=1e-9, atol=1e-14)


@every_model
def test_a_grid_is_the_same_as_its_points_one_by_one(model):
    grid = somewhere(model, 2, 3)
    for answer in (model.value, model.gradient, model.accuracy, model.scores):
        alone = [[answer(theta) for theta in row] for row in grid]
        np.testing.assert_allclose(answer(grid), alone, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("kind", [problems.SoftmaxRegression, problems.DigitNetwork])
def test_pictures_beyond_one_block_count_like_the_others(kind):
    many, theta = DIGITS[: 2 * BLOCK + 7], somewhere(kind(FEW))
    parts = [many[:BLOCK], many[BLOCK : 2 * BLOCK], many[2 * BLOCK :]]
    for verb in ("value", "gradient", "accuracy"):
        mean = sum(len(part) * getattr(kind(part), verb)(theta) for part in parts) / len(many)
        np.testing.assert_allclose(getattr(kind(many), verb)(theta), mean, rtol=1e-10, atol=1e-14)


def test_at_zero_every_digit_is_as_probable():
    assert MODELS["softmax"].value(np.zeros(650)) == pytest.approx(np.log(10))


def test_huge_scores_do_not_overflow():
    model = MODELS["softmax"]
    theta = 1e4 * somewhere(model)
    with np.errstate(all="raise", under="ignore"):
        assert np.isfinite(model.value(theta))
        assert np.isfinite(model.gradient(theta)).all()


@every_model
def test_the_same_model_on_other_pictures(model):
    other = model.on(DIGITS[30:40])
    assert len(other.data) == 10
    assert other.sizes == model.sizes
    assert np.array_equal(other.theta0, model.theta0)


def test_seeds_give_other_starts_with_biases_zero():
    first, other = (problems.DigitNetwork(FEW, seed=seed).theta0 for seed in (0, 1))
    assert len(first) == 65 * 16 + 17 * 10
    assert not np.isclose(first, other)[first != 0].any()
    V, W = problems.DigitNetwork(FEW).matrices(first)
    assert not V[:, 0].any()
    assert not W[:, 0].any()
    assert V[:, 1:].std() == pytest.approx(1 / 8, rel=0.1)


def test_optimisers_train_a_grid_in_one_call():
    model = MODELS["network"]
    rates, betas = np.array([0.1, 0.5]), np.array([[0.0], [0.5], [0.9]])
    run = optimizers.heavy_ball(
        model.gradient, model.theta0, learning_rate=rates, beta=betas, n_iterations=20
    )
    assert run.theta.shape == (21, 3, 2, len(model.theta0))
    alone = optimizers.heavy_ball(
        model.gradient, model.theta0, learning_rate=0.5, beta=0.9, n_iterations=20
    )
    np.testing.assert_allclose(run.theta[:, 2, 1], alone.theta, rtol=1e-9, atol=1e-12)
    assert (model.value(run.theta[-1]) < model.value(model.theta0)).all()


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match="length 650"):
        MODELS["softmax"].gradient(np.zeros(649))
    with pytest.raises(ValueError, match="hidden is 0"):
        problems.DigitNetwork(FEW, hidden=0)
    with pytest.raises(ValueError, match="X has shape"):
        problems.Digits(np.zeros((3, 63)), np.zeros(3, dtype=np.uint8))


@pytest.mark.parametrize("labels", [[[1], [2]], [3, 10], [-1, 3], [0.5, 1]])
def test_labels_that_are_no_digits_are_refused(labels):
    with pytest.raises(ValueError, match=r"labels has shape .* digits 0 to 9"):
        problems.Digits(np.zeros((2, 64)), np.array(labels))


def test_what_was_read_cannot_be_changed():
    own = np.array([1, 2], dtype=np.uint8)
    few = problems.Digits(np.zeros((2, 64)), own)
    own[0] = 7
    assert few.labels.tolist() == [1, 2]
    assert not few.X.flags.writeable
    assert not few.labels.flags.writeable

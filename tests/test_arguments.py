"""Argument checks: what they let through, as what, and how they say what they refuse."""

import re

import numpy as np
import pytest

from lessons_lib import arguments

CHECKS = {
    "finite": arguments.finite,
    "positive": arguments.positive,
    "not_negative": arguments.not_negative,
    "at_least": lambda name, value: arguments.at_least(2, name, value),
    "below_one": arguments.below_one,
    "between_zero_and_one": arguments.between_zero_and_one,
    "negative": lambda name, value: arguments.in_range(
        name, value, lambda x: x < 0, "negative", "Try -1."
    ),
}
ALLOWED = {
    "finite": [-1e300, 0, 1e300],
    "positive": [1e-300, 1e300],
    "not_negative": [0, 1e300],
    "at_least": [2, 3],
    "below_one": [0, 0.999],
    "between_zero_and_one": [1e-300, 0.999],
    "negative": [-1e300, -1e-300],
}
REFUSED = {
    "finite": [],
    "positive": [(0, "positive."), (-1, "positive.")],
    "not_negative": [(-1e-300, "0 or more.")],
    "at_least": [(1.999, "2 or more.")],
    "below_one": [(-1e-300, "at least 0 and below 1."), (1, "at least 0 and below 1.")],
    "between_zero_and_one": [(0, "above 0 and below 1."), (1, "above 0 and below 1.")],
    "negative": [(0, "negative. Try -1.")],
}
everywhere = pytest.mark.parametrize("name", CHECKS)


def refused(message):
    return pytest.raises(ValueError, match=f"^{re.escape(message)}$")


@everywhere
def test_numbers_come_back_as_floats_and_arrays_as_arrays(name):
    check, values = CHECKS[name], ALLOWED[name]
    for value in values:
        assert type(check("x", np.float32(value) if value in (0, 2) else value)) is float
        assert check("x", value) == value
    array = check("x", [values, values])
    assert (array.dtype, array.tolist()) == (np.float64, [values, values])


def test_an_array_is_copied():
    mine = np.ones(3)
    for given in (arguments.finite("x", mine), arguments.shaped("x", mine, (3,))):
        given[0] = 2
    assert mine.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [(name, value, allowed) for name, some in REFUSED.items() for value, allowed in some],
)
def test_the_first_number_out_of_range_is_named_with_its_index(name, value, allowed):
    good = ALLOWED[name][0]
    with refused(f"x is {float(value)}; it must be {allowed}"):
        CHECKS[name]("x", value)
    with refused(f"x[1, 0] is {float(value)}; it must be {allowed}"):
        CHECKS[name]("x", [[good, good], [value, value]])


@everywhere
@pytest.mark.parametrize("value", ["0.5", None, 0.5j, [], [[0.5], [0.5, 0.5]], {0.5}])
def test_what_is_no_number_is_shown_as_it_was_given(name, value):
    with refused(f"x is {value!r}; it must be a number, or an array of some."):
        CHECKS[name]("x", value)


@everywhere
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused_everywhere(name, value):
    with refused(f"x[1] is {value}; it must be finite."):
        CHECKS[name]("x", [ALLOWED[name][0], value])


def test_a_single_number_is_no_list():
    assert arguments.single("x", 0.5) == 0.5
    with refused("x is [0.5]; it must be a single number. Try x[0]."):
        arguments.single("x", [0.5])


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3)])
def test_a_whole_number_is_pythons_own(value):
    assert type(arguments.whole_number("n", value, least=3)) is int
    with refused(f"n is {value!r}; it must be a whole number, 4 or more, such as 10."):
        arguments.whole_number("n", value, least=4)


@pytest.mark.parametrize("value", [True, 3.0, "3", None, [3], np.float64(3)])
def test_what_is_no_whole_number(value):
    with refused(f"n is {value!r}; it must be a whole number, 0 or more, such as 10."):
        arguments.whole_number("n", value)


def test_a_shape_is_given_and_demanded():
    assert arguments.shaped("y", [[1, 2]], (1, 2)).tolist() == [[1.0, 2.0]]
    with refused(
        "y has shape (2, 1); it must have shape (2,). If a vector has become a column, try"
        " .ravel()."
    ):
        arguments.shaped("y", [[1], [2]], (2,))
    with refused("y[0] is nan; it must be finite."):
        arguments.shaped("y", [np.nan], (1,))


def test_texts_and_numbers_without_axes_become_pythons_own():
    assert type(arguments.number_or_array(np.float64(1))) is float
    assert type(arguments.number_or_array(np.array("critical"))) is str
    array = np.ones(1)
    assert arguments.number_or_array(array) is array

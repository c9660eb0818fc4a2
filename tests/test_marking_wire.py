"""Messages between marker and sandbox: what crosses is the same bit for bit, or it is refused."""

from __future__ import annotations

import base64
import json
import math
import struct
from collections import namedtuple
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from course_tools.marking.sandbox.inside import wire
from course_tools.marking.sandbox.inside.wire import GarbledError
from lessons_lib.feedback.running import LONGEST, MOST, Failure, Outcome, Unusable

often = settings(max_examples=settings.default.max_examples * 3 // 2)

Pair = namedtuple("Pair", "first second")


# --- What is tried --------------------------------------------------------------------------------


@st.composite
def arrays(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(wire.KINDS)) -> NDArray[Any]:
    """Arrays with any bits: every nan and infinity, -0.0, sides of 0, no sides at all."""
    kind = np.dtype(wire.KINDS[draw(st.sampled_from(kinds))])
    shape = draw(st.lists(st.integers(0, 3), max_size=4))
    size = math.prod(shape) * kind.itemsize
    bits = draw(st.binary(min_size=size, max_size=size))
    if kind == np.bool_:
        bits = bytes(bit & 1 for bit in bits)
    return np.frombuffer(bits, kind).reshape(shape).copy()


numbers = st.one_of(
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 5e-324]),
)
texts = st.text(st.characters(exclude_categories=()))
scalars = arrays().filter(lambda array: array.size).map(lambda array: array.flat[0])
plain_things = st.none() | st.booleans() | numbers | texts | arrays() | scalars
inputs = st.recursive(
    plain_things,
    lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple),
    max_leaves=12,
)
short_texts = st.text(max_size=LONGEST)
parts = (
    st.none()
    | short_texts
    | short_texts.map(Unusable)
    | arrays(kinds=("f8",)).map(lambda array: array.astype(np.float64))
)
values = parts | st.lists(parts, max_size=4).map(tuple)
failures = st.builds(Failure, short_texts, short_texts, short_texts)
outcomes = st.builds(
    Outcome,
    values,
    st.none() | failures,
    st.sampled_from(["", "…"]),
    st.sets(st.integers(0, 3)).map(lambda places: tuple(sorted(places))),
)


def crossed(message: Any) -> Any:
    """Send something through the bytes of a message."""
    sent = wire.packed({"it": message})
    head, body = sent[: wire.HEADER.size], sent[wire.HEADER.size :]
    assert wire.length_of(head) == len(body)
    return wire.unpacked(body)["it"]


def bits(value: Any) -> Any:
    """Turn a value into something that is equal only to a value of the same kind and bits."""
    match value:
        case np.ndarray():
            return "array", value.dtype.str, value.shape, value.tobytes()
        case np.generic():
            return "scalar", value.dtype.str, value.tobytes()
        case float():
            return "float", "nan" if math.isnan(value) else struct.pack("<d", value)
        case list() | tuple():
            return type(value).__name__, [bits(each) for each in value]
        case Outcome(got, failure, printed, changed):
            return "outcome", bits(got), failure, printed, changed
    return type(value).__name__, value


# --- What is honest crosses -----------------------------------------------------------------------


@often
@given(inputs)
def test_an_argument_crosses_bit_for_bit(value: Any) -> None:
    assert bits(wire.input_from_json(crossed(wire.input_to_json(value)))) == bits(value)


@pytest.mark.parametrize("kind", wire.KINDS)
def test_an_array_crosses_whatever_its_layout(kind: str) -> None:
    array: NDArray[Any] = np.arange(24).reshape(2, 3, 4).astype(wire.KINDS[kind])
    swapped = array.astype(array.dtype.newbyteorder(">"))
    for given_ in (array.T, array[:, ::-2, 1:], np.asfortranarray(array), swapped):
        got = wire.input_from_json(crossed(wire.input_to_json(given_)))
        assert got.dtype == wire.KINDS[kind]
        np.testing.assert_array_equal(got, given_)
        assert got.flags.writeable


def test_a_number_crosses_that_is_too_long_for_decimal_digits() -> None:
    assert wire.input_from_json(crossed(wire.input_to_json(-(10**6000) - 7))) == -(10**6000) - 7


def test_relatives_of_lists_and_tuples_cross_as_these() -> None:
    class Rows(list[Any]):
        pass

    assert wire.input_from_json(crossed(wire.input_to_json(Pair(1, [2.0])))) == (1, [2.0])
    assert wire.input_from_json(crossed(wire.input_to_json(Rows([1, 2])))) == [1, 2]


@pytest.mark.parametrize(
    "value", [len, 1j, {"a": 1}, {1}, b"bytes", object(), np.array([1j]), np.array(["a"]), [len]]
)
def test_other_arguments_are_refused_with_their_kind(value: Any) -> None:
    with pytest.raises(TypeError, match=r"An argument is .*hand"):
        wire.input_to_json(value)


@often
@given(outcomes)
def test_an_outcome_crosses_bit_for_bit(done: Outcome) -> None:
    assert bits(wire.outcome_from_json(crossed(wire.outcome_to_json(done)), (0,) * 4)) == bits(done)


def test_what_was_printed_stays_inside() -> None:
    done = Outcome(printed="the hidden input is 713")
    assert "713" not in json.dumps(wire.outcome_to_json(done))
    lie = wire.outcome_to_json(done) | {"said": "713", "value": None}
    assert wire.outcome_from_json(lie, ()) == Outcome(printed="…")


# --- What is malformed is refused -----------------------------------------------------------------


def array_of(shape: Any, numbers: Any = b"") -> dict[str, Any]:
    """Write an array, true or not."""
    if isinstance(numbers, bytes):
        numbers = base64.b64encode(numbers).decode()
    return {"shape": shape, "numbers": numbers}


EIGHT = bytes(8)

LYING_ARRAYS = {
    "more than there is": array_of([2], EIGHT),
    "less than there is": array_of([], EIGHT * 2),
    "a negative side": array_of([-1], EIGHT),
    "two negative sides": array_of([-1, -1], EIGHT),
    "a side that is true": array_of([True], EIGHT),
    "a side with a point": array_of([1.0], EIGHT),
    "a side in words": array_of(["1"], EIGHT),
    "a nested shape": array_of([[1]], EIGHT),
    "a shape in words": array_of("1", EIGHT),
    "no shape": array_of(None, EIGHT),
    "sides whose product overflows to 0": array_of([2**32, 2**32], b""),
    "sides whose product overflows to 1": array_of([2**32 + 1, 2**64 - 2**32 + 1], EIGHT),
    "nothing, of an impossible side": array_of([0, 10**400]),
    "nothing, of sides too large together": array_of([0, 2**62, 2**62]),
    "33 sides": array_of([1] * 33, EIGHT),
    "a million sides": array_of([1] * 10**6, EIGHT),
    "more than the largest": array_of([MOST + 1], EIGHT * (MOST + 1)),
    "half a number": array_of([1], bytes(7)),
    "no base64": array_of([1], "AAAA*AAAAAA="),
    "base64 in lines": array_of([1], "AAAAAAAA\nAAA="),
    "base64 without its end": array_of([1], "AAAAAAAAAAA"),
    "other letters": array_of([1], "ÄÄÄÄÄÄÄÄÄÄÄ="),
    "half a character": array_of([1], "\ud800"),
    "numbers as numbers": array_of([1], [0]),
    "no numbers": {"shape": [1]},
    "a pickle": {"shape": [1], "pickle": "gASVAAAAAAAAAA=="},
}

WRONG_VALUES = LYING_ARRAYS | {
    "a bare number": 1,
    "a bare float": 1.5,
    "true": True,
    "a list": [],
    "an empty object": {},
    "parts that are none": {"parts": 5},
    "parts in words": {"parts": "abc"},
    "parts in parts": {"parts": [{"parts": []}]},
    "too many parts": {"parts": [None] * (LONGEST + 1)},
    "a part that lies": {"parts": [None, array_of([2], EIGHT)]},
    "unusable by number": {"unusable": 3},
}


@pytest.mark.parametrize("data", WRONG_VALUES.values(), ids=WRONG_VALUES)
def test_a_wrong_value_is_refused(data: Any) -> None:
    with pytest.raises(GarbledError):
        wire.value_from_json(data)


HONEST: dict[str, Any] = {"value": None, "failure": None, "printed": False, "changed": []}

WRONG_OUTCOMES = {
    "another kind": [HONEST],
    "no value": {key: HONEST[key] for key in HONEST if key != "value"},
    "a wrong value": HONEST | {"value": 1},
    "an error that is a word": HONEST | {"failure": "ValueError"},
    "an error of two parts": HONEST | {"failure": ["ValueError", "no"]},
    "an error of four parts": HONEST | {"failure": ["ValueError", "no", "line", "more"]},
    "an error with a number": HONEST | {"failure": ["ValueError", 3, ""]},
    "an error that is false": HONEST | {"failure": False},
    "what was printed": HONEST | {"printed": "text"},
    "printed by number": HONEST | {"printed": 1},
    "an argument that is not there": HONEST | {"changed": [2]},
    "an argument below 0": HONEST | {"changed": [-1]},
    "an argument by name": HONEST | {"changed": ["0"]},
    "an argument that is true": HONEST | {"changed": [True]},
    "an argument with a point": HONEST | {"changed": [0.0]},
    "arguments in words": HONEST | {"changed": "01"},
    "no arguments": HONEST | {"changed": None},
}


@pytest.mark.parametrize("data", WRONG_OUTCOMES.values(), ids=WRONG_OUTCOMES)
def test_a_wrong_outcome_is_refused(data: Any) -> None:
    assert wire.outcome_from_json(HONEST, (1, 2)) == Outcome()
    with pytest.raises(GarbledError):
        wire.outcome_from_json(data, (1, 2))


WRONG_MESSAGES = {
    "nothing": b"",
    "a list": b"[]",
    "a text": b'"text"',
    "half an object": b'{"a": 1',
    "two objects": b"{}{}",
    "nan": b'{"a": NaN}',
    "infinity": b'{"a": Infinity}',
    "infinity below 0": b'{"a": [-Infinity]}',
    "a number of 10,000 digits": b'{"a": ' + b"9" * 10_000 + b"}",
    "deep lists": b'{"a": ' + b"[" * 2**20,
    "deep objects": b'{"a":' * 2**20,
    "deep and whole": b'{"a": ' + b"[" * 10**5 + b"]" * 10**5 + b"}",
    "other letters": '{"a": "ä"}'.encode(),
    "bytes of no letters": b'{"a": "\xff"}',
    "a pickle": b"\x80\x04}\x94.",
    "a control character in a text": b'{"a": "\n"}',
}


@pytest.mark.parametrize("body", WRONG_MESSAGES.values(), ids=WRONG_MESSAGES)
def test_a_wrong_message_is_refused(body: bytes) -> None:
    with pytest.raises(GarbledError):
        wire.unpacked(body)


def test_of_two_equal_keys_the_last_one_counts_everywhere() -> None:
    message = wire.unpacked(b'{"value": 1, "value": null, "value": {"parts": []}}')
    assert wire.value_from_json(message["value"]) == ()


def test_a_message_has_a_largest_size() -> None:
    assert wire.length_of(wire.HEADER.pack(wire.LARGEST)) == wire.LARGEST
    for length in (wire.LARGEST + 1, 2**32 - 1):
        with pytest.raises(GarbledError, match="too large"):
            wire.length_of(wire.HEADER.pack(length))


def test_texts_are_cut_and_half_characters_replaced() -> None:
    long = "x\ud800" * LONGEST
    text = wire.value_from_json(long)
    assert text == "x?" * (LONGEST // 2)
    assert wire.value_from_json({"unusable": long}) == Unusable("x?" * (LONGEST // 2))
    done = wire.outcome_from_json(HONEST | {"failure": [long] * 3}, ())
    assert done.failure == Failure(*["x?" * (LONGEST // 2)] * 3)


# --- Whatever else is sent ------------------------------------------------------------------------

KEYS = ("value", "failure", "printed", "changed", "parts", "unusable", "shape", "numbers")

leaves = (
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.sampled_from([2**31, 2**63, 2**64, 10**400, -(10**400)])
    | st.floats()
    | texts
    | st.binary(max_size=32).map(lambda some: base64.b64encode(some).decode())
)
keys = st.sampled_from(KEYS) | texts
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=20,
)
nearly_arrays = st.fixed_dictionaries({"shape": st.lists(leaves) | anything, "numbers": leaves})
nearly_values = anything | nearly_arrays | st.fixed_dictionaries({"parts": anything})
nearly_outcomes = st.fixed_dictionaries(
    {
        "value": nearly_values,
        "failure": st.none() | st.lists(leaves, min_size=3, max_size=3) | anything,
        "printed": st.booleans() | anything,
        "changed": st.lists(st.integers(-2, 3)) | anything,
    }
)


def texts_in(done: Outcome) -> Iterator[str]:
    """Give every text of an outcome."""
    for part in done.value if isinstance(done.value, tuple) else (done.value,):
        if isinstance(part, str | Unusable):
            yield part if isinstance(part, str) else part.what
    if done.failure:
        yield from (done.failure.kind, done.failure.message, done.failure.line)


def check_outcome(done: Outcome) -> None:
    """Make sure that an outcome is of numbers and text of a known size, and nothing else."""
    for part in done.value if isinstance(done.value, tuple) else (done.value,):
        assert part is None or type(part) in (str, Unusable, np.ndarray)
        if isinstance(part, np.ndarray):
            assert part.dtype == np.float64
            assert part.size <= MOST
            assert part.flags.writeable
    for text in texts_in(done):
        assert len(text) <= LONGEST
        text.encode()
    assert done.printed in ("", "…")
    assert set(done.changed) <= {0, 1}


@settings(max_examples=settings.default.max_examples * 6)
@given(nearly_outcomes | anything)
@example(HONEST | {"value": array_of([0, 2**62, 2**62])})
def test_whatever_is_sent_is_an_outcome_or_refused(data: Any) -> None:
    try:
        sent = crossed(data)
    except GarbledError:  # nan and infinity
        return
    try:
        done = wire.outcome_from_json(sent, (1, 2))
    except GarbledError:
        return
    check_outcome(done)


@often
@given(st.binary() | anything.map(lambda data: json.dumps(data).encode()) | texts.map(ascii))
def test_whatever_bytes_come_are_an_object_or_refused(body: bytes | str) -> None:
    try:
        message = wire.unpacked(body if isinstance(body, bytes) else body.encode())
    except GarbledError:
        return
    assert isinstance(message, dict)

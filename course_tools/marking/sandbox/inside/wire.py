"""The form of the messages between marker and sandbox: JSON, arrays as base64, nothing else.

Whatever comes out of the sandbox may have been written by a learner's code. So it is read here with
a bound on its size, and each value is built anew from numbers and text of a known kind.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.running import (
    LONGEST,
    MOST,
    Failure,
    Inputs,
    Outcome,
    Part,
    Unusable,
    Value,
)

HEADER = struct.Struct(">I")
"""The length of a message, before it."""

LARGEST = 8 * 2**20
"""Bytes of the largest message. The answers to exercises have some hundred."""

KINDS = {"f8": np.float64, "i8": np.int64, "b1": np.bool_, "f4": np.float32, "i4": np.int32}
"""Numbers that a call may hand in."""


class GarbledError(Exception):
    """A message that is not what was asked for."""


# --- Messages -------------------------------------------------------------------------------------


def packed(message: dict[str, Any]) -> bytes:
    """Write a message with its length before it."""
    body = json.dumps(message).encode("ascii")
    return HEADER.pack(len(body)) + body


def length_of(header: bytes) -> int:
    """Read the length of a message.

    Raises
    ------
    GarbledError
        If it is longer than any honest one.
    """
    length = int(HEADER.unpack(header)[0])
    if length > LARGEST:
        raise GarbledError("an answer that is too large")
    return length


def unpacked(body: bytes) -> dict[str, Any]:
    """Read a message.

    Raises
    ------
    GarbledError
        If it is not an object of JSON.
    """
    try:
        message = json.loads(body.decode("ascii"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise GarbledError("an answer that is no message") from None
    if not isinstance(message, dict):
        raise GarbledError("an answer that is no message")
    return message


def _refuse(_: str) -> None:
    raise ValueError


# --- What goes in: the arguments of a call --------------------------------------------------------


def input_to_json(value: Any) -> Any:
    """Write an argument of a call.

    Raises
    ------
    TypeError
        If it is neither numbers nor text. Functions cannot cross.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.ndarray | np.generic):
        kind = value.dtype.str[1:]
        if kind not in KINDS:
            raise TypeError(f"An argument is an array of {value.dtype}, which cannot be handed in.")
        numbers = _array(np.asarray(value, KINDS[kind]))
        return {"kind": kind, "scalar": isinstance(value, np.generic), **numbers}
    if isinstance(value, int):
        return {"int": hex(value)}  # str refuses more than 4300 digits
    if isinstance(value, float):
        return {"float": value.hex()}
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [input_to_json(each) for each in value]}
    raise TypeError(
        f"An argument is {type(value).__name__}. Only numbers, arrays, texts, lists and tuples of"
        " these can be handed to a learner's function while it is marked."
    )


def input_from_json(data: Any) -> Any:
    """Read an argument of a call, as the sandbox does."""
    match data:
        case {"kind": kind, "scalar": scalar, "shape": shape, "numbers": numbers}:
            array = np.frombuffer(base64.b64decode(numbers), KINDS[kind]).reshape(shape).copy()
            return array[()] if scalar else array
        case {"int": digits}:
            return int(digits, 16)
        case {"float": digits}:
            return float.fromhex(digits)
        case {"list": values}:
            return [input_from_json(each) for each in values]
        case {"tuple": values}:
            return tuple(input_from_json(each) for each in values)
    return data


def _array(value: NDArray[Any]) -> dict[str, Any]:
    contiguous = np.ascontiguousarray(value)
    return {"shape": value.shape, "numbers": base64.b64encode(contiguous.tobytes()).decode()}


# --- What comes out: what a function did ----------------------------------------------------------


def outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    """Write what a function did, as the sandbox does."""
    failure = outcome.failure
    return {
        "value": value_to_json(outcome.value),
        "failure": failure and [failure.kind, failure.message, failure.line],
        "printed": bool(outcome.printed),
        "changed": list(outcome.changed),
    }


def value_to_json(value: Value) -> Any:
    """Write what a function returned, as the sandbox does."""
    if isinstance(value, tuple):
        return {"parts": [value_to_json(part) for part in value]}
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, Unusable):
        return {"unusable": value.what}
    return value


def outcome_from_json(data: Any, inputs: Inputs) -> Outcome:
    """Read what a function did with these inputs.

    Raises
    ------
    GarbledError
        If it is anything but that.
    """
    match data:
        case {"value": value, "failure": failed, "printed": bool(printed), "changed": [*changed]}:
            if not all(type(k) is int and 0 <= k < len(inputs) for k in changed):
                raise GarbledError("an answer about arguments that nobody gave")
            places = tuple(sorted(set(changed)))
            return Outcome(value_from_json(value), _failure(failed), "…" * printed, places)
    raise GarbledError("an answer of another kind than was asked for")


def value_from_json(data: Any) -> Value:
    """Read what a function returned.

    Raises
    ------
    GarbledError
        If it is anything but numbers and text of a known size.
    """
    match data:
        case {"parts": [*parts]} if len(parts) <= LONGEST:
            return tuple(_part(part) for part in parts)
    return _part(data)


def _part(data: Any) -> Part:
    match data:
        case None:
            return None
        case str(text):
            return clipped(text)
        case {"unusable": str(what)}:
            return Unusable(clipped(what))
        case {"shape": [*shape], "numbers": str(numbers)}:
            return _numbers(shape, numbers)
    raise GarbledError("an answer that is neither numbers nor text")


def _numbers(shape: list[Any], numbers: str) -> NDArray[np.float64]:
    if len(shape) > 32 or not all(type(side) is int and side >= 0 for side in shape):
        raise GarbledError("an array of an impossible shape")
    try:
        flat = np.frombuffer(base64.b64decode(numbers, validate=True), "<f8")
    except (binascii.Error, ValueError):
        raise GarbledError("an array without numbers") from None
    if flat.size > MOST or flat.size != math.prod(shape):
        raise GarbledError("an array that does not fill its shape")
    try:
        return flat.reshape(shape).astype(np.float64)
    except ValueError:  # with a side of 0, another may be larger than any that numpy allows
        raise GarbledError("an array of an impossible shape") from None


def _failure(data: Any) -> Failure | None:
    match data:
        case None:
            return None
        case [str(kind), str(message), str(line)]:
            return Failure(clipped(kind), clipped(message), clipped(line))
    raise GarbledError("an error that is none")


def clipped(text: str, most: int = LONGEST) -> str:
    """Cut a text, and leave out what can be written in no file."""
    return text[:most].encode("utf-8", "replace").decode("utf-8")

"""Sentences with names in braces, written alike by Python and by the browser."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, localcontext
from math import isfinite
from string import Formatter

Piece = tuple[str, str | None, str]
"""A text, the name that follows it, and the format in which that is written."""

FORMAT = re.compile(r"\.(\d\d?f|[1-9]\d?g)")
"""The formats that Python and a browser write alike."""

PLAIN = 7
"""A number of more digits before its point is written with a power of ten, as are tiny ones."""

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def pieces(template: str) -> list[Piece]:
    """Take a sentence apart.

    Raises
    ------
    ValueError
        If a brace is alone, or holds something other than a name and a format that browsers write,
        too: ".3f", ".4g" and the like.
    """
    where = f"in the sentence {template!r}"
    try:
        parsed = list(Formatter().parse(template))
    except ValueError as error:
        raise ValueError(
            f"A brace is alone {where} ({error}). Names stand in braces, as in {{loss:.3f}}; a"
            " brace of the sentence's own is written twice."
        ) from None
    for _, name, form, conversion in parsed:
        if name is not None and (conversion or not name.isidentifier()):
            raise ValueError(
                f"{{{name}{'!' if conversion else ''}{conversion or ''}}} {where} is no plain name;"
                " it must be that of a readout or a control, as in {loss:.3f}."
            )
        if form and not FORMAT.fullmatch(form):
            raise ValueError(
                f"{name!r} {where} has the format {form!r}; it must be such as '.3f' or '.4g',"
                " which a browser can write, too."
            )
    return [(text, name, form or "") for text, name, form, _ in parsed]


def formatted(value: float, form: str) -> str:
    """Write a number as one reads it: 1,000,000 in place of 1e+06, and 2 × 10⁻⁷ in place of 2e-07.

    It is never -0, and a half is rounded away from zero as in JavaScript.
    """
    if isfinite(value):
        with localcontext(rounding=ROUND_HALF_UP):
            exact = f".{int(form[1:-1]) - 1}e" if form.endswith("g") else form
            value = float(format(Decimal(value), exact))
    mantissa, exponent, power = format(value, f"z{form}").partition("e")
    if not exponent:
        return mantissa
    if 0 < int(power) < PLAIN:
        return format(value, ",.0f")
    return f"{mantissa} × 10{str(int(power)).translate(RAISED)}"

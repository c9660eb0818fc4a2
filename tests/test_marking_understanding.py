"""A notebook is understood within bounds, or refused with its own reason."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import pytest
from growing import grows_in_step
from hypothesis import given, settings
from hypothesis import strategies as st

from course_tools.files import ROOT, show
from course_tools.marking import submissions
from course_tools.marking.submissions import Bounds, RefusedError
from course_tools.marking.understanding import notebook_of

EXERCISES = sorted(ROOT.glob("exercises/*/*.ipynb"))
GOOD = EXERCISES[0].read_bytes()
SMALL = Bounds(bytes=1_000, cells=3, characters=40, values=60, depth=5)


def notebook(*cells: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A notebook as JupyterLab writes it, with changes."""
    nb = {"cells": list(cells or [code()]), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return nb | changes


def code(source: Any = "x = 1", **changes: Any) -> dict[str, Any]:
    """A code cell, with changes."""
    cell: dict[str, Any] = {"cell_type": "code", "id": "a", "metadata": {}, "source": source}
    return cell | {"outputs": [], "execution_count": None} | changes


def without(cell: dict[str, Any], key: str) -> dict[str, Any]:
    """A cell that lacks something."""
    return {name: value for name, value in cell.items() if name != key}


def read(data: Any, bounds: Bounds = submissions.DEFAULT) -> nbformat.NotebookNode:
    """Read data as a notebook."""
    return notebook_of(json.dumps(data).encode(), bounds)


@pytest.mark.parametrize("path", EXERCISES, ids=show)
def test_an_exercise_is_understood_as_it_is(path: Path):
    nb = notebook_of(path.read_bytes())
    nbformat.validate(nb)
    for mine, theirs in zip(nb.cells, nbformat.read(path, as_version=4).cells, strict=True):
        kept = ("cell_type", "id", "source")
        assert [mine[key] for key in kept] == [theirs[key] for key in kept]
        assert mine.metadata.get("nbgrader") == theirs.metadata.get("nbgrader")


@pytest.mark.parametrize("path", sorted(ROOT.glob("solutions/*/*.ipynb")), ids=show)
def test_outputs_are_left_out(path: Path):
    content = path.read_bytes()
    assert b'"output_type"' in content
    nb = notebook_of(content)
    assert not any(cell.get("outputs") for cell in nb.cells)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b" \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (GOOD.decode().encode("utf-16"), "byte 1 is not UTF-8"),
        (b"<html></html>", "line 1, column 1 is not valid JSON"),
        (GOOD + b"}", "is not valid JSON"),
        (b'{"cells": NaN}', "NaN, which is not valid JSON"),
        (b'{"cells": -Infinity}', "-Infinity, which is not valid JSON"),
        (b'{"cells": 1e999}', "1e999, which is not valid JSON"),
        (b'{"cells": ' + b"9" * 5000 + b"}", "a number of 5,000 digits"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"null", "it is other data"),
        (b"[4]", "it is other data"),
        (b"{}", "it is other data"),
        (b'{"nbformat": "4", "cells": []}', "it is other data"),
        (b'{"nbformat": true, "cells": []}', "it is other data"),
        (b'{"nbformat": 4}', "it is other data"),
        (b'{"nbformat": 3, "worksheets": []}', "old format 3. Open it in JupyterLab, save it"),
        (b'{"nbformat": 5, "cells": []}', "format 5, which is too new: 4 is allowed"),
        (b'{"nbformat": 4, "cells": {}}', "cells are not a list"),
        (b'{"nbformat": 4, "cells": [1]}', "cells are not a list"),
    ],
)
def test_what_is_no_notebook_has_its_reason(content: bytes, reason: str):
    with pytest.raises(RefusedError, match=reason):
        notebook_of(content)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (notebook(code(), without(code(), "source")), "cell 2, counted from the top"),
        (notebook(code(7)), "cell 1, counted"),
        (notebook(code(["a", 7])), "cell 1, counted"),
        (notebook(code(), code(cell_type="heading")), "cell 2, counted"),
        (notebook(code(cell_type=["code"])), "cell 1, counted"),
        (notebook(*[code()] * 4), "has 4 cells, and 3 are allowed"),
        (notebook(code("x" * 21), code("x" * 20)), "41 characters of text, and 40 are allowed"),
        (notebook(metadata={"a": [0] * 60}), "more than 60 values"),
        (notebook(metadata={"a": [[[[[[]]]]]]}), "nested too deeply"),
        (notebook(cells=[]), "has no code cells"),
        (notebook({"cell_type": "markdown", "metadata": {}, "source": ""}), "has no code cells"),
        (
            notebook(metadata={"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}),
            "is written in R, and this course uses Python",
        ),
        (notebook(metadata={"language_info": {"name": "julia"}}), "is written in julia"),
    ],
)
def test_a_broken_notebook_has_its_reason(data: Any, reason: str):
    with pytest.raises(RefusedError, match=reason):
        read(data, SMALL)


@pytest.mark.parametrize(
    "data",
    [
        notebook(code(), code(id="b", metadata={"tags": ["one", "one", "a,b"], "name": ""})),
        notebook(code(), code(id="b", metadata={"collapsed": None, "number": 10**40})),
        notebook(code(), code(id="b", metadata={"nbgrader": "graded"})),
        notebook(code(), without(code(id="b"), "metadata")),
        notebook(code(), code(id="b", cell_type="markdown", attachments={"a.png": "x"})),
        notebook(code(), code(id="b"), metadata=[]),
        notebook(code(), code(id="b"), metadata={"title": 3, "kernelspec": {"cells": [1]}}),
        notebook(code(), code(id="b"), metadata={"kernelspec": "python", "language_info": {}}),
    ],
)
def test_metadata_that_nobody_needs_may_be_anything(data: Any):
    nb = read(data, SMALL)
    nbformat.validate(nb)
    assert [cell.source for cell in nb.cells] == [cell["source"] for cell in data["cells"]]
    assert [cell.metadata for cell in nb.cells] == [{}, {}]


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"kernelspec": {"name": "my-env", "display_name": "Mine", "language": "python"}},
        {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        {"language_info": {"name": "Python 3.11"}},
        {"language_info": {"name": "python", "version": "3.14.0"}},
        {"language_info": {"name": "Python"}},
    ],
)
def test_every_python_kernel_is_fine(metadata: dict[str, Any]):
    assert len(read(notebook(metadata=metadata)).cells) == 1


@pytest.mark.parametrize(
    "cells",
    [
        [without(code(), "id"), without(code(), "id")],
        [code(), code(), code(id="cell-0")],
        [code(id="no id"), code(id="x" * 65), code(id=3), code(id="")],
    ],
)
def test_every_cell_gets_an_id_of_its_own(cells: list[dict[str, Any]]):
    nb = read(notebook(*cells, nbformat_minor=4))
    nbformat.validate(nb)
    ids = [cell.id for cell in nb.cells]
    assert len(set(ids)) == len(cells)
    assert ids == [cell.id for cell in read(notebook(*cells)).cells]


def test_what_other_programs_add_to_a_cell_does_not_matter():
    added = code(outputs="none", execution_count="?", deepnote_id=1, attachments={"a": {}})
    nb = read(notebook(added, metadata={"widgets": {"state": [0] * 100}}), SMALL)
    nbformat.validate(nb)
    assert nb.cells[0].source == "x = 1"


def test_half_characters_are_replaced():
    content = json.dumps(
        notebook(code('x = "\ud800"', metadata={"\udfff": "\ud800"}), metadata={"a": "\udc00"})
    )
    nb = notebook_of(content.encode())
    assert nb.cells[0].source == 'x = "\ufffd"'
    assert nbformat.writes(nb).encode()


def test_the_mark_with_which_some_editors_begin_a_file_is_left_out():
    assert notebook_of(b"\xef\xbb\xbf" + GOOD) == notebook_of(GOOD)


def test_a_notebook_cut_off_anywhere_says_so():
    content = GOOD.rstrip()
    for length in range(1, len(content), 7):
        with pytest.raises(RefusedError, match="is cut off"):
            notebook_of(content[:length])


def test_what_grows_faster_is_noticed():
    assert grows_in_step(lambda size: sum(range(size)), 10**6)
    assert not grows_in_step(lambda size: sum(range(size**2)), 8_000)


HOSTILE = {
    "lists": (b'{"nbformat":4,"cells":[],"metadata":[', b"[],", b"0]}"),
    "objects": (b'{"nbformat":4,"cells":[],"metadata":[', b"{},", b"0]}"),
    "cells": (b'{"nbformat":4,"cells":[', b"{},", b"{}]}"),
    "outputs": (b'{"nbformat":4,"metadata":{},"cells":[{"cell_type":"code","metadata":{},'
                b'"source":"","outputs":[', b"{},", b"0]}]}"),
    "lines": (b'{"nbformat":4,"metadata":{},"cells":[{"cell_type":"code","metadata":{},'
              b'"source":[', b'"",', b'""]}]}'),
    "half characters": (b'{"nbformat":4,"cells":[],"metadata":{"a":"', b"\\ud800", b'"}}'),
    "digits": (b"", b"7", b""),
    "numbers": (b"[", b"1e5,", b"0]"),
    "brackets": (b"", b"[", b""),
    "spaces": (b"", b" ", b"{"),
}  # fmt: skip
"""How each begins, what it repeats, and how it ends."""


@pytest.mark.parametrize("kind", HOSTILE)
def of_size(kind: str, size: int) -> bytes:
    """Write so much of a kind."""
    begin, middle, end = HOSTILE[kind]
    return begin + middle * ((size - len(begin + end)) // len(middle)) + end


@pytest.mark.parametrize("kind", HOSTILE)
def test_five_megabytes_of_anything_take_no_time(kind: str):
    def read(size: int) -> None:
        with suppress(RefusedError):
            notebook_of(of_size(kind, size))

    assert grows_in_step(read, 5_000_000)
    if kind in ("outputs", "lines"):
        assert notebook_of(of_size(kind, 5_000_000)).cells[0].source == ""
    else:
        with pytest.raises(RefusedError):
            notebook_of(of_size(kind, 5_000_000))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
KEYS = st.sampled_from(["cell_type", "id", "metadata", "source", "outputs", "attachments"])


@settings(max_examples=settings.default.max_examples * 3)
@given(st.dictionaries(KEYS, JSON), st.dictionaries(st.sampled_from([*notebook()]), JSON))
def test_every_notebook_is_valid_or_refused(cell: dict[str, Any], whole: dict[str, Any]):
    with suppress(RefusedError):
        nbformat.validate(read(notebook(code(), code(**cell), **whole)))

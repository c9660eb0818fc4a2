"""Every lesson and solution obeys every rule, and every rule refuses what it is there for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from course_tools.files import show
from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.course import stored_notebooks
from course_tools.notebooks.stored import NOTEBOOK_METADATA, NotebookError, from_bytes, to_bytes
from course_tools.rules import hygiene
from course_tools.rules.hygiene import RULES, problems

Node = nbformat.NotebookNode
Spoil = Callable[[Node], Any]


@pytest.mark.parametrize("path", stored_notebooks(), ids=show)
def test_lessons_and_solutions_obey_every_rule(path: Path):
    found = problems(path)
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_a_good_notebook_obeys_every_rule(good: Path):
    assert problems(good) == []


# --- How a notebook is spoilt -------------------------------------------------------------------


def cell_of(nb: Node, name: str) -> Node:
    return next(cell for cell in nb.cells if cell.id == name)


def code(source: str) -> Spoil:
    """Write other code into a cell."""
    return lambda nb: cell_of(nb, "print-mean").update(source=source)


def prose(source: str) -> Spoil:
    """Write other prose into a cell."""
    return lambda nb: cell_of(nb, "title").update(source=source)


def prints(text: str) -> Spoil:
    """Store another output of a cell."""
    return lambda nb: cell_of(nb, "print-mean").outputs[0].update(text=text)


def output(**fields: Any) -> Spoil:
    """Store one more output of a cell."""
    node = nbformat.from_dict(fields)
    return lambda nb: cell_of(nb, "print-mean").outputs.append(node)


def field(name: str, value: Any) -> Spoil:
    """Store another field of a cell."""
    return lambda nb: cell_of(nb, "print-mean").update({name: nbformat.from_dict(value)})


def bundle(**data: str) -> Spoil:
    """Change what the picture's output holds; None takes something away."""

    def spoil(nb: Node) -> None:
        held = cell_of(nb, "plot-values").outputs[0].data
        for kind, content in data.items():
            key = {"png": "image/png", "html": "text/html", "words": "text/plain"}[kind]
            held.pop(key) if content is None else held.update({key: content})

    return spoil


def stranger(nb: Node) -> None:
    """Change the picture and leave the HTML as it was."""
    data = cell_of(nb, "plot-values").outputs[0].data
    data["image/png"] = data["image/png"][:-8] + "AAAAAAA="


def no_alt(nb: Node) -> None:
    cell_of(nb, "plot-values").outputs[0].metadata["image/png"].pop("alt")


def unasked_for(nb: Node) -> None:
    nb.metadata["author"] = "someone"


def version(nb: Node) -> None:
    nb.metadata["language_info"] = NOTEBOOK_METADATA["language_info"] | {"version": "3.11.7"}


def timings(nb: Node) -> None:
    cell_of(nb, "print-mean").metadata["execution"] = {"iopub.status.busy": "2024"}


def split_stream(nb: Node) -> None:
    outputs = cell_of(nb, "print-mean").outputs
    outputs.append(nbformat.from_dict(outputs[0]))


WIDGET = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "x"}

REFUSED: dict[str, dict[str, Spoil]] = {
    "cell_ids": {
        "random hex": field("id", "d3b07384"),
        "uuid": field("id", "2f9b1c5e-8e3f-4d0c-9b1a-0f1e2d3c4b5a"),
        "capital": field("id", "Print-mean"),
        "one letter": field("id", "a"),
        "65 characters": field("id", "a" * 65),
        "twice": field("id", "make-data"),
    },
    "execution_counts": {
        "null, which nbval does not compare": field("execution_count", None),
        "another order": field("execution_count", 7),
    },
    "empty_cells": {
        "code": code("\n"),
        "prose": prose(" "),
    },
    "widget_state": {"state": lambda nb: nb.metadata.update(widgets={})},
    "widget_views": {
        "view": output(output_type="display_data", metadata={}, data=WIDGET),
    },
    "normal_form": {
        "unknown metadata": unasked_for,
        "version of Python": version,
        "timings": timings,
        "stream in two pieces": split_stream,
        "older format": lambda nb: nb.update(nbformat_minor=6),
    },
    "syntax": {"not Python": code("print(")},
    "magics": {
        "matplotlib": code("%matplotlib inline"),
        "times": code("%%time\n1"),
        "shell": code("!ls"),
        "help": code("print?"),
        "assigned": code("files = !ls"),
    },
    "live_outputs": {
        "interact": code("from ipywidgets import interact"),
        "renamed": code("from ipywidgets import interactive as live"),
        "attribute": code("w = widgets.interactive_output(f, {})"),
        "Output": code("out = widgets.Output()"),
        "clear_output": code("clear_output(wait=True)"),
        "display_id": code("display(1, display_id=True)"),
    },
    "history": {
        "Out": code("Out[1]"),
        "In": code("In[1]"),
        "last": code("_ + 1"),
        "numbered": code("_3"),
        "input": code("_i2"),
    },
    "pyplot": {
        "usual": code("import matplotlib.pyplot as plt"),
        "from": code("from matplotlib import pyplot"),
        "name of it": code("from matplotlib.pyplot import show"),
        "pylab": code("import pylab"),
    },
    "silencing": {
        "usual": code("values;"),
        "before a comment": code("values;  # hush"),
    },
    "markers": {
        "comment": code("# NBVAL_IGNORE_OUTPUT\nvalues"),
        "behind code": code("values  # NBVAL_SKIP"),
        "tag": field("metadata", {"tags": ["nbval-skip"]}),
        "raises": field("metadata", {"tags": ["raises-exception"]}),
    },
    "long_cells": {
        "13 lines": code("\n".join(f"a{n} = {n}" for n in range(13))),
    },
    "failures": {
        "warning": output(output_type="stream", name="stderr", text="Warning: look out\n"),
        "error": output(output_type="error", ename="ValueError", evalue="no", traceback=[]),
    },
    "pictures": {
        "no words": bundle(words=None),
        "no more than the type": bundle(words="<Figure size 640x480 with 1 Axes>"),
        "other words": bundle(words="Figure: another one"),
        "no HTML, so JupyterLab shows no alternative text": bundle(html=None),
        "HTML without a picture": bundle(html="<b>Figure</b>"),
        "HTML alone": bundle(png=None),
        "another picture in the HTML": stranger,
        "no alternative text for pages": no_alt,
        "JPEG": output(output_type="display_data", metadata={}, data={"image/jpeg": "AAAA"}),
    },
    "traces": {
        "address": prints("<function f at 0x7f8a3c0d1e50>\n"),
        "path": prints("/home/somebody/notebooks/a.py\n"),
        "path of Windows": prints("C:\\Users\\somebody\n"),
        "date and time": prints("2024-05-01 12:30\n"),
        "time": prints("at 12:30:59\n"),
        "duration": prints("Wall time: 3 ms\n"),
    },
    "belittling": {
        "prose": prose("# Title\n\nSimply run it."),
        "across a line": prose("# Title\n\nIt is\njust a step."),
        "comment": code("values  # obviously"),
    },
    "links": {
        "no file": prose("# Title\n\n[next](02_missing.ipynb)"),
        "no heading": prose("# Title\n\n[below](#nowhere)"),
        "no heading there": prose("# Title\n\n[here](01_good.ipynb#nowhere)"),
        "absolute": prose("# Title\n\n[file](/etc/hosts)"),
        "HTML": prose('# Title\n\n<a href="missing.html">x</a>'),
        "by reference": prose("# Title\n\n[x][1]\n\n[1]: missing.html"),
    },
    "minus_signs": {
        "between two": prose("# Title\n\nIt is 1 - β."),
        "at the end of a line": prose("# Title\n\nIt is 1 -\nβ."),
        "after code": prose("# Title\n\nIt is `a` - b."),
        "in a list": prose("# Title\n\n- one\n- 2 - one"),
        "of a number": prose("# Title\n\nIt is -1."),
        "at the beginning": prose("# Title\n\n-1 is it."),
        "in bold": prose("# Title\n\nIt is **-1**."),
        "of a bracket": prose("# Title\n\nIt is -(1 + β), or (-lr · v)."),
        "in a table": prose("# Title\n\n| x |\n|---|\n|-lr|"),
        "without spaces": prose("# Title\n\nIt is κ-1."),
        "before a letter": prose("# Title\n\nIt is 1-β."),
    },
    "folds": {
        "no title": prose("# Title\n\n<details>\n\nText.\n\n</details>"),
        "empty title": prose("# Title\n\n<details>\n<summary> </summary>\n\nText.\n\n</details>"),
        "no empty line": prose("# Title\n\n<details>\n<summary>Why</summary>\nText.\n\n</details>"),
        "never closed": prose("# Title\n\n<details>\n<summary>Why</summary>\n\nText."),
        "one inside another": prose(
            "# Title\n\n<details>\n<summary>Why</summary>\n\n<details>\n"
            "<summary>Why</summary>\n\nText.\n\n</details>\n\n</details>"
        ),
        "a heading": prose(
            "# Title\n\n<details>\n<summary>Why</summary>\n\n## Proof\n\n</details>"
        ),
    },
    "alternative_texts": {
        "Markdown": prose("# Title\n\n![](https://example.org/a.png)"),
        "HTML": prose('# Title\n\n<img src="https://example.org/a.png">'),
    },
}

CASES = [
    pytest.param(rule, spoil, id=f"{rule}: {name}")
    for rule, spoils in REFUSED.items()
    for name, spoil in spoils.items()
]


def complaints(path: Path) -> dict[str, list[str]]:
    """What each rule that complains says."""
    notebook = Notebook.read(path)
    said = {rule.__name__: list(rule(notebook)) for rule in RULES}
    return {name: sentences for name, sentences in said.items() if sentences}


@pytest.mark.parametrize(("rule", "spoil"), CASES)
def test_a_spoilt_notebook_is_refused_for_that_reason_alone(rule: str, spoil: Spoil, good: Path):
    nb = from_bytes(good.read_bytes(), good)
    spoil(nb)
    good.write_bytes(to_bytes(nb))
    said = complaints(good)
    assert list(said) == [rule]
    assert all("01_good.ipynb" in sentence for sentence in said[rule])


def test_every_rule_is_tried():
    elsewhere = {"file_name"}
    assert {rule.__name__ for rule in RULES} == set(REFUSED) | elsewhere


@pytest.mark.parametrize(
    "name",
    ["good.ipynb", "1_good.ipynb", "01-good.ipynb", "01_Good.ipynb", "exercise_01_good.ipynb"],
)
def test_file_names_give_the_place_in_the_course(name: str, good: Path):
    renamed = good.rename(good.with_name(name))
    assert list(complaints(renamed)) == ["file_name"]


def test_solutions_stand_in_a_folder_of_their_name(good: Path):
    names = {
        "01_good/solution_01_good": [],
        "01_other/solution_01_good": ["file_name"],
        "01_good/01_good": ["file_name"],
        "01_good/exercise_01_good": ["file_name"],
    }
    for name, expected in names.items():
        path = good.parent.parent / "solutions" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(good.read_bytes())
        assert list(complaints(path)) == expected


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text + "\n", id="two newlines at the end"),
        pytest.param(lambda text: text.rstrip("\n"), id="no newline at the end"),
        pytest.param(lambda text: text.replace("\n ", "\n  "), id="wider indent"),
        pytest.param(lambda text: text.replace('": ', '" : ', 1), id="other spaces"),
    ],
)
def test_the_form_is_held_byte_for_byte(change: Callable[[str], str], good: Path):
    good.write_text(change(good.read_text("utf-8")), "utf-8")
    assert list(complaints(good)) == ["normal_form"]


def test_a_file_that_is_no_notebook_is_named(good: Path):
    good.write_text("{}", "utf-8")
    with pytest.raises(NotebookError, match=r"01_good\.ipynb is not a notebook"):
        problems(good)


ALLOWED = {
    "loop without a name": code("for _ in range(2):\n    pass"),
    "value thrown away": code("_ = values"),
    "method of that name": code("values.just = 1"),
    "semicolon inside": code("print('a;')"),
    "small hexadecimal": prints("0xff\n"),
    "quotient": prints("m/s, 3/4 and a/b/c\n"),
    "closing tags": prints("<b><i>x</i></b>\n"),
    "web address": prints("https://example.org/a/b\n"),
    "word in code": prose("# Title\n\n`just` and $just$\n\n```\nsimply\n```"),
    "word inside another": prose("# Title\n\nAdjust it."),
    "link to the web": prose("# Title\n\n[x](https://example.org/#a)"),
    "link to a heading there": prose("# Title\n\n[x](01_good.ipynb#the-plot)"),
    "link to a folder": prose("# Title\n\n[x](../notebooks)"),
    "minus": prose("# Title\n\nIt is 1 − β, and −1."),
    "minus in code": prose("# Title\n\n`1 - β` and $1 - β$ and\n\n```\n-1\n```\n\n$$-1$$"),
    "hyphens": prose(
        "# Title\n\n- a look-ahead, pre- and post-\n  - `np`-free, $n$-th, 2-D, 1e-6\n\n---\n\n"
        "| x |\n|---|\n| [a-b](../notebooks#a - b) |\n\n<a title='a - b'></a>"
    ),
    "a fold": prose(
        "# Title\n\n<details>\n<summary>Why z₁ z₂ = β</summary>\n\n$$x$$\n\n- so\n\n"
        "</details>\n\nOn."
    ),
    "link in code": prose("# Title\n\n`[x](missing)`"),
    "12 lines and their docstring": code(
        'def f():\n    """Say.\n\n    More.\n    """\n    # why\n\n' + "    a = 1\n" * 11
    ),
}


@pytest.mark.parametrize("spoil", ALLOWED.values(), ids=ALLOWED)
def test_what_only_looks_like_a_fault_is_allowed(spoil: Spoil, good: Path):
    nb = from_bytes(good.read_bytes(), good)
    spoil(nb)
    good.write_bytes(to_bytes(nb))
    assert complaints(good) == {}


def test_ids_are_told_from_what_editors_draw():
    drawn = [nbformat.v4.new_code_cell().id for _ in range(1000)]
    assert not any(map(hygiene.is_given_by_hand, drawn))
    given = ["plot-valley", "step-2", "b0", "check-step", "the-100-points", "beta-0-9"]
    assert all(map(hygiene.is_given_by_hand, given))

"""The formula sheet obeys its rules, and each of them refuses what it is there for."""

from __future__ import annotations

import math
from pathlib import Path

import nbformat
import pytest

from course_tools.files import ROOT
from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.stored import from_bytes, to_bytes
from course_tools.rules.formula_sheet import RULES, disagreements, formulas, groups, problems
from lessons_lib import theory

SHEET = ROOT / "notebooks" / "90_formula_sheet.ipynb"


def test_the_sheet_obeys_every_rule():
    found = problems(SHEET)
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_groups_and_formulas_are_found():
    sheet = Notebook.read(SHEET)
    assert len(groups(sheet)) >= 8
    assert len(formulas(sheet)) >= 35


def spoil(nb: nbformat.NotebookNode, old: str, new: str) -> None:
    """Write something else wherever it stands, in prose and in what cells print."""
    for cell in nb.cells:
        cell.source = cell.source.replace(old, new)
        for output in cell.get("outputs", []):
            output["text"] = output.get("text", "").replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "rule", "said"),
    [
        ("measured 0.", "measured 7.", "measurements", "does not agree with what is promised"),
        ("measured", "found", "measured", "nothing is measured below it"),
        ("ipynb#", "ipynb", "sources", "does not end with a link to a heading of a lesson"),
    ],
)
def test_a_spoilt_sheet_is_refused(old: str, new: str, rule: str, said: str, tmp_path: Path):
    nb = from_bytes(SHEET.read_bytes(), SHEET)
    spoil(nb, old, new)
    path = tmp_path / SHEET.name
    path.write_bytes(to_bytes(nb))
    found = {each.__name__: list(each(Notebook.read(path))) for each in RULES}
    assert [name for name, sentences in found.items() if sentences] == [rule]
    assert said in found[rule][0]
    assert "90_formula_sheet.ipynb, cell '" in found[rule][0]


def test_every_rule_is_tried():
    assert [rule.__name__ for rule in RULES] == ["measurements", "measured", "sources"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("rate 0.8554, measured 0.8554", 0),
        ("rate 0.8554, measured 0.8555", 0),
        ("rate 0.8554, measured 0.8564", 1),
        ("lag 9.00, measured 9.01", 0),
        ("lag 10.00, measured 9.00", 1),
        ("steps 89, measured 90", 1),
        ("gradient at (2, 1): [-8.2 -9.0] measured [-8.2 -9.0]", 0),
        ("gradient at (2, 1): [-8.2 -9.0] measured [8.2 -9.0]", 1),
        ("2/L = 0.4841\nmeasured: closer at 0.4840, further away at 0.4845", 0),
        ("2/L = 0.4841\nmeasured: closer at 0.4850, further away at 0.4855", 1),
        ("the same run: False", 1),
    ],
)
def test_what_does_not_agree_is_refused(text: str, wrong: int):
    assert len(disagreements(text)) == wrong


# --- The table of translations --------------------------------------------------------------------

DIALECTS = {
    "averaged": theory.AVERAGED,
    "heavy ball": theory.HEAVY_BALL,
    "velocity": theory.VELOCITY,
    "PyTorch, d": theory.pytorch(0.5),
}


def mistranslated(table: str) -> list[str]:
    """Name the entries that theory does not confirm, by their row and column."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    head, _, *rows = [[part.strip() for part in line.strip("|").split("|")] for line in lines]
    assert {row[0] for row in rows} == DIALECTS.keys()
    wrong = []
    for source, *entries in rows:
        for target, entry in zip(head[1:], entries, strict=True):
            formula = entry.partition(";")[0].replace("·", "*").replace("−", "-")
            if not math.isclose(
                eval(formula, {"β": 0.9, "d": 0.5, "lr": 0.01, "v": 3.0}),
                translated(source, target),
            ):
                wrong.append(f"{source}, {target}: {entry}")
    return wrong


def translated(source: str, target: str) -> float:
    """The factor of the learning rate, or the velocity that the source's dialect shows."""
    if target == "Velocity":
        ball = {"learning_rate": 0.01, "beta": 0.9, "velocity": 3.0}
        return float(theory.translate(theory.HEAVY_BALL, DIALECTS[source], **ball).velocity)
    setting = theory.translate(DIALECTS[source], DIALECTS[target], learning_rate=1.0, beta=0.9)
    return float(setting.learning_rate)


def test_translations_are_those_of_theory():
    table = Notebook.read(SHEET).by_id["translation"].source
    assert mistranslated(table) == []
    row = "| heavy ball | 1/(1 − β) | 1 |"
    assert row in table
    assert mistranslated(table.replace(row, "| heavy ball | 1 − β | 1 |")) == [
        "heavy ball, averaged: 1 − β"
    ]
    assert mistranslated(table.replace("lr·v;", "v;")) == [
        "velocity, Velocity: v; other sign −lr·v"
    ]

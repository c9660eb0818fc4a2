"""A notebook is recognised by its cells, whatever it is called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from marking_corpus import code, graded, markdown, notebook

from course_tools.marking.recognising import (
    Signature,
    cells_in,
    marks_of,
    mistaken_for,
    recognised,
    signatures,
)
from course_tools.notebooks.course import exercise_of, slug_of, solutions

SOURCES = {slug_of(path): path for path in solutions()}
KNOWN = signatures(SOURCES)


@pytest.mark.parametrize("name", SOURCES)
def test_each_exercise_is_recognised_and_taken_for_no_other(name: str):
    cells = cells_in(exercise_of(SOURCES[name]))
    found = recognised(cells, KNOWN)
    assert found
    assert (found.name, mistaken_for(name, cells, KNOWN)) == (name, None)
    for other in SOURCES.keys() - {name}:
        assert mistaken_for(other, cells, KNOWN) == found


@pytest.mark.parametrize(
    "keep",
    [
        pytest.param(lambda cell: cell | {"metadata": {}}, id="no ids"),
        pytest.param(lambda cell: cell | {"source": ""}, id="ids alone"),
        pytest.param(lambda cell: cell | {"source": [cell["source"]]}, id="lines"),
    ],
)
def test_a_part_of_the_marks_is_enough(keep: Any):
    cells = [keep(dict(cell)) for cell in cells_in(exercise_of(SOURCES["06_momentum"]))]
    found = recognised(cells, KNOWN)
    assert found
    assert found.title == "Exercise 6 · Momentum"


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [code("print(1)")],
        [code("  def line_loss(): ...")],  # inside of something else
        [code("# def line_loss(): ...")],
        [code("line_loss = 3")],
        [{"cell_type": "code"}, {}, {"metadata": 3, "source": 5}, {"source": [1, None]}],
        [code("def line_loss(): ...\ndef gradient_step(): ...")],  # one of each
    ],
)
def test_nothing_is_guessed(cells: list[Any]):
    assert recognised(cells, KNOWN) is None
    assert mistaken_for("06_momentum", cells, KNOWN) is None


def test_one_mark_of_its_own_is_enough_not_to_be_another_one():
    other = [*cells_in(exercise_of(SOURCES["02_gradient_descent"]))]
    assert mistaken_for("01_line_and_loss", other, KNOWN)
    assert mistaken_for("01_line_and_loss", [*other, code("def line_loss(): ...")], KNOWN) is None
    assert mistaken_for("99_unknown", other, KNOWN) is None


def test_what_two_assignments_share_is_no_mark(tmp_path: Path):
    for name, own in (("one", "def first(): ..."), ("two", "def second(): ...")):
        cells = [markdown("# Homework"), graded("q1", own), graded("q2", "def shared(): ...")]
        (tmp_path / name).write_text(json.dumps(notebook(cells)), "utf-8")
    (tmp_path / "three").write_text("[]")
    (tmp_path / "four").write_text('{"cells": [1]}')
    names = ("one", "two", "three", "four", "five")
    assert signatures({name: tmp_path / name for name in names}) == (
        Signature("one", "Homework", frozenset({"first"})),
        Signature("two", "Homework", frozenset({"second"})),
    )


def test_every_kind_of_mark_counts():
    cells = [
        markdown("Text\n## A heading ##\n#none"),
        graded("task", "class A: ...\nasync def f(): ...\nx = 1\n    def inner(): ..."),
    ]
    assert marks_of(cells) == {"A heading", "task", "A", "f"}

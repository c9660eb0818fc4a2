"""What is saved of an explorer is its picture, with a line that says how to bring it to life."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from course_tools.desk.saving import LINE, drop_widgets

VIEW = "application/vnd.jupyter.widget-view+json"
PICTURE = {"image/png": "iVBO", "text/plain": "Figure: a path."}
EXPLORER = {"output_type": "display_data", "data": {VIEW: {"model_id": "1"}, **PICTURE}}
SLIDER = {"output_type": "display_data", "data": {VIEW: {"model_id": "2"}, "text/plain": "Slider"}}
STREAM = {"output_type": "stream", "name": "stdout", "text": "said"}


def notebook(*outputs: dict[str, Any]) -> dict[str, Any]:
    """A notebook as the server holds it before it saves."""
    cells = [
        {"cell_type": "markdown", "source": "words"},
        {"cell_type": "code", "source": "show", "outputs": copy.deepcopy(list(outputs))},
    ]
    return {"type": "notebook", "content": {"cells": cells}}


def saved(model: dict[str, Any]) -> list[dict[str, Any]]:
    """The outputs that are saved."""
    drop_widgets(model=model, path="", contents_manager=None)
    outputs: list[dict[str, Any]] = model["content"]["cells"][1]["outputs"]
    return outputs


def test_the_picture_stays_and_a_line_says_what_to_do():
    stream, picture, line = saved(notebook(STREAM, EXPLORER))
    assert stream == STREAM
    assert picture["data"] == PICTURE
    assert line["data"]["text/markdown"] == LINE


def test_what_sleeps_already_is_left_as_it_is():
    model = notebook(EXPLORER)
    once = copy.deepcopy(saved(model))
    assert saved(model) == once


def test_what_has_words_of_its_own_keeps_them():
    words = {"text/markdown": "*Run this cell.*", "text/plain": "Run this cell."}
    (output,) = saved(notebook({"output_type": "display_data", "data": {VIEW: {}, **words}}))
    assert output["data"] == words


@pytest.mark.parametrize("output", [SLIDER, STREAM])
def test_what_has_no_picture_keeps_all_it_has(output: dict[str, Any]):
    assert saved(notebook(output)) == [output]


@pytest.mark.parametrize("model", [{"type": "file", "content": "text"}, {"type": "notebook"}])
def test_other_files_are_left_alone(model: dict[str, Any]):
    before = copy.deepcopy(model)
    drop_widgets(model)
    assert model == before

"""The page about the class counts right, loads nothing, runs nothing, and judges nobody."""

from __future__ import annotations

import csv
import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marking_page import Page

from course_tools.marking.late import Final
from course_tools.marking.records.class_page import (
    COLUMNS,
    MOST,
    Overview,
    overviews_of,
    page_of,
    write_overviews,
)
from course_tools.marking.records.standing import Standing, standing_of
from course_tools.marking.records.twins import (
    OWN,
    SHORTEST,
    given_in,
    grouped,
    lines_of,
    own_code,
    twins_in,
    without_comments,
)
from course_tools.marking.results import Mark, Result
from course_tools.marking.submissions import Listed
from course_tools.notebooks.course import exercise_of, slug_of, solutions

NAME, TITLE = "06_momentum", "Exercise 6 · Momentum"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "{{ 7*7 }}",
    "</style><b>",
    "&lt;",
]


def standing(
    points: float, mistake: str = "", words: str = "Right.", status: str = "marked"
) -> Standing:
    """Return where somebody stands who has so many points of 4, and all for another task."""
    marks = (Mark("test-run", points, 4, words, mistake), Mark("test-calm", 1, 1, "Right."))
    return standing_of(Result("x", NAME, "d", status, "", marks, "{}"))  # type: ignore[arg-type]


CLASS = [
    *[standing(4)] * 3,
    *[standing(0, "The factor 1 - β is missing", "The factor.\nHint.")] * 4,
    standing(2, words="Right in part.\nMore."),
    standing(0, words="Not reached.\nIt took too long.", status="stopped"),
]
LISTED = [Listed("", "Zoe", NAME, "", "nothing handed in"), Listed("x.zip", "", "", "")]


def overview(title: str = TITLE, twins: list[list[str]] | None = None) -> Overview:
    """Count the class."""
    [one] = overviews_of(CLASS, LISTED, [Overview(NAME, title, twins or [])])
    return one


def test_the_page_says_how_many_and_which_mistakes():
    text = Page(page_of([overview()])).text
    for piece in (
        "9 submissions have a mark or a reason: 8 marked, 1 stopped.",
        "Besides, there is 1 with the words “nothing handed in” in the table.",
        "Half have 1 point or more, of 5.",
        "1. run: 3 of 9 right",
        "3 right, 1 partly right, 5 not yet right; 1.56 of 4 points in the mean.",
        "4 of 9: The factor 1 - β is missing",
        "2 that are there once Right in part Not reached",
        "2. calm: 9 of 9 right",
    ):
        assert piece in text
    assert "The same code" not in text


def test_the_histogram_says_in_words_what_it_shows():
    page = page_of([overview()])
    [words] = re.findall(r'role="img" aria-label="([^"]*)"', page)
    assert words == "How many have how many points: 1 to below 2: 5; 3 to below 4: 1; 5, all: 3."


@given(st.lists(st.floats(0, 25), max_size=30), st.floats(0.5, 200))
def test_everybody_stands_in_one_column(points: list[float], highest: float):
    one = Overview(NAME, TITLE, points=points, highest=highest)
    columns = one.columns()
    assert sum(count for _, count in columns) == len(points)
    assert 2 <= len(columns) <= MOST + 1
    assert columns[-1][1] == sum(each >= highest for each in points)


def test_lateness_and_what_is_open_are_counted():
    late = Standing(CLASS[0].result, Final(3, 5, 2, "Late.", 2), open=True)
    [one] = overviews_of([late], [], [Overview(NAME, TITLE)])
    assert one.points == [3]
    text = Page(page_of([one])).text
    assert "1 was late." in text
    assert "1 waits for a person" in text


def test_an_assignment_of_which_nothing_is_known_is_shown():
    [one] = overviews_of(CLASS, [], [])
    assert (one.name, one.title, one.number) == (NAME, NAME, 9)
    assert not overviews_of([], [], [Overview(NAME, TITLE)])


def test_the_table_has_the_same_numbers(tmp_path: Path):
    write_overviews([overview()], tmp_path)
    with (tmp_path / "class.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [NAME, "", "nothing handed in", "1", "9"] in rows
    assert [NAME, "", "5, all points", "3", "9"] in rows
    assert [NAME, "test-run", "right", "3", "9"] in rows
    assert [NAME, "test-run", "mistake: The factor 1 - β is missing", "4", "9"] in rows


@pytest.mark.parametrize("words", HOSTILE)
def test_words_of_an_attacker_stay_words(words: str, tmp_path: Path):
    honest = Page(page_of([overview()]))
    one = Overview(NAME, words, [[words, "Ben"]])
    one.add(standing(0, words, words))
    one.add(standing(0, "", words))
    one.add_listed(Listed(words, words, NAME, words, words))
    page = page_of([one])
    made = Page(page)
    assert set(made.tags) <= {*honest.tags, "bdi"}
    assert made.tags.count("style") == 1
    assert made.attributes == honest.attributes
    assert words in made.text
    assert "49" not in page
    write_overviews([one], tmp_path)


def test_the_page_loads_nothing_and_runs_nothing():
    page = page_of([overview(twins=[["a", "b"]])])
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    made = Page(page)
    assert not {"script", "link", "img", "iframe", "a", "form"} & set(made.tags)
    assert not {"src", "href", "style", "onload"} & made.attributes


# --- Twins ----------------------------------------------------------------------------------------


def test_twins_are_pointed_out_and_not_judged():
    text = Page(page_of([overview(twins=[["Anna", "Ben"], [OWN, "Eve"]])])).text
    assert "these have written the same. That may have many reasons: ask before you judge." in text
    assert text.endswith("Anna, Ben Eve: your own solution")


def test_comments_and_spaces_do_not_count():
    first = 'x = 1  # one\n\n  y = "# no comment" + \'#\'\n"""\n# text\n"""'
    second = 'x=1\ny  =  "# no comment"+\'#\' # two\n"""\n# text\n"""\n#'
    assert lines_of(first) == lines_of(second)
    assert "#text" in lines_of(first)
    assert lines_of("x = 1") != lines_of("x = 2")


@pytest.mark.parametrize("piece", ['"""\\', "'''", '"', "'", "#", "\\", '\\"""', "'''\\'"])
def test_broken_code_is_read_in_one_go(piece: str):
    began = time.process_time()
    without_comments(piece * 100_000)
    assert time.process_time() - began < 5  # of a processor's work; read anew each time: hours


def test_short_answers_are_left_out():
    long = "x" * SHORTEST
    assert grouped({"a": long, "b": long, "c": "x", "d": "x", "e": long + "y"}) == [["a", "b"]]
    assert grouped({"a": long, "b": long + "y"}) == []


def test_a_class_that_copies(tmp_path: Path):
    source = next(each for each in solutions() if slug_of(each) == NAME)
    own = source.read_bytes()
    exercise = exercise_of(source).read_bytes()
    assert not own_code(exercise, given_in(own)), "what everybody got is nobody's own"
    code = "\n".join(f"value_{k} = {k} * beta  # mine" for k in range(20))
    other = re.sub(" #.*", " # yours\n", code.replace(" * ", "*"))

    def hand_in(student: str, notebook: bytes, more: str = "") -> None:
        data = json.loads(notebook)
        data["cells"].append({"cell_type": "code", "metadata": {}, "source": more, "outputs": []})
        path = tmp_path / student / NAME / f"exercise_{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(data), "utf-8")

    hand_in("untouched", exercise)
    hand_in("untouched too", exercise, "# hello")
    hand_in("solved", own)
    hand_in("Anna", exercise, code)
    hand_in("Ben", exercise, other)
    hand_in("Eve", exercise, code.replace("3", "4"))
    students = [path.name for path in tmp_path.iterdir()] + ["nobody"]
    assert twins_in(tmp_path, students, NAME, own) == [[OWN, "solved"], ["Anna", "Ben"]]

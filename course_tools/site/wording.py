"""Where a page says something else than the notebook that it shows."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode

from course_tools.notebooks.cells import Notebook
from course_tools.site.settings import HERE, SettingsError
from lessons_lib.overview import Lesson, lessons
from lessons_lib.predictions.twice import sheets

WORDS = HERE / "words.toml"
WAY = "show-progress"
"""The cell of the start page that shows where a learner stands: a page shows the way alone."""


def reworded(notebook: Notebook, words: dict[str, Any]) -> list[NotebookNode]:
    """Return the cells of a notebook that a page shows, in the page's words.

    Parameters
    ----------
    notebook : Notebook
        The notebook. Its cells are changed.
    words : dict
        What `site/words.toml` says.

    Raises
    ------
    SettingsError
        If a cell or a phrase is not there.
    """
    name, cells = notebook.path.stem, notebook.by_id
    for each in named(words, "say", name):
        cell = cells.get(each["cell"])
        if cell is None or each["instead_of"] not in cell.source:
            raise SettingsError(
                f"site/words.toml: {name}, cell {each['cell']!r} does not say "
                f"{each['instead_of'][:60]!r}. Say again what the page should say."
            )
        cell.source = cell.source.replace(each["instead_of"], each["say"].strip("\n"))
    left_out = {cell for each in named(words, "leave_out", name) for cell in each["cells"]}
    if unknown := left_out - set(cells):
        raise SettingsError(f"site/words.toml: {name} has no cell {min(unknown)!r}.")
    return [cell for cell in notebook.nb.cells if cell.id not in left_out]


def named(words: dict[str, Any], kind: str, notebook: str) -> Iterator[dict[str, Any]]:
    """Give the entries of a kind that are about a notebook."""
    yield from (each for each in words.get(kind, []) if each["notebook"] == notebook)


def read_words() -> dict[str, Any]:
    """Read where pages say something else."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def the_way(chosen: list[str]) -> str:
    """Return the table of the course's lessons, as Markdown.

    Parameters
    ----------
    chosen : list of str
        The names of the notebooks that the site has.
    """
    earlier, later = sheets()
    known = [lesson for lesson in lessons() if lesson.slug in chosen]
    rows = [f"| {earlier.link} | What do you expect? | {earlier.minutes} | |"]
    rows += [row_of(lesson) for lesson in known if not lesson.optional]
    rows += [f"| {later.link} | What has changed? | {later.minutes} | |"]
    rows += [row_of(lesson) for lesson in known if lesson.optional]
    heading = ["| Lesson | The question | Minutes | To practise |", "|---|---|---|---|"]
    return "\n".join([*heading, *rows])


def row_of(lesson: Lesson) -> str:
    """Return a lesson's row in the table."""
    optional = " (optional)" if lesson.optional else ""
    exercise = f"[exercise]({lesson.exercise_link})"
    minutes = lesson.minutes + lesson.exercise
    return f"| {lesson.link}{optional} | {lesson.question} | {minutes} | {exercise} |"

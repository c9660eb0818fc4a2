"""The verbs of `python -m course_tools`: what each is for, and which function it calls."""

from __future__ import annotations

from typing import Literal, NamedTuple

Audience = Literal["learners", "authors"]
"""Whose packages are needed. The authors' set contains the learners'."""


class Verb(NamedTuple):
    """What a verb calls, whose packages it needs, and its line of help.

    Parameters
    ----------
    function : str
        "module:name" of a function that takes the rest of the command line and returns an exit
        status. It is imported when the verb is used, since before that nothing may be installed.
    audience : "learners" or "authors"
        Whose packages it needs.
    help : str
        What it does.
    """

    function: str
    audience: Audience
    help: str


VERBS = {
    "lab": Verb(
        "course_tools.lab:main", "learners", "opens your own copy of the course in JupyterLab"
    ),
    "edit": Verb("course_tools.lab:edit", "authors", "opens the course's own notebooks"),
    "check": Verb(
        "course_tools.checks:check",
        "authors",
        "checks all that takes no kernel, sandbox or browser",
    ),
    "format": Verb("course_tools.checks:mend_style", "authors", "mends the style of code"),
    "test": Verb(
        "course_tools.checks:test",
        "authors",
        "checks style, types and every lesson; --lesson 06 takes one",
    ),
    "browser-test": Verb(
        "course_tools.checks:browser_test", "authors", "drives the lessons in Chromium"
    ),
    "lite-test": Verb(
        "course_tools.checks:lite_test",
        "authors",
        "runs the notebooks in the JupyterLab that the browser runs itself",
    ),
    "refresh": Verb(
        "course_tools.refresh:main",
        "authors",
        "executes the notebooks and writes their outputs; --lesson 06 takes one",
    ),
    "exercises": Verb(
        "course_tools.release:main", "authors", "cuts the exercises out of the solutions"
    ),
    "grade": Verb(
        "course_tools.marking.__main__:main",
        "authors",
        "marks a folder of submissions, whatever they contain",
    ),
    "nbgrader": Verb(
        "course_tools.marking.nbgrader_command:main",
        "authors",
        "runs a command of nbgrader's in the folder with the marks",
    ),
    "site": Verb(
        "course_tools.site.command_line:main",
        "authors",
        "makes the site from the notebooks; --lite adds a JupyterLab that runs in the browser",
    ),
    "room": Verb(
        "course_tools.room.command_line:main",
        "authors",
        "serves the course, with votes and handing in, to everybody in a room",
    ),
    "check-room": Verb(
        "course_tools.room.checking.command_line:main",
        "authors",
        "looks the evening before whether a room has all that it needs",
    ),
    "slides": Verb(
        "course_tools.site.slides.command_line:main",
        "authors",
        "cuts a deck of slides from each lesson, in site/_build/slides",
    ),
    "name-cell": Verb("course_tools.names:main", "authors", "gives a cell of a notebook its id"),
    "insert-lesson": Verb(
        "course_tools.insert:main",
        "authors",
        "makes room for a lesson: those from a number on move up by one",
    ),
    "bench": Verb(
        "course_tools.checks:bench", "authors", "measures the library against the alternatives"
    ),
    "locks": Verb(
        "course_tools.locks:main",
        "authors",
        "pins the dependencies; --upgrade takes newer versions",
    ),
}
"""Every verb, in the order in which one meets them."""


def help_text() -> str:
    """Return the list of verbs."""
    lines = [f"  {name:13} {verb.help}" for name, verb in VERBS.items()]
    return "\n".join(["Usage: python -m course_tools COMMAND [options]", "", *lines])

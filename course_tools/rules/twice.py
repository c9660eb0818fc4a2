"""The two sheets with the same ten questions: what they have, and what they must not give away.

A function takes the two sheets and yields a sentence for each problem.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from pathlib import Path

from nbformat import NotebookNode

from course_tools.notebooks.cells import FOLDED, Notebook
from course_tools.notebooks.questions import (
    ANSWERED,
    ASKED,
    BELIEF,
    RIGHT,
    beliefs_in,
    choices_in,
    folded_in,
)
from course_tools.notebooks.twice import AFTER, BEFORE, COMMITS, LETTER, as_before, shared
from course_tools.rules.registry import Rules
from course_tools.rules.terms import GLOSSARY, Finder, read_glossary, read_lesson, read_notes

QUESTIONS = 10
CHOICES = (3, 4)
"""So many questions, and so many choices for each."""

MOST = 5
"""Questions of which one and the same letter may be the answer."""

PLAIN = {"contours", "minimum", "memory", "fading sum"}
"""Terms that the questions may use: the first two are in the words of every figure with contours,
the third is on the start page, and the last is explained where it stands."""

SHOWN = re.compile(r"\[Lesson (\d+), [^\]]+\]\((\d\d)_\w+\.ipynb#[^)\s]+\)$")
"""How an answer ends: with a link to the part of a lesson that shows it."""


@dataclass(frozen=True)
class Sheets:
    """The sheet before the course and the one after it.

    Parameters
    ----------
    folder : Path
        The folder of the notebooks.
    """

    folder: Path

    @cached_property
    def earlier(self) -> Notebook:
        """The sheet before the course."""
        return Notebook.read(self.folder / BEFORE)

    @cached_property
    def later(self) -> Notebook:
        """The sheet after it, which is the source."""
        return Notebook.read(self.folder / AFTER)

    @property
    def asked(self) -> dict[str, NotebookNode]:
        """The questions' cells by their names, in order."""
        cells = self.later.by_id.items()
        return {name.removeprefix(ASKED): cell for name, cell in cells if name.startswith(ASKED)}

    @property
    def answered(self) -> dict[str, NotebookNode]:
        """The answers' cells by the names of their questions, for those that have one."""
        cells = self.later.by_id
        return {name: cells[ANSWERED + name] for name in self.asked if ANSWERED + name in cells}


RULES: Rules[Sheets] = Rules()
"""Those below, in their order."""


def problems(path: Path) -> list[str]:
    """Apply every rule to the sheets in a folder, and return a sentence for each problem."""
    return RULES.problems(Sheets(path))


@RULES.add
def same(sheets: Sheets) -> Iterator[str]:
    """Refuse sheets whose questions differ."""
    wanted = as_before(sheets.later.nb.cells[shared(sheets.later)])
    found = sheets.earlier.nb.cells[shared(sheets.earlier)]
    for here, there in zip_longest(found, wanted):
        if here is None:
            yield f"{BEFORE} lacks the cell {there.id!r} of {AFTER}. Run `make refresh`."
        elif there is None or (here.id, here.source) != (there.id, there.source):
            yield sheets.earlier.says(
                here, f"{AFTER} has something else there. Write it there, and run `make refresh`."
            )
            return


@RULES.add
def quiet(sheets: Sheets) -> Iterator[str]:
    """Refuse an answer before the course."""
    for cell in sheets.earlier.prose:
        if cell.id.startswith(ANSWERED) or FOLDED.search(cell.source):
            yield sheets.earlier.says(cell, f"an answer. Before the course there is none; {AFTER}.")


@RULES.add
def ten(sheets: Sheets) -> Iterator[str]:
    """Refuse more or fewer questions, other numbers, and questions without their buttons."""
    if len(sheets.asked) != QUESTIONS:
        yield f"{AFTER}: {len(sheets.asked)} questions, not {QUESTIONS}."
    ids = [cell.id for cell in sheets.later.nb.cells]
    for number, (name, cell) in enumerate(sheets.asked.items(), start=1):
        if not cell.source.startswith(f"## {number} · "):
            yield sheets.later.says(cell, f"its heading is not '## {number} · …'.")
        if len(choices_in(cell.source)) not in CHOICES:
            yield sheets.later.says(cell, "not three or four choices. Write '- **a** …' for each.")
        button = sheets.later.by_id.get(COMMITS + name)
        after = ids[ids.index(cell.id) + 1 : ids.index(cell.id) + 2]
        if after != [COMMITS + name] or button is None or button.source != f'after("{name}")':
            yield sheets.later.says(
                cell, f"no cell {COMMITS + name!r} after it: 'after(\"{name}\")'."
            )


@RULES.add
def answers(sheets: Sheets) -> Iterator[str]:
    """Refuse an answer that lacks its letter, a belief, or the lesson that shows it."""
    for name, cell in sheets.asked.items():
        if name not in sheets.answered:
            yield sheets.later.says(cell, f"no cell {ANSWERED + name!r} answers.")
            continue
        for fault in faults_of_answer(sheets.answered[name].source, choices_in(cell.source)):
            yield sheets.later.says(sheets.answered[name], fault)


def faults_of_answer(source: str, choices: dict[str, str]) -> Iterator[str]:
    """Say what an answer lacks."""
    text, beliefs = folded_in(source).get(RIGHT, ""), beliefs_in(source)
    right, shown = LETTER.match(text), SHOWN.search(text)
    if re.sub(r"\A### .+\n", "", FOLDED.sub("", source)).strip():
        yield "part of the answer stands open. Fold it."
    if right is None or right[1] not in choices:
        yield f"no part {RIGHT!r} that opens with the right letter, '**b.** …'."
    elif wrong := (set(choices) - {right[1]}) ^ set(beliefs):
        yield (
            f"a part '{BELIEF}…' is missing or too many: {', '.join(sorted(wrong))}. There is one "
            "for each wrong letter."
        )
    if shown is None or int(shown[1]) != int(shown[2]):
        yield (
            "it does not end with the part of a lesson that shows it: "
            "'[Lesson 4, the best single learning rate](04_valleys.ipynb#The-best-…)'."
        )
    if "$" in source:
        yield "a formula, which the widget cannot show. Use words."


@RULES.add
def spread(sheets: Sheets) -> Iterator[str]:
    """Refuse answers that one finds by always choosing the same letter."""
    opening = [
        LETTER.match(folded_in(each.source).get(RIGHT, "")) for each in sheets.answered.values()
    ]
    for letter, times in Counter(found[1] for found in opening if found).items():
        if times > MOST:
            yield f"{AFTER}: {letter} is right {times} times. Exchange some choices."


@RULES.add
def plain(sheets: Sheets) -> Iterator[str]:
    """Refuse a term of the course: the questions are answered before any of them is known."""
    finder = Finder(read_glossary(sheets.folder / GLOSSARY), read_notes())
    for cell in read_lesson(sheets.earlier.path):
        for term in sorted(finder.terms_in(cell.text) - PLAIN):
            yield f"{cell} uses {term!r}. Nobody knows it yet: say it in plain words."

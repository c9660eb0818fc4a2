"""What every lesson has, in which order, and where its numbers come from.

The rules are like those of `hygiene`, and are for lessons 1 and up alone: a function takes a
notebook and yields a sentence for each problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

from course_tools.notebooks.cells import FOLDED, Notebook, prose_of, texts_of
from course_tools.notebooks.course import lessons, notebooks, number_of
from course_tools.notebooks.questions import (
    ANSWERED,
    ASKED,
    BELIEF,
    RIGHT,
    beliefs_in,
    choices_in,
    folded_in,
)
from course_tools.rules.minutes import Count, is_explorer
from course_tools.rules.registry import Rules

RHYTHM = ("title", "question", "predict-", "your-turn", "exercise", "summary", "read-next")
"""Ids, or how they begin, of cells that every lesson has, in this order."""

HEADINGS = {
    "question": "## The question",
    "your-turn": "## Your turn",
    "exercise": "## The exercise",
    "summary": "## Three sentences to take away",
    "read-next": "## Read on",
}

ANSWERED_WITHIN = 12
"""Cells within which a learner, having chosen, wants to read why."""

MET_WITHIN = 4 / 5
"""The share of a lesson's minutes within which its explorers are met, and their goals tried."""

LETTER = re.compile(r"\*\*([a-z])\.?\*\*")
NUMBER = r"\d+(?:[,_]\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?"
IN_PROSE = re.compile(rf"(?<![\w.,/]){NUMBER}(?!\w)", re.IGNORECASE)
YEAR = re.compile(r"\((?:18|19|20)\d\d\)")


RULES: Rules[Notebook] = Rules()
"""Those below, in their order."""


def problems(path: Path) -> list[str]:
    """Apply every rule to a lesson, and return a sentence for each problem."""
    return RULES.problems(Notebook.read(path))


# --- The rhythm ---------------------------------------------------------------------------------


@RULES.add
def rhythm(notebook: Notebook) -> Iterator[str]:
    """Refuse a lesson that lacks a part, or has it elsewhere."""
    ids = [cell.id for cell in notebook.nb.cells]
    places = {
        part: next((k for k, name in enumerate(ids) if name.startswith(part)), None)
        for part in RHYTHM
    }
    for part, place in places.items():
        if place is None:
            yield f"{notebook.path.name}: no cell {part!r}. A lesson has {', '.join(RHYTHM)}."
    known = [(part, place) for part, place in places.items() if place is not None]
    for (before, first), (after, second) in pairwise(known):
        if first > second:
            yield f"{notebook.path.name}: {after!r} stands before {before!r}. Exchange them."
    for cell in notebook.prose:
        heading = HEADINGS.get(cell.id, "")
        if not cell.source.startswith(heading):
            yield notebook.says(cell, f"it begins otherwise than {heading!r}.")


@RULES.add
def title(notebook: Notebook) -> Iterator[str]:
    """Refuse a first cell without number, objective, needs, time or the links to both sides."""
    cell = notebook.nb.cells[0]
    number = number_of(notebook.path)
    parts = {
        f"its heading, '# {number} · …'": rf"\A# {number} · \S",
        "its objective, '**You will be able to** …'": r"^\*\*You will be able to\*\* \S",
        "what it needs, '**You need** …'": r"^\*\*You need\*\* \S",
        "its time, '**Time** about 30 minutes.'": r"\*\*Time\*\* about \d+ minutes\.",
    }
    for neighbour in neighbours(notebook.path):
        parts[f"a link to {neighbour}"] = rf"\]\({re.escape(neighbour)}\)"
    for part, pattern in parts.items():
        if not re.search(pattern, cell.source, re.MULTILINE):
            yield notebook.says(cell, f"it lacks {part}.")


def neighbours(path: Path) -> list[str]:
    """Return the names of the notebooks before and after one."""
    names = [each.name for each in notebooks(path.parent)]
    here = names.index(path.name)
    return [*names[max(here - 1, 0) : here], *names[here + 1 : here + 2]]


@RULES.add
def predictions(notebook: Notebook) -> Iterator[str]:
    """Refuse a prediction that is not committed to, or of which a choice is left unanswered."""
    cells = notebook.nb.cells
    asked = [k for k, cell in enumerate(cells) if cell.id.startswith(ASKED)]
    for place, end in pairwise([*asked, len(cells)]):
        cell = cells[place]
        name = cell.id.removeprefix(ASKED)
        choices = choices_in(cell.source)
        if len(choices) < 3:
            yield notebook.says(cell, "fewer than three choices. Write '- **a** …' for each.")
        call = f'predict({number_of(notebook.path)}, "{name}")'
        if [each.source for each in cells[place + 1 : place + 2]] != [call]:
            yield notebook.says(cell, f"no cell after it to commit to a choice: '{call}'.")
        near = cells[place + 1 : min(end, place + ANSWERED_WITHIN)]
        answer = next((each for each in near if each.id == ANSWERED + name), None)
        if answer is None:
            yield notebook.says(cell, f"no cell {ANSWERED + name!r} soon after it answers.")
        else:
            for fault in faults_of_answer(answer.source, choices):
                yield notebook.says(answer, fault)
        if any("$" in choice for choice in choices.values()):
            yield notebook.says(cell, "a choice has a formula, which a button cannot show.")


def faults_of_answer(source: str, choices: Mapping[str, str]) -> Iterator[str]:
    """Say what an answer lacks: all of it is folded, and there is a part for each choice."""
    if FOLDED.sub("", source).strip():
        yield "part of the answer stands open. Fold it, or move it to a cell of its own."
    parts, beliefs = folded_in(source), beliefs_in(source)
    opening = LETTER.match(parts.get(RIGHT, ""))
    if opening is None or opening[1] not in choices:
        yield f"no part {RIGHT!r} that opens with the right letter, '**b.** …'."
    for letter in choices.keys() - beliefs.keys():
        yield f"no part '{BELIEF}{letter}'. Say why one would take it."
    if any("$" in belief for belief in beliefs.values()):
        yield f"a part '{BELIEF}…' has a formula, which the widget cannot show. Use words."


@RULES.add
def explorer(notebook: Notebook) -> Iterator[str]:
    """Refuse a lesson without an explorer, or without a goal in the words before one."""
    shown = [k for k, cell in enumerate(notebook.nb.cells) if cell.source.startswith("explorers.")]
    if not shown:
        yield f"{notebook.path.name}: no cell shows an explorer."
    elif not any("**Goal" in notebook.nb.cells[place - 1].source for place in shown):
        yield f"{notebook.path.name}: no explorer has a '**Goal: …**' in the cell before it."


@RULES.add
def explorer_early(notebook: Notebook) -> Iterator[str]:
    """Refuse an explorer in the last fifth of a lesson: it belongs where its idea is met."""
    cells = notebook.nb.cells
    minutes = Count(cells).minutes
    for place, cell in enumerate(cells, start=1):
        over = Count(cells[:place]).minutes
        if is_explorer(cell) and over > MET_WITHIN * minutes:
            yield notebook.says(
                cell,
                f"when its goal is reached, {over:.0f} of the lesson's {minutes:.0f} minutes are"
                " over. Show it where its idea is met, before the last fifth.",
            )


@RULES.add
def your_turn(notebook: Notebook) -> Iterator[str]:
    """Refuse fewer than two tasks."""
    for cell in notebook.prose:
        if cell.id == "your-turn" and len(re.findall(r"^\d\. ", cell.source, re.MULTILINE)) < 2:
            yield notebook.says(cell, "fewer than two tasks. Number them '1. …', '2. …'.")


@RULES.add
def summary(notebook: Notebook) -> Iterator[str]:
    """Refuse more or fewer than three sentences."""
    for cell in notebook.prose:
        if cell.id == "summary":
            sentences = re.findall(r"[.?!](?:\*\*)?(?=\s|$)", cell.source.partition("\n")[2])
            if len(sentences) != 3:
                yield notebook.says(cell, f"{len(sentences)} sentences, not three.")


@RULES.add
def references(notebook: Notebook) -> Iterator[str]:
    """Refuse a last cell without references, or that ends with anything but the way on."""
    cell = notebook.nb.cells[-1]
    if not re.search(
        r"^- .*\b(?:1[6-9]|20)\d\d\b|^- .*\bchapter \d|^- .*documentation",
        cell.source,
        re.MULTILINE,
    ):
        yield notebook.says(cell, "no reference. Write '- Author, *Title*, year: what is there.'")
    after = neighbours(notebook.path)[-1]
    if not re.search(rf"\S\n\n\[[^\]]+ →\]\({re.escape(after)}\)\Z", cell.source):
        yield notebook.says(cell, f"it does not end with the link '[… →]({after})' alone.")
    if cell.source.count(".ipynb)") > 1:
        yield notebook.says(cell, "more links than the one to what is next. The title has them.")


# --- The numbers --------------------------------------------------------------------------------


@RULES.add
def numbers(notebook: Notebook) -> Iterator[str]:
    """Refuse numbers in prose that stand in no code or output, of this lesson or an earlier one.

    Small whole numbers are words, years in brackets belong to a name, a choice of a prediction may
    be wrong, and references are somebody else's.
    """
    before = [each for each in lessons(notebook.path.parent) if each < notebook.path]
    known = known_in(notebook.path).union(*map(known_in, before))
    for cell in notebook.prose:
        if cell.id in ("title", "read-next"):
            continue
        for written in numbers_in(cell.source):
            if not is_known(written, known):
                yield notebook.says(cell, f"{written} stands in no code and no output. Print it.")


def numbers_in(source: str) -> list[str]:
    """Return the numbers of a text that a cell should compute, as they are written."""
    text = re.sub(r"^- \*\*[a-z]\*\* .*$", "", prose_of(source), flags=re.MULTILINE)
    found = IN_PROSE.findall(YEAR.sub("", text))
    return [written for written in found if not written.isdigit() or value_of(written) >= 10]


def is_known(written: str, known: frozenset[str]) -> bool:
    """Whether one of these numbers, or the percentage of one, is this to the digits written."""
    value, digits = value_of(written), len(written.partition(".")[2])
    if not digits:  # a count: it is not rounded
        return any(value in (each, round(100 * each, 9)) for each in map(value_of, known))
    return any(
        value in (round(each, digits), round(100 * each, digits)) for each in map(value_of, known)
    )


def value_of(written: str) -> float:
    """Return the number that is written, with or without marks between the thousands."""
    return float(re.sub("[,_]", "", written))


@cache
def known_in(path: Path) -> frozenset[str]:
    """Return the numbers that a notebook's code and outputs hold, as they are written."""
    notebook = Notebook.read(path)
    texts = [cell.source for cell in notebook.code]
    texts += [
        text for cell in notebook.code for output in cell.outputs for text in texts_of(output)
    ]
    return frozenset(
        written for text in texts for written in re.findall(NUMBER, text, re.IGNORECASE)
    )

"""How many minutes a lesson takes: counted from what is in it, and held to what it states.

Nobody has timed a learner. So the minutes are a rule that everybody can check, and its numbers are
stated here with their reasons: they are those of somebody who reads alone, to the end, with care.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode

from course_tools.notebooks.cells import Notebook, lines_of_code, without_folds, words_of
from course_tools.notebooks.overview import TIME
from course_tools.notebooks.questions import ANSWERED, ASKED
from course_tools.notebooks.stored import PNG
from course_tools.rules.registry import Rules

WORDS = 1 / 200
"""Minutes for a word: technical prose is read at about 200 words a minute, novels at 250."""

FORMULAS = 10 / 60
"""For a formula on a line of its own: it is read symbol by symbol, and compared with the last."""

CODE = 4 / 60
"""For a line of code: as long as for 13 words, since its names have to be followed back."""

PRINTED = 2 / 60
"""For a printed line: found in its column and compared with the sentence that reads it."""

FIGURES = 1 / 2
"""For a figure: its axes, its lines, and what the text says of them."""

PREDICTIONS = 1
"""For a prediction: choosing, and giving oneself a reason."""

EXPLORERS = 3
"""For an explorer: its sliders one by one, then the goal."""

TURNS = 2
"""For a task of "Your turn", which changes a line and runs it. An exercise has its own time."""

STEP = 5
"""Minutes are stated in fives: nobody reads to the minute."""

SLACK = 3
"""Minutes by which a lesson may leave what it states: half a step, and a sentence or two."""

LONGEST = 45
"""Minutes, as they are stated, for one sitting."""

RULES: Rules[Notebook] = Rules()
"""Those below, in their order."""


def problems(path: Path) -> list[str]:
    """Apply every rule to a lesson, and return a sentence for each problem."""
    return RULES.problems(Notebook.read(path))


FORMULA = re.compile(r"\$\$.*?\$\$", re.DOTALL)
WORD = re.compile(r"\S*\w\S*")


# --- Counting -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Count:
    """What a lesson holds, or a part of it.

    Parameters
    ----------
    cells : list of NotebookNode
        Its cells.
    """

    cells: list[NotebookNode]

    @cached_property
    def text(self) -> str:
        """Its prose, but for what is folded: that is for whoever asks, and takes its own time.

        The answer to a prediction is folded, and read by everybody.
        """
        prose = [
            cell.source if cell.id.startswith(ANSWERED) else without_folds(cell.source)
            for cell in self.cells
            if cell.cell_type == "markdown"
        ]
        return "\n\n".join(prose)

    @cached_property
    def code(self) -> list[NotebookNode]:
        """Its cells of code."""
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def code_read(self) -> list[NotebookNode]:
        """Its cells of code whose code is not hidden; what the others show is read all the same."""
        return [cell for cell in self.code if not is_hidden(cell)]

    @property
    def outputs(self) -> list[NotebookNode]:
        """What its code shows, apart from explorers."""
        return [each for cell in self.code if not is_explorer(cell) for each in cell.outputs]

    @property
    def parts(self) -> dict[str, tuple[int, float]]:
        """How many there are of each kind, with the minutes that one takes."""
        names = [str(cell.id) for cell in self.cells]
        tasks = "\n".join(cell.source for cell in self.cells if cell.id == "your-turn")
        pictures = [each for each in self.outputs if is_picture(each)]
        shown = "\n".join(words_of(each) for each in self.outputs if not is_picture(each))
        return {
            "words": (len(words_in(self.text)), WORDS),
            "formulas": (len(FORMULA.findall(self.text)), FORMULAS),
            "lines of code": (sum(lines_of_code(cell.source) for cell in self.code_read), CODE),
            "printed lines": (sum(map(bool, map(str.strip, shown.splitlines()))), PRINTED),
            "figures": (len(pictures), FIGURES),
            "predictions": (sum(name.startswith(ASKED) for name in names), PREDICTIONS),
            "explorers": (sum(map(is_explorer, self.code)), EXPLORERS),
            "turns": (len(re.findall(r"^\d+\. ", tasks, re.MULTILINE)), TURNS),
        }

    @property
    def minutes(self) -> float:
        """The minutes that all of it takes."""
        return sum(number * each for number, each in self.parts.values())

    @property
    def rounded(self) -> int:
        """The minutes as a lesson should state them."""
        return STEP * round(self.minutes / STEP)

    def __str__(self) -> str:
        """Say how many minutes, and how they come about."""
        parts = "; ".join(
            f"{kind}: {number}, {number * each:.1f}"
            for kind, (number, each) in self.parts.items()
            if number
        )
        return f"{self.minutes:.1f} minutes ({parts})"


def words_in(text: str) -> list[str]:
    """Return the words of Markdown that a reader sees: no address, no HTML, no formula apart."""
    seen = re.sub(r"\]\([^)]*\)", "]", FORMULA.sub(" ", text))
    return WORD.findall(re.sub(r"</?[a-zA-Z][^<>]*>", " ", seen))


def is_explorer(cell: NotebookNode) -> bool:
    """Whether a cell shows an explorer."""
    return str(cell.source).startswith("explorers.")


def is_hidden(cell: NotebookNode) -> bool:
    """Whether JupyterLab opens a cell with its code hidden."""
    return bool(cell.metadata.get("jupyter", {}).get("source_hidden"))


def is_picture(output: NotebookNode) -> bool:
    """Whether an output is a figure."""
    return PNG in output.get("data", {})


# --- The rules ----------------------------------------------------------------------------------


@RULES.add
def stated(notebook: Notebook) -> Iterator[str]:
    """Refuse a lesson that states another time than it takes."""
    title, count = notebook.nb.cells[0], Count(notebook.nb.cells)
    found = TIME.search(title.source)
    told = int(found[1]) if found else 0
    if told % STEP or abs(told - count.minutes) > SLACK:
        yield notebook.says(
            title,
            f"it states {told} minutes, and takes {count}. "
            f"Write '**Time** about {count.rounded} minutes.', and the same in its notes.",
        )


@RULES.add
def sitting(notebook: Notebook) -> Iterator[str]:
    """Refuse a lesson that is too long for one sitting."""
    count = Count(notebook.nb.cells)
    if count.rounded > LONGEST:
        yield notebook.says(
            notebook.nb.cells[0],
            f"it takes {count}, and {LONGEST} are enough for one sitting. Leave out what is said "
            "twice, fold an aside between <details> and </details>, or part the lesson.",
        )

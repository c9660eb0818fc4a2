"""What came first: the cell that is to blame for what tests below could not find.

A test that stops with NameError says little. The notebook says more: the cell that binds the name
has stopped, or it stands below, or it is text, or gone. Only the run without hidden lines is asked.
What a cell binds is read from its lines, one by one: nothing of a learner's is parsed here.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nbformat import NotebookNode

from course_tools.marking.assignments import Assignment, GradedCell
from course_tools.marking.faults import SHOWN, Fault, advice_on, shown, title_of
from course_tools.marking.recognising import DEFINITION, Signature, mistaken_for
from course_tools.marking.records.autograded import released
from course_tools.notebooks.stored import grade_id

CODE = "    "
"""Stands before a line of code, as in Markdown."""

UNFILLED = "unfilled"
"""What a check calls a function that is as it was given out."""

FORMS = (
    re.compile(r"(?:async )?(?:def|class) (\w+)"),
    re.compile(r"(?:from \S+ )?import (.*)"),
    re.compile(r"(?:async )?for ([^:]*?) in "),
    re.compile(r"(?:async )?with [^:]* as (\w+)"),
    re.compile(r"\(? ?(\*?\w+(?: ?, ?\*?\w+)*) ?,? ?\)? ?(?::[^=]*)?=(?!=)"),
)
"""What a line looks like that binds names, which stand in the first group."""

LONGEST, MOST, DEEPEST = 500, 200, 100
"""Characters of a line, names of functions, and causes of causes that are looked at."""

ORDER = "Cells run once each, from the top to the bottom."

UNCHANGED = (
    "Nothing was changed: this is the exercise as it was handed out.\n"
    "Is there a copy in which you have worked? Save it (Ctrl S, on a Mac ⌘ S), and hand in that"
    " one."
)


@dataclass(frozen=True)
class Cause:
    """What came first.

    Parameters
    ----------
    words : str
        What there is to read about it, in lines. The first is a sentence that says it all.
    place : int, optional
        The cell that it is about, if it is about one.
    """

    words: str
    place: int | None = None


class Causes:
    """Tells why a notebook lacks what its tests need.

    Parameters
    ----------
    assignment : Assignment
        What it answers.
    cells : sequence of cells
        Those of the notebook, as handed in.
    places : dict of str to int
        Where each test ran.
    faults : dict of int to list
        What cells raised, by their places, as `faults.claimed` gives it.
    known : sequence of Signature
        Every assignment that it may be meant for.
    modules : sequence of str
        Modules that can be imported besides those of the course.
    """

    def __init__(
        self,
        assignment: Assignment,
        cells: Sequence[NotebookNode],
        places: Mapping[str, int],
        faults: Mapping[int, Sequence[Any]],
        known: Sequence[Signature] = (),
        modules: Sequence[str] = (),
    ) -> None:
        self.assignment = assignment
        self.cells = cells
        self.places = places
        self.faults = {place: Fault(*fault) for place, fault in faults.items()}
        self.known = known
        self.modules = modules
        self.explained: dict[str, Cause | None] = {}

    # --- Of the whole notebook ----------------------------------------------------------------

    @cached_property
    def of_all(self) -> Cause | None:
        """What is to blame for everything: another exercise, or one that nobody has touched."""
        meant = mistaken_for(self.assignment.name, self.cells, self.known)
        if meant:
            return Cause(
                f"This looks like “{meant.title}”, and it was handed in as"
                f" “{self.assignment.title}”.\n"
                f"Hand in your notebook {self.assignment.name} here, and this one where"
                f" {meant.name} is asked for."
            )
        return Cause(UNCHANGED) if self.is_untouched else None

    @property
    def is_untouched(self) -> bool:
        """Whether everything to be answered is there, and as it was given out."""
        given = released(self.assignment).cells
        texts = {cell.source.strip() for cell in given}
        asked = {grade_id(cell) for cell in given if grade_id(cell) and solves(cell)}
        there = {grade_id(cell) for cell in self.cells}
        return asked <= there and all(cell.source.strip() in texts for cell in self.cells)

    # --- Of a test ------------------------------------------------------------------------------

    def of(self, test: GradedCell, error: BaseException) -> Cause | None:
        """Return what is to blame for a test that raised something, as far as it is known.

        Parameters
        ----------
        test : GradedCell
            The test, which ran as students can see it.
        error : BaseException
            What it raised.
        """
        place = self.places[test.name]
        name = fault_of(error).lacks
        if name:
            if name not in self.explained:
                self.explained[name] = self.of_all or self.why_missing(name, place)
            return self.explained[name]
        if getattr(error, "kind", "") == UNFILLED:
            return self.why_unfilled(test, place)
        return None

    def why_unfilled(self, test: GradedCell, place: int) -> Cause | None:
        """Say which cell would have replaced an empty function, had it not stopped."""
        asked = self.assignment.names & set(re.findall(r"\w+", test.shown))
        failed = [k for name in sorted(asked) for k in self.binders(name) if k in self.faults]
        above = [k for k in failed if k < place]
        return self.root(above[-1], {*asked}) if above else None

    def why_missing(
        self, name: str, before: int, seen: frozenset[str] = frozenset()
    ) -> Cause | None:
        """Say why a name is not there when a cell needs it.

        Parameters
        ----------
        name : str
            The name.
        before : int
            The place of the cell.
        seen : frozenset of str
            Names that are looked for already.
        """
        binders = self.binders(name)
        above = [place for place in binders if place < before]
        failed = [place for place in above if place in self.faults]
        if failed:
            return self.root(failed[-1], {*seen, name})
        if above:
            return self.said(
                above[-1],
                f"defines {name}, and yet it is not there when {self.at(before)} needs it.",
                "Does that stand in a function or under an if, or is it deleted further down?",
            )
        if binders:
            return self.said(
                binders[0],
                f"defines {name}, and it stands below {self.at(before)}, which needs it.",
                f"{ORDER} Move it up.",
            )
        return self.why_nowhere(name, before)

    def root(self, place: int, seen: set[str]) -> Cause:
        """Say what stopped a cell: what it lacked itself comes first."""
        fault = self.faults[place]
        lacked = fault.lacks
        if lacked and lacked not in seen and len(seen) < DEEPEST:
            found = self.why_missing(lacked, place, frozenset(seen))
            if found and found.place not in (None, place):
                return found
        advice = advice_on(fault, self.modules)
        if lacked and not self.binders(lacked):
            advice = f"No cell of the notebook defines {lacked}. {ORDER}"
        line = self.line_of(place, fault)
        more = f"Line {fault.line} is:\n{CODE}{line}" if line else ""
        return self.said(place, title_of(fault), more, advice)

    def why_nowhere(self, name: str, before: int) -> Cause | None:
        """Say that no cell binds a name, and what may have become of the cell that did.

        Nothing is said of a name that is neither asked for nor bound in the exercise.
        """
        text = next((k for k, cell in enumerate(self.cells) if is_text_with(cell, name)), None)
        if text is not None:
            return self.said(
                text,
                f"defines {name}, but it is a cell of text, which is not run.",
                "Click into its margin, and press Y, which makes it a cell of code.",
            )
        near = self.near(name) if name in self.assignment.names else None
        if near:
            place, other = near
            return self.said(
                place,
                f"defines {other}, and {self.at(before)} asks for {name}.",
                "Give it exactly the name that the exercise gives it.",
            )
        given = filter(is_no_test, released(self.assignment).cells)
        first = next((first_line(cell) for cell in given if binds(cell.source, name)), "")
        words = f"No cell of the notebook defines {name}, which is needed."
        if first:
            return Cause(
                f"{words}\nIn the exercise, a cell does that begins with:\n{CODE}{first}\nIf it"
                " is gone, take it from a fresh copy of the exercise."
            )
        return Cause(words) if name in self.assignment.names else None

    def near(self, name: str) -> tuple[int, str] | None:
        """Return a function whose name is nearly the one that is missing, and where it is."""
        defined = {
            other: place
            for place, cell in enumerate(self.cells)
            if cell.cell_type == "code" and place not in self.places.values()
            for other in DEFINITION.findall(cell.source)
        }
        wanted = sorted({*defined} - self.assignment.names)[:MOST]
        folded = {other.casefold(): other for other in wanted if len(other) < SHOWN}
        found = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.8)
        return (defined[folded[found[0]]], folded[found[0]]) if found else None

    # --- Cells ----------------------------------------------------------------------------------

    def binders(self, name: str) -> list[int]:
        """Return the places of the cells that bind a name, tests apart.

        Lines that are indented count where no others bind it.
        """
        tests = {*self.places.values()}
        code = [
            (place, cell.source)
            for place, cell in enumerate(self.cells)
            if cell.cell_type == "code" and place not in tests and name in cell.source
        ]
        return [place for place, source in code if binds(source, name)] or [
            place for place, source in code if binds(source, name, within=True)
        ]

    def said(self, place: int, title: str, *lines: str) -> Cause:
        """Say something about a cell, so that it can be found: its number, and how it begins."""
        where = f"Cell {place + 1}, counted from the top with the texts, begins with:"
        code = CODE + first_line(self.cells[place])
        words = [f"Cell {place + 1} {title}", where, code, *filter(None, lines)]
        return Cause("\n".join(words), place)

    def at(self, place: int) -> str:
        """Name a cell by its number; a test that is not there has none."""
        if place >= len(self.cells):
            return "the test"
        return f"the test in cell {place + 1}" * (place in self.places.values()) or (
            f"cell {place + 1}"
        )

    def line_of(self, place: int, fault: Fault) -> str:
        """Return the line in which a cell stopped, unless it is the first one."""
        lines = self.cells[place].source.splitlines()
        line = shown(lines[fault.line - 1]) if 0 < fault.line <= len(lines) else ""
        return line if line != first_line(self.cells[place]) else ""

    def running(self, place: int) -> Cause | None:
        """Say which cell ran when the notebook was stopped."""
        if place in self.places.values():
            name = next(name for name, where in self.places.items() if where == place)
            title = name.removeprefix("test-").replace("-", " ")
            return Cause(f"The test “{title}” was running then, which calls your functions.", place)
        return self.said(place, "was running then.") if 0 <= place < len(self.cells) else None


def fault_of(error: BaseException) -> Fault:
    """Return what a test raised, or what the function raised that it has checked."""
    raised, said = getattr(error, "raised", ""), getattr(error, "said", "")
    return Fault(raised or type(error).__name__, said if raised else str(error))


def solves(cell: NotebookNode) -> bool:
    """Whether a cell is to be answered."""
    return bool(cell.metadata["nbgrader"]["solution"])


def is_no_test(cell: NotebookNode) -> bool:
    """Whether a cell of the exercise is code that learners build on, or write."""
    return cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("grade")


def binds(source: str, name: str, *, within: bool = False) -> bool:
    """Whether a line of a cell binds a name: as a function, a class, a value or a module.

    Parameters
    ----------
    source, name : str
        The cell, and the name.
    within : bool
        Whether lines count that are indented.
    """
    lines = (line[:LONGEST] for line in source.splitlines() if name in line)
    return any(name in bound_in(line) for line in lines if within or not line[:1].isspace())


def bound_in(line: str) -> list[str]:
    """Return the names that a line may bind. It is cut into words, and not parsed."""
    line = " ".join(line.split())  # no form has two spaces in a row to choose from
    for form in FORMS:
        found = form.match(line)
        if found:
            return re.findall(r"\w+", found[1])
    return []


def is_text_with(cell: NotebookNode, name: str) -> bool:
    """Whether a cell of text defines a function, which nobody has meant to be read."""
    defined = (re.match(r"[ \t]*def[ \t]+(\w+)", line) for line in cell.source.splitlines())
    return cell.cell_type != "code" and any(found and found[1] == name for found in defined)


def first_line(cell: NotebookNode) -> str:
    """Return the first line of a cell that is not empty."""
    return shown(next(filter(str.strip, cell.source.splitlines()), ""))

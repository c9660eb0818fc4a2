"""What the instructor's own notebook says about an assignment: its tests, and what they rest on.

Everything that decides a mark comes from here, and nothing of it from what was handed in. The test
cells run in a process of their own, so whatever they use has to be known beforehand: the names that
a learner's code is to bind, and what the instructor's other cells import.
"""

from __future__ import annotations

import ast
import builtins
import math
import re
import symtable
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from course_tools import release
from course_tools.files import show
from course_tools.marking.results import MarkingError
from course_tools.notebooks import cells
from course_tools.notebooks.course import EXERCISE, SOLUTION
from course_tools.notebooks.stored import NotebookError, from_bytes, grade_id, to_bytes

from_dict: Any = nbformat.from_dict

FOLDERS = ("", "source", "solutions")
"""Where, in a course, assignments may stand: there, in nbgrader's folder, or in ours."""


@dataclass(frozen=True)
class GradedCell:
    """A cell of the instructor's that gives points.

    Parameters
    ----------
    name : str
        Its grade id.
    points : float
        Points that can be reached.
    source : str
        Its text, with hidden tests.
    shown : str
        Its text as released, without them.
    """

    name: str
    points: float
    source: str
    shown: str

    @cached_property
    def hidden(self) -> str:
        """What is to be run beside the text that is shown: nothing, or the whole, or its end.

        The end is enough if the rest leaves nothing behind on which it could depend.
        """
        if self.source == self.shown:
            return ""
        rest = self.source.removeprefix(self.shown)
        return rest if rest.startswith("\n") and only_checks(self.shown) else self.source


@dataclass(frozen=True)
class Assignment:
    """What is to be marked, and how.

    Parameters
    ----------
    name, title : str
        What it is called, and the first heading.
    tests : tuple of GradedCell
        Cells that decide by themselves, in order.
    by_hand : tuple of GradedCell
        Cells on which somebody has to decide, in order.
    names : frozenset of str
        What the solution cells bind, imports apart.
    setup : str
        Python to be run before the tests: the imports of the instructor's other cells, and the
        whole of the locked ones.
    source : str
        The notebook with solutions and tests, but without explanations; JSON.
    released : str
        The notebook as learners get it; JSON.
    """

    name: str
    title: str
    tests: tuple[GradedCell, ...]
    by_hand: tuple[GradedCell, ...]
    names: frozenset[str]
    setup: str
    source: str
    released: str


# --- Reading --------------------------------------------------------------------------------------


def every_assignment(folder: Path) -> dict[str, Path]:
    """Find the instructor's notebooks, `<name>/solution_<name>.ipynb` or `<name>/<name>.ipynb`.

    Parameters
    ----------
    folder : Path
        The folder in which they stand, or one that has it as `source` or `solutions`.

    Returns
    -------
    dict of str to Path
        The notebook of each assignment, in order.

    Raises
    ------
    MarkingError
        If there are none.
    """
    for base in FOLDERS:
        found = {
            name_of(path): path
            for path in sorted((folder / base).glob("*/*.ipynb"))
            if name_of(path) == path.parent.name
        }
        if found:
            return found
    raise MarkingError(
        f"There are no assignments in {folder}. Each is a notebook <name>/<name>.ipynb, or"
        " <name>/solution_<name>.ipynb, in this folder or in its 'source' or"
        " 'solutions'. Give another folder."
    )


def name_of(path: Path) -> str:
    """Return the name of the assignment that a notebook is for: its folder's, if both agree."""
    folder = path.parent.name
    forms = {folder, EXERCISE + folder, SOLUTION + folder}
    return folder if path.stem in forms else path.stem.removeprefix(SOLUTION)


def handed_in_as(path: Path) -> str:
    """Return what a learner's notebook is called, without its ending, given the instructor's.

    nbgrader knows the notebook by this name, in its `source/` as well.
    """
    return path.stem.replace(SOLUTION, EXERCISE, 1) if name_of(path) != path.stem else path.stem


def read_assignment(path: Path) -> Assignment:
    """Read the instructor's notebook; once, as long as it does not change.

    Parameters
    ----------
    path : Path
        A notebook with nbgrader's markers.

    Raises
    ------
    MarkingError
        If it cannot be used to mark, saying which cell is why, and what to do about it.
    """
    try:
        state = path.stat()
        return _read(path.absolute(), state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise MarkingError(
            f"{show(path)} cannot be read ({error.strerror}). Give the instructor's notebook."
        ) from error


@lru_cache(maxsize=64)
def _read(path: Path, changed: int, size: int) -> Assignment:
    from nbgrader.nbgraderformat import ValidationError

    try:
        own = from_bytes(path.read_bytes(), path)
        check_points(own, path)
        learners = from_bytes(release.released(path), path)
    except (release.ReleaseError, NotebookError) as error:
        raise MarkingError(str(error)) from error
    except (ValidationError, RuntimeError) as error:
        reason = error.__context__ or error  # nbgrader names the cell in the one before
        raise MarkingError(
            f"{show(path)} cannot be released: {reason} Mend it until `make exercises` passes."
        ) from error
    own.cells = [cell for cell in own.cells if not cell.id.startswith(release.WORKED)]
    assignment = Assignment(
        name=name_of(path),
        title=title_of(own) or name_of(path),
        tests=tuple(graded(own, learners, by_hand=False)),
        by_hand=tuple(graded(own, learners, by_hand=True)),
        names=frozenset().union(*(bound_by(cell, path) for cell in own.cells if solves(cell))),
        setup=setup_of(own),
        source=to_bytes(own).decode(),
        released=to_bytes(learners).decode(),
    )
    check(assignment, path)
    return assignment


def title_of(nb: NotebookNode) -> str:
    """Return the first heading, if there is any."""
    texts = (cell.source for cell in nb.cells if cell.cell_type == "markdown")
    found = (re.search(r"^#+[ \t]+(.+?)[ \t#]*$", text, re.MULTILINE) for text in texts)
    return next((match[1] for match in found if match), "")


def graded(own: NotebookNode, learners: NotebookNode, *, by_hand: bool) -> Iterator[GradedCell]:
    """Give the cells that give points, either by themselves or by somebody's decision."""
    shown = {grade_id(cell): cell.source for cell in learners.cells}
    for cell in own.cells:
        if gives_points(cell) and decided_by_hand(cell) is by_hand:
            name, points = grade_id(cell), float(grading(cell, "points"))
            yield GradedCell(name, points, cell.source, shown[name])


def only_checks(source: str) -> bool:
    """Whether a test does nothing but ``check(function).require()``, for one or more functions."""
    tree = cells.parsed(source)
    return bool(tree and all(map(is_check, tree.body)))


def is_check(statement: ast.stmt) -> bool:
    """Whether a statement is ``check(function).require()``."""
    match statement:
        case ast.Expr(
            ast.Call(
                func=ast.Attribute(
                    value=ast.Call(func=ast.Name(id="check"), args=[ast.Name()], keywords=[]),
                    attr="require",
                ),
                args=[],
                keywords=[],
            )
        ):
            return True
    return False


def gives_points(cell: NotebookNode) -> bool:
    """Whether nbgrader keeps points for a cell."""
    return bool(grading(cell, "grade") or grading(cell, "task"))


def grading(cell: NotebookNode, key: str) -> Any:
    """Return what nbgrader keeps about a cell."""
    return cell.metadata.get("nbgrader", {}).get(key)


def decided_by_hand(cell: NotebookNode) -> bool:
    """Whether a graded cell is an answer, rather than a test of one."""
    return bool(cell.cell_type != "code" or grading(cell, "solution") or grading(cell, "task"))


def solves(cell: NotebookNode) -> bool:
    """Whether learners write code into a cell."""
    return bool(cell.cell_type == "code" and grading(cell, "solution"))


def check_points(nb: NotebookNode, path: Path) -> None:
    """Refuse a cell whose points are none."""
    for cell in nb.cells:
        points = grading(cell, "points")
        number = isinstance(points, int | float) and not isinstance(points, bool)
        if gives_points(cell) and not (number and 0 < points < math.inf):
            raise MarkingError(
                f"{at(path, grade_id(cell))} gives {points!r} points. Allowed is a number"
                " above 0. Set it in the cell's metadata."
            )


def at(path: Path, name: str) -> str:
    """Say where."""
    return f"{show(path)}, cell {name!r}:"


# --- Names ----------------------------------------------------------------------------------------


def setup_of(nb: NotebookNode) -> str:
    """Collect what is run before the tests."""
    pieces: list[str] = []
    for cell in nb.cells:
        if cell.cell_type != "code" or solves(cell) or grading(cell, "grade"):
            continue
        pieces += [cell.source] if grading(cell, "locked") else imports_of(cell.source)
    pieces.sort(key=lambda piece: not piece.startswith("from __future__"))  # Python wants it first
    return "\n".join(pieces) + "\n"


def imports_of(source: str) -> list[str]:
    """Return the import statements of a cell that stand in no other statement."""
    tree = cells.parsed(source)
    return [
        ast.unparse(statement)
        for statement in (tree.body if tree else [])
        if isinstance(statement, ast.Import | ast.ImportFrom)
    ]


def bound_by(cell: NotebookNode, path: Path) -> set[str]:
    """Return the names that a solution cell binds, imports apart."""
    table = table_of(cells.python(cell.source), at(path, grade_id(cell)))
    return bound_in(table, symtable.Symbol.is_assigned)


def table_of(source: str, where: str) -> symtable.SymbolTable:
    """Analyse Python, which must be valid."""
    try:
        compile(source, where, "exec", dont_inherit=True)
        tree = Generators().visit(ast.parse(source))
        return symtable.symtable(ast.unparse(tree), where, "exec")
    except (SyntaxError, ValueError) as error:
        line = f" in line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise MarkingError(
            f"{where} is not Python{line}: {getattr(error, 'msg', error)}. Tests and locked cells"
            " run without IPython. Correct it, and take out IPython's % and !."
        ) from error


class Generators(ast.NodeTransformer):
    """Turns comprehensions into generators, of which every Python keeps the variables apart.

    Since 3.12 the table of a piece of Python mixes up the variables of a list comprehension with
    those around it.
    """

    def visit(self, node: ast.AST) -> ast.AST:
        """Turn a comprehension, and whatever it contains."""
        self.generic_visit(node)
        match node:
            case ast.ListComp(element, loops) | ast.SetComp(element, loops):
                return ast.GeneratorExp(element, loops)
            case ast.DictComp(key, value, loops):
                return ast.GeneratorExp(ast.Tuple([key, value], ast.Load()), loops)
        return node


def tables_in(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """Give a table, and those of the functions and classes in it."""
    yield table
    for child in table.get_children():
        yield from tables_in(child)


def bound_in(table: symtable.SymbolTable, way: Callable[[symtable.Symbol], bool]) -> set[str]:
    """Return the global names that a piece of Python binds in a certain way.

    Functions and generators bind some as well; the table has these as declared.
    """
    return {
        each.get_name() for each in table.get_symbols() if way(each) or each.is_declared_global()
    }


def binds(name: symtable.Symbol) -> bool:
    """Whether a name is bound in any way."""
    return name.is_assigned() or name.is_imported()


def used_in(table: symtable.SymbolTable) -> set[str]:
    """Return the global names that a piece of Python uses."""
    return {
        each.get_name()
        for scope in tables_in(table)
        for each in scope.get_symbols()
        if each.is_referenced() and (scope is table or each.is_global())
    }


def check(assignment: Assignment, path: Path) -> None:
    """Refuse an assignment that cannot be marked."""
    if not assignment.tests + assignment.by_hand:
        raise MarkingError(
            f"{show(path)} has no cells that give points. Mark at least one as a test, with"
            " nbgrader's 'Autograder tests', and give it points."
        )
    known = set(dir(builtins)) | check_names(
        assignment.setup, set(dir(builtins)), at(path, "setup")
    )
    for test in assignment.tests:
        check_names(test.source, known | assignment.names, at(path, test.name))


def check_names(source: str, known: set[str], where: str) -> set[str]:
    """Refuse Python that uses what nothing binds; return what it binds itself."""
    table = table_of(source, where)
    bound = bound_in(table, binds)
    unknown = sorted(used_in(table) - bound - known)
    if unknown:
        raise MarkingError(
            f"{where} uses {', '.join(unknown)}, which nothing binds before it is run. It may use"
            " what it binds itself, what solution cells define, and what plain cells import by"
            " name. Bind it there, or in a locked cell without points."
        )
    return bound

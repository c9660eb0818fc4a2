"""Run a cell of a notebook, as IPython does, and tell what it printed and raised."""

from __future__ import annotations
import __future__

import ast
import builtins
import contextlib
import functools
import inspect
import linecache
import sys
import traceback
from dataclasses import dataclass
from types import CodeType
from typing import Any

from lessons_lib.feedback.running import Sink

PRINTED = 20_000
"""Characters that are kept of what a cell prints."""

Names = dict[str, Any]


@dataclass(frozen=True)
class CellRun:
    """What a cell did.

    Parameters
    ----------
    printed : str
        What it printed, cut at ``PRINTED`` characters.
    shown : object
        The value of its last line, if that is an expression.
    error : BaseException, optional
        What it raised.
    """

    printed: str = ""
    shown: Any = None
    error: BaseException | None = None

    @property
    def traceback(self) -> str:
        """What Python says about the error, or nothing."""
        return "".join(traceback.format_exception(self.error)) if self.error else ""


def run(source: str, names: Names, title: str = "<cell>") -> CellRun:
    """Run a cell.

    Parameters
    ----------
    source : str
        Python, or what IPython understands besides: magics, shell commands, ``await``.
    names : dict
        The notebook's names, which it reads and changes.
    title : str
        Stands in place of a file name when something is raised. Unlike any other cell's.

    Returns
    -------
    CellRun
        Whatever happens.
    """
    printed = Sink(PRINTED)
    shown, error = None, None
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            for code in codes(source, title, promised(names)):
                shown = eval(code, names)
                if code.co_flags & inspect.CO_COROUTINE:
                    shown = awaited(shown)
        except BaseException as raised:  # SystemExit and the end of its time, too
            error = raised
    return CellRun(printed.getvalue(), shown, error)


def promised(names: Names) -> int:
    """Return as flags what earlier cells have imported from ``__future__``. IPython keeps to it."""
    features = [getattr(__future__, name) for name in __future__.all_feature_names]
    kept = [feature for feature in features if any(feature is each for each in names.values())]
    flags: int = sum(feature.compiler_flag for feature in kept)
    return flags


def codes(source: str, title: str, flags: int = 0) -> list[CodeType]:
    """Compile a cell: what it does, and then its last line if that has a value.

    Parameters
    ----------
    source, title : str
        As for `run`.
    flags : int
        The compiler's, for what comes from ``__future__``.

    Raises
    ------
    SyntaxError
        If it is not Python even after IPython has translated it.
    """
    try:
        tree = ast.parse(source, title)
    except SyntaxError:
        source = translated(source)
        tree = ast.parse(source, title)
    linecache.cache[title] = (len(source), None, source.splitlines(keepends=True), title)
    last = [tree.body.pop()] if tree.body and isinstance(tree.body[-1], ast.Expr) else []
    parts: list[ast.Module | ast.Expression] = [tree]
    parts += [ast.Expression(line.value) for line in last if isinstance(line, ast.Expr)]
    return [_compiled(part, title, flags) for part in parts]


def _compiled(part: ast.Module | ast.Expression, title: str, flags: int) -> CodeType:
    mode = "exec" if isinstance(part, ast.Module) else "eval"
    flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code: CodeType = compile(part, title, mode, flags, dont_inherit=True)
    return code


def awaited(value: Any) -> Any:
    """Wait for what a cell awaits, in the one loop that all cells have."""
    return loop().run(value)


@functools.cache
def loop() -> Any:
    """Return the loop."""
    import asyncio  # takes a third of the time that numpy takes, and few cells need it

    return asyncio.Runner()


def translated(source: str) -> str:
    """Turn IPython's own syntax into Python, as IPython does."""
    from IPython.core import inputtransformer2

    manager: Any = inputtransformer2.TransformerManager  # carries no types
    return str(manager().transform_cell(source))


def offer_ipython() -> None:
    """Put ``get_ipython`` and ``display`` among the builtins. The first call loads IPython."""
    offered = {"get_ipython": get_ipython, "display": display, "__IPYTHON__": True}
    for name, value in offered.items():
        setattr(builtins, name, value)


@functools.cache
def get_ipython() -> Any:
    """Return IPython's shell, whose magics read and change the notebook's names."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Shell(InteractiveShell):
        def enable_gui(self, gui: object = None) -> None:
            """Open no window: nobody looks."""

        def ask_exit(self) -> None:
            """End the cell, as ``exit()`` does without IPython."""
            raise SystemExit

    names = sys.modules["__main__"].__dict__
    return Shell.instance(config=Config({"HistoryManager": {"enabled": False}}), user_ns=names)


def display(*values: Any, **options: Any) -> Any:
    """Show values as text."""
    from IPython.core import display_functions

    get_ipython()
    show: Any = display_functions.display  # carries no types
    return show(*values, **options)

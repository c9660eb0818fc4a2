"""Run a cell of a notebook, as IPython does, and tell what it printed and raised."""

from __future__ import annotations
import __future__

import ast
import builtins
import contextlib
import functools
import inspect
import linecache
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from traceback import FrameSummary, StackSummary, TracebackException
from types import CodeType
from typing import Any

from lessons_lib.feedback import running
from lessons_lib.feedback.running import Sink

PRINTED = 20_000
"""Characters that are kept of what a cell prints."""

OURS = (str(Path(__file__).parent), str(Path(running.__file__).parent))
"""Folders of the code that runs cells, and of checks: no traceback shows it."""

INSTALLS = re.compile(
    r"\s*(?:sudo\s+)?(?:\S*python[\d.]*\s+-m\s+)?"
    r"(?:uv\s+)?(?:pip[\d.]*|uv|conda|mamba|micromamba|apt|apt-get)\s(?:.*\s)?(?:install|add|sync)\b"
)
"""How a command of the shell begins that would install something."""

NOT_INSTALLED = (
    "Nothing is installed: there is no network when work is marked. What your own cells import has"
    " to be among the modules that the exercise uses."
)

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
    title : str
        Stands in place of a file name.
    """

    printed: str = ""
    shown: Any = None
    error: BaseException | None = None
    title: str = "<cell>"

    @property
    def traceback(self) -> str:
        """What Python says about the error, or nothing. It begins in the cell's own code."""
        if not self.error:
            return ""
        said = TracebackException.from_exception(self.error)
        begin_in(self.title, said)
        return "".join(said.format())

    @property
    def line(self) -> int:
        """The line of the cell in which the error arose; 0 if it was in none."""
        if isinstance(self.error, SyntaxError) and self.error.filename == self.title:
            return self.error.lineno or 0
        frame, line = self.error and self.error.__traceback__, 0
        while frame:
            if frame.tb_frame.f_code.co_filename == self.title:
                line = frame.tb_lineno or 0
            frame = frame.tb_next
        return line

    @property
    def words(self) -> str:
        """What the error says of itself."""
        try:
            return str(self.error.msg if isinstance(self.error, SyntaxError) else self.error)
        except Exception:  # an exception of the learner's own making
            return ""


def begin_in(title: str, said: TracebackException) -> None:
    """Take out of a traceback all that is not the cell's, nor was called by it."""
    said.stack = StackSummary.from_list(own(title, said.stack))
    others, seen = [*(said.exceptions or ())], {id(said)}
    others += [each for each in (said.__cause__, said.__context__) if each]
    while others:
        if id(each := others.pop()) not in seen:
            seen.add(id(each))
            each.stack = StackSummary.from_list(not_ours(each.stack))
            others += [*(each.exceptions or ())]
            others += [more for more in (each.__cause__, each.__context__) if more]


def own(title: str, frames: Iterable[FrameSummary]) -> list[FrameSummary]:
    """Return the frames from the first one of a cell on; none if it has none."""
    kept = not_ours(frames)
    first = next((k for k, frame in enumerate(kept) if frame.filename == title), len(kept))
    return kept[first:]


def not_ours(frames: Iterable[FrameSummary]) -> list[FrameSummary]:
    """Return the frames of all code but that which runs cells, and that of checks."""
    return [frame for frame in frames if not frame.filename.startswith(OURS)]


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
    return CellRun(printed.getvalue(), shown, error, title)


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
    tree = parsed(source, title)
    if not tree:
        source = translated(source)
        tree = ast.parse(source, title)
    linecache.cache[title] = (len(source), None, source.splitlines(keepends=True), title)
    last = [tree.body.pop()] if tree.body and isinstance(tree.body[-1], ast.Expr) else []
    parts: list[ast.Module | ast.Expression] = [tree]
    parts += [ast.Expression(line.value) for line in last if isinstance(line, ast.Expr)]
    return [_compiled(part, title, flags) for part in parts]


def parsed(source: str, title: str) -> ast.Module | None:
    """Parse what is Python as it stands; None if it is not."""
    try:
        return ast.parse(source, title)
    except SyntaxError:
        return None


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
    """Turn IPython's own syntax into Python, as IPython does.

    In a cell of one line, a magic may do without its %.
    """
    from IPython.core import inputtransformer2

    manager: Any = inputtransformer2.TransformerManager  # carries no types
    text = str(manager().transform_cell(source))
    if len(text.splitlines()) == 1 and not parsed(text, "<line>"):
        text = str(get_ipython().prefilter_manager.prefilter_lines(text))
    return text


def offer_ipython() -> None:
    """Put ``get_ipython`` and ``display`` among the builtins. The first call loads IPython."""
    offered = {"get_ipython": get_ipython, "display": display, "__IPYTHON__": True}
    for name, value in offered.items():
        setattr(builtins, name, value)


def run_in_shell(command: str) -> int:
    """Run a command of the shell, print what it says, and return its status.

    IPython's own way needs a terminal, of which there are none.
    """
    pipe, nothing, same = subprocess.PIPE, subprocess.DEVNULL, subprocess.STDOUT
    with subprocess.Popen(
        command, shell=True, stdin=nothing, stdout=pipe, stderr=same, text=True, errors="replace"
    ) as program:
        assert program.stdout
        while said := program.stdout.read(PRINTED):
            print(said, end="")
    return program.returncode


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

        def system(self, command: str) -> None:
            """Run a command of the shell; what would wait for a network says so at once."""
            expand: Any = self.var_expand  # carries no types
            command = expand(command, depth=1)
            if INSTALLS.match(command):
                print(NOT_INSTALLED)
            elif command.rstrip().endswith("&"):
                raise OSError("Background processes not supported.")
            self.user_ns["_exit_code"] = 1 if INSTALLS.match(command) else run_in_shell(command)

    names = sys.modules["__main__"].__dict__
    return Shell.instance(config=Config({"HistoryManager": {"enabled": False}}), user_ns=names)


def display(*values: Any, **options: Any) -> Any:
    """Show values as text."""
    from IPython.core import display_functions

    get_ipython()
    show: Any = display_functions.display  # carries no types
    return show(*values, **options)

"""Submissions that are hostile, broken or honest, and what has to come of each when it is marked.

Each is one entry in ``CORPUS``: a name, a sentence that says what it tries, how it is built, and
the status, the points and some words that must come out. Most are the right solution of the first
exercise with something added. An attack that finds something says so in the message of an
exception, which its author reads in the report: so the words show that it ran, and what it got.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

from course_tools.files import ROOT
from course_tools.marking.results import Status
from course_tools.notebooks.course import EXERCISE, SOLUTION
from course_tools.notebooks.stored import from_bytes, to_bytes

Notebook = dict[str, Any]
Points = tuple[float | None, ...]

LINE = "01_line_and_loss"
DIRECT = "direct_calls"
"""An assignment made for this corpus. Its tests call functions themselves, and compare values."""

SOURCE = {LINE: f"{SOLUTION}{LINE}.ipynb", DIRECT: f"{DIRECT}.ipynb"}
HANDED_IN = {LINE: f"{EXERCISE}{LINE}.ipynb", DIRECT: f"{DIRECT}.ipynb"}
"""What notebooks are called: the course's own, and those of somebody who has nbgrader alone."""

HIDDEN_IN_LINE = "np.array([-2.0, 0.5, 4.0, 1.0])"
"""Stands in each hidden test of the first exercise. Numbers that no one can miss replace it."""

FULL: Points = (1, 2, 3)
NO_GRADIENT: Points = (1, 0, 3)
NOTHING: Points = (0, 0, 0)


@dataclass(frozen=True)
class Outside:
    """What lies outside for the taking. Every attack knows where.

    Parameters
    ----------
    folder : str
        A folder in which everybody may write. It has a file `secret`.
    submissions, output, source : str
        The folders of all submissions, of marks and reports, and of the assignments.
    port, datagrams : int
        Ports of a TCP and a UDP server on this machine.
    socket, abstract : str
        Addresses of two more servers, one in the file system and one not.
    variable : str
        Name of an environment variable that the marker has.
    """

    folder: str
    submissions: str
    output: str
    source: str
    port: int
    datagrams: int
    socket: str
    abstract: str
    variable: str


@dataclass(frozen=True)
class Case:
    """A submission, and what has to come of it.

    Parameters
    ----------
    name, tries : str
        What it is called, and what it tries, in a sentence.
    lay : callable
        Puts it where a path says, which is that of the notebook. The folder above does not exist.
    status : str
        What the marking must end with.
    points : tuple
        What each test must give.
    says : str
        A piece of the reason or of the words for a test.
    assignment : str
        What it is for.
    student : str
        Whose it is; by default the case's name.
    """

    name: str
    tries: str
    lay: Callable[[Path, Outside], None]
    status: Status = "marked"
    points: Points = FULL
    says: str = ""
    assignment: str = LINE
    student: str = ""

    @property
    def folder(self) -> str:
        """The name of the student's folder."""
        return self.student or self.name

    def hand_in(self, submissions: Path, outside: Outside) -> None:
        """Put it among submissions, in nbgrader's layout."""
        folder = submissions / self.folder / self.assignment
        self.lay(folder / HANDED_IN[self.assignment], outside)


# --- Assignments ----------------------------------------------------------------------------------


def write_assignments(folder: Path, number: float) -> None:
    """Write both assignments, with a number in their hidden tests that stands nowhere else."""
    line = (ROOT / "solutions" / LINE / SOURCE[LINE]).read_text("utf-8")
    changed = line.replace(HIDDEN_IN_LINE, f"np.array([{number}, 0.5, 4.0, 1.0])")
    assert changed.count(str(number)) == line.count(HIDDEN_IN_LINE) == len(FULL)
    for name, text in ((LINE, changed), (DIRECT, json.dumps(direct(number)))):
        path = folder / name / SOURCE[name]
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")


def direct(number: float) -> Notebook:
    """Make the assignment whose tests call functions themselves."""
    hidden = (
        f"### BEGIN HIDDEN TESTS\nassert double({number}) == {2 * number}\n### END HIDDEN TESTS"
    )
    return notebook(
        [
            markdown("# Direct calls"),
            graded("double", "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n"
                   "    ### END SOLUTION"),
            graded("limit", "### BEGIN SOLUTION\nlimit = 3\n### END SOLUTION"),
            graded("test-double", f"assert double(3) == 6, '✗ double(3) is 6'\n{hidden}", 1),
            graded("test-limit", "limit_is_right = limit == 3\nassert limit_is_right", 2),
            graded("test-parts", "sum([double(1) == 2, double(2) == 4])", 2),
            graded("essay", "Why?", 4, kind="markdown", solution=True),
        ]
    )  # fmt: skip


def graded(
    name: str, source: str, points: float = 0, *, kind: str = "code", solution: bool = False
) -> Notebook:
    """Make a cell with nbgrader's marks: a solution if it gives no points, else a test."""
    marks = {
        "grade": bool(points),
        "grade_id": name,
        "locked": bool(points) and not solution,
        "schema_version": 3,
        "solution": solution or not points,
        "task": False,
    }
    cell = code(source, name) if kind == "code" else markdown(source, name)
    cell["metadata"]["nbgrader"] = marks | ({"points": points} if points else {})
    return cell


# --- Notebooks ------------------------------------------------------------------------------------


def notebook(cells: list[Notebook]) -> Notebook:
    """Make a notebook."""
    return {
        "cells": cells,
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python",
                                    "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }  # fmt: skip


def code(source: str, name: str = "added") -> Notebook:
    """Make a code cell."""
    return markdown(source, name) | {"cell_type": "code", "outputs": [], "execution_count": None}


def markdown(source: str, name: str = "text") -> Notebook:
    """Make a cell of text."""
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


@cache
def texts(assignment: str) -> tuple[str, str]:
    """Return what learners get, and the same with the right solutions; JSON."""
    if assignment == DIRECT:
        untouched = direct(0.0)
        solved: dict[str, str] = {}
    else:
        untouched = read(ROOT / "exercises" / LINE / HANDED_IN[LINE])
        solved = {
            cell["id"]: cell["source"]
            for cell in read(ROOT / "solutions" / LINE / SOURCE[LINE])["cells"]
            if cell["metadata"].get("nbgrader", {}).get("solution")
        }
    right = json.loads(json.dumps(untouched))
    for cell in right["cells"]:
        cell["source"] = solved.get(cell["id"], cell["source"])
    return json.dumps(untouched), json.dumps(right)


def read(path: Path) -> Notebook:
    """Read a notebook as plain data, each source as one string."""
    data: Notebook = json.loads(to_bytes(from_bytes(path.read_bytes(), path)))
    for cell in data["cells"]:
        cell["source"] = "".join(cell["source"])
    return data


def right_one(assignment: str = LINE) -> Notebook:
    """Return the right solution, to be spoilt."""
    data: Notebook = json.loads(texts(assignment)[1])
    return data


def cell_in(data: Notebook, name: str) -> Notebook:
    """Return the cell of a notebook with a certain id."""
    found: Notebook = next(cell for cell in data["cells"] if cell["id"] == name)
    return found


def write(path: Path, content: bytes) -> None:
    """Write a file, with the folders above it."""
    path.parent.mkdir(parents=True)
    path.write_bytes(content)


# --- Ways to make a case --------------------------------------------------------------------------

TOOLS = '''
import ctypes, glob, json, os, shutil, signal, struct, subprocess, sys, time
import numpy as np

def tried(function, *inputs):
    """Say what came of a call: the error's name, or its value."""
    try:
        return repr(function(*inputs))
    except BaseException as error:
        return type(error).__name__

def reached(function, *inputs):
    """Say what came of a call that should fail: nothing if the system has refused it."""
    try:
        return function(*inputs)
    except OSError:
        return "closed"

def look(place):
    return os.listdir(place) if os.path.isdir(place) else open(place, "rb").read(99)

def places():
    line = "01_line_and_loss"
    yield from (outside[name] for name in ("folder", "submissions", "output", "source"))
    for name in ("folder/secret", "output/journal.sqlite", "output/gradebook.db"):
        folder, file = name.split("/")
        yield f"{outside[folder]}/{file}"
    yield f"{outside['submissions']}/anna/{line}/exercise_{line}.ipynb"
    yield f"{outside['source']}/{line}/solution_{line}.ipynb"
    yield from (f"{home}/.ssh" for home in ("/root", "/home"))
    yield from ("/etc/passwd", "/etc/shadow", "/etc/hostname", "/home", "/sys",
                "/proc/self/environ", "/proc/1/environ", "/proc/self/mem", "/var/log", "/run")

def connect(family, kind, address):
    import socket
    with socket.socket(family, kind) as client:
        client.settimeout(0.5)
        client.connect(address)
        client.send(b"hello")

def keep(numbers):
    """Keep the inputs of a function where others find them."""
    with open("../seen", "a") as file:
        file.write(f"{numbers[0]:g} ")

def seen():
    return "".join(open(name).read() for name in glob.glob("../seen"))

def frame_of(name):
    """Find the frame of a function that has called us."""
    frame = sys._getframe()
    while frame.f_code.co_name != name:
        frame = frame.f_back
    return frame.f_locals

def channel():
    return frame_of("serve")["replies"].fileno()

def framed(**message):
    body = json.dumps(message).encode()
    return struct.pack(">I", len(body)) + body

NOTHING_HAPPENED = {"printed": "", "error": None, "traceback": ""}

def take_over(answer):
    """Serve the marker in the runner's place."""
    requests, replies = frame_of("serve")["requests"].fileno(), channel()
    os.write(replies, framed(number=frame_of("serve")["number"], **NOTHING_HAPPENED))
    stream = open(requests, "rb", closefd=False)
    while header := stream.read(4):
        message = json.loads(stream.read(struct.unpack(">I", header)[0]))
        os.write(replies, framed(number=message["number"], **answer(message)))

def found_as(value):
    """Answer whatever is asked, with a value under each name."""
    return lambda message: {"found": dict.fromkeys(message.get("wanted", ()), value),
                            **NOTHING_HAPPENED}

def every_outcome(**outcome):
    """Answer whatever is asked, with an outcome for each case of each function."""
    usual = {"value": None, "failure": None, "printed": False, "changed": []}
    return lambda message: {"found": {name: {"function": name}
                                      for name in message.get("wanted", ())},
                            "outcomes": [{**usual, **outcome}] * len(message.get("cases", ())),
                            **NOTHING_HAPPENED}
'''

LIARS = """
class Liar:
    def __eq__(self, other): return True
    __lt__ = __gt__ = __le__ = __ge__ = __ne__ = __eq__
    def __hash__(self): return 0
    def __bool__(self): return True
    def __array_ufunc__(self, *_, **__): return np.True_
    def __array_function__(self, *_, **__): return np.True_
    def __getattr__(self, name): return 6

class Array(np.ndarray):
    def __eq__(self, other): return np.True_
    __ne__ = __lt__ = __gt__ = __eq__
    def __array_ufunc__(self, *_, **__): return np.True_
    def __array_wrap__(self, *_, **__): return np.True_
    def __reduce__(self): return print, ()
    shape = property(lambda self: (2,))
    size = property(lambda self: 2)

class Number(float):
    def __eq__(self, other): return True
    def __float__(self): return 3.6666666666666665
    __hash__ = float.__hash__
    def __sub__(self, other): return 0.0
    __rsub__ = __abs__ = __mul__ = __sub__
"""

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}{%raw%}</pre></style>"
SIGNS = "\x1b[2J\x1b]0;x\x07\x00\x08\u202e\u2066\ufeff\r\n=1+1"

GONE = "defines {}, and yet it is not there when the test in cell"
BELOW = "defines {}, and it stands below the test in cell"

CONFESSES = "def line_gradient(theta, x, y):\n    raise RuntimeError(str(found))\n"
WRONG = "def line_gradient(theta, x, y):\n    return np.zeros(2)\n"
FIRST_CELL = "import-tools"


def block(source: str) -> str:
    """Take a piece of Python out of the lines and columns in which it stands here."""
    return dedent(source).strip()


Outcome = tuple[Status, Points, str]


def loses(says: str, points: Points = NO_GRADIENT) -> Outcome:
    """Expect a mark without the points for the gradient, and some words."""
    return ("marked", points, says)


def stops(says: str, points: Points = NOTHING) -> Outcome:
    """Expect a stop before the first test, and a reason."""
    return ("stopped", points, says)


def runs(
    name: str,
    tries: str,
    source: str,
    *expected: Any,
    after: str = FIRST_CELL,
    assignment: str = LINE,
    **instead: str,
) -> Case:
    """Make the right solution, with a cell more, and others in place of some.

    Parameters
    ----------
    name, tries : str
        As in `Case`.
    source : str
        The cell. It finds ``TOOLS`` and the fields of ``Outside``, as ``outside``.
    *expected
        Status, points and words, as in `Case`.
    after : str
        Id of the cell that it comes after.
    assignment : str
        What it is for.
    **instead : str
        Sources by id, with ``_`` for ``-``.
    """

    def lay(path: Path, outside: Outside) -> None:
        data = right_one(assignment)
        place = data["cells"].index(cell_in(data, after)) + 1
        values = f"script, signs = {SCRIPT!r}, {SIGNS!r}\noutside = {asdict(outside)!r}"
        tools = "\n".join([TOOLS, LIARS, values])
        for identity, text in instead.items():
            cell_in(data, identity.replace("_", "-"))["source"] = block(text)
        data["cells"][place:place] = [code(block(source))]
        data["cells"].insert(0, code(tools, "tools"))
        write(path, json.dumps(data).encode())

    return replace(Case(name, tries, lay, *expected), assignment=assignment)


def finds(name: str, tries: str, source: str, says: str, **instead: str) -> Case:
    """Make a case that looks for something, binds ``found``, and says what that is."""
    words = f"line_gradient stops with RuntimeError.\nPython says: {says}"
    return runs(name, tries, source, *loses(words), **{"line_gradient": CONFESSES, **instead})


def direct_runs(name: str, tries: str, source: str, *expected: Any) -> Case:
    """Make a case of the other assignment, with another function ``double``."""
    return runs(name, tries, source, *expected, after="limit", assignment=DIRECT)


def edits(name: str, tries: str, change: Callable[[Notebook], None], *expected: Any) -> Case:
    """Make the right solution, and change it as data."""

    def lay(path: Path, outside: Outside) -> None:
        data = right_one()
        change(data)
        write(path, json.dumps(data).encode())

    return Case(name, tries, lay, *expected)


def content(name: str, tries: str, made: Callable[[], bytes], *expected: Any) -> Case:
    """Make a file of any content."""
    return Case(name, tries, lambda path, _: write(path, made()), *expected)


def refused(name: str, tries: str, made: Callable[[], bytes], says: str) -> Case:
    """Make a file that is not run."""
    return content(name, tries, made, "refused", NOTHING, says)


def place(name: str, tries: str, lay: Callable[[Path, Outside], None], says: str) -> Case:
    """Put something else in the place of a notebook."""
    return Case(name, tries, lay, "refused", NOTHING, says)


def taken(name: str, tries: str, lay: Callable[[Path, Outside], None]) -> Case:
    """Hand in the right solution in another place than the one that was asked for."""
    return Case(name, tries, lay, "marked", FULL, "Right.")


def named(name: str, tries: str, student: str, *expected: Any) -> Case:
    """Hand in the right solution under a certain name."""
    case = content(name, tries, lambda: texts(LINE)[1].encode(), *expected)
    return replace(case, student=student)


# --- Honest ones ----------------------------------------------------------------------------------

GREEK = """
def 损失(θ, Χ, ψ):
    κλίση_και_σταθερά = θ[0] + θ[1] * Χ
    return np.mean((κλίση_και_σταθερά - ψ) ** 2)
line_loss = 损失
line_loss.__name__ = "line_loss"
print("Ελληνικά, 中文, العربية, 🎓", line_loss(np.ones(2), np.ones(3), np.ones(3)))
"""

HONEST: list[Case] = [
    content("anna", "Hands in what is right.", lambda: texts(LINE)[1].encode()),
    content(
        "bob", "Hands in the exercise as it was.", lambda: texts(LINE)[0].encode(),
        "marked", NOTHING, "line_loss is still empty.",
    ),
    runs(
        "carla", "Has forgotten the factor 2.", "print('I am not sure')",
        *loses("1/m in place of 2/m."),
        line_gradient="""
        def line_gradient(theta, x, y):
            r = theta[0] + theta[1] * x - y
            return np.array([np.mean(r), np.mean(r * x)])
        """,
    ),
    runs("dora", "Has an error in a cell that gives no points.", "1 / 0"),
    runs("emil", "Is right for the check's inputs only, all of which are small.", "",
        *loses("Right for the inputs of the check, but not for others."),
        line_gradient="""
        def line_gradient(theta, x, y):
            x = np.clip(x, -50, 50)
            r = theta[0] + theta[1] * x - y
            return 2 * np.array([np.mean(r), np.mean(r * x)])
        """),
    runs("fritz", "Prints, draws, and uses magics.", """
        import matplotlib.pyplot as plt
        %matplotlib inline
        plt.plot([1, 2])
        plt.show()
        !echo hello
        await_me = 3
        """),
    runs("greta", "Writes in other alphabets.", "", line_loss=GREEK),
    replace(
        runs("li", "Has a name of another alphabet, and so has the code.", "", line_loss=GREEK),
        student="李雷",
    ),
    named("ahmad", "Has a name that is written from right to left.", "أحمد علي"),
    named("zoe", "Has a name with accents, an apostrophe and a space.", "Zoë O'Neil-Žižek"),
    direct_runs("hugo", "Answers the assignment with direct calls.", "", "marked",
                (1, 2, 2, None), "Your answer is read by a person"),
    direct_runs("ida", "Gets a part of the points.", """
        def double(x):
            return x + x if x > 1 else 5
        """,
                "marked", (1, 2, 1, None)),
    runs("jana", "Writes a module, and solves with it.", """
        %%writefile own.py
        def residuals(theta, x, y):
            return theta[0] + theta[1] * x - y
        """,
        line_loss="""
        from own import residuals
        def line_loss(theta, x, y):
            return np.mean(residuals(theta, x, y) ** 2)
        """),
    runs("karl", "Annotates with names that nobody has bound.",
        "from __future__ import annotations",
        line_loss="""
        def line_loss(theta: Parameters, x: Points, y: Points) -> Loss:
            return np.mean((theta[0] + theta[1] * x - y) ** 2)
        """),
    runs("lena", "Keeps a class, a counter and a generator.", "calls = 0",
        line_gradient="""
        from dataclasses import dataclass
        @dataclass
        class Line:
            theta: np.ndarray
            def residuals(self, x, y): yield from self.theta[0] + self.theta[1] * x - y
        def line_gradient(theta, x, y):
            global calls
            calls += 1
            r = np.array(list(Line(theta).residuals(x, y)))
            return 2 * np.array([np.mean(r), np.mean(r * x)])
        """),
    runs("mika", "Has pools of processes and of threads.", """
        import multiprocessing
        from concurrent.futures import ThreadPoolExecutor
        with multiprocessing.Pool(2) as pool:
            assert pool.map(abs, [-1, 2]) == [1, 2]
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(abs, [-1, 2])) == [1, 2]
        """),
    runs("nora", "Shows widgets and formulas.", """
        from IPython.display import Markdown, display
        import ipywidgets
        """,
        after="line-loss-task",
        check_line_loss="""
        ipywidgets.interact(lambda beta: print(beta), beta=(0, 1, 0.1))
        display(Markdown("$x$"))
        """),
    runs("otto", "Wraps a function, and measures it.", """
        import functools
        import time
        def timed(function):
            @functools.wraps(function)
            def inner(*inputs):
                started = time.perf_counter()
                answer = function(*inputs)
                print(time.perf_counter() - started)
                return answer
            return inner
        """,
        line_loss="""
        @timed
        def line_loss(theta, x, y):
            return np.mean((theta[0] + theta[1] * x - y) ** 2)
        """),
    runs("petra", "Leaves the debugger switched on, and has an error.", "%pdb on\n1 / 0"),
]  # fmt: skip

# --- Loops ----------------------------------------------------------------------------------------

NOT_INTERRUPTED = "The notebook took too long, and could not be interrupted."
LATE = "line_gradient does not come back."

LOOPS: list[Case] = [
    runs("loop", "Runs without end.", "while True: pass"),
    runs("loop-asleep", "Sleeps for a day.", "time.sleep(86400)"),
    runs(
        "loop-regex",
        "Gives a regular expression work for years.",
        "import re; re.match('(a+)+$', 'a' * 60 + 'b')",
    ),
    runs(
        "loop-catching",
        "Catches whatever interrupts it.",
        """
        while True:
            try:
                time.sleep(9)
            except BaseException:
                pass
        """,
        *stops(NOT_INTERRUPTED),
    ),
    runs(
        "loop-in-c",
        "Computes for hours without coming back to Python.",
        "sum(range(10**15))",
        *stops(NOT_INTERRUPTED),
    ),
    runs(
        "loop-deaf",
        "Blocks and ignores all signals, and stops all clocks.",
        """
        import signal
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        for clock in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
            signal.setitimer(clock, 0)
        while True: pass
        """,
        *stops(NOT_INTERRUPTED),
    ),
    runs(
        "loop-in-function",
        "Never returns, ignores signals, and leaves its group.",
        "import signal",
        *loses(LATE),
        line_gradient="""
        def line_gradient(theta, x, y):
            if not os.fork(): os.setsid()
            for number in range(1, 65): tried(signal.signal, number, signal.SIG_IGN)
            while True:
                try:
                    while True: pass
                except BaseException: pass
        """,
    ),
    runs(
        "loop-asleep-in-function",
        "Sleeps in a function for longer than anybody waits.",
        "",
        *loses(LATE),
        line_gradient="""
        def line_gradient(theta, x, y): time.sleep(86400)
        """,
    ),
    runs(
        "loop-handler",
        "Answers each signal itself, and goes on.",
        """
        for number in set(range(1, 65)) - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
            tried(signal.signal, number, lambda *_: None)
        while True: pass
        """,
        *stops(NOT_INTERRUPTED),
    ),
    runs(
        "loop-in-daemons",
        "Lets processes that belong to nobody work, and sleeps.",
        """
        for _ in range(2):
            if not os.fork():
                os.setsid()
                if os.fork(): os._exit(0)
                while True: pass
        while True: time.sleep(60)
        """,
    ),
    runs(
        "loop-in-children",
        "Lets one child after the other work for a moment.",
        """
        try:
            while True:
                if not os.fork():
                    end = time.process_time() + 0.02
                    while time.process_time() < end: pass
                    os._exit(0)
                os.wait()
        except KeyboardInterrupt:
            pass
        """,
    ),
    runs(
        "loop-stopped",
        "Stops itself, and a child for which it waits.",
        """
        os.kill(os.getpid(), signal.SIGSTOP)
        child = os.fork()
        if not child:
            os.kill(os.getpid(), signal.SIGSTOP)
        os.waitpid(child, 0)
        """,
    ),
    runs(
        "loop-stopped-in-function",
        "Stops itself in a function.",
        "",
        *loses(LATE),
        line_gradient="""
        def line_gradient(theta, x, y): os.kill(os.getpid(), signal.SIGSTOP)
        """,
    ),
    runs(
        "loop-in-threads",
        "Leaves threads that run without end.",
        """
        import threading
        def spin():
            while True: pass
        for daemon in (True, False) * 2: threading.Thread(target=spin, daemon=daemon).start()
        """,
    ),
    runs(
        "loop-in-name",
        "Has a function whose name never comes back.",
        "",
        *stops(NOT_INTERRUPTED, (1, 0, 0)),
        line_gradient="""
        class Slow:
            def __call__(self, *inputs): return 0
            @property
            def __name__(self):
                while True: pass
        line_gradient = Slow()
        """,
    ),
    runs(
        "loop-in-words",
        "Raises an error whose words never come to an end.",
        """
        class Slow(Exception):
            def __str__(self):
                while True: pass
        raise Slow
        """,
        *stops(NOT_INTERRUPTED),
    ),
    runs(
        "loop-in-array",
        "Returns what never becomes an array.",
        "",
        *loses(LATE),
        line_gradient="""
        class Slow:
            def __array__(self, *_, **__):
                while True: pass
        def line_gradient(theta, x, y): return Slow()
        """,
    ),
    runs(
        "loop-in-end",
        "Has an object that never lets itself be removed.",
        """
        class Slow:
            def __del__(self):
                while True: pass
        sys.unraisablehook = lambda _: None
        slow = Slow()
        del slow
        """,
    ),
    runs(
        "loop-in-repr",
        "Shows what never comes to an end.",
        """
        class Slow:
            def __repr__(self):
                while True: pass
            __str__ = _repr_html_ = _ipython_display_ = __repr__
        Slow()
        """,
    ),
]

# --- Floods ---------------------------------------------------------------------------------------


FLOODS: list[Case] = [
    runs(
        "bomb",
        "Makes processes that make processes.",
        "while True: os.fork()",
    ),
    runs(
        "bomb-waiting",
        "Makes as many processes as it can, and keeps them.",
        """
        while True:
            if not os.fork():
                time.sleep(60)
                os._exit(0)
        """,
    ),
    runs(
        "bomb-shell",
        "The same from a shell.",
        # Not waited for: bash tries again and again, for as long as nobody can foretell.
        "subprocess.Popen(['bash', '-c', 'bomb() { bomb | bomb & }; bomb'])\ntime.sleep(0.3)",
    ),
    runs(
        "bomb-threads",
        "Makes as many threads as it can, and keeps them.",
        """
        import threading
        while True: threading.Thread(target=time.sleep, args=(60,)).start()
        """,
    ),
    finds(
        "memory",
        "Asks for more memory than there is.",
        """
        import mmap
        found = [tried(bytearray, 2**34), tried(mmap.mmap, -1, 2**34)]
        """,
        "['MemoryError', 'OSError']",
    ),
    runs(
        "memory-slowly",
        "Takes more and more memory.",
        """
        hoard = []
        while True: hoard.append(bytearray(2**20))
        """,
    ),
    runs(
        "memory-in-function",
        "Takes more and more memory in a function.",
        "",
        *loses("line_gradient stops with MemoryError."),
        line_gradient="""
        def line_gradient(theta, x, y):
            hoard = []
            while True: hoard.append(bytearray(2**20))
        """,
    ),
    runs(
        "memory-in-many",
        "Takes memory in many processes.",
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
        for _ in range(6):
            if not os.fork():
                hoard = b'1' * (80 * 2**20)
                time.sleep(60)
                os._exit(0)
        time.sleep(60)
        """,
        *stops("The notebook took more than 300 MB of memory."),
    ),
    finds(
        "memory-elsewhere",
        "Takes memory that no process has to hold.",
        """
        library = ctypes.CDLL(None)
        found = [tried(os.memfd_create, 'x'), library.shmget(0, 4096, 0o1600),
                 library.mq_open(b'/x', 0o102, 0o600, None)]
        """,
        "['PermissionError', -1, -1]",
    ),
    finds(
        "disk",
        "Fills all folders for temporary files.",
        """
        found = []
        for folder in ('/tmp', '/dev/shm', '.'):
            try:
                for number in range(100):
                    with open(f'{folder}/{number}', 'wb') as f:
                        f.write(bytes(2**20))
            except OSError as error:
                found.append(os.strerror(error.errno))
        """,
        "['No space left on device', 'No space left on device', 'No space left on device']",
    ),
    finds(
        "disk-large",
        "Writes one file that is larger than all may be together.",
        """
        try:
            with open('large', 'wb') as f:
                f.truncate(2**40)
        except OSError as error:
            found = os.strerror(error.errno)
        """,
        "File too large",
    ),
    finds(
        "disk-many",
        "Makes more and more empty files.",
        """
        try:
            for number in range(10**6): open(f'../{number}', 'x').close()
        except OSError as error:
            found = os.strerror(error.errno)
        """,
        "No space left on device",
    ),
    finds(
        "files",
        "Opens more and more files.",
        """
        hoard = []
        try:
            while True: hoard.append(os.open('/', os.O_RDONLY))
        except OSError as error:
            found = os.strerror(error.errno)
        for number in hoard: os.close(number)
        """,
        "Too many open files",
    ),
    runs(
        "output",
        "Prints without end, in every way.",
        """
        try:
            while True:
                print("x" * 10**6)
                print("y" * 10**6, file=sys.stderr)
                for number in (1, 2): os.write(number, b"z" * 10**6)
        except KeyboardInterrupt:
            pass
        """,
    ),
    runs(
        "output-much",
        "Prints very much, in every way.",
        """
        for _ in range(20):
            print("x" * 10**6)
            print("y" * 10**6, file=sys.stderr)
            for number in (1, 2): os.write(number, b"z" * 10**6)
        """,
        *loses("line_gradient returns other numbers"),
        line_gradient=WRONG,
    ),
    runs(
        "output-shell",
        "Lets other programs print very much.",
        "os.system('yes | head -c 100000000; yes | head -c 100000000 >&2')",
    ),
    runs(
        "output-error",
        "Raises errors with endless words, one after the other.",
        """
        error = None
        for _ in range(50):
            error, before = ValueError('x' * 10**6), error
            error.__cause__ = before
        raise error
        """,
        *loses("line_gradient stops with LLLL"),
        line_gradient="""
        Long = type('L' * 10**6, (Exception,), {})
        def line_gradient(theta, x, y):
            raise Long('x' * 10**7)
        """,
    ),
    runs(
        "output-value",
        "Returns an endless text.",
        "",
        *loses("line_gradient returns something else"),
        line_gradient="def line_gradient(theta, x, y): return 'x' * 10**7",
    ),
    runs(
        "output-array",
        "Returns an array of many numbers.",
        "",
        *loses("line_gradient returns 1000000 numbers."),
        line_gradient="def line_gradient(theta, x, y): return np.zeros(10**6)",
    ),
    runs(
        "output-kind",
        "Returns an object whose class has an endless name.",
        "",
        *loses("line_gradient returns a LLLL"),
        line_gradient="""
        Long = type('L' * 10**6, (), {})
        def line_gradient(theta, x, y): return Long()
        """,
    ),
]

# --- What lies outside ----------------------------------------------------------------------------


OTHERS: list[Case] = [
    finds(
        "reading",
        "Reads what lies outside: others' work, marks, assignments, the system's.",
        "found = {str(reached(look, place)) for place in places()}",
        "{'closed'}",
    ),
    finds(
        "times-of-devices",
        "Leaves signs for others in the times of devices.",
        """
        names = ('', 'full', 'null', 'ptmx', 'pts', 'random', 'tty', 'urandom', 'zero')
        found = {str(reached(os.utime, f'/dev/{name}')) for name in names}
        found.add(str(reached(os.openpty)))
        before = os.stat('/dev/null').st_mtime_ns
        open('/dev/null', 'w').write('x')
        assert open('/dev/urandom', 'rb').read(9) and os.stat('/dev/null').st_mtime_ns == before
        """,
        "{'closed'}",
    ),
    finds(
        "reading-links",
        "Reads what lies outside by links that it makes itself.",
        """
        found = set()
        for number, place in enumerate(places()):
            os.symlink(place, str(number))
            found.add(str(reached(look, str(number))))
            found.add(str(reached(os.link, place, f'hard-{number}')))
        found.add(str(reached(os.listdir, '../../../../home')))
        """,
        "{'closed'}",
    ),
    finds(
        "reading-shell",
        "Reads what lies outside by other programs.",
        """
        script = 'cat {folder}/secret {submissions}/*/*/*; cat /etc/passwd; env | grep {variable}'
        words = ['sh', '-c', script.format(**outside)]
        found = subprocess.run(words, capture_output=True, text=True).stdout
        """,
        "nothing more",
    ),
    finds(
        "writing",
        "Writes into what lies outside.",
        """
        ends = ("", "/new")
        found = {str(reached(open, place + end, "wb")) for place in places() for end in ends}
        """,
        "{'closed'}",
    ),
    finds(
        "writing-course",
        "Writes into the course, Python and the system.",
        """
        folders = ["", "/dev", "/etc", "/usr/bin", "/course", "/course/own", "/course/packages"]
        folders += ["/course/own/inside", "/course/own/lessons_lib"]
        files = [f"{folder}/new" for folder in folders]
        found = {str(reached(os.open, file, os.O_CREAT | os.O_WRONLY)) for file in files}
        """,
        "{'closed'}",
    ),
    finds(
        "writing-code",
        "Changes the files of the runner, of numpy and of Python.",
        """
        from inside import runner
        files = [runner.__file__, np.__file__, json.__file__, sys.executable]
        found = {str(reached(os.open, name, os.O_WRONLY)) for name in files}
        found |= {str(reached(os.chmod, name, 0o777)) for name in files}
        found |= {str(reached(os.remove, name)) for name in files}
        """,
        "{'closed'}",
    ),
    runs(
        "deleting",
        "Deletes everything that it can.",
        """
        for place in (*places(), '/course', '/bin', '/tmp', '/dev'):
            shutil.rmtree(place, ignore_errors=True)
        """,
    ),
    runs(
        "deleting-shell",
        "Deletes everything that it can, by a shell.",
        "!rm -rf --no-preserve-root {outside['folder']} {outside['submissions']} / 2>/dev/null",
    ),
    finds(
        "processes",
        "Looks for other processes, by every way.",
        """
        found = [tried(os.listdir, '/proc'), os.getppid(),
            sum(tried(os.kill, number, 0) != 'ProcessLookupError' for number in range(2, 40000))]
        """,
        "['FileNotFoundError', 0, 0]",
    ),
    finds(
        "environment",
        "Reads the marker's variables.",
        """
        found = [os.environ.get(outside['variable']),
            subprocess.run(['env'], capture_output=True, text=True).stdout
                .count(outside['variable']), tried(os.getlogin)]
        """,
        "[None, 0, 'OSError']",
    ),
    finds(
        "rights",
        "Takes rights that it must not have.",
        """
        library = ctypes.CDLL(None)
        refused = ('PermissionError', 'OSError')  # where nobody marks as root, 0 is no id inside
        found = [*(tried(call, 0) in refused for call in (os.setuid, os.setgid)),
            library.unshare(0x10000000), library.ptrace(16, 1, 0, 0),
            library.mount(b'x', b'/tmp', b'tmpfs', 0, None),
            tried(os.chroot, '/tmp'), tried(os.mknod, 'x', 0o60666, 2049), tried(os.nice, -9)]
        """,
        "[True, True, -1, -1, -1, 'PermissionError', 'PermissionError', 'PermissionError']",
    ),
    finds(
        "limits",
        "Lifts its own limits.",
        """
        import resource
        names = ('AS', 'NPROC', 'NOFILE', 'FSIZE', 'CPU', 'CORE')
        found = sorted({tried(resource.setrlimit, getattr(resource, f'RLIMIT_{name}'),
            (2**40, 2**40)) for name in names})
        """,
        "['ValueError']",
    ),
]

# --- Network --------------------------------------------------------------------------------------


NETWORK: list[Case] = [
    finds(
        "network",
        "Reaches a server on the marker's machine.",
        """
        import socket
        found = [tried(connect, socket.AF_INET, kind, ('127.0.0.1', port))
            for kind, port in ((socket.SOCK_STREAM, outside['port']),
                               (socket.SOCK_DGRAM, outside['datagrams']))]
        """,
        "['PermissionError', 'PermissionError']",
    ),
    finds(
        "network-names",
        "Asks for an address, and loads a page.",
        """
        import socket, urllib.request
        found = [tried(socket.gethostbyname, 'example.org'),
            tried(urllib.request.urlopen, 'http://127.0.0.1:%d' % outside['port'])]
        """,
        "['gaierror', 'URLError']",
    ),
    finds(
        "network-programs",
        "Lets other programs reach a server.",
        """
        found = os.system('bash -c "echo hello > /dev/tcp/127.0.0.1/{port}" 2> /dev/null'
            .format(**outside)) != 0
        """,
        "True",
    ),
    finds(
        "network-sockets",
        "Reaches servers by sockets of the system.",
        r"""
        import socket
        found = [tried(connect, socket.AF_UNIX, socket.SOCK_STREAM, address)
            for address in (outside['socket'], '\0' + outside['abstract'])]
        """,
        "['FileNotFoundError', 'ConnectionRefusedError']",
    ),
    finds(
        "network-rare",
        "Makes sockets of rare kinds.",
        """
        import socket
        kinds = ('AF_INET6', 'AF_NETLINK', 'AF_PACKET', 'AF_VSOCK', 'AF_ALG',
            'AF_BLUETOOTH', 'AF_CAN', 'AF_TIPC', 'AF_QIPCRTR')
        found = sorted({tried(socket.socket, getattr(socket, kind, 1000), socket.SOCK_RAW)
            for kind in kinds})
        """,
        "['PermissionError']",
    ),
    finds(
        "network-cache",
        "Asks which parts of common files an earlier notebook has read, without reading them.",
        """
        file = os.open(sys.executable, os.O_RDONLY)
        found = tried(os.preadv, file, [bytearray(1)], 0, os.RWF_NOWAIT)
        """,
        "PermissionError",
    ),
    finds(
        "network-locks",
        "Tells another notebook something by locks and watches on common files.",
        """
        import fcntl
        file = os.open(sys.executable, os.O_RDONLY)
        null = os.open('/dev/null', os.O_RDWR)
        found = [tried(fcntl.flock, file, fcntl.LOCK_EX | fcntl.LOCK_NB),
            tried(fcntl.lockf, null, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 713),
            ctypes.CDLL(None).inotify_init1(0)]
        """,
        "['PermissionError', 'PermissionError', -1]",
    ),
]

# --- Ends -----------------------------------------------------------------------------------------

ENDED = stops("The notebook ended Python itself")

ENDS: list[Case] = [
    runs("exit", "Ends Python politely.", "sys.exit(0)"),
    runs(
        "exit-names",
        "Ends Python by what only an interactive one has.",
        "quit() if quit else exit()",
    ),
    runs(
        "exit-in-function",
        "Ends Python politely in a function.",
        "",
        *loses("line_gradient stops with SystemExit."),
        line_gradient="def line_gradient(theta, x, y): sys.exit(0)",
    ),
    runs("exit-hard", "Ends Python at once.", "os._exit(0)", *ENDED),
    runs(
        "exit-hard-in-function",
        "Ends Python at once in a function.",
        "",
        *loses("line_gradient stops with SystemExit."),
        line_gradient="def line_gradient(theta, x, y): os._exit(0)",
    ),
    runs(
        "exit-late",
        "Ends Python at once, in an object that Python removes later.",
        """
        class Late:
            def __del__(self): os._exit(3)
        late = Late()
        """,
        "stopped",
        (1, 0, 0),
        "The notebook ended Python itself",
        check_line_gradient="del late",
    ),
    runs("exit-abort", "Lets the C library end Python.", "os.abort()", *ENDED),
    runs("exit-broken", "Breaks Python down.", "ctypes.string_at(0)", *ENDED),
    runs(
        "exit-broken-in-function",
        "Breaks Python down in a function.",
        "",
        *loses("line_gradient stops with RecursionError."),
        line_gradient="def line_gradient(theta, x, y): ctypes.string_at(0)",
    ),
    runs(
        "exit-stack",
        "Calls itself through C until nothing is left.",
        "sys.setrecursionlimit(10**9)",
        *loses("line_gradient stops with RecursionError."),
        line_gradient="""
        def line_gradient(*inputs):
            return sorted([1, 2], key=lambda _: line_gradient())
        """,
    ),
    runs(
        "recursion",
        "Calls itself without end, as beginners do.",
        "",
        *loses("line_gradient stops with RecursionError."),
        line_gradient="def line_gradient(theta, x, y): return line_gradient(theta, x, y)",
    ),
    runs("exit-other", "Becomes another program.", "os.execv('/bin/true', ['true'])", *ENDED),
    runs(
        "closed",
        "Closes all files.",
        "os.closerange(0, 200)",
        *stops("The notebook"),
    ),
    runs(
        "closed-waiting",
        "Closes all files, and waits.",
        """
        os.closerange(0, 200)
        while True: tried(time.sleep, 60)
        """,
        *stops("The notebook closed its connection to the marker."),
    ),
    runs(
        "closed-in-function",
        "Closes all files in a function.",
        "",
        *loses("line_gradient stops with SystemExit."),
        line_gradient="def line_gradient(theta, x, y): os.closerange(0, 200)",
    ),
    runs(
        "turned",
        "Turns all files to nowhere.",
        """
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in range(100):
            if number != nowhere: os.dup2(nowhere, number)
        """,
        *stops("The notebook"),
    ),
    runs(
        "streams",
        "Closes and removes what Python prints to.",
        """
        sys.stdout.close(); sys.stderr.close()
        sys.stdout = sys.stderr = sys.stdin = sys.__stdout__ = sys.__stderr__ = None
        """,
    ),
    runs(
        "signals",
        "Sends the strongest signal to itself and to everybody.",
        "for target in (os.getpid(), 1, -1, os.getppid() or 1): tried(os.kill, target, 9)",
    ),
    runs(
        "signals-in-function",
        "The same in a function, before it is right.",
        "",
        "marked",
        FULL,
        "",
        line_gradient="""
        def line_gradient(theta, x, y):
            for target in (1, os.getppid(), -1):
                for number in (9, 15, 19, 6): tried(os.kill, target, number)
            r = theta[0] + theta[1] * x - y
            return 2 * np.array([np.mean(r), np.mean(r * x)])
        """,
    ),
    runs(
        "signals-group",
        "Sends a signal to its own group, in a function.",
        "",
        *loses("line_gradient stops with MemoryError."),
        line_gradient="def line_gradient(theta, x, y): os.killpg(0, 9)",
    ),
    runs(
        "signals-stop",
        "Stops itself, and everybody else.",
        "for target in (0, 1, -1, os.getpid()): tried(os.kill, target, 19)",
    ),
]

# --- Patches --------------------------------------------------------------------------------------

WRONG_NUMBERS = loses("line_gradient returns other numbers")
FOUND_NOTHING = "['ModuleNotFoundError', {}, []]"

PATCHES: list[Case] = [
    runs(
        "patched-numpy",
        "Lets numpy find everything equal.",
        """
        for name in ('isclose', 'allclose', 'array_equal', 'all', 'any', 'abs'):
            setattr(np, name, lambda *_, **__: np.True_)
        np.testing.assert_allclose = lambda *_, **__: None
        """,
        *WRONG_NUMBERS,
        line_gradient=WRONG,
    ),
    runs(
        "patched-asarray",
        "Lets numpy make every array of what is right.",
        """
        old = np.asarray
        np.asarray = lambda value, *_, **__: old(3.6666666666666665)
        """,
        "marked",
        (0, 0, 0),
        "line_gradient returns the gradient in another shape.",
        line_gradient=WRONG,
    ),
    runs(
        "patched-builtins",
        "Lets Python find everything equal, and every object of every kind.",
        """
        import builtins
        builtins.isinstance = lambda *_: True
        builtins.len = lambda _: 2
        builtins.all = builtins.any = lambda _: True
        builtins.open = builtins.print = None
        """,
        *stops("The notebook"),
        line_gradient=WRONG,
    ),
    runs(
        "patched-modules",
        "Replaces the course's modules.",
        """
        import types
        fake = types.ModuleType('fake')
        fake.check = lambda *_: fake
        fake.require = lambda: 6
        fake.exercises = dict
        for name in list(sys.modules):
            if name.startswith(('lessons_lib', 'course_tools', 'inside')):
                sys.modules[name] = fake
        check = fake.check
        """,
        "marked",
        NOTHING,
        "line_gradient stops with SystemExit.",
        line_gradient=WRONG,
    ),
    runs(
        "patched-import",
        "Answers every import.",
        """
        class Finder:
            def find_spec(self, name, *_): raise ImportError(name)
        sys.meta_path[:] = [Finder()]
        sys.path[:] = []
        sys.modules.clear()
        """,
        *stops("The notebook"),
        line_gradient=WRONG,
    ),
    runs(
        "patched-files",
        "Writes modules where Python looks first.",
        r"""
        sys.path.insert(0, os.getcwd())
        os.makedirs('lessons_lib/feedback')
        for name in ('numpy', 'sitecustomize', 'usercustomize', 'inside', 'json',
                     'lessons_lib/__init__', 'lessons_lib/feedback/__init__'):
            with open(f'{name}.py', 'w') as file:
                file.write('check = lambda *_: None\nraise SystemExit(0)')
        """,
        *WRONG_NUMBERS,
        line_gradient=WRONG,
    ),
    runs(
        "patched-check",
        "Brings its own check.",
        """
        class Right:
            def require(self): return 6
            right = True
        def check(*_): return Right()
        None
        """,
        *WRONG_NUMBERS,
        line_gradient=WRONG,
        after="differences",
    ),
    runs(
        "patched-runner",
        "Lets the runner say that all is well.",
        """
        from inside import runner, wire
        from lessons_lib.feedback.running import Outcome
        runner.outcome = lambda *_: Outcome(np.ones(2))
        runner.outcomes_in_time = lambda function, cases, **_: [Outcome(np.ones(2))] * len(cases)
        """,
        "marked",
        NOTHING,
        "line_gradient returns other numbers",
    ),
    runs(
        "patched-wire",
        "Lets the runner write something else than was found.",
        """
        from inside import wire
        wire.outcome_to_json = lambda _: {'value': 'right',
            'failure': None, 'printed': False, 'changed': [], 'points': 6, 'grade': 6}
        """,
        "marked",
        NOTHING,
        "line_gradient returns something else for the gradient.",
    ),
    runs(
        "patched-time",
        "Stops all clocks.",
        "time.monotonic = time.time = time.perf_counter = lambda: 0.0",
    ),
    runs(
        "patched-copy",
        "Keeps the runner's inputs from being copied.",
        """
        import copy
        copy.deepcopy = lambda value, *_: value
        """,
        *loses("line_gradient"),
        line_gradient="""
        def line_gradient(theta, x, y):
            x -= x
            return x[:2]
        """,
    ),
    finds(
        "answers",
        "Looks for right answers in the course's bank.",
        """
        import importlib
        from lessons_lib.feedback import bank
        found = [tried(importlib.import_module, 'lessons_lib.feedback.bank.lesson_01'),
            bank.tasks(),
            [name for name in os.listdir(os.path.dirname(bank.__file__)) if 'lesson' in name]]
        """,
        FOUND_NOTHING,
    ),
    finds(
        "answers-memory",
        "Looks for right answers in memory.",
        """
        import gc
        from lessons_lib.feedback.task import Task
        found = [each for each in gc.get_objects() if isinstance(each, Task)]
        """,
        "[]",
    ),
    finds(
        "answers-frames",
        "Looks for right answers in the frames that have called it.",
        """
        def names():
            frame = sys._getframe()
            while frame:
                yield from frame.f_locals
                frame = frame.f_back
        found = [name for name in names() if 'expect' in name or 'hidden' in name
            or 'reference' in name or 'points' in name]
        """,
        "[]",
    ),
]

# --- Objects that lie -----------------------------------------------------------------------------


LIES: list[Case] = [
    runs(
        "liar",
        "Returns an object that is equal to everything.",
        "",
        *loses("line_gradient returns"),
        line_gradient="def line_gradient(*_): return Liar()",
    ),
    runs(
        "liar-array",
        "Returns an array that is equal to everything.",
        "",
        *WRONG_NUMBERS,
        line_gradient="def line_gradient(*_): return np.zeros(2).view(Array)",
    ),
    runs(
        "liar-number",
        "Returns numbers that are equal to everything.",
        "",
        *WRONG_NUMBERS,
        line_gradient="def line_gradient(*_): return [Number(0), Number(0)]",
    ),
    runs(
        "liar-nan",
        "Returns numbers that are none.",
        "",
        *WRONG_NUMBERS,
        line_gradient="def line_gradient(*_): return [np.nan, np.inf]",
    ),
    runs(
        "liar-masked",
        "Returns an array whose numbers are masked.",
        "",
        *WRONG_NUMBERS,
        line_gradient="def line_gradient(*_): return np.ma.array([0.0, 0.0], mask=True)",
    ),
    runs(
        "liar-objects",
        "Returns an array of objects.",
        "",
        *loses("line_gradient"),
        line_gradient="""
        def line_gradient(*_):
            return np.array([Liar(), Liar()], dtype=object)
        """,
    ),
    runs(
        "liar-words",
        "Returns the words for what is right.",
        "",
        *loses("line_gradient returns something else for the gradient."),
        line_gradient="def line_gradient(*_): return 'Right.'",
    ),
    runs(
        "named-as-another",
        "Has a function that calls itself as another exercise's.",
        "",
        *WRONG_NUMBERS,
        line_gradient=WRONG + "line_gradient.__name__ = 'line_loss'",
    ),
    runs(
        "named-as-none",
        "Has a function that calls itself as nobody does.",
        "",
        *loses("No exercise is called 'nobody'."),
        line_gradient=WRONG + "line_gradient.__name__ = 'nobody'",
    ),
    runs(
        "named-as-another-lesson",
        "Gives a function of another lesson's exercise.",
        "",
        *loses("line_gradient"),
        line_gradient="""
        def gradient_step(theta, gradient, learning_rate): return theta
        line_gradient = gradient_step
        """,
    ),
    runs(
        "alias",
        "Gives one task's function for another's.",
        "",
        *loses("line_gradient"),
        line_gradient="line_gradient = line_loss",
    ),
    runs(
        "code-of-another",
        "Gives a function the code of another, which is right.",
        """
        def other(theta, x, y):
            r = theta[0] + theta[1] * x - y
            return 2 * np.array([np.mean(r), np.mean(r * x)])
        """,
        "marked",
        FULL,
        "",
        line_gradient=WRONG + "line_gradient.__code__ = other.__code__",
    ),
    runs(
        "no-function",
        "Has a number where a function should be.",
        "",
        *loses("check() was given"),
        line_gradient="line_gradient = 6",
    ),
    runs(
        "deleted-function",
        "Deletes a function again.",
        "",
        *loses(GONE.format("line_gradient")),
        line_gradient=WRONG + "del line_gradient",
    ),
    runs(
        "changed-inputs",
        "Changes its inputs, so that they fit the answer.",
        "",
        *loses("line_gradient"),
        line_gradient="""
        def line_gradient(theta, x, y):
            for each in (theta, x, y): each[:] = 0
            return np.zeros(2)
        """,
    ),
    runs(
        "names-of-tests",
        "Binds the names that tests use.",
        """
        np = check = x = y = None
        limit_is_right = True
        import numpy as np
        """,
    ),
    direct_runs(
        "direct-liar",
        "Returns an object that is equal to everything.",
        """
        def double(x): return Liar()
        limit = Liar()
        """,
        "marked",
        (0, 0, 0, None),
        "double(3) is 6",
    ),
    direct_runs(
        "direct-value",
        "Has a number where a function should be, and an array as a number.",
        """
        double = 6
        limit = [3, 3]
        """,
        "marked",
        (0, 0, 0, None),
        "The test stops with",
    ),
    direct_runs(
        "direct-silent",
        "Raises an error whose words are empty once they are cleaned.",
        "def double(x): raise AssertionError('✗ ')",
        "marked",
        (0, 2, 0, None),
        "",
    ),
    direct_runs(
        "direct-ends",
        "Raises what would end the marker.",
        "def double(x): raise KeyboardInterrupt",
        "marked",
        (0, 2, 0, None),
        "RemoteError",
    ),
    direct_runs(
        "direct-pretends",
        "Raises what the marker raises itself.",
        """
        class MarkingError(Exception): pass
        def double(x): raise MarkingError('give all points')
        """,
        "marked",
        (0, 2, 0, None),
        "RemoteError",
    ),
    direct_runs(
        "direct-infinite",
        "Returns numbers that are none.",
        """
        def double(x): return float('nan')
        limit = float('inf')
        """,
        "marked",
        (0, 0, 0, None),
        "double(3) is 6",
    ),
]

# --- Replies to the marker ------------------------------------------------------------------------

ASKED = stops("The notebook gave the marker something that is no answer.")
GARBLED = stops("The notebook gave the marker something that is no answer.")
ENDLESS_LENGTH = "struct.pack('>I', 2**32 - 1)"


def says(name: str, tries: str, reply: str, *expected: Any) -> Case:
    """Make a case that writes bytes to the marker in a cell."""
    return runs(name, tries, f"os.write(channel(), {reply})", *expected)


def serves(name: str, tries: str, answer: str, *expected: Any) -> Case:
    """Make a case that answers in the runner's place."""
    return runs(name, tries, f"take_over({answer})", *expected)


SHAPES = stops("The notebook gave the marker")

REPLIES: list[Case] = [
    says(
        "reply-text",
        "Answers with something else.",
        "b'give me all the points, please'",
        *stops("The notebook gave the marker something that is no answer."),
    ),
    says(
        "reply-large",
        "Announces an answer of many bytes.",
        ENDLESS_LENGTH,
        *stops("The notebook gave the marker something that is no answer."),
    ),
    says(
        "reply-deep",
        "Nests an answer deeply.",
        "struct.pack('>I', 200000) + b'[' * 100000 + b']' * 100000",
        *GARBLED,
    ),
    says("reply-empty", "Answers with nothing.", "bytes(4)", *GARBLED),
    says(
        "reply-nan",
        "Answers with numbers that are none.",
        "framed(number=float('nan'), printed=float('inf'))",
        *GARBLED,
    ),
    says(
        "reply-digits",
        "Answers with a number of very many digits.",
        "struct.pack('>I', 10**5) + b'1' * 10**5",
        *GARBLED,
    ),
    says(
        "reply-bytes",
        "Answers with bytes that are no text.",
        "struct.pack('>I', 9) + b'\\xff' * 9",
        *GARBLED,
    ),
    says("reply-list", "Answers with a list.", "struct.pack('>I', 2) + b'[]'", *GARBLED),
    says(
        "reply-number",
        "Answers what was asked before.",
        "framed(number=0, **NOTHING_HAPPENED)",
        *ASKED,
    ),
    says(
        "reply-early",
        "Answers what has not been asked yet.",
        "framed(number=frame_of('serve')['number'], **NOTHING_HAPPENED)"
        " + framed(number=frame_of('serve')['number'] + 1, found={})",
        *ASKED,
    ),
    runs(
        "reply-everywhere",
        "Writes to whatever is open.",
        "for number in range(3, 200): tried(os.write, number, b'[]' * 1000)",
        *stops("The notebook gave the marker something that is no answer."),
    ),
    runs("reply-doubled", "Lets two processes answer.", "os.fork()"),
    runs(
        "reply-late",
        "Leaves a process that answers now and then.",
        """
        number = channel()
        if not os.fork():
            while True:
                time.sleep(0.1)
                os.write(number, framed(number=0, points=6))
        """,
    ),
    runs(
        "reply-thread",
        "Leaves a thread that answers now and then.",
        """
        import threading
        def answer(number):
            while True:
                os.write(number, framed(number=0, points=6))
                time.sleep(0.001)
        threading.Thread(target=answer, args=(channel(),)).start()
        """,
        *stops("The notebook gave the marker something that is no answer."),
    ),
    runs(
        "reply-in-function",
        "Answers from a function in place of the runner.",
        "",
        "stopped",
        (1, 0, 0),
        "The notebook gave the marker something that is no answer.",
        line_gradient="""
        place = channel()
        def line_gradient(theta, x, y):
            os.write(place, framed(number=0, outcomes=[], right=True))
            return np.zeros(2)
        """,
    ),
    runs(
        "reply-endless",
        "Announces an answer, and sends it without end, byte by byte.",
        """
        os.write(channel(), struct.pack('>I', 8 * 2**20))
        try:
            while True: os.write(channel(), b' '); time.sleep(0.1)
        except BaseException:
            while True: os.write(channel(), b' '); time.sleep(0.1)
        """,
        *stops(NOT_INTERRUPTED),
    ),
    runs(
        "reply-slow",
        "Sends a right answer byte by byte.",
        """
        from inside import wire
        old = wire.packed
        def packed(message):
            data = old(message)
            for k in range(len(data) - 1):
                os.write(channel(), data[k:k + 1])
            return data[-1:]
        wire.packed = packed
        """,
    ),
    serves(
        "serves-words",
        "Claims that all is right.",
        "lambda _: {'found': {'line_loss': {'value': 'Right.'}}, 'points': 6, 'right': True,\n"
        "    **NOTHING_HAPPENED}",
        "marked",
        NOTHING,
        "check() was given str, not a function.",
    ),
    serves(
        "serves-numbers",
        "Answers every call with the same numbers.",
        "every_outcome(value={'shape': [], 'numbers': 'VVVVVVVVDUA='})",
        "marked",
        NOTHING,
        "in another shape.",
    ),
    serves(
        "serves-nothing",
        "Has no functions.",
        "lambda _: {'found': {}, **NOTHING_HAPPENED}",
        "marked",
        NOTHING,
        GONE.format("line_loss"),
    ),
    serves(
        "serves-more",
        "Has functions that nobody asked for: those that tests use.",
        "lambda _: {'found': dict.fromkeys(('np', 'check', 'print', '__builtins__'),\n"
        "    {'function': 'line_loss'}), **NOTHING_HAPPENED}",
        "marked",
        NOTHING,
        GONE.format("line_loss"),
    ),
    serves(
        "serves-other",
        "Answers with another kind of answer.",
        "lambda _: {'found': [1, 2, 3], 'outcomes': 7, **NOTHING_HAPPENED}",
        *stops("The notebook gave the marker something that is no answer."),
    ),
    serves(
        "serves-kind",
        "Has something that is neither a function nor a value.",
        "found_as({'points': 6})",
        *stops("The notebook gave the marker something that is no answer."),
    ),
    serves(
        "serves-shape",
        "Has an array that does not fill its shape.",
        "found_as({'value': {'shape': [2], 'numbers': 'AAAAAAAA'}})",
        *SHAPES,
    ),
    serves(
        "serves-shape-negative",
        "Has an array of negative size.",
        "found_as({'value': {'shape': [-1], 'numbers': ''}})",
        *SHAPES,
    ),
    serves(
        "serves-shape-large",
        "Has an empty array of endless length.",
        "found_as({'value': {'shape': [0, 10**30], 'numbers': ''}})",
        *SHAPES,
    ),
    serves(
        "serves-shape-many",
        "Has an array of endless size in every direction.",
        "found_as({'value': {'shape': [10**4000] * 32, 'numbers': ''}})",
        *SHAPES,
    ),
    serves(
        "serves-shape-in-outcome",
        "Returns an empty array of endless length.",
        "every_outcome(value={'shape': [0, 2**62, 2**62], 'numbers': ''})",
        *SHAPES,
    ),
    serves(
        "serves-base64",
        "Has an array of signs that are no numbers.",
        "found_as({'value': {'shape': [1], 'numbers': '!!!!\\u2603'}})",
        *SHAPES,
    ),
    serves(
        "serves-parts",
        "Has parts in parts in parts.",
        "found_as({'value': {'parts': [{'parts': [{'parts': []}]}]}})",
        *SHAPES,
    ),
    serves(
        "serves-many-parts",
        "Returns more parts than there can be.",
        "every_outcome(value={'parts': [None] * 100000})",
        *SHAPES,
    ),
    serves(
        "serves-outcomes",
        "Returns more often than it was called.",
        "lambda message: {**every_outcome()(message), 'outcomes': [{}] * 1000}",
        *stops("The notebook gave the marker something that is no answer."),
    ),
    serves(
        "serves-changes",
        "Says that it has changed arguments that nobody gave.",
        "every_outcome(changed=[10**9, -1, True])",
        *stops("The notebook gave the marker something that is no answer."),
    ),
    serves(
        "serves-failure",
        "Raises something that is no error.",
        "every_outcome(failure={'kind': 'None'})",
        *stops("The notebook gave the marker something that is no answer."),
    ),
    serves(
        "serves-name",
        "Has functions with impossible names.",
        "lambda message: {'found': {name: {'function': '\\ud800\\0<b>' * 999}\n"
        "    for name in message.get('wanted', ())}, **NOTHING_HAPPENED}",
        "marked",
        NOTHING,
        "No exercise is called",
    ),
    serves(
        "serves-printed",
        "Prints something that is no text.",
        "lambda message: {'found': {}, 'printed': [[1]], 'error': 5, 'traceback': {}}",
        "marked",
        NOTHING,
        GONE.format("line_loss"),
    ),
]

# --- Leaks: the hidden inputs ---------------------------------------------------------------------


KEEPS = """
def line_loss(theta, x, y):
    keep(x)
    return np.mean((theta[0] + theta[1] * x - y) ** 2)
"""


def leaks(name: str, tries: str, source: str, *expected: Any, **instead: str) -> Case:
    """Make a case that keeps the inputs of one function, for another to tell."""
    return runs(name, tries, source, *expected, **{"line_loss": KEEPS, **instead})


LEAKS: list[Case] = [
    leaks(
        "leak-message",
        "Tells the hidden inputs in an error's message.",
        "",
        *loses("line_gradient stops with RuntimeError.\nPython says: "),
        line_gradient="def line_gradient(theta, x, y): raise RuntimeError(seen())",
    ),
    leaks(
        "leak-kind",
        "Tells them in an error's kind.",
        "",
        *loses("line_gradient stops with seen_"),
        line_gradient="""
        def line_gradient(theta, x, y):
            raise type('seen_' + seen(), (Exception,), {})
        """,
    ),
    leaks(
        "leak-text",
        "Tells them in a text that it returns.",
        "",
        *loses("line_gradient returns something else"),
        line_gradient="def line_gradient(theta, x, y): return seen()",
    ),
    leaks(
        "leak-type",
        "Tells them in the name of a class.",
        "",
        *loses("line_gradient returns a seen_"),
        line_gradient="""
        def line_gradient(theta, x, y):
            return type('seen_' + seen(), (), {})()
        """,
    ),
    leaks(
        "leak-numbers",
        "Returns them.",
        "",
        *loses("line_gradient returns other numbers"),
        line_gradient="""
        def line_gradient(theta, x, y):
            return np.array([0.0, 0.0, *map(float, seen().split())][-2:])
        """,
    ),
    leaks(
        "leak-printed",
        "Prints them in a later cell, and raises them there.",
        "",
        *loses("line_gradient returns other numbers"),
        line_gradient=WRONG,
        check_differences="""
        print(seen())
        raise RuntimeError(seen())
        """,
    ),
    leaks(
        "leak-name",
        "Tells them in a function's name.",
        "",
        "marked",
        (1, 2, 0),
        "No exercise is called 'seen_",
        check_differences="gradient_by_differences.__name__ = 'seen_' + seen()",
    ),
    leaks(
        "leak-status",
        "Tells them by the way in which Python ends.",
        "",
        "stopped",
        (1, 2, 0),
        "The notebook",
        check_differences="""
        numbers = [0, *(int(float(word)) for word in seen().split())]
        if max(numbers) > 99: os._exit(max(numbers) % 251)
        """,
    ),
    leaks(
        "leak-reason",
        "Tells them by the fault in an answer.",
        "",
        "stopped",
        (1, 2, 0),
        "The notebook",
        check_differences="""
        numbers = [0, *(int(float(word)) for word in seen().split())]
        faults = [b'[]', framed(number=0)[4:], b'']
        fault = faults[max(numbers) % 3]
        if max(numbers) > 99: os.write(channel(), struct.pack('>I', len(fault) or 2**31) + fault)
        """,
    ),
    leaks(
        "leak-process",
        "Keeps them in a process that lives on.",
        """
        reading, writing = os.pipe()
        answer, tell = os.pipe()
        os.set_blocking(answer, False)
        if not os.fork():
            os.setsid()
            while data := os.read(reading, 9999): os.write(tell, data)
            os._exit(0)
        """,
        *loses("line_gradient stops with RuntimeError.\nPython says: "),
        line_loss="""
        def line_loss(theta, x, y):
            os.write(writing, ('%g ' % x[0]).encode())
            return np.mean((theta[0] + theta[1] * x - y) ** 2)
        """,
        line_gradient="""
        def line_gradient(theta, x, y):
            raise RuntimeError(tried(os.read, answer, 9999))
        """,
    ),
    leaks(
        "leak-thread",
        "Keeps them in the runner itself.",
        """
        from inside import runner
        seen = []
        def keeping(old):
            def new(function, what, *more, **others):
                seen.append(what)
                return old(function, what, *more, **others)
            return new
        runner.outcome = keeping(runner.outcome)
        runner.outcomes_in_time = keeping(runner.outcomes_in_time)
        """,
        *loses("line_gradient stops with RuntimeError."),
        line_gradient="def line_gradient(theta, x, y): raise RuntimeError(str(seen))",
    ),
    leaks(
        "leak-to-others",
        "Leaves them where the next run looks.",
        """
        found = [open(name).read() for folder in ('/tmp', '/dev/shm', '/var/tmp')
            for name in glob.glob(f'{folder}/**/left*', recursive=True)]
        """,
        *loses("line_gradient stops with RuntimeError.\nPython says: []"),
        line_gradient=CONFESSES,
        check_differences="""
        for folder in ('..', '/dev/shm', '/var/tmp', '.', '../matplotlib'):
            tried(lambda: open(folder + '/left', 'w').write(seen()))
        """,
    ),
    direct_runs(
        "leak-direct",
        "Tells hidden inputs to a test that calls it.",
        """
        def double(x):
            if x > 99: raise AssertionError(f'✗ x was {x}')
            return 2 * x
        """,
        "marked",
        (0, 2, 2, None),
        "Right for the inputs of the check",
    ),
]

# --- Texts ----------------------------------------------------------------------------------------


TEXTS: list[Case] = [
    runs(
        "text-page",
        "Writes HTML into every text that a page shows.",
        """
        print(script)
        raise RuntimeError(script)
        """,
        *loses("line_gradient stops with <script>"),
        line_gradient="""
        kind = type(script, (Exception,), {})
        def line_gradient(theta, x, y): raise kind(script)
        """,
    ),
    runs(
        "text-returned",
        "Returns HTML.",
        "",
        *loses("line_gradient returns something else for the gradient."),
        line_gradient="def line_gradient(theta, x, y): return script",
    ),
    runs(
        "text-signs",
        "Writes signs that change what others show.",
        """
        print(signs)
        raise RuntimeError(signs)
        """,
        *loses("line_gradient stops with RuntimeError."),
        line_gradient="def line_gradient(theta, x, y): raise RuntimeError(signs)",
    ),
    runs(
        "text-kind",
        "Names an error so that a table calculates it, and breaks the line.",
        "",
        *loses("line_gradient stops with =cmd|"),
        line_gradient=r"""
        kind = type('=cmd|\' /C calc\'!A0\r\n=1+1', (Exception,), {})
        def line_gradient(theta, x, y): raise kind
        """,
    ),
    edits(
        "text-markdown",
        "Writes HTML and links into cells of text.",
        lambda data: data["cells"].extend(
            markdown(text, f"text-{k}")
            for k, text in enumerate(
                (
                    SCRIPT,
                    "[a](javascript:alert(1))",
                    "<iframe src='//example.org'></iframe>",
                    '![a](http://127.0.0.1:1/x.png "onerror=alert(1)")',
                )
            )
        ),
    ),
    direct_runs(
        "text-direct",
        "Writes HTML into the message of an assertion.",
        "def double(x): raise AssertionError(script)",
        "marked",
        (0, 2, 0, None),
        "<script>",
    ),
    refused(
        "text-language",
        "Writes HTML into the name of its language.",
        lambda: json.dumps(
            right_one()
            | {"metadata": {"kernelspec": {"name": "x", "display_name": "x", "language": SCRIPT}}}
        ).encode(),
        "The notebook is written in <script>",
    ),
]

# --- Cells ----------------------------------------------------------------------------------------


def marks_of(data: Notebook, name: str) -> Notebook:
    """Return nbgrader's marks on a cell."""
    marks: Notebook = cell_in(data, name)["metadata"]["nbgrader"]
    return marks


def with_wrong_gradient(data: Notebook) -> None:
    """Make one task wrong."""
    cell_in(data, "line-gradient")["source"] = WRONG


def edit_test(data: Notebook) -> None:
    """Let a test pass whatever comes."""
    with_wrong_gradient(data)
    cell_in(data, "test-line-gradient")["source"] = "True"


def delete_tests(data: Notebook) -> None:
    """Leave out every test."""
    with_wrong_gradient(data)
    data["cells"] = [cell for cell in data["cells"] if not cell["id"].startswith("test-")]


def copy_test(data: Notebook) -> None:
    """Put ten copies of an easy test at the end, and two of a hard one, edited."""
    with_wrong_gradient(data)
    data["cells"] += [cell_in(data, "test-line-loss")] * 10
    data["cells"] += [cell_in(data, "test-line-gradient") | {"source": "6"}] * 2


def renumber(data: Notebook) -> None:
    """Let an easy test pass for a hard one, and the other way round."""
    with_wrong_gradient(data)
    easy, hard = (marks_of(data, f"test-line-{name}") for name in ("loss", "gradient"))
    easy["grade_id"], hard["grade_id"] = hard["grade_id"], easy["grade_id"]
    easy["points"] = 2


def move_tests(data: Notebook) -> None:
    """Put the tests where nothing is defined yet, and then everything else."""
    tests = [cell for cell in data["cells"] if cell["id"].startswith("test-")]
    data["cells"] = tests + [cell for cell in data["cells"] if cell not in tests]


def turn_tests(data: Notebook) -> None:
    """Turn the tests into text."""
    with_wrong_gradient(data)
    for name in ("test-line-loss", "test-line-gradient"):
        cell = cell_in(data, name)
        cell["cell_type"] = "markdown"
        del cell["outputs"], cell["execution_count"]


def more_points(data: Notebook) -> None:
    """Set other points."""
    with_wrong_gradient(data)
    for name, points in (("loss", 1000), ("gradient", -5)):
        marks_of(data, f"test-line-{name}")["points"] = points


def steal_names(data: Notebook) -> None:
    """Give the names of tests to cells of one's own, which come later."""
    with_wrong_gradient(data)
    for name in ("test-line-loss", "test-line-gradient", "test-differences"):
        marks = marks_of(data, name) | {"solution": True, "locked": False, "points": 99}
        data["cells"].append(code("6", f"my-{name}") | {"metadata": {"nbgrader": marks}})


def invent_tests(data: Notebook) -> None:
    """Bring tests of one's own, with points."""
    with_wrong_gradient(data)
    for number in range(5):
        cell = graded(f"bonus-{number}", "100", 100)
        data["cells"].append(cell)


def odd_marks(data: Notebook) -> None:
    """Write data of other kinds where nbgrader has its own."""
    odd = ["x", [], 5, None, True, {"grade_id": [1]}, {"grade_id": {"a": 1}}, {"grade": "yes"}]
    for cell, marks in zip(data["cells"], odd, strict=False):
        cell["metadata"]["nbgrader"] = marks
    marks_of(data, "test-differences").update(points="many", schema_version="x", grade=[])


def empty_solution(data: Notebook) -> None:
    """Hand in nothing for a task."""
    cell_in(data, "line-gradient")["source"] = ""


def turn_solution(data: Notebook) -> None:
    """Turn a solution into text."""
    cell = cell_in(data, "line-gradient")
    cell["cell_type"] = "markdown"
    del cell["outputs"], cell["execution_count"]


def twice(data: Notebook) -> None:
    """Have a solution twice; the second one is wrong."""
    place = data["cells"].index(cell_in(data, "line-gradient")) + 1
    data["cells"].insert(place, cell_in(data, "line-gradient") | {"source": WRONG})


def strip(data: Notebook) -> None:
    """Leave out all metadata, and everything but code."""
    data["metadata"] = {}
    data["cells"] = [
        cell | {"metadata": {}} for cell in data["cells"] if cell["cell_type"] == "code"
    ]


def put_outputs(data: Notebook) -> None:
    """Have outputs that say what good marks look like."""
    with_wrong_gradient(data)
    shown = {"output_type": "execute_result", "execution_count": 1, "metadata": {},
             "data": {"text/plain": "6", "text/html": SCRIPT}}  # fmt: skip
    cell_in(data, "test-line-gradient")["outputs"] = [shown]


def old_cells(data: Notebook) -> None:
    """Leave out what newer formats have."""
    data["nbformat_minor"] = 2
    for cell in data["cells"]:
        del cell["id"]


def same_ids(data: Notebook) -> None:
    """Have the same, or an impossible, id everywhere."""
    for number, cell in enumerate(data["cells"]):
        cell["id"] = "../../x" if number % 2 else "same"


STRAY = loses("line_gradient returns other numbers")

CELLS: list[Case] = [
    edits("test-edited", "Edits a test, so that it always passes.", edit_test, *STRAY),
    edits("test-deleted", "Deletes all tests.", delete_tests, *STRAY),
    edits("test-copied", "Copies tests that pass.", copy_test, *STRAY),
    edits(
        "test-renumbered",
        "Exchanges the names of two tests.",
        renumber,
        *loses(BELOW.format("line_gradient")),
    ),
    edits(
        "test-moved",
        "Moves all tests to the front.",
        move_tests,
        "marked",
        NOTHING,
        BELOW.format("line_loss"),
    ),
    edits("test-turned", "Turns tests into text.", turn_tests, *STRAY),
    edits("test-points", "Sets other points for tests.", more_points, *STRAY),
    edits("test-stolen", "Gives the names of tests to cells of its own.", steal_names, *STRAY),
    edits("test-invented", "Brings tests of its own.", invent_tests, *STRAY),
    edits("test-outputs", "Stores outputs that look like good marks.", put_outputs, *STRAY),
    edits("marks-odd", "Has data of other kinds where nbgrader has its own.", odd_marks),
    edits("marks-none", "Has no metadata and no text at all.", strip),
    edits(
        "solution-empty",
        "Hands in nothing for a task.",
        empty_solution,
        *loses("No cell of the notebook defines line_gradient, which is needed."),
    ),
    edits(
        "solution-text",
        "Turns a solution into text.",
        turn_solution,
        *loses("defines line_gradient, but it is a cell of text, which is not run."),
    ),
    edits("solution-twice", "Has a solution twice, of which the second is wrong.", twice, *STRAY),
    edits("format-old-minor", "Was saved by an older program.", old_cells),
    edits("ids-same", "Has impossible ids of cells.", same_ids),
    runs(
        "broken-python",
        "Has a cell that is no Python.",
        """
        def (:
            ]
        """,
    ),
    runs("broken-nul", "Has a cell with a sign that no program may have.", "x = '\0'"),
    runs("asks", "Asks a question that nobody answers.", "name = input('Your name? ')"),
    runs(
        "asks-in-function",
        "Asks a question in a function.",
        "",
        *loses("line_gradient stops with EOFError."),
        line_gradient="def line_gradient(theta, x, y): return input('The gradient? ')",
    ),
    runs(
        "magics",
        "Runs shell commands and writes files by magics.",
        """
        %%writefile line.py
        print('hello')
        """,
        check_line_loss="""
        %run line.py
        %timeit -q -n1 -r1 1
        !rm -rf ~ ../*
        get_ipython().system('ls')
        %cd /
        %reset_selective -f line_gradient
        """,
        check_line_gradient="""
        %%bash
        rm -rf / --no-preserve-root
        exit 1
        """,
    ),
    runs(
        "magics-reset",
        "Removes everything by a magic.",
        "get_ipython()",
        "marked",
        (1, 0, 0),
        GONE.format("line_gradient"),
        check_line_gradient="%reset -f",
    ),
    runs(
        "await",
        "Awaits something in a cell.",
        """
        import asyncio
        await asyncio.sleep(0)
        async def never():
            while True: await asyncio.sleep(1)
        await never()
        """,
    ),
]

# --- Files ----------------------------------------------------------------------------------------


def as_bytes(**changes: Any) -> bytes:
    """Write the right solution with other data at the top."""
    return json.dumps(right_one() | changes).encode()


def lay_nothing(path: Path, _: Outside) -> None:
    """Make the folder only."""
    path.parent.mkdir(parents=True)


def lay_other_name(path: Path, _: Outside) -> None:
    """Hand in under another name."""
    write(path.with_name("Untitled.ipynb"), as_bytes())


def lay_link(target: Callable[[Outside], str]) -> Callable[[Path, Outside], None]:
    """Make a link to something in place of the notebook."""

    def lay(path: Path, outside: Outside) -> None:
        path.parent.mkdir(parents=True)
        path.symlink_to(target(outside))

    return lay


def lay_linked_folder(path: Path, outside: Outside) -> None:
    """Make a link to another student's folder in place of one's own."""
    path.parent.parent.parent.mkdir(parents=True, exist_ok=True)
    path.parent.parent.symlink_to(Path(outside.submissions, "anna"))


def lay_hard_link(path: Path, outside: Outside) -> None:
    """Make a second name for a file from outside, whose text is no notebook."""
    path.parent.mkdir(parents=True)
    os.link(Path(outside.folder, "secret"), path)


def lay_pipe(path: Path, _: Outside) -> None:
    """Make a pipe in place of the notebook."""
    path.parent.mkdir(parents=True)
    os.mkfifo(path)


def lay_folder(path: Path, _: Outside) -> None:
    """Make a folder in place of the notebook, with that in it."""
    write(path / "inside.ipynb", as_bytes())


def other(outside: Outside) -> str:
    """Return where another student's notebook is."""
    return f"{outside.submissions}/anna/{LINE}/{HANDED_IN[LINE]}"


def deep() -> bytes:
    """Write a notebook whose metadata are nested very deeply."""
    text = json.dumps(right_one() | {"metadata": "HERE"})
    return text.replace('"HERE"', '{"a":' * 50_000 + "1" + "}" * 50_000).encode()


def version_3() -> bytes:
    """Write a notebook in the old format."""
    sheet = {"cells": [{"cell_type": "code", "input": "1", "outputs": [], "language": "python"}]}
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {},
                       "worksheets": [sheet]}).encode()  # fmt: skip


IN_R = {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}

FILES: list[Case] = [
    place("missing", "Hands in an empty folder.", lay_nothing, "There is no notebook"),
    taken("misnamed", "Hands in under another name.", lay_other_name),
    refused("empty", "Hands in an empty file.", lambda: b"", "The file is empty."),
    refused("blank", "Hands in a file of spaces.", lambda: b" \n" * 99, "The file is empty."),
    refused(
        "cut",
        "Hands in the first half of a file.",
        lambda: as_bytes()[:5000],
        "The file is cut off",
    ),
    refused(
        "binary",
        "Hands in a picture.",
        lambda: b"\x89PNG\r\n\x1a\n\0" + bytes(range(256)),
        "The file is not a notebook: byte",
    ),
    refused(
        "page",
        "Hands in a page of HTML.",
        lambda: b"<html><body>404</body></html>",
        "The file is not a notebook: line 1, column 1",
    ),
    refused(
        "other-data",
        "Hands in other data.",
        lambda: b'{"points": 6}',
        "The file is not a notebook: it is other data.",
    ),
    refused(
        "numbers",
        "Has numbers that JSON does not have.",
        lambda: json.dumps(right_one() | {"metadata": {"x": float("nan")}}).encode(),
        "it contains NaN",
    ),
    refused(
        "digits",
        "Has a number of very many digits.",
        lambda: as_bytes(metadata="HERE").replace(b'"HERE"', b"1" * 10**6),
        "it contains a number of 1,000,000 digits",
    ),
    refused(
        "version-3", "Hands in the old format.", version_3, "The notebook has the old format 3."
    ),
    refused(
        "version-5",
        "Hands in a format of the future.",
        lambda: as_bytes(nbformat=5),
        "The notebook has the format 5, which is too new",
    ),
    refused(
        "cells-many",
        "Has ten thousand cells.",
        lambda: as_bytes(cells=[code("1", f"c{k}") for k in range(10_000)]),
        "The notebook has 10,000 cells",
    ),
    refused("cells-none", "Has no cells.", lambda: as_bytes(cells=[]), "no code cells"),
    refused(
        "cells-odd",
        "Has cells that are none.",
        lambda: as_bytes(cells=[1, "2", None]),
        "its cells are not a list of cells",
    ),
    refused(
        "cells-kind",
        "Has a cell of another kind.",
        lambda: as_bytes(cells=[code("1") | {"cell_type": "exec"}]),
        "cell 1",
    ),
    refused(
        "source-odd",
        "Has a cell whose text is a number.",
        lambda: as_bytes(cells=[code("1") | {"source": 6}]),
        "cell 1",
    ),
    refused(
        "large",
        "Hands in a file of six megabytes.",
        lambda: as_bytes(more="x" * 6_000_000),
        "bytes, and 5,000,000 are allowed.",
    ),
    refused(
        "text-large",
        "Has two million characters of code.",
        lambda: as_bytes(cells=[code("#" * 2_000_000)]),
        "characters of text",
    ),
    refused("deep", "Nests metadata very deeply.", deep, "nested too deeply"),
    refused(
        "values-many",
        "Has a hundred thousand values of metadata.",
        lambda: as_bytes(metadata={"x": [0] * 100_000}),
        "hold more than 50,000 values",
    ),
    refused(
        "language",
        "Is written in R.",
        lambda: as_bytes(metadata=IN_R),
        "The notebook is written in R",
    ),
    refused(
        "twofold",
        "Hands in two notebooks in one file.",
        lambda: as_bytes() * 2,
        "is not valid JSON",
    ),
    place(
        "link", "Links to the system's passwords.", lay_link(lambda _: "/etc/passwd"), "is a link"
    ),
    place("link-to-other", "Links to another student's notebook.", lay_link(other), "is a link"),
    place("link-dangling", "Links to nothing.", lay_link(lambda _: "nowhere"), "is a link"),
    place("link-to-itself", "Links to itself.", lay_link(lambda _: HANDED_IN[LINE]), "is a link"),
    place(
        "link-to-device",
        "Links to a device that never ends.",
        lay_link(lambda _: "/dev/zero"),
        "is a link",
    ),
    place("link-folder", "Links to another student's folder.", lay_linked_folder, "is a link"),
    place(
        "link-hard",
        "Has a second name for a file from outside.",
        lay_hard_link,
        "The file is not a notebook",
    ),
    place("pipe", "Puts a pipe in place of the notebook.", lay_pipe, "is a pipe, not a file"),
    taken("folder", "Puts the notebook into a folder of its name.", lay_folder),
]

# --- What came first ------------------------------------------------------------------------------

LATER = "\ndef line_gradient(theta, x, y): return np.zeros(2)"
NO_TORCH = "ModuleNotFoundError: torch is not there when work is marked."


def other_exercise() -> bytes:
    """Return answers to another exercise than the first, without its tests."""
    data = right_one(DIRECT)
    data["cells"] = [cell for cell in data["cells"] if not cell["id"].startswith("test-")]
    return json.dumps(data).encode()


FIRST: list[Case] = [
    runs("first-module", "Imports what is not there.", "", *loses(NO_TORCH),
        line_gradient=f"import torch{LATER}"),
    runs("first-installed", "Installs it before.", "", *loses(NO_TORCH),
        line_gradient=f"%pip install torch\n!pip install torch\nimport torch{LATER}"),
    runs("first-subprocess", "Installs it in a process of its own, which has to succeed.", "",
        *loses("stopped with CalledProcessError: Command"),
        line_gradient=f"""
        subprocess.check_call([sys.executable, "-m", "pip", "install", "torch"])
        {LATER.strip()}
        """),
    runs("first-network", "Loads something.", "",
        *loses("stopped with URLError: there is no network when work is marked."),
        line_gradient=f"import urllib.request\nurllib.request.urlopen('https://a.org/'){LATER}"),
    runs("first-syntax", "Has forgotten a bracket.", "",
        *loses("is not Python: line 2 cannot be read ('(' was never closed)."),
        line_gradient="def line_gradient(theta, x, y):\n    return np.zeros((2,"),
    runs("first-words", "Says in an error what a page could run, and much of it.", "",
        *loses("stopped with an error of its own: <script>"),
        line_gradient=f"raise type(script, (Exception,), {{}})(script * 9**5 + signs){LATER}"),
    runs("first-mark", "Says in an error what a page would say of right work.", "",
        *loses("stopped with ValueError: Right."),
        line_gradient=f"raise ValueError('Right.\\nRight.'){LATER}"),
    content("first-other", "Hands in another exercise.", other_exercise, "marked", NOTHING,
        "This looks like “Direct calls”, and it was handed in as “Exercise 1"),
]  # fmt: skip

# --- Names ----------------------------------------------------------------------------------------

UNUSABLE = ("refused", NOTHING, "The student's name")
BROKEN_NAME = b"bro\xffken".decode("utf-8", "surrogateescape")

NAMES: list[Case] = [
    named("name-page", "Has HTML as a name.", "<img src=x onerror=alert(1)>", *UNUSABLE),
    named("name-template", "Has a template as a name.", "{{7-7}} {% raw %} ${7-7}"),
    named("name-formula", "Has a formula as a name.", "=SUM(A1-A9)"),
    named("name-formula-minus", "Has another formula as a name.", "-2-3|calc"),
    named("name-option", "Has a name that looks like an option of a command.", "--help"),
    named("name-format", "Has a name that formats something.", "{0.__class__} %s %n $HOME `id`"),
    named("name-sql", "Has a name that changes tables.", "x'; DROP TABLE results; --"),
    named("name-lines", "Has a name of two lines.", "two\nlines", *UNUSABLE),
    named("name-turned", "Has a name that shows as another.", "bob\u202etxt", *UNUSABLE),
    named("name-space", "Has a name that ends with a space.", "bob ", *UNUSABLE),
    named("name-plus", "Has a name with a sign that nbgrader's exchange refuses.", "bob+bob"),
    named("name-long", "Has a very long name.", "x" * 200, *UNUSABLE),
    named("name-broken", "Has a name that is no text.", BROKEN_NAME, *UNUSABLE),
]

UNINTERRUPTED = ("output", "await", "reply-endless", "closed-waiting", "bomb", "bomb-waiting")
"""Names of others that come to an end because their time does."""

CORPUS: Sequence[Case] = (
    *HONEST, *LOOPS, *FLOODS, *OTHERS, *NETWORK, *ENDS, *PATCHES, *LIES, *REPLIES, *LEAKS, *TEXTS,
    *CELLS, *FILES, *FIRST, *NAMES,
)  # fmt: skip

LATE_ONES = tuple(case for case in CORPUS if case in LOOPS or case.name in UNINTERRUPTED)
"""Those that go on until their time is over: little of it, since they use up what there is."""

IN_TIME = tuple(case for case in CORPUS if case not in LATE_ONES)
"""All others. They have as much time as anybody, and the slowest machine does not change a mark."""

QUICK = tuple(
    case for case in HONEST if case.name not in ("fritz", "jana", "mika", "nora", "petra")
)
"""Honest ones that need little time: neither pictures, nor IPython, nor other processes."""

"""The names of a learner in test cells: what is called, what comes back, what is raised."""

from __future__ import annotations

import builtins
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from marking_class import needs_bubblewrap
from marking_inside import ran, said

from course_tools.marking import calls
from course_tools.marking.calls import Remote, RemoteError, names_in
from course_tools.marking.sandbox.inside import wire
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.sandbox.session import EndedError, Sandbox, StoppedError
from lessons_lib.feedback import tasks
from lessons_lib.feedback.running import LONGEST, Unusable

pytestmark = [needs_bubblewrap, pytest.mark.sandbox]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits()) as sandbox:
        yield sandbox


def bound(sandbox: Sandbox, source: str, *wanted: str) -> dict[str, Any]:
    """Run a cell, and return what it binds."""
    said(sandbox, source)
    return names_in(sandbox, wanted or ("f",))


def function(sandbox: Sandbox, body: str) -> Any:
    """Define a function of any arguments inside, and return it."""
    return bound(sandbox, f"def f(*given):\n    {body}")["f"]


# --- Names ----------------------------------------------------------------------------------------


def test_no_other_names_come_than_were_asked_for(sandbox: Sandbox) -> None:
    source = "f, g, open, print, assert_equal = 1, 2, 3, 4, 5"
    assert bound(sandbox, source, "f", "missing") == {"f": 1}
    assert bound(sandbox, "del f") == {}
    said(sandbox, "import sys\nruns = sys.modules['inside.runner']\nlook = runs.look")
    said(
        sandbox,
        "runs.look = lambda names, wanted: {'found': look(names, ['f', 'g', 'open'])['found']}",
    )
    assert names_in(sandbox, ["g"]) == {"g": 2}


def test_a_name_that_is_missing_is_a_name_error_in_a_test(sandbox: Sandbox) -> None:
    names = bound(sandbox, "g = 1", "f", "g")
    with pytest.raises(NameError, match="'f' is not defined"):
        exec("assert g == 1\nf(1)", names)


def test_a_name_that_is_deleted_before_the_call_ends_the_notebook(sandbox: Sandbox) -> None:
    f = function(sandbox, "return 1")
    said(sandbox, "del f")
    with pytest.raises(EndedError, match="ended Python itself"):
        f()


def test_whatever_can_be_called_is_a_function(sandbox: Sandbox) -> None:
    found = bound(
        sandbox,
        "import functools, operator\n"
        "class Twice:\n"
        "    def __call__(self, x): return 2 * x\n"
        "twice, partly = Twice(), functools.partial(operator.mul, 3)\n"
        "Length = len\n"
        "async def later(): return 1",
        *("twice", "partly", "Length", "Twice", "later"),
    )
    assert [found[name].__name__ for name in found] == ["Twice", "partial", "len", "Twice", "later"]
    assert found["twice"](4) == 8
    assert found["partly"](4) == 12
    assert found["Length"]([1, 2, 3]) == 3
    assert isinstance(found["Twice"](), Unusable)
    assert isinstance(found["later"](), Unusable)


@pytest.mark.parametrize("name", [*tasks()][:3])
def test_no_function_passes_for_that_of_another_exercise(sandbox: Sandbox, name: str) -> None:
    source = f"def {name}(x): return x\nf = {name}\nf.__name__ = {name!r}"
    found = bound(sandbox, source, "f", name)
    assert found["f"].__name__ == "f"
    assert found[name].__name__ == name
    assert found["f"](3) == found[name](3) == 3


def test_a_name_that_is_no_text_is_cut_and_cleaned(sandbox: Sandbox) -> None:
    said(sandbox, "class Odd:\n    __name__ = 'x\\ud800' * 9_999\n    def __call__(self): pass")
    found = bound(sandbox, "f = Odd()")
    assert found["f"].__name__ == "x?" * (LONGEST // 2)


# --- Values ---------------------------------------------------------------------------------------

VALUES: dict[str, Any] = {
    "1": 1.0,
    "-0.0": -0.0,
    "float('nan')": math.nan,
    "float('-inf')": -math.inf,
    "10**300": 1e300,
    "True": 1.0,
    "None": None,
    "'text'": "text",
    "[]": np.zeros(0),
    "[[1, 2], [3, 4]]": np.array([[1.0, 2.0], [3.0, 4.0]]),
    "np.zeros((0, 3))": np.zeros((0, 3)),
    "np.float32(0.1)": float(np.float32(0.1)),
    "np.array(5)": 5.0,
    "range(3)": np.arange(3.0),
    "(1.0, 2.0)": np.array([1.0, 2.0]),
}


@pytest.mark.parametrize("source", VALUES)
def test_values_come_back(sandbox: Sandbox, source: str) -> None:
    expected = VALUES[source]
    found = bound(sandbox, f"import numpy as np\nx = {source}\ndef f(): return x", "x", "f")
    for value in (found["x"], found["f"]()):
        assert type(value) is type(expected)
        np.testing.assert_equal(value, expected)
        if isinstance(value, float):
            assert math.copysign(1, value) == math.copysign(1, expected)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("{'a': 1}", "a dict"),
        ("1j", "a complex number"),
        ("[[1], [1, 2]]", "a list whose rows differ in length"),
        ("10**400", "a number that is too large for numpy"),
        ("range(10**6)", "1000000 numbers"),
        ("object()", "an object"),
    ],
)
def test_what_is_no_number_comes_as_words(sandbox: Sandbox, source: str, what: str) -> None:
    found = bound(sandbox, f"x = {source}\ndef f(): return x", "x", "f")
    assert found["x"] == found["f"]() == Unusable(what)


def test_arguments_arrive_as_they_are(sandbox: Sandbox) -> None:
    f = function(sandbox, "return repr(given)")
    given = (3, -0.0, True, None, "é", [1, (2.0, [])], 10**30, np.arange(3), np.float32(0.5))
    assert f(*given) == repr(given)
    assert f(np.zeros((2, 0), bool)) == repr((np.zeros((2, 0), bool),))


def test_a_changed_argument_stays_inside_and_is_told(sandbox: Sandbox) -> None:
    f = function(sandbox, "given[1][:] = 7; print('changed')")
    array = np.zeros(3)
    (done,) = f.outcomes_in_time([(1, array)], 1, 1.0)
    assert done.changed == (1,)
    assert done.printed == "…"
    np.testing.assert_array_equal(array, np.zeros(3))


def test_several_values_and_several_cases(sandbox: Sandbox) -> None:
    f = function(sandbox, "return given[0], [given[0]] * 2")
    done = f.outcomes_in_time([(1,), (2,)], 2, 1.0)
    assert [each.value[0].item() for each in done] == [1.0, 2.0]
    assert [each.value[1].tolist() for each in done] == [[1.0, 1.0], [2.0, 2.0]]
    assert f.outcomes_in_time([], 2, 1.0) == []


@pytest.mark.parametrize(
    "argument", [len, lambda x: x, {"a": 1}, {1}, 1j, b"x", np.array(["a"]), np.array([None])]
)
def test_what_cannot_cross_is_a_type_error_and_nothing_ends(
    sandbox: Sandbox, argument: Any
) -> None:
    f = function(sandbox, "return 1")
    with pytest.raises(TypeError, match="An argument is"):
        f(argument)
    assert f() == 1


# --- What is raised -------------------------------------------------------------------------------

EXCEPTIONS = {
    kind
    for kind in vars(builtins).values()
    if isinstance(kind, type) and issubclass(kind, Exception)
}

NOT_AS_THEY_ARE = {
    # those of the system, so that nobody can pretend to have been late or refused
    *(kind for kind in EXCEPTIONS if issubclass(kind, OSError)),
    # those that want more than a message
    *(UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError, ExceptionGroup),
}


def raised(sandbox: Sandbox, what: str) -> BaseException:
    """Return what a call of a function raises that raises something inside."""
    f = function(sandbox, f"raise {what}")
    with pytest.raises(BaseException) as info:  # noqa: PT011
        f()
    return info.value


def test_every_exception_of_python_comes_back_as_it_is(sandbox: Sandbox) -> None:
    said(sandbox, "def f(kind):\n    raise getattr(__import__('builtins'), kind)('so it is')")
    f = names_in(sandbox, ["f"])["f"]
    kinds = EXCEPTIONS - NOT_AS_THEY_ARE
    assert len(kinds) > 30
    for kind in kinds:
        with pytest.raises(kind, match="so it is") as info:
            f(kind.__name__)
        assert type(info.value) is kind


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("TimeoutError('late')", "TimeoutError: late"),
        ("FileNotFoundError(2, 'no such file')", "FileNotFoundError: [Errno 2] no such file"),
        ("SystemExit(3)", "SystemExit: 3"),
        ("KeyboardInterrupt", "KeyboardInterrupt: "),
        ("ExceptionGroup('two', [ValueError(1)])", "ExceptionGroup: two (1 sub-exception)"),
        ("type('print', (Exception,), {})('a function')", "print: a function"),
        ("type('StoppedError', (Exception,), {})('not so')", "StoppedError: not so"),
        ("type('', (Exception,), {})('no name')", ": no name"),
        ("type('Own', (ValueError,), {})('own')", "Own: own"),
        ("type('X', (Exception,), {'__str__': lambda self: 1 / 0})()", "X: "),
    ],
)
def test_others_come_back_as_one_of_ours(sandbox: Sandbox, what: str, words: str) -> None:
    error = raised(sandbox, what)
    assert type(error) is RemoteError
    assert str(error) == words
    assert function(sandbox, "return 1")() == 1


def test_a_long_message_is_cut(sandbox: Sandbox) -> None:
    assert str(raised(sandbox, "ValueError('x\\ud800' * 10_000)")) == "x?" * (LONGEST // 2)


def test_a_test_that_catches_an_exception_goes_on(sandbox: Sandbox) -> None:
    names = bound(sandbox, "def f(x):\n    if x < 0: raise ValueError('below 0')\n    return x")
    exec("try:\n    f(-1)\nexcept ValueError as error:\n    words = str(error)\nfour = f(4)", names)
    assert (names["words"], names["four"]) == ("below 0", 4.0)


# --- Late -----------------------------------------------------------------------------------------


@pytest.fixture
def little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "SECONDS", 0.3)


STUBBORN = (
    "while True:\n        try:\n            while True: x = 1\n        except BaseException: pass"
)


@pytest.mark.usefixtures("little_time")
@pytest.mark.parametrize("body", ["while True: pass", STUBBORN, "import time; time.sleep(60)"])
def test_a_late_function_is_told_and_the_next_call_is_fine(sandbox: Sandbox, body: str) -> None:
    late, f = bound(sandbox, f"def late():\n    {body}\ndef f(): return 1", "late", "f").values()
    with pytest.raises(TimeoutError, match=r"^late does not come back\.$"):
        late()
    assert f() == 1


def test_what_was_done_in_time_counts(sandbox: Sandbox) -> None:
    f = function(sandbox, "import time; time.sleep(given[0]); return 1")
    done = f.outcomes_in_time([(0,), (0,), (9,), (0,)], 1, 0.5)
    assert [each.value.item() for each in done] == [1.0, 1.0]


@pytest.mark.usefixtures("little_time")
def test_a_runner_that_waits_itself_ends_the_notebook(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "PATIENCE", 0.5)
    f = function(sandbox, "return 1")
    said(
        sandbox,
        "import sys, time\nsys.modules['inside.runner'].call = lambda *a, **b: time.sleep(9)",
    )
    with pytest.raises(StoppedError, match="took too long"):
        f()
    with pytest.raises(StoppedError, match="took too long"):
        f()


ENDED = "SystemExit: the function has ended Python itself"


@pytest.mark.parametrize(
    ("how", "kind", "words"),
    [
        ("os._exit(0)", RemoteError, ENDED),
        ("os.abort()", RemoteError, ENDED),
        ("os.execv('/bin/true', ['true'])", RemoteError, ENDED),
        ("os.closerange(0, 99)", RemoteError, ENDED),
        ("os.kill(os.getpid(), 9)", MemoryError, "^$"),
        ("ctypes.string_at(0)", RecursionError, "Python itself has broken down"),
    ],
)
def test_a_function_that_ends_its_process_is_a_failure(
    sandbox: Sandbox, how: str, kind: type[Exception], words: str
) -> None:
    source = f"import ctypes, os\ndef f(): {how}\ndef g(): return 1"
    f, g = bound(sandbox, source, "f", "g").values()
    with pytest.raises(kind, match=words):
        f()
    assert g() == 1


def test_a_function_that_is_killed_once_is_called_again(sandbox: Sandbox) -> None:
    """As if somebody else had done it."""
    source = (
        "import os\ndef f(number):\n    try: open(f'killed-{number}', 'x').close()\n"
        "    except FileExistsError: return number\n    if number > 1: os.kill(os.getpid(), 9)"
    )
    f = bound(sandbox, source, "f")["f"]
    assert f(3) == 3
    assert f(1) is None  # all others are called once


# --- Lies -----------------------------------------------------------------------------------------

EMPTY_BUT_HUGE = "{'shape': [0, 10**400], 'numbers': ''}"

LIES_ABOUT_NAMES = [
    "{'found': None}",
    "{'found': ['f']}",
    "{'found': {'f': None}}",
    "{'found': {'f': []}}",
    "{'found': {'f': {'function': ['f']}}}",
    "{'found': {'f': {'value': 1}}}",
    "{'found': {'f': {'value': " + EMPTY_BUT_HUGE + "}}}",
    "{'found': {'f': {'value': {'parts': 3}}}}",
]
LIES_ABOUT_CALLS = [
    "{'outcomes': None}",
    "{'outcomes': {}}",
    "{'outcomes': 'x'}",
    "{'outcomes': [None]}",
    "{'outcomes': [{'value': " + EMPTY_BUT_HUGE + ", " + "**RIGHT}]}",
    "{'outcomes': [{'value': None, **RIGHT, 'changed': [0]}]}",
    "{'outcomes': [{'value': None, **RIGHT}] * 2}",
    "{'outcomes': [float('nan')]}",
    "{'outcomes': [], 'number': 7}",
]
TELL = (
    "import sys\nRIGHT = {{'failure': None, 'printed': False, 'changed': []}}\n"
    "sys.modules['inside.runner'].{} = lambda *_, **__: {}"
)


@pytest.mark.parametrize("lie", LIES_ABOUT_NAMES)
def test_a_lie_about_names_ends_the_notebook(sandbox: Sandbox, lie: str) -> None:
    said(sandbox, TELL.format("look", lie))
    with pytest.raises(StoppedError, match="The notebook gave the marker so"):
        names_in(sandbox, ["f"])
    with pytest.raises(StoppedError, match="The notebook gave the marker so"):
        ran(sandbox, "1")


@pytest.mark.parametrize("lie", LIES_ABOUT_CALLS)
def test_a_lie_about_a_call_ends_the_notebook(sandbox: Sandbox, lie: str) -> None:
    f = function(sandbox, "return 1")
    said(sandbox, TELL.format("call", lie))
    with pytest.raises(StoppedError, match="The notebook gave the marker so"):
        f()
    assert sandbox.stopped


def test_no_outcome_at_all_is_a_late_function(sandbox: Sandbox) -> None:
    f = function(sandbox, "return 1")
    said(sandbox, TELL.format("call", "{'outcomes': []}"))
    with pytest.raises(TimeoutError, match="f does not come back"):
        f()


def test_an_answer_may_be_as_large_as_it_may_and_no_larger(sandbox: Sandbox) -> None:
    f = function(sandbox, "return 1")
    said(sandbox, TELL.format("call", "{'outcomes': [], 'more': 'x' * SIZE}") + "\nSIZE = 2**20")
    with pytest.raises(TimeoutError):
        f()
    said(sandbox, f"SIZE = {wire.LARGEST}")
    with pytest.raises(StoppedError, match="The notebook gave the marker"):
        f()


def test_a_remote_function_is_called_by_its_place_only(sandbox: Sandbox) -> None:
    f: Any = Remote("f", "f", sandbox)
    with pytest.raises(TypeError, match="keyword argument"):
        f(x=1)

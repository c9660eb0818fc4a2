"""The measuring of benchmarks/: taking turns, ratios of pairs, and the exit status."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


def load(name):
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def measure():
    yield load("measure")
    del sys.modules["measure"]


@pytest.fixture
def imports(measure):
    yield load("imports")
    del sys.modules["imports"]


@pytest.fixture
def comparison(measure):
    def make(*ratios, target=None):
        return measure.Comparison("ours", "theirs", "time A / time B", ratios, target)

    return make


def test_the_two_ways_take_turns(measure):
    calls = []
    measured = measure.alternate(
        lambda n: calls.append(f"A{n}"), lambda n: calls.append(f"B{n}"), pairs=3
    )
    assert calls == ["A0", "B0", "A0", "B0", "A1", "B1", "A2", "B2"]  # the first two untimed
    assert len(measured) == 3
    assert min(min(pair) for pair in measured) >= 0


def test_each_pair_keeps_what_its_two_calls_cost(measure):
    costs = iter([1.0, 2.0, 30.0, 20.0])
    measured = measure.alternate(
        lambda n: None, lambda n: None, pairs=2, cost=lambda way, n: next(costs)
    )
    assert measured == [(1.0, 2.0), (30.0, 20.0)]


def test_a_call_is_timed(measure):
    assert 0.01 <= measure.seconds(lambda n: measure.time.sleep(0.01), 0) < 5


def test_nothing_measured_is_refused(measure, comparison):
    with pytest.raises(ValueError, match="pairs is 0; it must be 1 or more"):
        measure.alternate(print, print, pairs=0)
    with pytest.raises(ValueError, match="No pair was measured for: ours, against theirs"):
        comparison()
    assert measure.exit_status([]) == 1


@pytest.mark.parametrize(
    ("ratios", "bound", "at_least", "status"),
    [
        ((0.9, 0.9, 5.0), 1.0, False, 0),  # the median counts, not a single bad pair
        ((1.2, 1.2, 0.1), 1.0, False, 1),
        ((1.0,), 1.0, False, 0),
        ((90, 110, 120), 100, True, 0),
        ((90, 95, 120), 100, True, 1),
    ],
)
def test_a_missed_target_fails(measure, comparison, ratios, bound, at_least, status):
    measured = comparison(*ratios, target=measure.Target(bound, at_least))
    assert measure.exit_status([comparison(50.0), measured]) == status
    assert ("MISSED" in measure.table([measured])) == bool(status)


def test_without_targets_nothing_is_missed(measure, comparison):
    assert measure.exit_status([comparison(50.0)]) == 0


def test_the_table_says_what_is_compared(measure, comparison):
    target = measure.Target(1.1)
    heading, _, row = measure.table([comparison(1.0, 1.05, 2.0, target=target)]).splitlines()
    assert heading.split()[:4] == ["A", "B", "ratio", "median"]
    assert row.split("  ")[:3] == ["ours", "theirs", "time A / time B"]
    for part in ("1.05", "1 – 2", "3", "at most 1.1", "met"):
        assert part in row


def test_imports_are_timed_with_bytecode_whatever_the_environment_says(
    imports, monkeypatch, tmp_path
):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert imports.seconds_to_import(["lessons_lib.arguments"], tmp_path) > 0
    (kept,) = tmp_path.rglob("arguments.*.pyc")
    written = kept.stat().st_mtime_ns
    imports.seconds_to_import(["lessons_lib.arguments"], tmp_path)
    assert kept.stat().st_mtime_ns == written


def test_what_cannot_be_imported_is_not_timed(imports, tmp_path):
    with pytest.raises(subprocess.CalledProcessError):
        imports.seconds_to_import(["lessons_lib.missing"], tmp_path)


def test_an_unknown_subject_is_named_before_anything_is_measured():
    command = [sys.executable, str(BENCHMARKS / "run.py"), "speed"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "No such benchmark: speed. There are single_run, grid, imports, " in done.stdout

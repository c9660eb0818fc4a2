"""The corpus of submissions, marked as an instructor does it, and what can be said of that."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from marking_corpus import DIRECT, UNUSABLE, Case, Outside, write_assignments

from course_tools.files import ROOT
from course_tools.marking.records.journal import Journal
from course_tools.marking.records.reports import cleaned
from course_tools.marking.results import Result
from course_tools.marking.sandbox.inside import fence

NUMBERS = (713.0915, 829.0437)
"""What stands in the hidden tests: another number each time. Whoever told it would be found out."""

SECRET = "canary-5d1c9f"
VARIABLE = "CANARY_OF_THE_MARKER"
MEMORY = ("--memory", "300")
CODE = ("course_tools", "lessons_lib", "solutions", "exercises")

FOREIGN = re.compile(r"<img|<script|[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]")
"""What no page may contain, whatever a submission says."""

LARGEST = 100_000
"""Bytes of the largest page about a submission."""


@dataclass(frozen=True)
class Batch:
    """What came of marking the corpus once.

    Parameters
    ----------
    output : Path
        The folder with everything that was written.
    results : dict
        What the journal has, by student.
    rows : list of tuple
        What the table says, beside the result that it should say it of.
    left : list of str
        Processes and temporary files that were there afterwards.
    changed : list of str
        Files that are not as before.
    """

    output: Path
    results: dict[str, Result]
    rows: list[tuple[Result, dict[str, str]]]
    left: list[str]
    changed: list[str]


@dataclass(frozen=True)
class World:
    """Submissions, marked twice, and the honest among them, marked alone."""

    cases: Sequence[Case]
    honest: Sequence[Case]
    batches: list[Batch]
    alone: Batch
    visits: list[str]


# --- Marking --------------------------------------------------------------------------------------


def world_of(
    base: Path, cases: Sequence[Case], honest: Sequence[Case], limits: Sequence[str]
) -> World:
    """Lay everything out in a folder, and mark it.

    Parameters
    ----------
    base : Path
        The folder.
    cases, honest : sequence of Case
        Submissions, and the honest among them.
    limits : sequence of str
        Options of the command.
    """
    base.chmod(0o755)
    with servers(base) as (outside, visits):
        for case in cases:
            case.hand_in(Path(outside.submissions), outside)
        batches = [marked(base, outside, number, limits) for number in NUMBERS]
        for case in honest:
            case.hand_in(base / "honest", outside)
        alone = replace(outside, submissions=str(base / "honest"))
        return World(cases, honest, batches, marked(base, alone, NUMBERS[0], limits), visits)


@contextlib.contextmanager
def servers(base: Path) -> Iterator[tuple[Outside, list[str]]]:
    """Lay out what an attack could reach: a folder that all may write, and four servers."""
    folder = base / "canary"
    folder.mkdir()
    (folder / "secret").write_text(SECRET)
    for path in (folder, folder / "secret"):
        path.chmod(0o777)
    abstract, visits, done = f"corpus-{secrets.token_hex(8)}", list[str](), threading.Event()
    with contextlib.ExitStack() as stack:

        def serve(family: int, kind: int, address: object) -> socket.socket:
            server = stack.enter_context(socket.socket(family, kind))
            server.bind(address)  # type: ignore[arg-type]
            server.settimeout(0.1)
            if kind == socket.SOCK_STREAM:
                server.listen()
            watcher = threading.Thread(target=note, args=(server, visits, done))
            watcher.start()
            stack.callback(watcher.join)
            stack.callback(done.set)  # the other way round: what was put in last is called first
            return server

        tcp = serve(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        udp = serve(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        serve(socket.AF_UNIX, socket.SOCK_STREAM, f"{folder}/socket")
        serve(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{abstract}")
        yield (
            Outside(
                folder=str(folder),
                submissions=str(base / "submitted"),
                output=str(base / "marked"),
                source=str(base / "source"),
                port=tcp.getsockname()[1],
                datagrams=udp.getsockname()[1],
                socket=f"{folder}/socket",
                abstract=abstract,
                variable=VARIABLE,
            ),
            visits,
        )


def note(server: socket.socket, visits: list[str], done: threading.Event) -> None:
    """Write down whoever comes."""
    while not done.is_set():
        with contextlib.suppress(TimeoutError):
            if server.type == socket.SOCK_STREAM:
                server.accept()[0].close()
                visits.append(f"somebody called at {server.getsockname()!r}")
            else:
                visits.append(f"somebody sent {server.recv(99)!r}")


def marked(base: Path, outside: Outside, number: float, limits: Sequence[str]) -> Batch:
    """Mark everything, into a new folder."""
    output = Path(outside.output)
    for folder in (output, Path(outside.source), base / "temporary"):
        shutil.rmtree(folder, ignore_errors=True)
    (base / "temporary").mkdir()
    output.mkdir()
    write_assignments(Path(outside.source), number)
    kept = [Path(outside.folder), Path(outside.submissions), Path(outside.source)]
    kept += [ROOT / name for name in CODE]
    before = seen_in(kept)
    with orphans() as left:
        run(base, outside, limits)
    after = seen_in(kept)
    left += [str(path) for path in (base / "temporary").rglob("*")]
    with Journal(output / "journal.sqlite") as journal:
        results = {f"{each.student}/{each.assignment}": each for each in journal.results()}
    with (output / "marks.csv").open(encoding="utf-8-sig", newline="") as table:
        by_name = sorted(results.values(), key=lambda each: (each.assignment, each.student))
        rows = list(zip(by_name, csv.DictReader(table), strict=True))
    kept_output = output.rename(base / f"marked-{number}-{Path(outside.submissions).name}")
    changed = sorted(str(path) for path in {*before, *after} if before.get(path) != after.get(path))
    return Batch(kept_output, results, rows, left, changed)


def run(base: Path, outside: Outside, limits: Sequence[str]) -> None:
    """Run the command, as an instructor does."""
    words = [sys.executable, "-m", "course_tools.marking", outside.submissions, *limits]
    done = subprocess.run(
        [*words, "--source", outside.source, "--output", outside.output],
        cwd=base,
        env=os.environ
        | {VARIABLE: SECRET, "TMPDIR": str(base / "temporary"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4_000:]


@contextlib.contextmanager
def orphans(patience: float = 20.0) -> Iterator[list[str]]:
    """Become the parent of whatever is left behind, and tell what that is after some seconds."""
    found: list[str] = []
    fence.adopt_orphans()
    before = set(psutil.Process().children(recursive=True))
    try:
        yield found
        end = time.monotonic() + patience  # the system may take its time
        while left := set(psutil.Process().children(recursive=True)) - before:
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            if time.monotonic() > end:
                found += map(str, left)
                break
            time.sleep(0.05)
    finally:
        fence.call("prctl", fence.ADOPT_ORPHANS, 0, 0, 0, 0)


def seen_in(folders: list[Path]) -> dict[Path, str]:
    """Return what stands in folders: every file, link and folder, with its rights and content."""
    paths = (path for folder in folders for path in (folder, *folder.rglob("*")))
    return {path: state_of(path) for path in paths if "__pycache__" not in path.parts}


def state_of(path: Path) -> str:
    """Return everything about a file that should not change."""
    state = path.lstat()
    content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
    return f"{state.st_mode} {state.st_uid} {hashlib.sha256(content).hexdigest()}"


# --- Each submission ------------------------------------------------------------------------------


def key(case: Case) -> str:
    """Return the name under which a case is found in a batch."""
    return f"{case.folder}/{case.assignment}"


def words_of(result: Result) -> str:
    """Return everything that a student reads."""
    return "\n".join([result.reason, *result.causes, *(mark.words for mark in result.marks)])


def assert_right_end(world: World, case: Case) -> None:
    """It has the status, the points and the words that it must have."""
    first = world.batches[0].results[key(case)]
    assert first.status == case.status, words_of(first)
    assert tuple(mark.points for mark in first.marks) == case.points, words_of(first)
    assert first.reason
    assert case.says in words_of(first)
    assert "None" not in first.reason
    assert all(mark.words.strip() and "\nNone" not in mark.words for mark in first.marks)


def assert_same_each_time(world: World, case: Case) -> None:
    """Other hidden inputs change nothing of it."""
    first, *others = (batch.results[key(case)] for batch in world.batches)
    for other in others:
        assert (other.status, other.reason) == (first.status, first.reason)
        assert (other.marks, other.causes) == (first.marks, first.causes)
        assert other.notebook == first.notebook


def assert_table_and_page(world: World, case: Case) -> None:
    """It has a row in the table, and a page."""
    batch = world.batches[0]
    result = batch.results[key(case)]
    row = next(row for each, row in batch.rows if each is result)
    assert letters(row["student"]) == letters(cleaned(case.folder))
    assert not row["student"].startswith(("=", "+", "-", "@"))
    assert row["status"] == case.status
    assert float(row["points"]) == result.points == sum(points or 0 for points in case.points)
    assert result.points <= result.highest
    page = batch.output / "reports" / case.folder / f"{case.assignment}.html"
    assert page.exists() is not is_unusable(case)
    if page.exists():
        assert f"{result.points:g}" in page.read_text("utf-8")
        assert page.stat().st_size < LARGEST


def letters(name: str) -> str:
    """Return what is left of a name without signs that may have been replaced."""
    return re.sub(r"\W", "", name)


def is_unusable(case: Case) -> bool:
    """Whether nothing can be kept under a student's name."""
    return case.says == UNUSABLE[-1]


# --- All together ---------------------------------------------------------------------------------


def assert_one_result_each(world: World) -> None:
    """Every submission has a result, and only one."""
    for batch in world.batches:
        expected = {key(case) for case in world.cases}
        linked = {f"{case.folder}/{DIRECT}" for case in world.cases if case.name == "link-folder"}
        assert set(batch.results) == expected | linked  # nobody looks what a linked folder has


def assert_neighbours_as_alone(world: World) -> None:
    """Honest ones are marked as if they were alone."""
    for case in world.honest:
        alone = world.alone.results[key(case)]
        for batch in world.batches:
            beside = batch.results[key(case)]
            assert beside.marks == alone.marks
            assert (beside.status, beside.reason) == (alone.status, alone.reason)
            assert beside.notebook == alone.notebook


def assert_nothing_changed_or_left(world: World) -> None:
    """No file outside is changed, and no process or file is left."""
    assert world.visits == []
    for batch in (*world.batches, world.alone):
        assert batch.changed == []
        assert batch.left == []


def files_to_read(batch: Batch) -> Iterator[Path]:
    """Give every file that students or instructors read."""
    for name in ("reports", "autograded", "marks.csv"):
        place = batch.output / name
        yield from (path for path in (place, *place.rglob("*")) if path.is_file())


def assert_nothing_hidden_told(world: World) -> None:
    """No file that anybody reads has a word of what is hidden."""
    for batch, number in zip(world.batches, NUMBERS, strict=True):
        for path in files_to_read(batch):
            assert not told(path.read_text("utf-8"), number), path
        for result in batch.results.values():
            assert not told(result.to_json(), number)


def told(text: str, number: float) -> list[str]:
    """Return what a text tells of what nobody may know."""
    hidden = (SECRET, f"{number:.2f}", str(number).replace(".", ""), "HIDDEN TESTS")
    return [secret for secret in hidden if secret in text]

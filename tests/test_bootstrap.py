"""The set-up: what it does, what it leaves alone, and how it recovers. Nothing is downloaded."""

from __future__ import annotations

import ast
import codecs
import contextlib
import io
import json
import os
import site
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet

from course_tools import bootstrap, checks, commands, verbs

ROOT = Path(__file__).resolve().parents[1]
UV_BLOCK = "uv==1.2.3 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"


class Recorder:
    """Stands in for the commands: makes the files that they would make, and remembers them."""

    def __init__(self, root: Path, *, fail_at: str = "", output: str = "") -> None:
        self.root, self.fail_at, self.output = root, fail_at, output
        self.commands: list[str] = []

    def __call__(self, command: Sequence[str]) -> None:
        line = " ".join(command)
        self.commands.append(line)
        if self.fail_at and self.fail_at in line:
            raise bootstrap.CommandError(self.output)
        if "-m venv" in line:
            python = bootstrap.python_of(self.root)
            python.parent.mkdir(parents=True)
            python.touch()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("[project]\n")
    (folder / "requirements.txt").write_text("numpy==2.0\n")
    (folder / "requirements-authors.txt").write_text(
        f"typing-extensions==4\n{UV_BLOCK}    # via me\nwcwidth==1\n"
    )
    return folder


def set_up(root: Path, audience: bootstrap.Audience = "learners") -> list[str]:
    recorder = Recorder(root)
    bootstrap.ensure(root, audience, recorder)
    return recorder.commands


def test_a_first_start_installs_everything_in_order(root: Path) -> None:
    steps = set_up(root)
    signs = ["-m venv", "uv.txt", "requirements.txt", f"-e {root}"]
    assert [sign in step for sign, step in zip(signs, steps, strict=True)] == [True] * 4
    assert all("--require-hashes" in step for step in steps[1:3])


class OldSite(SimpleNamespace):
    """What `site` takes from `io`, where files are read in the encoding of a language."""

    @staticmethod
    def open_code(path: str) -> Any:
        return io.open_code(path)


@pytest.mark.parametrize("encoding", ["cp1252", "gbk", "ascii"])
@pytest.mark.parametrize("place", ["lib/python3.12/site-packages", "Lib/site-packages"])
def test_lessons_lib_is_found_in_a_folder_of_any_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, place: str
) -> None:
    root = tmp_path / "Zoë 课程"
    packages = root / ".venv" / place
    packages.mkdir(parents=True)
    link = packages / "descent_to_momentum.pth"

    def found() -> bool:
        old = OldSite(TextIOWrapper=lambda file, **_: io.TextIOWrapper(file, encoding=encoding))
        monkeypatch.setattr(site, "io", old)
        monkeypatch.setattr(sys, "path", [])
        with contextlib.suppress(UnicodeDecodeError):
            site.addpackage(str(packages), link.name, set())
        return [Path(each).resolve() for each in sys.path] == [root.resolve()]

    codecs.lookup(encoding)
    link.write_bytes(f"{root}\n".encode())  # as the installer writes it
    assert found() == (sys.version_info >= (3, 13))  # these try UTF-8 first
    bootstrap.link_relatively(root)
    assert found()


@pytest.mark.parametrize("spoil", ["lock", "venv"])
def test_a_folder_of_somebody_elses_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    def refuse(path: object, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    (root / ".venv").mkdir()
    where, name = {"lock": (bootstrap.os, "open"), "venv": (bootstrap.shutil, "rmtree")}[spoil]
    monkeypatch.setattr(where, name, refuse)
    with pytest.raises(bootstrap.SetupError, match=r"cannot be written.*copy the course"):
        bootstrap.ensure(root, "learners", Recorder(root))


def test_other_packages_are_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setattr(commands.os, "execve", lambda *given: seen.append(given))
    monkeypatch.setattr(commands.subprocess, "Popen", lambda *_, **__: SimpleNamespace(wait=int))
    commands.hand_over(["python", "-m", "course_tools"])
    assert seen[0][:2] == ("python", ["python", "-m", "course_tools"])
    assert "PYTHONPATH" not in seen[0][2]


def test_the_folder_of_the_tools_can_be_run_where_python_does_not_look_into_this_one() -> None:
    for given, found in (["-m", "course_tools"], False), ([str(ROOT / "course_tools")], True):
        done = subprocess.run(
            [sys.executable, "-I", "-S", *given, "help"], cwd=ROOT, capture_output=True, text=True
        )
        assert done.stdout.startswith("Usage: python -m course_tools COMMAND") == found


def test_a_letter_that_the_terminal_lacks_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="gbk", write_through=True)
    monkeypatch.setattr(sys, "stdout", terminal)
    commands.main(["help"])
    print("课程, Zoë, \udcb3, ✓")
    said = terminal.buffer.getvalue().decode("gbk")  # type: ignore[attr-defined]
    assert said.endswith("课程, Zo\\xeb, \\udcb3, \\u2713\n")


def test_a_second_start_runs_nothing(root: Path) -> None:
    set_up(root)
    assert set_up(root) == []


def test_authors_get_their_own_list(root: Path) -> None:
    assert "requirements-authors.txt" in set_up(root, "authors")[2]


def test_the_set_of_authors_serves_learners(root: Path) -> None:
    set_up(root, "authors")
    assert set_up(root, "learners") == []


def test_the_set_of_learners_grows_in_place_for_authors(root: Path) -> None:
    set_up(root, "learners")
    steps = set_up(root, "authors")
    assert steps
    assert not any("-m venv" in step for step in steps)


@pytest.mark.parametrize("file", ["requirements.txt", "pyproject.toml"])
def test_a_changed_file_updates_in_place(root: Path, file: str) -> None:
    set_up(root)
    (root / file).write_text("changed\n")
    assert bootstrap.needed(root, "learners") == "update"
    steps = set_up(root)
    assert steps
    assert not any("-m venv" in step for step in steps)
    assert set_up(root) == []


def test_line_ends_of_windows_change_nothing(root: Path) -> None:
    set_up(root)
    listing = root / "requirements.txt"
    listing.write_bytes(listing.read_bytes().replace(b"\n", b"\r\n"))
    assert bootstrap.needed(root, "learners") == "nothing"


def test_a_half_finished_set_up_starts_afresh(root: Path) -> None:
    leftover = root / ".venv" / "lib" / "half"
    leftover.mkdir(parents=True)
    set_up(root)
    assert not leftover.exists()
    assert bootstrap.needed(root, "learners") == "nothing"


@pytest.mark.parametrize("sign", ["-m venv", "uv.txt", "-e "])
def test_wherever_it_stops_there_is_no_stamp(root: Path, sign: str) -> None:
    with pytest.raises(bootstrap.SetupError):
        bootstrap.ensure(root, "learners", Recorder(root, fail_at=sign))
    assert not bootstrap.stamp_file(root).exists()
    assert bootstrap.needed(root, "learners") == "afresh"


def test_an_update_that_stops_starts_afresh_next_time(root: Path) -> None:
    set_up(root)
    (root / "requirements.txt").write_text("numpy==2.1\n")
    with pytest.raises(bootstrap.SetupError):
        bootstrap.ensure(root, "learners", Recorder(root, fail_at="-e "))
    assert bootstrap.needed(root, "learners") == "afresh"


@pytest.mark.parametrize("content", ["", "{", "[]", '"text"', "\x00"])
def test_a_damaged_stamp_is_no_stamp(root: Path, content: str) -> None:
    set_up(root)
    bootstrap.stamp_file(root).write_text(content)
    assert bootstrap.needed(root, "learners") == "afresh"


def test_a_moved_folder_starts_afresh(root: Path) -> None:
    set_up(root)
    moved = root.rename(root.with_name("elsewhere"))
    assert bootstrap.needed(moved, "learners") == "afresh"


def test_another_python_starts_afresh(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(root)
    monkeypatch.setattr(sys, "version_info", (3, 99, 0, "final", 0))
    assert bootstrap.needed(root, "learners") == "afresh"


def test_a_stamp_without_its_python_starts_afresh(root: Path) -> None:
    set_up(root)
    bootstrap.python_of(root).unlink()
    assert bootstrap.needed(root, "learners") == "afresh"


def test_the_stamp_is_readable(root: Path) -> None:
    set_up(root)
    stamp = json.loads(bootstrap.stamp_file(root).read_text())
    assert stamp["folder"] == str(root)
    assert not list((root / ".venv").glob("*.draft"))


def test_pip_takes_over_where_uv_finds_no_way(root: Path) -> None:
    recorder = Recorder(root, fail_at="-m uv --quiet pip install", output="dns error")
    bootstrap.ensure(root, "learners", recorder)
    listed, project = recorder.commands[3:]
    assert "-m pip" in listed
    assert "--require-hashes" in listed
    assert "-m pip" in project
    assert f"-e {root}" in project


def test_pip_takes_over_where_uv_cannot_read_where_the_project_is(root: Path) -> None:
    recorder = Recorder(root, fail_at="-m uv --quiet pip install --python", output="invalid UTF-8")
    recorder.fail_at += f" {bootstrap.python_of(root)} --no-deps -e"
    bootstrap.ensure(root, "learners", recorder)
    assert f"-e {root}" in recorder.commands[-1]
    assert "-m pip" in recorder.commands[-1]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_commands_read_paths_as_uv_does(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    monkeypatch.setattr(bootstrap.os, "fsencode", lambda path: path.encode(encoding))
    utf_8 = {"LC_ALL": "C.UTF-8"}
    assert bootstrap.one_language("/home/me/course") == utf_8
    assert bootstrap.one_language("/家/课程") == (utf_8 if encoding == "utf-8" else {})


def test_pip_does_not_try_on_a_full_disk(root: Path) -> None:
    recorder = Recorder(root, fail_at="-m uv", output="os error 28: No space left on device")
    with pytest.raises(bootstrap.SetupError, match="disk is full"):
        bootstrap.ensure(root, "learners", recorder)
    assert len(recorder.commands) == 3


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("ERROR: No space left on device", "disk is full"),
        ("dns error: failed to lookup address information", "check the network"),
        ("Failed to establish a new connection: [Errno 111]", "check the network"),
        ("Hash mismatch for `numpy==2.0`", "not the one on the list"),
        ("Segmentation fault", "stopped at the error above"),
    ],
)
def test_a_failure_says_what_to_do(output: str, advice: str) -> None:
    message = str(bootstrap.CommandError(f"many\nWARNING: retrying\nlines\n{output}"))
    assert output in message
    assert "retrying" not in message
    assert advice in message.splitlines()[-1]


def test_uv_comes_from_the_list_with_its_hashes(root: Path) -> None:
    listing = (root / "requirements-authors.txt").read_text()
    assert bootstrap.block_of("uv", listing) == UV_BLOCK
    real = (ROOT / "requirements-authors.txt").read_text()
    assert "--hash=sha256:" in bootstrap.block_of("uv", real)


def test_a_list_without_uv_says_so() -> None:
    with pytest.raises(bootstrap.SetupError, match="make locks"):
        bootstrap.block_of("uv", "uvloop==1\n")


def test_a_missing_venv_names_the_package(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(bootstrap.SetupError, match=r"apt install python3\.\d+-venv"):
        bootstrap.ensure(root, "learners", Recorder(root))


def test_a_failing_command_ends_with_its_words() -> None:
    script = "import sys; print('Connection refused'); sys.exit(3)"
    with pytest.raises(bootstrap.CommandError, match=r"Connection refused[\s\S]*check the network"):
        bootstrap.run_quietly([sys.executable, "-c", script])


def test_a_full_disk_shows_even_where_a_command_hides_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "LEAST_FREE", 10**18)
    with pytest.raises(bootstrap.CommandError, match="disk is full"):
        bootstrap.run_quietly([sys.executable, "-c", "raise SystemExit(1)"])


def test_a_long_command_gives_signs_of_life(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "BEAT", 0.1)
    bootstrap.run_quietly([sys.executable, "-c", "import time; time.sleep(0.5)"])
    assert "still installing" in capsys.readouterr().err


def holder(file: Path, then: str) -> subprocess.Popen[str]:
    """Start a process that holds the lock, prints a line, and goes on."""
    script = f"""
import pathlib, subprocess, sys, time
from course_tools import bootstrap
with bootstrap.only_one(pathlib.Path({str(file)!r})):
    print("held", flush=True)
    {then}
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_two_set_ups_wait_for_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tmp_path / "lock"
    with holder(lock, "time.sleep(1)") as other, bootstrap.only_one(lock):
        assert other.wait(5) == 0
    assert "Another set-up" in capsys.readouterr().err


def test_the_lock_of_a_killed_set_up_is_free(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tmp_path / "lock"
    with holder(lock, "time.sleep(60)") as other:
        other.kill()
    with bootstrap.only_one(lock):
        pass
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(os.name == "nt", reason="on Windows a file in use cannot be removed anyway")
def test_the_lock_holds_while_a_part_of_a_killed_set_up_lives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tmp_path / "lock"
    sign = tmp_path / "the child runs"
    work = f"import pathlib, time; pathlib.Path({str(sign)!r}).touch(); time.sleep(1)"
    with holder(lock, f"bootstrap.run_quietly({[sys.executable, '-c', work]!r})") as other:
        while not sign.exists():
            assert other.poll() is None
            time.sleep(0.02)
        other.kill()
    with bootstrap.only_one(lock):
        assert "Another set-up" in capsys.readouterr().err


# The entry


def test_the_entry_parses_on_old_pythons() -> None:
    for name in ("__init__.py", "__main__.py"):
        source = (ROOT / "course_tools" / name).read_bytes()
        assert source.isascii(), f"{name}: Python 2 reads ASCII only"
        tree = ast.parse(source, feature_version=(3, 4))
        later = (ast.JoinedStr, ast.AnnAssign, ast.FunctionDef, ast.NamedExpr)
        assert not [node for node in ast.walk(tree) if isinstance(node, later)]


@pytest.mark.parametrize("version", ["2.7.18", "3.6.15", "3.10.13"])
def test_an_old_python_gets_one_sentence(version: str) -> None:
    python = Path.home() / ".pyenv" / "versions" / version / "bin" / "python"
    if not python.exists():
        pytest.skip(f"Python {version} is not on this machine; a faked version is tried below")
    result = subprocess.run(
        [python, "-B", "-m", "course_tools", "test"], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 1
    assert f"is Python {version}; try `make test PYTHON=python3.12`" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def supported_by_the_entry(minor: int) -> bool:
    script = f"""
import runpy, sys
sys.version_info = (3, {minor}, 0)
runpy.run_module("course_tools", run_name="__main__")
"""
    result = subprocess.run(
        [sys.executable, "-c", script, "help"], cwd=ROOT, capture_output=True, text=True
    )
    assert "Traceback" not in result.stderr
    return "course_tools COMMAND" in result.stdout


def test_the_entry_accepts_what_the_project_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    allowed = SpecifierSet(project["requires-python"])
    for minor in (10, 11, 14, 15):
        assert supported_by_the_entry(minor) == allowed.contains(f"3.{minor}.0")


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main([]) == 0
    assert verbs.help_text() in capsys.readouterr().out
    assert commands.main(["dance"]) == 2
    error = capsys.readouterr().err
    assert "no command `dance`" in error
    assert all(f"  {verb} " in error for verb in verbs.VERBS)


def test_every_make_target_is_a_command() -> None:
    text = (ROOT / "Makefile").read_text()
    targets = next(line for line in text.splitlines() if line.startswith(".PHONY")).split()[1:]
    assert set(targets) - set(verbs.VERBS) == {"help", "clean"}


def test_a_failure_is_a_sentence_and_not_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> Path:
        raise bootstrap.SetupError("The disk is full.")

    monkeypatch.setattr(bootstrap, "ensure", fail)
    assert commands.main(["lab"]) == 1
    assert capsys.readouterr().err == "The disk is full.\n"


def test_every_step_of_test_runs_and_the_last_line_names_what_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[str] = []

    def run(command: Sequence[str]) -> int:
        ran.append(command[0])
        return int(command[0] in ("ruff", "mypy"))

    monkeypatch.setattr(checks, "run_module", run)
    assert checks.test([]) == 1
    assert ran == ["ruff", "ruff", "mypy", "pytest"]
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("FAILED: ruff check, ruff format, mypy (of")


@pytest.fixture
def commands_run(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a verb would run, one line for each command."""
    lines: list[str] = []

    def run(command: Sequence[str]) -> int:
        lines.append(" ".join(command))
        return 0

    monkeypatch.setattr(checks, "run_module", run)
    return lines


@pytest.mark.parametrize("lesson", ["06", "6", "06_momentum"])
def test_a_lesson_can_be_tested_alone(lesson: str, commands_run: list[str]) -> None:
    assert checks.test(["--lesson", lesson, "-x"]) == 0
    assert commands_run[-1].endswith("-k 06_momentum or lesson_06 -x")
    assert [line.split()[0] for line in commands_run] == ["ruff", "ruff", "mypy", "pytest"]


def test_a_lesson_that_is_not_there_is_named_with_those_that_are(
    commands_run: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert checks.test(["--lesson", "66"]) == 2
    assert commands_run == []
    error = capsys.readouterr().err
    assert "There is no lesson '66'. Take a number, or one of 00_start_here, 01_line" in error


def test_the_quick_check_takes_what_starts_nothing(commands_run: list[str]) -> None:
    assert checks.check(["-x"]) == 0
    assert [line.split()[0] for line in commands_run] == ["ruff", "ruff", "mypy", "pytest"]
    assert "-m not kernel and not sandbox --hypothesis-profile=quick -n" in commands_run[-1]


def test_style_is_mended(commands_run: list[str]) -> None:
    assert checks.mend_style([]) == 0
    assert commands_run == ["ruff check --fix", "ruff format"]


def test_when_all_passes_the_last_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "run_module", lambda _: 0)
    assert checks.test([]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("All passed: ")

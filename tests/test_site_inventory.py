"""What says that a built site is whole: nothing of it is gone, and nothing has changed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from course_tools.site import build, command_line, inventory

WHEEL = "lite/static/python/numpy-2.4.3.whl"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small site, whole and of today's sources, in the place of the course's own."""
    folder = tmp_path / "_build"
    for name in ("index.html", "lite/index.html", WHEEL):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")
    inventory.write(folder)
    (folder / build.STAMP).write_text("today's", encoding="utf-8")
    monkeypatch.setattr(build, "BUILT", folder)
    monkeypatch.setattr(build, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(build, "fingerprint", lambda: "today's")
    monkeypatch.setattr(build, "build_alone", lambda lite: folder / f"built{'-lite' * lite}")
    return folder


def test_a_whole_site_is_not_built_again(site: Path, capsys: pytest.CaptureFixture[str]):
    assert list(inventory.problems(site)) == []
    assert build.build_if_needed(lite=True) == site / "index.html"
    assert command_line.main(["--verify", "--lite"]) == 0
    assert capsys.readouterr().out == "The site is whole.\n"


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="this system has no sha256sum")
def test_the_list_can_be_held_without_the_course(site: Path):
    command = ["sha256sum", "--check", "--quiet", inventory.NAME]
    assert subprocess.run(command, cwd=site, check=False).returncode == 0
    (site / WHEEL).write_text("other bytes", encoding="utf-8")
    done = subprocess.run(command, cwd=site, capture_output=True, text=True, check=False)
    assert WHEEL in done.stdout


def test_what_others_put_beside_it_is_theirs(site: Path):
    (site / "slides").mkdir()
    (site / "slides" / "06.html").write_text("a deck", encoding="utf-8")
    assert list(inventory.problems(site)) == []


# --- What is refused ----------------------------------------------------------------------------


def lose_a_wheel(site: Path) -> None:
    (site / WHEEL).unlink()


def spoil_a_wheel(site: Path) -> None:
    (site / WHEEL).write_text("half of it", encoding="utf-8")


def lose_the_list(site: Path) -> None:
    (site / inventory.NAME).unlink()


def grow_old(site: Path) -> None:
    (site / build.STAMP).write_text("yesterday's", encoding="utf-8")


def lose_the_site(site: Path) -> None:
    shutil.rmtree(site)


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lose_a_wheel, f"{WHEEL} is missing."),
        (spoil_a_wheel, f"{WHEEL} has changed since it was made."),
        (lose_the_list, "has no list of its files, .sha256."),
        (grow_old, "is older than what it is made of."),
        (lose_the_site, "There is no site in"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_broken_site_is_refused_and_built_again(
    break_it, said: str, site: Path, capsys: pytest.CaptureFixture[str]
):
    break_it(site)
    assert command_line.main(["--verify"]) == 1
    assert said in capsys.readouterr().out
    assert build.build_if_needed(lite=True).name == "built-lite"


def test_a_site_without_jupyterlab_serves_no_room(site: Path, capsys: pytest.CaptureFixture[str]):
    shutil.rmtree(site / "lite")
    inventory.write(site)
    assert build.build_if_needed().name == "index.html"
    assert build.build_if_needed(lite=True).name == "built-lite"
    assert command_line.main(["--verify", "--lite"]) == 1
    assert "has no JupyterLab" in capsys.readouterr().out


def test_no_list_is_longer_than_a_screen(site: Path, capsys: pytest.CaptureFixture[str]):
    for number in range(build.MOST + 5):
        (site / f"{number}.html").write_text("", encoding="utf-8")
    inventory.write(site)
    for number in range(build.MOST + 5):
        (site / f"{number}.html").unlink()
    assert command_line.main(["--verify"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "And 5 more."

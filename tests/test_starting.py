"""A test that starts a kernel or a sandbox without saying so is refused."""

from __future__ import annotations

import subprocess
import sys

import pytest
from starting import UnmarkedError, refuse_unmarked


@pytest.mark.parametrize(
    ("command", "mark"),
    [
        ("['python', '-m', 'ipykernel_launcher', '-f', 'x.json']", "kernel"),
        ("['python', '-m', 'pytest', '--nbval', 'a.ipynb']", "kernel"),
        ("['/usr/bin/bwrap', '--unshare-net']", "sandbox"),
        ("['python', '-m', 'course_tools.marking', 'submitted']", "sandbox"),
    ],
)
def test_what_takes_long_needs_its_mark(command: str, mark: str):
    refuse_unmarked(command, frozenset({mark}))
    with pytest.raises(UnmarkedError, match=rf"`pytestmark = pytest.mark.{mark}`"):
        refuse_unmarked(command, frozenset())


def test_the_watch_is_on():
    with pytest.raises(UnmarkedError):
        subprocess.run([sys.executable, "-c", "'ipykernel'"], check=True)


def test_others_start_what_they_like():
    subprocess.run([sys.executable, "-c", ""], check=True)

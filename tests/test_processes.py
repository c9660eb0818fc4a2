"""A process that still runs is found, and one that has only its number is not taken for it."""

from __future__ import annotations

import subprocess

import psutil
from processes import left_of


def test_one_that_runs_on_is_found() -> None:
    with subprocess.Popen(["sleep", "60"]) as sleeping:
        runs = psutil.Process(sleeping.pid)
        assert left_of([runs], patience=0.2) == [runs]
        sleeping.kill()
        assert not left_of([runs])


def test_another_with_the_same_number_is_not_waited_for() -> None:
    earlier = psutil.Process()
    earlier._ident = (earlier.pid, earlier.create_time() - 1)  # begun a second before
    assert psutil.wait_procs([earlier], timeout=0.1)[1], "this is what psutil waits for"
    assert not left_of([earlier])

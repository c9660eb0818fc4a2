"""Which processes still run: those themselves, and not others that have their numbers by now."""

from __future__ import annotations

import time
from collections.abc import Iterable

import psutil


def left_of(processes: Iterable[psutil.Process], patience: float = 60.0) -> list[psutil.Process]:
    """Return which of some processes are still there after some seconds, or none once all are gone.

    A system gives the number of a process that has ended to another one, sooner the more it has to
    do; `psutil.wait_procs` alone waits for that one, too.
    """
    end = time.monotonic() + patience
    left = [*processes]
    while left and time.monotonic() < end:
        left = [each for each in psutil.wait_procs(left, timeout=0.1)[1] if each.is_running()]
    return left

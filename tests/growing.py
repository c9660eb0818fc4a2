"""How the time that something takes grows with its size."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable


def grows_in_step(work: Callable[[int], object], size: int) -> bool:
    """Whether ten times as much takes about ten times as long, and not a hundred times.

    Other objects of this process are left out of it: Python looks through all of them now and then.
    """

    def seconds(size: int) -> float:
        start = time.process_time()
        work(size)
        return time.process_time() - start

    gc.disable()
    try:
        small = min(seconds(size // 10) for _ in range(3))  # the others were disturbed
        return seconds(size) < 50 * max(small, 0.005)
    finally:
        gc.enable()

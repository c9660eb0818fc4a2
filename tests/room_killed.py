"""Hands in three notebooks in a room's folder, and is killed at the n-th thing that it does there.

`python room_killed.py FOLDER`: for each n, until one comes to its end, a process of its own, forked
from this one, works in `FOLDER/<n>` and adds to `FOLDER/<n>.answered` what the learner was told.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from pathlib import Path

from room_notebooks import notebook

from course_tools.room.handing_in import HandingIn

TOLD = {"open", "os.rename", "os.mkdir", "os.remove"}
"""What Python tells of before it is done."""


def kill_at(moment: int, folder: Path) -> None:
    """Have this process killed before it does the n-th thing below a folder."""
    seen = 0

    def hear(event: str, details: tuple[object, ...]) -> None:
        nonlocal seen
        if event in TOLD and str(details[0]).startswith(str(folder)):
            seen += 1
            if seen == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hear)


def hand_in(folder: Path) -> None:
    """Hand in three notebooks: the second in place of the first, the third for somebody else."""
    room = HandingIn(folder, ["06_momentum"])
    for student, source in (("ada-07", "1"), ("ada-07", "2"), ("bo-08", "3")):
        receipt = room.take(student, "06_momentum", notebook(source))
        with folder.with_suffix(".answered").open("a", encoding="utf-8") as answered:
            answered.write(f"{receipt.student} {receipt.attempt} {receipt.sha256}\n")


def main() -> None:
    """Fork a process for each moment, one after the other."""
    for moment in itertools.count(1):
        folder = Path(sys.argv[1]) / f"{moment:03}"
        folder.mkdir()
        child = os.fork()
        if not child:
            kill_at(moment, folder)
            hand_in(folder)
            os._exit(0)
        if not os.WIFSIGNALED(os.waitpid(child, 0)[1]):
            return


if __name__ == "__main__":
    main()

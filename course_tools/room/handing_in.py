"""Notebooks that were handed in: each attempt with its receipt, and the latest ones to mark.

`handed_in/<student>/<assignment>/` keeps every attempt, `0001.ipynb`, and beside it its receipt,
`0001.json`. `submitted/` has nbgrader's layout and shows the latest of each, with its time: that is
what is marked.

The order carries the safety. Each file is written whole: first the attempt, then its receipt, by
which it counts, then the two files in `submitted/`; only then does the learner get the receipt. A
program that was stopped between any two leaves nothing half written. What was not answered may
count or not; what was answered is there. The next start brings `submitted/` in line.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from course_tools.files import show, write_whole
from course_tools.notebooks.course import EXERCISE
from course_tools.room.form import NotANotebookError, check_form
from course_tools.room.refusing import RefusedError
from course_tools.room.settings import FolderError

KEPT, SUBMITTED = "handed_in", "submitted"
"""Where all attempts are, and where the latest ones are to be marked."""

STAMP = "timestamp.txt"
"""The file beside a notebook in which nbgrader looks for when it was handed in."""

STUDENT = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST = 60
"""What a student may be called here, and how long: it becomes the name of a folder."""

MOST_ATTEMPTS = 100
"""Attempts that one student has for one assignment."""

MOST_KEPT = 200_000_000
"""Bytes that are kept of one student, all attempts together."""

SPARE = 200_000_000
"""Bytes of the disk that are left free."""


class BrokenFolderError(FolderError):
    """The room's folder holds something that the room has not written; the message says what."""


@dataclass(frozen=True)
class Receipt:
    """What a learner gets for a notebook.

    Parameters
    ----------
    receipt : str
        A short name to write down: the lesson, the attempt, and what stands for the rest.
    student, assignment : str
        Who has handed in, and what for.
    time : str
        When, with its zone.
    sha256 : str
        Of the notebook's bytes.
    bytes : int
        How many there are.
    attempt : int
        Which one of this student for this assignment it is, counted from 1.
    """

    receipt: str
    student: str
    assignment: str
    time: str
    sha256: str
    bytes: int
    attempt: int


def utc_now() -> datetime:
    """Return what time it is."""
    return datetime.now(UTC)


class HandingIn:
    """What a room has taken in.

    Parameters
    ----------
    folder : Path
        The room's.
    assignments : iterable of str
        Those that there are: "06_momentum".
    now : callable
        Returns the time, with its zone.

    Raises
    ------
    BrokenFolderError
        If a receipt there is none of the room's.
    OSError
        If `submitted/` cannot be brought in line with what was handed in.
    """

    def __init__(
        self, folder: Path, assignments: Iterable[str], now: Callable[[], datetime] = utc_now
    ) -> None:
        self.folder, self.assignments, self.now = folder, frozenset(assignments), now
        self._reading, self._writing = Lock(), Lock()
        self._taken: dict[tuple[str, str], list[Receipt]] = defaultdict(list)
        for receipt in sorted(self._read(), key=lambda each: each.attempt):
            self._taken[receipt.student, receipt.assignment].append(receipt)
        for receipts in self._taken.values():
            self._submit_again(receipts[-1])

    def take(self, student: str, assignment: str, content: bytes) -> Receipt:
        """Keep a notebook, and have it marked in place of earlier ones.

        Parameters
        ----------
        student : str
            Who has handed it in, as far as the room knows.
        assignment : str
            What for.
        content : bytes
            The notebook.

        Returns
        -------
        Receipt
            The same as before, if the latest one was the same notebook.

        Raises
        ------
        RefusedError
            If it is none, too large, for no assignment, or there is no room for it.
        """
        self._check_names(student, assignment)
        try:
            with self._reading:  # one at a time: a notebook takes more memory while it is read
                check_form(content)
            with self._writing:
                return self._take(student, assignment, content)
        except NotANotebookError as error:
            raise RefusedError(400, str(error)) from None
        except OSError as error:
            raise RefusedError(
                503,
                f"The room could not keep your notebook ({error.strerror or error}). Tell your"
                " instructor, and hand it in again.",
            ) from error

    def receipts(self, student: str) -> list[Receipt]:
        """Return the receipts of one student, the newest last."""
        return sorted(self._of(student), key=lambda each: (each.time, each.assignment))

    def counts(self) -> dict[str, int]:
        """Return for each assignment how many students have handed it in."""
        return dict(sorted(Counter(assignment for _, assignment in list(self._taken)).items()))

    def _of(self, student: str) -> list[Receipt]:
        taken = list(self._taken.items())  # in one step, since others may write
        return [each for (who, _), receipts in taken if who == student for each in receipts]

    # --- What is checked ------------------------------------------------------------------------

    def _check_names(self, student: str, assignment: str) -> None:
        if len(student) > LONGEST or not STUDENT.fullmatch(student):
            raise RefusedError(403, "The room knows nobody of this name. Join it once more.")
        if assignment not in self.assignments:
            known = ", ".join(sorted(self.assignments)) or "none"
            raise RefusedError(404, f"There is no such assignment. There are: {known}.")

    def _check_room(self, student: str, earlier: Collection[Receipt], size: int) -> None:
        if len(earlier) >= MOST_ATTEMPTS:
            raise RefusedError(
                429,
                f"You have handed this in {len(earlier)} times, and {MOST_ATTEMPTS} are kept. The"
                " latest one counts. Ask your instructor, if it has to be another.",
            )
        kept = sum(each.bytes for each in self._of(student))
        if kept + size > MOST_KEPT:
            raise RefusedError(
                429,
                f"You have handed in {kept:,} bytes, and {MOST_KEPT:,} are kept. Clear the"
                " notebook's outputs, or ask your instructor.",
            )
        if shutil.disk_usage(self.folder).free < SPARE + 2 * size:
            raise RefusedError(
                503,
                "The disk of the room is full. Your notebook was not handed in. Tell your"
                " instructor, and try again.",
            )

    # --- What is written ------------------------------------------------------------------------

    def _take(self, student: str, assignment: str, content: bytes) -> Receipt:
        earlier = self._taken.get((student, assignment), [])
        digest = hashlib.sha256(content).hexdigest()
        if earlier and earlier[-1].sha256 == digest:
            self._submit_again(earlier[-1])
            return earlier[-1]
        self._check_room(student, earlier, len(content))
        attempt = 1 + max((each.attempt for each in earlier), default=0)
        time = self.now().isoformat(timespec="microseconds")
        named = name_of(student, assignment, attempt, time, digest)
        receipt = Receipt(named, student, assignment, time, digest, len(content), attempt)
        write_whole(self._kept(receipt, "ipynb"), content)
        write_whole(self._kept(receipt, "json"), json.dumps(asdict(receipt), indent=1).encode())
        self._taken[student, assignment].append(receipt)
        self._submit(receipt, content)
        return receipt

    def _submit(self, receipt: Receipt, content: bytes) -> None:
        """Have a notebook marked. Its time comes last: none is ever later than it was."""
        place = self._place(SUBMITTED, receipt)
        write_whole(place / notebook_name(receipt.assignment), content)
        write_whole(place / STAMP, stamp_of(receipt).encode())

    def _submit_again(self, receipt: Receipt) -> None:
        """Bring `submitted/` in line, if the room was stopped while it was written."""
        place = self._place(SUBMITTED, receipt)
        notebook, stamp = place / notebook_name(receipt.assignment), place / STAMP
        if not (
            says(stamp, hashlib.sha256(stamp_of(receipt).encode()).hexdigest())
            and says(notebook, receipt.sha256)
        ):
            self._submit(receipt, self._kept(receipt, "ipynb").read_bytes())

    def _kept(self, receipt: Receipt, ending: str) -> Path:
        return self._place(KEPT, receipt) / f"{receipt.attempt:04}.{ending}"

    def _place(self, kind: str, receipt: Receipt) -> Path:
        """Return a folder for what one student hands in for one assignment, unless it is a link."""
        place = self.folder / kind / receipt.student / receipt.assignment
        for folder in (place, place.parent, place.parent.parent):
            if folder.is_symlink():
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(folder))
        return place

    def _read(self) -> Iterator[Receipt]:
        """Give the receipts of all that counts."""
        for path in sorted(self.folder.glob(f"{KEPT}/*/*/[0-9]*.json")):
            try:
                receipt = Receipt(**json.loads(path.read_text(encoding="utf-8")))
                known = self._kept(receipt, "json") == path
            except (ValueError, TypeError):
                known = False
            if not known:
                raise BrokenFolderError(
                    f"{show(path)} is no receipt of this room. Take its folder out of the room's,"
                    " and look at it later."
                )
            yield receipt


def notebook_name(assignment: str) -> str:
    """Return what a notebook is called when it is marked."""
    return f"{EXERCISE}{assignment}.ipynb"


def says(path: Path, digest: str) -> bool:
    """Whether a file is there, and holds what has this sha256."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def name_of(student: str, assignment: str, attempt: int, time: str, digest: str) -> str:
    """Return the short name of a receipt, such as "06-2-9c1f-04aa"."""
    said = "\n".join((student, assignment, str(attempt), time, digest)).encode()
    short = hashlib.sha256(said).hexdigest()[:8]
    return f"{assignment[:2]}-{attempt}-{short[:4]}-{short[4:]}"


def stamp_of(receipt: Receipt) -> str:
    """Write a receipt's time as nbgrader does."""
    moment = datetime.fromisoformat(receipt.time).astimezone(UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S.%f} UTC\n"

"""Results are entered in nbgrader's gradebook: by a process of its own, while others are marked.

Whatever that process leaves, since it was lost or met an error, is entered by this one in the end.
So nothing depends on it but how long everything takes.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from course_tools.marking.records.gradebook import GRADEBOOK, Book
from course_tools.marking.records.journal import Journal, Key, key_of, stored
from course_tools.marking.results import Result
from course_tools.marking.submissions import usable
from course_tools.marking.workers import FORK, end_with_parent

TOGETHER = 50
"""Results that are entered at a time, at most."""

LARGEST = 10_000_000
"""Characters that their notebooks have together, at most, but for the last one."""


def enter(output: Path, sources: Mapping[str, Path], journal: Journal, keys: Iterable[Key]) -> None:
    """Enter new results; all of them in a new gradebook.

    A student whose name was refused gets no entry, and no page: the table says why.

    Parameters
    ----------
    output : Path
        The folder that has the gradebook, or is to have it.
    sources : dict of str to Path
        The instructor's notebook of each assignment.
    journal : Journal
        Where the results are.
    keys : iterable of tuple
        Which.
    """
    begin(output, journal)
    new = [key for key in keys if usable(key[0]) and not journal.is_entered(key)]
    if new or not (output / GRADEBOOK).exists():
        with Book(output) as book:
            for group in together(filter(None, (journal.find(*key) for key in new))):
                enter_in(book, sources, group)
                for result in group:
                    journal.entered(key_of(result))


def begin(output: Path, journal: Journal) -> None:
    """Look whether there is a gradebook. If not, it gets every result anew."""
    if not (output / GRADEBOOK).exists():
        journal.none_entered()


def enter_in(book: Book, sources: Mapping[str, Path], results: Sequence[Result]) -> None:
    """Enter some results, and their assignments if they are not there."""
    for name in sorted({result.assignment for result in results} - book.added):
        book.add_assignment(sources[name])
        book.added.add(name)
    book.enter(results)


def together(results: Iterable[Result]) -> Iterator[list[Result]]:
    """Put results in groups that are entered at once: small ones, where they are large."""
    group: list[Result] = []
    size = 0
    for result in results:
        group.append(result)
        size += len(result.notebook)
        if len(group) == TOGETHER or size > LARGEST:
            yield group
            group, size = [], 0
    if group:
        yield group


class Clerk:
    """A process that enters results while others are marked.

    Parameters
    ----------
    output : Path
        The folder with the journal and the gradebook.
    sources : dict of str to Path
        The instructor's notebook of each assignment.
    """

    def __init__(self, output: Path, sources: Mapping[str, Path]) -> None:
        self.waiting: deque[Key] = deque()
        self.busy = False
        self.pipe, theirs = FORK.Pipe()
        words = (theirs, output.resolve(), sources)
        self.process: BaseProcess = FORK.Process(target=_serve, args=words, daemon=True)
        self.process.start()
        theirs.close()

    def __enter__(self) -> Clerk:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def give(self, journal: Journal, key: Key) -> None:
        """Have a result entered that is in the journal, as soon as that can be."""
        if usable(key[0]):
            self.waiting.append(key)
        with contextlib.suppress(EOFError, OSError):  # it is lost
            if self.busy and self.pipe.poll():
                self._note(journal)
            self._send()

    def finish(self, journal: Journal) -> None:
        """Wait until all is entered that was given, if that process can enter it."""
        with contextlib.suppress(EOFError, OSError):
            while self.busy:
                self._note(journal)
                self._send()

    def _send(self) -> None:
        """Hand on what waits, if nothing else is done."""
        if self.waiting and not self.busy:
            count = min(TOGETHER, len(self.waiting))
            self.pipe.send([self.waiting.popleft() for _ in range(count)])
            self.busy = True

    def _note(self, journal: Journal) -> None:
        """Note what was entered."""
        for key in self.pipe.recv():
            journal.entered(key)
        self.busy = False


def _serve(pipe: Connection, output: Path, sources: Mapping[str, Path]) -> None:
    threading.Thread(target=end_with_parent, daemon=True).start()
    with contextlib.suppress(Exception, KeyboardInterrupt), contextlib.ExitStack() as opened:
        keys: list[Key] = pipe.recv()
        book = opened.enter_context(Book(output))
        while True:
            for group in together(stored(output / "journal.sqlite", keys)):
                enter_in(book, sources, group)
            pipe.send(keys)
            keys = pipe.recv()

"""The sandbox of one submission: requests to it, with bounds on the time and memory they take."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn, TypeVar

from course_tools.marking.results import MarkingError
from course_tools.marking.sandbox.bubble import WORK, LostError, bubble
from course_tools.marking.sandbox.inside import wire
from course_tools.marking.sandbox.inside.warm import END, GONE
from course_tools.marking.sandbox.limits import STANDSTILL, Limits
from course_tools.marking.sandbox.usage import Usage
from lessons_lib.feedback.stopwatch import Stopwatch, TimeLimit

Done = TypeVar("Done")

GARBLED = "The notebook gave the marker something that is no answer."
"""The same for every fault of an answer: a notebook could choose one."""

TRIES = 3
"""Times that something is tried whose sandbox is ended from outside, before it is given up."""

WATCH = 0.1
"""Seconds between two looks at the time and memory that a sandbox takes while it is busy."""

INTERRUPTIONS = 2
"""Times that a cell is interrupted. Python loses the first if it comes at the wrong moment."""

GRACE = TimeLimit(working=1.0, waiting=STANDSTILL)
"""Time in which a cell has to end after each."""

TOO_LONG = "The notebook took too long, and could not be interrupted."


class StoppedError(Exception):
    """The sandbox has ended; the message says why, in words that a student may read."""


class TooLongError(StoppedError):
    """It has taken too long. That may have been the fault of what ran beside it."""


class EndedError(StoppedError):
    """The process inside has ended by itself."""


def retry_when_lost(action: Callable[[], Done], what: str) -> Done:
    """Do something in a sandbox, and once more whenever that is ended from outside meanwhile.

    Parameters
    ----------
    action : callable
        What to do.
    what : str
        What that is for, in words.

    Raises
    ------
    MarkingError
        If the sandbox is ended each time.
    """
    for _ in range(TRIES):
        with contextlib.suppress(LostError):
            return action()
    raise MarkingError(
        f"The sandbox for {what} was ended {TRIES} times by something outside it. Is the machine"
        " out of memory, or does somebody end processes? Then start again: what is marked stays"
        " marked."
    )


class Sandbox:
    """A process for one submission, which runs a learner's code and answers requests.

    Parameters
    ----------
    limits : Limits
        What it may use.
    protected : bool
        False leaves out all protection but the system's limits. For machines without bubblewrap.
    modules : sequence of Path
        Folders with further modules that the notebooks import.
    opened : sequence of str
        Modules in `library.NEEDS` that the notebook may use.
    copying : bool
        Whether a copy of the process is made in which a function is called: it cannot change what
        the next call finds, and is ended alone when it takes too long.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        protected: bool = True,
        modules: Sequence[Path] = (),
        opened: Sequence[str] = (),
        copying: bool = True,
    ) -> None:
        self.limits = limits
        self.copying = copying
        self.unwritten = False  # whether the last call found that nobody has written the function
        self.looked = time.monotonic()
        self.number = 0
        self.stopped: StoppedError | None = None
        self.open = contextlib.ExitStack()
        prefix = "marking-"
        folder = WORK if protected else self.open.enter_context(TemporaryDirectory(prefix=prefix))
        self.bubble = bubble(protected, (*modules,))
        with self.noticing_loss():
            self.child = self.bubble.begin(limits, folder, opened)
        self.alive = True
        self.usage = Usage(self.child)
        self.notebook_time = self._stopwatch(TimeLimit(limits.seconds))
        self.answer_time: Stopwatch | None = None
        self.within = TimeLimit(limits.seconds)
        self.interruptions = 0
        self.open.callback(self._end, END)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.open.close()

    def ask(
        self,
        do: str,
        within: TimeLimit | None = None,
        *,
        interruptible: bool = False,
        **message: Any,
    ) -> dict[str, Any]:
        """Send a request and return the answer, of which nothing is certain but that it is JSON.

        Parameters
        ----------
        do : str
            What to do.
        within : TimeLimit, optional
            Time for it; never more than is left for the whole notebook.
        interruptible : bool
            Whether it is interrupted when the time is over, and has a little more to end.
        **message
            What belongs to the request.

        Raises
        ------
        StoppedError
            If no right answer comes in time. Everything inside is ended then.
        LostError
            If something else has ended the sandbox.
        """
        if self.stopped:
            raise self.stopped
        self.within = within or TimeLimit(self.limits.seconds)
        self.answer_time = None
        self.interruptions = INTERRUPTIONS if interruptible else 0
        self.number += 1
        with self.distrust():
            self._send(wire.packed({"do": do, "number": self.number, **message}))
            length = wire.length_of(self._receive(wire.HEADER.size))
            answer = wire.unpacked(self._receive(length))
            if answer.pop("number", None) != self.number:
                raise wire.GarbledError("an answer that nobody asked for")
        return answer

    @contextlib.contextmanager
    def distrust(self) -> Iterator[None]:
        """End everything inside when an answer turns out to be garbled or missing."""
        try:
            yield
        except (wire.GarbledError, StoppedError) as error:
            self.open.close()
            self.stopped = error if isinstance(error, StoppedError) else StoppedError(GARBLED)
            raise self.stopped from error

    def _send(self, data: bytes) -> None:
        channel = self.child.channel
        while data:
            self._look()
            _, ready, _ = select.select([], [channel], [], WATCH)
            if ready:
                try:
                    data = data[channel.send(data, socket.MSG_DONTWAIT) :]
                except OSError:
                    self._ended()

    def _receive(self, count: int) -> bytes:
        channel = self.child.channel
        parts = bytearray()
        while len(parts) < count:
            self._look()
            ready, _, _ = select.select([channel], [], [], WATCH)
            if ready:
                try:
                    part = channel.recv(min(count - len(parts), 2**20))
                except OSError:
                    part = b""
                if not part:
                    self._ended()
                parts += part
        return bytes(parts)

    def _look(self) -> None:
        """See how much time and memory it takes, unless that was a moment ago."""
        if time.monotonic() < self.looked + WATCH:
            return
        self.usage.look()
        if self.usage.memory > self.limits.memory:
            size = self.limits.memory // 2**20
            raise StoppedError(f"The notebook took more than {size} MB of memory.")
        if self.notebook_time.is_over():
            raise TooLongError(TOO_LONG)
        if not self.answer_time:  # what came before is not the answer's work
            self.answer_time = self._stopwatch(self.within)
        elif self.answer_time.is_over():
            self._interrupt()
        self.looked = time.monotonic()

    def _interrupt(self) -> None:
        """Interrupt what was asked, and give it a little more time; not for ever."""
        if not self.interruptions:
            raise TooLongError(TOO_LONG)
        self.interruptions -= 1
        self.child.interrupt()
        self.answer_time = self._stopwatch(GRACE)

    def _stopwatch(self, limit: TimeLimit) -> Stopwatch:
        """Measure from now on what all its processes work together."""
        return Stopwatch(limit, lambda: self.usage.worked)

    def _ended(self) -> NoReturn:
        """Say that the child has ended, or has closed its channel. How, it could choose."""
        if self._end(GONE):
            raise StoppedError("The notebook closed its connection to the marker.")
        raise EndedError("The notebook ended Python itself.")

    def _end(self, word: bytes) -> bool:
        """End the child, if that has not been done, and say whether it was still there."""
        if not self.alive:
            return False
        self.alive = False
        self.child.close()
        with self.noticing_loss():
            return self.bubble.end(word)

    @contextlib.contextmanager
    def noticing_loss(self) -> Iterator[None]:
        """Let the next sandbox have another bubble if this one is lost."""
        try:
            yield
        except LostError:
            self.bubble.close()
            raise

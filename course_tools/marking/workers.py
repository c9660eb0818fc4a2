"""Who marks: processes on this machine, or those of a dask.distributed cluster."""

from __future__ import annotations

import contextlib
import gc
import importlib
import multiprocessing
import os
import threading
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from course_tools.marking.fingerprint import fingerprint
from course_tools.marking.jobs import Job, Settings
from course_tools.marking.results import Done, MarkingError
from course_tools.marking.sandbox.bubble import bubble, copied_course
from course_tools.marking.sandbox.probe import trust_sandbox
from course_tools.marking.sandbox.shelf import shelf
from course_tools.marking.submission_run import advance, mark

TRIES = 3
"""Workers that may be lost with the same submission in hand, before it is given up."""

AHEAD = 2
"""Submissions that are handed out for each worker of a cluster: one in hand, one to come."""

PATIENCE = 60.0
"""Seconds in which a cluster has to answer, and to have a worker."""

FORK = multiprocessing.get_context("fork")
"""Copies of this process need not import everything again. There are no threads to be hurt."""


def mark_here(job: Job) -> Done:
    """Mark a submission in a worker, or do a part of that, after making sure of the worker itself.

    Raises
    ------
    MarkingError
        If the worker has other code than whoever asks, or its sandbox leaks.
    """
    if job.settings.marker != fingerprint():
        raise MarkingError(
            "A worker has another version of the course or of numpy than this machine, so it could"
            " give other marks. Install the same one there, and start its workers again."
        )
    make_sure(job.settings)
    return advance(job) if job.phase else mark(job)


def make_sure(settings: Settings) -> None:
    """Have a sandbox ready, and look for leaks in it. Once is enough.

    Raises
    ------
    MarkingError
        If there is no sandbox, or it leaks.
    """
    if settings.protected:
        trust_sandbox(settings.limits, settings.hidden, settings.modules)
    bubble(settings.protected, settings.modules)


# --- On this machine ------------------------------------------------------------------------------


class Worker:
    """A process of this machine that marks one submission after the other."""

    def __init__(self, settings: Settings) -> None:
        self.job: Job | None = None
        self.pipe, theirs = FORK.Pipe()
        self.process: BaseProcess = FORK.Process(target=_work, args=(theirs, settings), daemon=True)
        self.process.start()
        theirs.close()

    def take(self, job: Job | None) -> None:
        """Begin with a submission, if there is one."""
        self.job = job
        if job:
            with contextlib.suppress(OSError):  # it is lost: that shows when its answer is read
                self.pipe.send(job)

    def answer(self) -> Done | Exception | None:
        """Return what came of the submission; None if the process is lost."""
        try:
            answer: Done | Exception = self.pipe.recv()
        except (EOFError, OSError):
            return None
        return answer

    def end(self) -> None:
        """End the process, and all that it has started."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _work(pipe: Connection, settings: Settings) -> None:
    threading.Thread(target=end_with_parent, daemon=True).start()
    with contextlib.suppress(MarkingError):  # the first submission meets it again, and tells
        make_sure(settings)
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            job = pipe.recv()
            try:
                pipe.send(mark_here(job))
            except Exception as error:
                pipe.send(error)


def end_with_parent() -> None:
    """End when the process that hands out work is gone, even if it was killed."""
    parent = multiprocessing.parent_process()
    if parent:
        connection.wait([parent.sentinel])
        os._exit(1)


class Team:
    """Processes of this machine that mark. They begin to warm up at once.

    A process that is lost costs no result: what it had in hand is marked by another.

    Parameters
    ----------
    size : int
        Processes.
    settings : Settings
        How submissions will be marked.
    """

    def __init__(self, size: int, settings: Settings) -> None:
        if not settings.protected:
            copied_course()  # here, where it is removed at the end, and not in each of them
        else:  # what fails here is met again by the first submission, which tells
            with contextlib.suppress(MarkingError):
                shelf(settings.modules)  # here, so that all of them have it in common
        self.settings = settings
        gc.freeze()  # what is imported stays: neither this process nor its copies search it again
        self.workers = [Worker(settings) for _ in range(size)]

    def __enter__(self) -> Team:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.end()

    def results(self, jobs: Iterator[Job], *, alone: bool = False) -> Iterator[Done]:
        """Mark submissions, or do a part of that.

        Parameters
        ----------
        jobs : iterator of Job
            Submissions. They are fetched as processes become free.
        alone : bool
            Whether one is marked at a time.

        Yields
        ------
        Result or Half
            As each is ready, in any order.

        Raises
        ------
        MarkingError
            If a submission cannot be marked, or takes one process after another with it.
        """
        lost = Counter[str]()
        for worker in self.workers[:1] if alone else self.workers:
            worker.take(next(jobs, None))
        while busy := [worker for worker in self.workers if worker.job]:
            ready = connection.wait([worker.pipe for worker in busy])
            for worker in [worker for worker in busy if worker.pipe in ready]:
                answer = worker.answer()
                if answer is None:
                    self._replace(worker, lost)
                else:
                    worker.take(next(jobs, None))
                    yield result_or_error(answer)

    def _replace(self, worker: Worker, lost: Counter[str]) -> None:
        """Give what a lost process had in hand to a new one."""
        job = worker.job
        assert job
        lost[job.digest] += 1
        give_up(job, lost[job.digest])
        worker.end()
        successor = Worker(self.settings)
        successor.take(job)
        self.workers[self.workers.index(worker)] = successor


def result_or_error(answer: Done | Exception) -> Done:
    """Return a result, or raise the error that came in its place."""
    if isinstance(answer, Exception):
        raise answer
    return answer


def give_up(job: Job, lost: int) -> None:
    """Raise MarkingError if so many processes were lost with a submission."""
    if lost >= TRIES:
        raise MarkingError(
            f"The process that marks was lost {lost} times with the submission of {job.student} in"
            " hand. What is marked stays marked. Is the machine out of memory? Try fewer --workers."
        )


# --- On several machines --------------------------------------------------------------------------


class Cluster:
    """A dask.distributed cluster, whose workers mark. It is asked when there is something to do.

    Until then this process has no threads, and can be copied.

    Parameters
    ----------
    scheduler : str
        Its address, such as ``tcp://10.0.0.1:8786``.
    patience : float
        Seconds in which it has to answer, and to have a worker.
    """

    def __init__(self, scheduler: str, patience: float = PATIENCE) -> None:
        self.scheduler = scheduler
        self.patience = patience

    @cached_property
    def client(self) -> Any:
        """The connection to it."""
        distributed: Any = importlib.import_module("distributed")  # a second to load, and no types
        return _client(distributed.Client, self.scheduler, self.patience)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        if "client" in vars(self):
            self.client.close()

    def results(self, jobs: Iterator[Job], *, alone: bool = False) -> Iterator[Done]:
        """Do what `Team.results` does.

        Raises
        ------
        MarkingError
            As there, and if the cluster does not answer, or has no worker.
        """
        distributed: Any = importlib.import_module("distributed")
        running: dict[Any, Job] = {}
        lost = Counter[str]()
        client, ready = self.client, distributed.as_completed()

        def hand_out(job: Job | None) -> None:
            if job:
                future = client.submit(mark_here, job, pure=False)
                running[future] = job
                ready.add(future)

        for _ in range(1 if alone else AHEAD * len(client.nthreads())):
            hand_out(next(jobs, None))
        for future in ready:
            job = running.pop(future)
            try:
                yield future.result()
            except distributed.KilledWorker:
                lost[job.digest] += 1
                give_up(job, lost[job.digest])
                hand_out(job)
            else:
                hand_out(next(jobs, None))


def _client(kind: Any, scheduler: str, patience: float) -> Any:
    try:
        client = kind(scheduler, timeout=patience)
        client.wait_for_workers(1, timeout=patience)
    except (OSError, ValueError, TimeoutError) as error:
        raise MarkingError(
            f"No cluster with a worker answers at {scheduler!r}: {error}\nAn address looks like"
            " tcp://10.0.0.1:8786. `dask scheduler` starts a scheduler and prints its address;"
            " `dask worker ADDRESS --nworkers auto --nthreads 1` starts workers."
        ) from None
    return client

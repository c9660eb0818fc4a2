"""Who marks: processes on this machine, or those of a dask.distributed cluster."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from typing import Any

from course_tools.marking.assignments import fingerprint
from course_tools.marking.marking import Job, mark
from course_tools.marking.probe import trust_sandbox
from course_tools.marking.results import MarkingError, Result

TRIES = 3
"""Workers that may be lost with the same submission in hand, before it is given up."""

AHEAD = 2
"""Submissions that are handed out for each worker: one in hand, one to come."""

PATIENCE = "60s"
"""Time in which a cluster has to answer, and to have a worker."""


def mark_here(job: Job) -> Result:
    """Mark a submission in a worker, after making sure of the worker itself.

    Raises
    ------
    MarkingError
        If the worker has other code than whoever asks, or its sandbox leaks.
    """
    if job.marker != fingerprint():
        raise MarkingError(
            "A worker has another version of the course or of numpy than this machine, so it could"
            " give other marks. Install the same one there, and start its workers again."
        )
    if job.protected:
        trust_sandbox(job.limits)
    return mark(job)


# --- On this machine ------------------------------------------------------------------------------


def local_results(jobs: Iterator[Job], workers: int) -> Iterator[Result]:
    """Mark submissions in processes of this machine.

    A process that is lost costs no result: what it had in hand is marked by another.

    Parameters
    ----------
    jobs : iterator of Job
        Submissions. They are fetched as workers become free.
    workers : int
        Processes.

    Yields
    ------
    Result
        As each is ready, in any order.

    Raises
    ------
    MarkingError
        If processes are lost again and again, or none can mark.
    """
    again: list[Job] = []
    lost = Counter[str]()
    while True:
        with _pool(workers) as pool:
            running: dict[Future[Result], Job] = {}
            try:
                while _hand_out(pool, running, again, jobs, AHEAD * workers):
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        yield future.result()
                        del running[future]
                return
            except BrokenProcessPool:
                again = list(running.values())
                lost.update(job.digest for job in again)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        _give_up_on(job for job in again if lost[job.digest] >= TRIES)


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _end_with_parent)


def _hand_out(
    pool: ProcessPoolExecutor,
    running: dict[Future[Result], Job],
    again: list[Job],
    jobs: Iterator[Job],
    most: int,
) -> bool:
    """Give out submissions until so many are running, and say whether any is."""
    while len(running) < most and (job := again.pop() if again else next(jobs, None)):
        running[pool.submit(mark_here, job)] = job
    return bool(running)


def _give_up_on(jobs: Iterator[Job]) -> None:
    for job in jobs:
        raise MarkingError(
            f"The process that marks was lost {TRIES} times with the submission of {job.student} in"
            " hand. What is marked stays marked. Is the machine out of memory? Try fewer --workers."
        )


def _end_with_parent() -> None:
    """Let a worker end when the process that hands out work is gone, even if it was killed."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent:
            connection.wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


# --- On several machines --------------------------------------------------------------------------


def distributed_results(jobs: Iterator[Job], scheduler: str) -> Iterator[Result]:
    """Mark submissions on the workers of a dask.distributed cluster.

    Parameters
    ----------
    jobs : iterator of Job
        Submissions. They are fetched as workers become free.
    scheduler : str
        Its address, such as ``tcp://10.0.0.1:8786``.

    Yields
    ------
    Result
        As each is ready, in any order.

    Raises
    ------
    MarkingError
        If the cluster does not answer or has no worker, or if a worker cannot mark.
    """
    distributed: Any = importlib.import_module("distributed")  # a second to load, and no types

    with _client(distributed.Client, scheduler) as client:
        running: dict[Any, Job] = {}
        lost = Counter[str]()
        ready = distributed.as_completed()

        def hand_out(job: Job | None) -> None:
            if job:
                future = client.submit(mark_here, job, pure=False)
                running[future] = job
                ready.add(future)

        for _ in range(AHEAD * len(client.scheduler_info()["workers"])):
            hand_out(next(jobs, None))
        for future in ready:
            job = running.pop(future)
            try:
                yield future.result()
            except distributed.KilledWorker:
                lost[job.digest] += 1
                _give_up_on(iter([job] if lost[job.digest] >= TRIES else []))
                hand_out(job)
            else:
                hand_out(next(jobs, None))


def _client(kind: Any, scheduler: str) -> Any:
    try:
        client = kind(scheduler, timeout=PATIENCE)
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        raise MarkingError(
            f"No cluster with a worker answers at {scheduler!r}: {error}\nAn address looks like"
            " tcp://10.0.0.1:8786. `dask scheduler` starts a scheduler and prints its address;"
            " `dask worker ADDRESS --nworkers auto --nthreads 1` starts workers."
        ) from None
    return client

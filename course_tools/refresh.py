"""Execute notebooks and write them in the one form that is committed.

Only this module writes outputs, so that two refreshes in a row change no byte.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import binascii
import io
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from nbformat import NotebookNode
from PIL import Image

from course_tools import readme
from course_tools.files import show, write_whole
from course_tools.kernels import CELL_TIMEOUT, execute
from course_tools.notebooks.course import of_lesson, stored_notebooks
from course_tools.notebooks.overview import write_overview
from course_tools.notebooks.questions import write_questions
from course_tools.notebooks.stored import (
    HTML,
    PLAIN,
    PNG,
    V4,
    NotebookError,
    code_cells,
    from_bytes,
    normalise,
    to_bytes,
)
from course_tools.notebooks.twice import write_twice

PIXEL_TOLERANCE = 12
"""Largest difference of any colour channel, of 255, that nobody can see. It comes to 11 at the edge
of a line whose points another processor rounds in another way."""

AT_ONCE = 2
"""Notebooks executed at the same time; each has a kernel of its own."""


# --- One notebook -------------------------------------------------------------------------------


def refresh(path: Path | str, timeout: int = CELL_TIMEOUT) -> bool:
    """Execute one notebook and store it in its normal form.

    Parameters
    ----------
    path : Path or str
        The notebook.
    timeout : int
        Seconds allowed for each cell.

    Returns
    -------
    bool
        Whether the file changed. If it did not, it is not written.

    Raises
    ------
    NotebookError
        If the file cannot be read, a cell fails, or the file was saved by somebody else
        meanwhile. The file is then as it was.
    """
    return asyncio.run(_refresh(Path(path), timeout))


async def _refresh(path: Path, timeout: int) -> bool:
    before = path.read_bytes()
    nb = V4.upgrade(from_bytes(before, path))
    await execute(nb, path.resolve(), timeout)
    fresh = normalise(nb)
    keep_pictures(fresh, from_bytes(before, path))
    after = to_bytes(fresh)
    if path.read_bytes() != before:
        raise NotebookError(f"{show(path)} was saved while it ran. Refresh it once more.")
    if after != before:
        write_whole(path, after)
    return after != before


# --- Pictures -----------------------------------------------------------------------------------


def keep_pictures(new: NotebookNode, old: NotebookNode) -> None:
    """Keep stored pictures that look the same as the fresh ones.

    Another platform or another version of matplotlib compresses the same picture to other bytes.
    A picture is kept if its words are the same and no pixel differs visibly.

    Parameters
    ----------
    new : NotebookNode
        The notebook as executed now; its pictures are replaced in place.
    old : NotebookNode
        The notebook as stored.
    """
    stored = {cell.get("id"): cell for cell in code_cells(old)}
    for cell in code_cells(new):
        if cell.get("id") in stored:
            pairs = zip(_bundles(cell), _bundles(stored[cell.id]), strict=False)
            for fresh, kept in pairs:
                _keep_picture(fresh, kept)


def look_the_same(one: str, other: str) -> bool:
    """Whether two base64 PNG pictures differ by nothing that can be seen."""
    try:
        first, second = _pixels(one), _pixels(other)
    except (OSError, binascii.Error):
        return False
    if first.shape != second.shape:
        return False
    return int(np.abs(first - second).max(initial=0)) <= PIXEL_TOLERANCE


def _bundles(cell: NotebookNode) -> list[NotebookNode]:
    return [output.data for output in cell.outputs if "data" in output]


def _keep_picture(fresh: NotebookNode, kept: NotebookNode) -> None:
    if PNG not in fresh or PNG not in kept or fresh.get(PLAIN) != kept.get(PLAIN):
        return
    new, old = fresh[PNG], kept[PNG]
    if new != old and look_the_same(new, old):
        fresh[PNG] = old
        if HTML in fresh:
            fresh[HTML] = fresh[HTML].replace(new.strip(), old.strip())


def _pixels(picture: str) -> np.ndarray[Any, np.dtype[np.int16]]:
    with Image.open(io.BytesIO(base64.b64decode(picture))) as image:
        return np.asarray(image.convert("RGBA"), dtype=np.int16)


# --- The command --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What became of one notebook: whether it changed, how long it took, why it failed."""

    path: Path
    changed: bool
    seconds: float
    failure: str = ""

    def __str__(self) -> str:
        """Line that an author reads."""
        if self.failure:
            return f"  failed     {self.failure}"
        word = "changed" if self.changed else "unchanged"
        return f"  {word:<10} {show(self.path)} ({self.seconds:.1f} s)"


async def refresh_all(paths: Sequence[Path], timeout: int = CELL_TIMEOUT) -> list[Outcome]:
    """Refresh notebooks, a few at a time, saying what became of each as it ends."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(path: Path) -> Outcome:
        async with places:
            start = time.perf_counter()
            changed, failure = False, ""
            try:
                changed = await _refresh(path, timeout)
            except (NotebookError, OSError) as error:
                failure = str(error)
            outcome = Outcome(path, changed, time.perf_counter() - start, failure)
            print(outcome, flush=True)
            return outcome

    return list(await asyncio.gather(*map(one, paths)))


def _summary(outcomes: Sequence[Outcome]) -> Iterator[str]:
    counts = {
        "failed": sum(bool(outcome.failure) for outcome in outcomes),
        "changed": sum(outcome.changed for outcome in outcomes),
    }
    yield f"{len(outcomes)} notebooks refreshed"
    yield from (f"{count} {word}" for word, count in counts.items() if count or word == "changed")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 1 if any notebook failed."""
    parser = argparse.ArgumentParser(prog="refresh", description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks (default: all of them)")
    parser.add_argument("--lesson", default="", help="the notebooks of one lesson, such as 06")
    parser.add_argument("--timeout", type=int, default=CELL_TIMEOUT, help="seconds for each cell")
    options = parser.parse_args(argv)
    try:
        paths = options.paths or (
            of_lesson(options.lesson) if options.lesson else stored_notebooks()
        )
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    write_questions()
    write_twice()
    write_overview()
    import matplotlib.font_manager  # noqa: F401  builds the font cache once, not in each kernel

    try:
        outcomes = asyncio.run(refresh_all(paths, options.timeout))
    except asyncio.CancelledError:  # what nbclient makes of Ctrl-C while a kernel starts
        raise KeyboardInterrupt from None
    print(", ".join(_summary(outcomes)))
    readme.update()
    return int(any(outcome.failure for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())

"""Execute notebooks and write them in the one form that is committed.

Every lesson and every solution is stored with its outputs, because those are what the tests
compare. Only this module writes them, so that two refreshes in a row change no byte and a
difference in version control always means a difference that a learner could see.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import binascii
import io
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from PIL import Image

from course_tools.files import write_whole

V4: Any = nbformat.v4  # most functions of nbformat carry no types
from_dict: Any = nbformat.from_dict
iter_validate: Any = nbformat.validator.iter_validate
ROOT = Path(__file__).resolve().parent.parent
WIDGET_STATE = "widgets"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
PNG = "image/png"
HTML = "text/html"
PLAIN = "text/plain"

CELL_TIMEOUT = 120
"""Seconds that one cell may run. A lesson that needs more is too slow to learn from."""

PIXEL_TOLERANCE = 8
"""Largest difference of any colour channel, of 255, that nobody can see."""

AT_ONCE = 2
"""Notebooks executed at the same time; each has a kernel of its own."""

KEPT_CELL_METADATA = ("jupyter", "nbgrader", "tags")
"""Everything else in a cell's metadata says when or where it ran or was edited last."""

NOTEBOOK_METADATA: dict[str, Any] = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {  # without the version, which differs between two learners
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}

KERNEL_NOISE = (
    # the first import of matplotlib on a slow machine
    re.compile(r"Matplotlib is building the font cache; this may take a moment\.\n?"),
    # debugpy, when the interpreter carries its library inside itself
    re.compile(
        r"0\.00s - (?:Debugger warning|make the debugger|to python to disable|.*PYDEVD).*\n?"
    ),
)
"""What a kernel says on stderr about itself. Any other warning is a problem of the lesson."""


class RefreshError(Exception):
    """A notebook cannot be refreshed. The message says which, where and why."""


# --- The form in which notebooks are stored -----------------------------------------------------


def code_cells(nb: NotebookNode) -> list[NotebookNode]:
    """Cells that run, in order."""
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def is_empty(cell: NotebookNode) -> bool:
    """Whether a cell holds nothing and no grading depends on it."""
    return not cell.source.strip() and "nbgrader" not in cell.metadata


def drop_widget_state(nb: NotebookNode) -> None:
    """Forget the widgets' state: it holds random ids and megabytes."""
    nb.metadata.pop(WIDGET_STATE, None)


def fix_notebook_metadata(nb: NotebookNode) -> None:
    """Name the kernel and the language, and nothing that depends on a machine."""
    nb.metadata = from_dict(NOTEBOOK_METADATA)


def fix_format(nb: NotebookNode) -> None:
    """Say the version of the format that has cell ids."""
    nb.nbformat, nb.nbformat_minor = 4, 5


def drop_empty_cells(nb: NotebookNode) -> None:
    """Remove cells that hold nothing."""
    nb.cells = [cell for cell in nb.cells if not is_empty(cell)]


def drop_cell_metadata(nb: NotebookNode) -> None:
    """Keep tags, grading and hidden input; drop timings and what the editor remembers."""
    for cell in nb.cells:
        kept = {key: cell.metadata[key] for key in KEPT_CELL_METADATA if key in cell.metadata}
        hidden = {k: v for k, v in kept.pop("jupyter", {}).items() if k == "source_hidden"}
        cell.metadata = from_dict(kept | ({"jupyter": hidden} if hidden else {}))


def drop_widget_views(nb: NotebookNode) -> None:
    """Drop the link from an output to a live widget, and keep its picture and its words."""
    for cell in code_cells(nb):
        for output in cell.outputs:
            output.get("data", {}).pop(WIDGET_VIEW, None)


def drop_kernel_noise(nb: NotebookNode) -> None:
    """Drop what the kernel says about itself on stderr."""
    for cell in code_cells(nb):
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                for noise in KERNEL_NOISE:
                    output.text = noise.sub("", output.text)


def drop_empty_outputs(nb: NotebookNode) -> None:
    """Drop outputs of which nothing is left."""
    for cell in code_cells(nb):
        cell.outputs = [output for output in cell.outputs if _has_content(output)]


def merge_streams(nb: NotebookNode) -> None:
    """Join neighbouring pieces of one stream, which arrive cut at random moments."""
    for cell in code_cells(nb):
        merged: list[NotebookNode] = []
        for output in cell.outputs:
            last = merged[-1] if merged else None
            if last is not None and _continues(last, output):
                last.text += output.text
            else:
                merged.append(output)
        cell.outputs = merged


def number_cells(nb: NotebookNode) -> None:
    """Count the code cells from 1: a cell without a number is not compared by nbval."""
    for number, cell in enumerate(code_cells(nb), start=1):
        cell.execution_count = number
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number


def _continues(last: NotebookNode, output: NotebookNode) -> bool:
    both = output.output_type == last.output_type == "stream"
    return both and bool(output.name == last.name)


def _has_content(output: NotebookNode) -> bool:
    if output.output_type == "stream":
        return bool(output.text)
    return output.output_type == "error" or bool(output.data)


NORMAL_FORM: tuple[Callable[[NotebookNode], None], ...] = (
    drop_widget_state,
    fix_notebook_metadata,
    fix_format,
    drop_empty_cells,  # before the cells are numbered, or a number would be missing
    drop_cell_metadata,
    drop_widget_views,
    drop_kernel_noise,
    drop_empty_outputs,  # after the two steps that empty outputs
    merge_streams,  # after the outputs that stood between two pieces are gone
    number_cells,
)
"""What makes two runs of one notebook the same bytes, in this order."""


def normalise(nb: NotebookNode) -> NotebookNode:
    """Bring an executed notebook into its stored form.

    Parameters
    ----------
    nb : NotebookNode
        A notebook of format 4. It is not changed.

    Returns
    -------
    NotebookNode
        A copy on which every step of `NORMAL_FORM` has been applied.
    """
    copy: NotebookNode = V4.upgrade(from_dict(nb))
    for step in NORMAL_FORM:
        step(copy)
    return copy


def to_bytes(nb: NotebookNode) -> bytes:
    """Write a notebook: keys in order, one space of indent, one newline at the end."""
    text: str = V4.writes(nb)
    return (text.rstrip("\n") + "\n").encode()


def from_bytes(content: bytes, path: Path) -> NotebookNode:
    """Read a notebook of format 4.

    Raises
    ------
    RefreshError
        If the content is not such a notebook.
    """
    try:
        nb: NotebookNode = V4.reads(content.decode())
        reason = next(_faults(nb), "")
    except (ValueError, KeyError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
    if reason:
        first = reason.splitlines()[0]
        raise RefreshError(f"{show(path)} is not a notebook of format 4: {first}")
    return nb


def _faults(nb: NotebookNode) -> Iterator[str]:
    """Say what breaks the format, except for ids, which hygiene judges and `name-cell` mends."""
    for error in iter_validate(nb, relax_add_props=True):
        if "id" not in error.path:
            yield str(error)


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


# --- Running ------------------------------------------------------------------------------------


class ThisPython(KernelSpecManager):
    """Kernels run in the interpreter that runs this program, whatever is installed elsewhere."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Give the specification of this interpreter's kernel for every name."""
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


class ThisKernel(AsyncKernelManager):
    """A kernel of this interpreter."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, kernel_spec_manager=ThisPython())


async def execute(nb: NotebookNode, path: Path, timeout: int = CELL_TIMEOUT) -> None:
    """Run every cell of a notebook in its own folder and store the outputs in it.

    Parameters
    ----------
    nb : NotebookNode
        The notebook, changed in place.
    path : Path
        Where it is stored; its folder is the kernel's.
    timeout : int
        Seconds allowed for each cell.

    Raises
    ------
    RefreshError
        If a cell raises, takes too long or kills the kernel.
    """
    running: list[NotebookNode] = []
    client = NotebookClient(
        nb,
        timeout=timeout,
        kernel_manager_class=ThisKernel,
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        store_widget_state=False,
        force_raise_errors=True,
        on_notebook_start=lambda notebook: _leave_interrupts_to_asyncio(),
        on_cell_start=lambda cell, cell_index: running.append(cell),
    )
    with tempfile.TemporaryDirectory() as ipython:
        quiet: dict[str, Any] = {
            "env": os.environ | nobodys(ipython),
            "stderr": subprocess.DEVNULL,  # the kernel's own; what cells write goes another way
        }
        try:
            await client.async_execute(**quiet)
        except (CellExecutionError, CellTimeoutError, RuntimeError) as error:
            where = f"{show(path)}, cell {running[-1].get('id', '?')!r}" if running else show(path)
            raise RefreshError(f"{where}: {_reason(error, timeout)}") from error


def nobodys(profile: str) -> dict[str, str]:
    """Return the environment of a kernel that neither reads nor keeps anything of its user's.

    Parameters
    ----------
    profile : str
        An empty folder: nothing that a user lets IPython start.
    """
    return {"IPYTHONDIR": profile, "COURSE_PROGRESS": ""}


def _leave_interrupts_to_asyncio() -> None:
    """Undo what nbclient does about Ctrl-C, which knows of one notebook and breaks with two."""
    with suppress(NotImplementedError):  # on Windows, where nbclient does nothing
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)


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
    RefreshError
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
        raise RefreshError(f"{show(path)} was saved while it ran. Refresh it once more.")
    if after != before:
        write_whole(path, after)
    return after != before


def _reason(error: Exception, timeout: int) -> str:
    if isinstance(error, CellExecutionError):
        return f"{error.ename}: {error.evalue}"
    if isinstance(error, CellTimeoutError):
        return f"still running after {timeout} seconds. Make it faster, or pass --timeout."
    if isinstance(error, DeadKernelError):
        return "the kernel died, perhaps for want of memory."
    return str(error)  # the kernel did not start


def show(path: Path) -> str:
    """Write a path as an author would type it."""
    try:
        return str(path.resolve().relative_to(ROOT))
    except ValueError:
        return str(path)


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


def stored_notebooks(root: Path = ROOT) -> list[Path]:
    """Every lesson and every solution, in order."""
    return sorted(root.glob("notebooks/*.ipynb")) + sorted(root.glob("solutions/*/*.ipynb"))


async def refresh_all(paths: Sequence[Path], timeout: int = CELL_TIMEOUT) -> list[Outcome]:
    """Refresh notebooks, a few at a time, saying what became of each as it ends."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(path: Path) -> Outcome:
        async with places:
            start = time.perf_counter()
            changed, failure = False, ""
            try:
                changed = await _refresh(path, timeout)
            except (RefreshError, OSError) as error:
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
    parser.add_argument("--timeout", type=int, default=CELL_TIMEOUT, help="seconds for each cell")
    options = parser.parse_args(argv)
    paths = options.paths or stored_notebooks()
    import matplotlib.font_manager  # noqa: F401  builds the font cache once, not in each kernel

    try:
        outcomes = asyncio.run(refresh_all(paths, options.timeout))
    except asyncio.CancelledError:  # what nbclient makes of Ctrl-C while a kernel starts
        raise KeyboardInterrupt from None
    print(", ".join(_summary(outcomes)))
    return int(any(outcome.failure for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())

"""Run a notebook's cells in a kernel of this interpreter, with nothing of its user's."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from course_tools.files import show
from course_tools.notebooks.stored import NotebookError

CELL_TIMEOUT = 120
"""Seconds that one cell may run. A lesson that needs more is too slow to learn from."""


class ThisPython(KernelSpecManager):
    """Kernels run in the interpreter that runs this program, whatever is installed elsewhere."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Give the specification of this interpreter's kernel for every name."""
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


class ThisKernel(AsyncKernelManager):
    """A kernel of this interpreter."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, kernel_spec_manager=ThisPython())


async def execute(
    nb: NotebookNode, path: Path, timeout: int = CELL_TIMEOUT, *, widgets: bool = False
) -> None:
    """Run every cell of a notebook in its own folder and store the outputs in it.

    Parameters
    ----------
    nb : NotebookNode
        The notebook, changed in place.
    path : Path
        Where it is stored; its folder is the kernel's.
    timeout : int
        Seconds allowed for each cell.
    widgets : bool
        Whether the state of the widgets is stored in it, too.

    Raises
    ------
    NotebookError
        If a cell raises, takes too long or kills the kernel.
    """
    running: list[NotebookNode] = []
    client = NotebookClient(
        nb,
        timeout=timeout,
        kernel_manager_class=ThisKernel,
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        store_widget_state=widgets,
        force_raise_errors=True,
        on_notebook_start=lambda notebook: _leave_interrupts_to_asyncio(),
        on_cell_start=lambda cell, cell_index: running.append(cell),
    )
    with tempfile.TemporaryDirectory() as ipython:
        quiet: dict[str, Any] = {
            "env": os.environ | kernel_environment(ipython),
            "stderr": subprocess.DEVNULL,  # the kernel's own; what cells write goes another way
        }
        try:
            await client.async_execute(**quiet)
        except (CellExecutionError, CellTimeoutError, RuntimeError) as error:
            where = f"{show(path)}, cell {running[-1].get('id', '?')!r}" if running else show(path)
            raise NotebookError(f"{where}: {_reason(error, timeout)}") from error


def kernel_environment(profile: str) -> dict[str, str]:
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


def _reason(error: Exception, timeout: int) -> str:
    if isinstance(error, CellExecutionError):
        return f"{error.ename}: {error.evalue}"
    if isinstance(error, CellTimeoutError):
        return f"still running after {timeout} seconds. Make it faster, or pass --timeout."
    if isinstance(error, DeadKernelError):
        return "the kernel died, perhaps for want of memory."
    return str(error)  # the kernel did not start

"""What runs in Pyodide for run.mjs: the cells of `job`, one after the other, as a kernel does."""

import json
import time

from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

VIEW = "application/vnd.jupyter.widget-view+json"

SHELL = InteractiveShell.instance()
SHELL.history_manager.enabled = False


def run(source):
    """Run a cell; return what it prints, what it shows in words, its error and its seconds.

    A bar that is a widget and nothing else, and is emptied in the end, is not stored either.
    """
    began, results = time.perf_counter(), []
    with capture_output() as captured:
        SHELL.display_trap.hook = CapturingDisplayHook(SHELL, results)
        done = SHELL.run_cell(source, store_history=True)
    shown = [output.data for output in captured.outputs if output.data.keys() - {VIEW}]
    error = done.error_before_exec or done.error_in_exec
    return {
        "stdout": captured.stdout,
        "stderr": captured.stderr,
        "shown": [data.get("text/plain", "") for data in (*shown, *(r["data"] for r in results))],
        "error": "" if error is None else f"{type(error).__name__}: {error}",
        "seconds": time.perf_counter() - began,
    }


said = json.dumps({name: run(source) for name, source in json.loads(job)})  # noqa: F821 (run.mjs sets it)
